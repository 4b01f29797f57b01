"""Writing down sweeps: what was asked, its points, which runs it is about, how it ended, and what was made of them."""

from __future__ import annotations

import json
import os
import platform
import shlex
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from silosim.experiments.runkey import current_rulebook
from silosim.experiments.store import rows
from silosim.experiments.store.errors import StoreError

RUNNING = "running"


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def machine() -> str:
    """The machine a sweep ran on, in a line."""
    return (f"{platform.node()}, {platform.system()} {platform.machine()}, {os.cpu_count()} processors, "
            f"Python {platform.python_version()}")


def both(one: str | None, other: str | None) -> str | None:
    """What was true in two executions of a sweep, each thing once."""
    parts = [part for text in (one, other) if text for part in text.split("; ")]
    return "; ".join(dict.fromkeys(parts)) or None


def versions_of_both(one: str, other: str) -> str:
    """The same for versions, as JSON."""
    ours, theirs = json.loads(one), json.loads(other)
    return rows.compact({name: both(ours.get(name), theirs.get(name)) for name in {**ours, **theirs}})


class Sweeping:
    """The part of Store that writes down sweeps. Needs `db`, `path` and `_transaction` of Store."""

    def begin_sweep(self, command: str, settings: Mapping, seed: int, versions: Mapping | None = None,
                    git: str | None = None, rulebook: str | None = None, name: str | None = None,
                    design: str | None = None) -> int:
        """Notes that a command starts; returns the sweep's number.

        settings  what was asked; for a design its canonical document
        design    hash of that document, by which `find_sweeps` finds the sweep again
        """
        row = (command, now(), RUNNING, rows.compact(settings), rulebook or current_rulebook(),
               rows.compact(versions or {}), git, machine(), seed, name, design, shlex.join(sys.argv))
        with self._transaction() as db:
            return db.execute(
                "INSERT INTO sweep (command, started, status, settings, rulebook, versions, git, machine, seed, name, "
                f"design, command_line) VALUES ({rows.marks(len(row))})", row).lastrowid

    def find_sweeps(self, design: str) -> list[tuple[int, str, str]]:
        """(number, rulebook, status) of every sweep of this design, oldest first."""
        return self.fetch("SELECT id, rulebook, status FROM sweep WHERE design = ? ORDER BY id", [design])

    def resume_sweep(self, sweep: int, versions: Mapping | None = None, git: str | None = None) -> None:
        """Notes that a sweep goes on, and where and with what where that is new."""
        found = self.fetch("SELECT versions, git, machine, command_line FROM sweep WHERE id = ?", [sweep])
        then = found[0] if found else ("{}", None, None, None)
        self._update_sweep(sweep, status=RUNNING, finished=None, content=None,
                           versions=versions_of_both(then[0], rows.compact(versions or {})), git=both(then[1], git),
                           machine=both(then[2], machine()), command_line=both(then[3], shlex.join(sys.argv)))

    def end_sweep(self, sweep: int, status: str, content: str | None = None) -> None:
        """Notes how it ended: 'done', 'stopped' or 'failed', and the content hash of one that is done."""
        self._update_sweep(sweep, status=status, finished=now(), content=content)

    def _update_sweep(self, sweep: int, **changes) -> None:
        names = ", ".join(f"{name} = ?" for name in changes)
        with self._transaction() as db:
            changed = db.execute(f"UPDATE sweep SET {names} WHERE id = ?", [*changes.values(), sweep]).rowcount
            if not changed:
                raise StoreError(f"{self.path}: there is no sweep {sweep}")

    def plan_points(self, sweep: int, points: Iterable[tuple]) -> None:
        """Notes the points of a sweep: (point, policy, arm, setting, world_name, factors) each.

        factors   {name: value} of what the design varied
        Raises StoreError when a point's number stands for another point already.
        """
        with self._transaction() as db:
            self._plan_points(db, sweep, points)

    def plan(self, sweep: int, planned: Iterable) -> None:
        """Notes which runs the sweep is about, and their points where `plan_points` has not."""
        planned = list(planned)
        numbers = [one.point for one in planned]
        with self._transaction() as db:
            there = {row[0]: row[1:] for row in db.execute(
                "SELECT point, policy, arm FROM point WHERE sweep = ? AND point BETWEEN ? AND ?",
                [sweep, min(numbers, default=0), max(numbers, default=0)])}
            new = {}
            for one in planned:
                if one.point not in there:
                    there[one.point] = (one.policy, one.arm)
                    new[one.point] = (one.point, one.policy, one.arm, one.setting, "", {})
                elif there[one.point] != (one.policy, one.arm):
                    raise StoreError(f"{self.path}: point {one.point} of sweep {sweep} is "
                                     f"{' '.join(there[one.point])}, not {one.policy} {one.arm}")
            self._plan_points(db, sweep, new.values())
            db.conn.executemany("INSERT OR REPLACE INTO member (sweep, point, replicate, key) VALUES (?, ?, ?, ?)",
                                [(sweep, one.point, one.replicate, one.key) for one in planned])

    def _plan_points(self, db, sweep: int, points: Iterable[tuple]) -> None:
        points = list(points)
        self._store_organisations(db, (setting for _, _, _, setting, _, _ in points))
        there = {row[0]: row[1:] for row in db.execute(
            "SELECT point, policy, arm, organisation, world_name, factors, levers, world FROM point WHERE sweep = ?",
            [sweep])}
        for number, policy, arm, setting, world_name, factors in points:
            settings = setting.canonical
            row = (policy, arm, settings["organisation"], world_name, rows.compact(factors),
                   rows.compact(settings["levers"]), rows.compact(settings["world"]))
            if there.setdefault(number, row) != row:
                raise StoreError(f"{self.path}: point {number} of sweep {sweep} is planned already, as another point")
            if there[number] is row:
                db.conn.execute("INSERT INTO point (sweep, point, policy, arm, organisation, world_name, factors, "
                                "levers, world) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (sweep, number, *row))

    def write_band(self, sweep: int, policy: str, arm: str, measure: str, band: Mapping[str, Sequence[float]]) -> None:
        """Stores the spread over runs by week: `band` has mean, p05, p10, p50, p90, p95 and n, a number a week."""
        columns = [band[name] for name in ("mean", "p05", "p10", "p50", "p90", "p95", "n")]
        with self._transaction() as db:
            db.conn.executemany(
                "INSERT OR REPLACE INTO band (sweep, policy, arm, measure, week, mean, p05, p10, p50, p90, p95, n) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [(sweep, policy, arm, measure, week, *(float(x) for x in values[:-1]), int(values[-1]))
                 for week, values in enumerate(zip(*columns, strict=True))])

    def write_checks(self, outcomes: Iterable[Mapping], sweep: int | None = None, rulebook: str | None = None) -> None:
        """Stores what checks found: name, kind, status, value, low, high (numbers or None) and detail each."""
        rulebook = rulebook or current_rulebook()
        with self._transaction() as db:
            db.conn.executemany(
                "INSERT INTO check_outcome (sweep, name, kind, status, value, low, high, detail, rulebook, finished) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [(sweep, c["name"], c["kind"], c["status"], c.get("value"), c.get("low"), c.get("high"),
                  c.get("detail", ""), rulebook, now()) for c in outcomes])

    def write_claims(self, verdicts: Iterable[tuple], sweep: int, rulebook: str | None = None) -> None:
        """Stores verdicts: (claim, hash of its file, ensemble, seed, verdict, fragile, document) each."""
        rulebook = rulebook or current_rulebook()
        with self._transaction() as db:
            db.conn.executemany(
                f"INSERT OR REPLACE INTO claim VALUES ({rows.marks(10)})",
                [(sweep, claim, file, rows.compact(ensemble), seed, verdict, int(fragile), rows.compact(document),
                  rulebook, now()) for claim, file, ensemble, seed, verdict, fragile, document in verdicts])

    def write_pay_vector(self, key: str, organisation: str, vectors: Mapping) -> None:
        """Stores what pooled measures pay on an organisation (its hash), under a key of the caller's."""
        with self._transaction() as db:
            db.execute("INSERT OR REPLACE INTO pay_vector (key, organisation, json) VALUES (?, ?, ?)",
                       (key, organisation, rows.compact(vectors)))
