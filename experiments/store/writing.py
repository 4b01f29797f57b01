"""Writing: runs in atomic batches, failures, sweeps and their bands."""

from __future__ import annotations

import platform
import traceback
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from silosim.experiments.runkey import current_rulebook, organisation_hash
from silosim.experiments.store import rows
from silosim.experiments.store.schema import add_columns
from silosim.model.measures.declared import MEASURES
from silosim.model.parameters import PARAMETERS


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Writing:
    """The half of Store that writes. Needs `db`, `path` and `_transaction` of Store."""

    def begin_sweep(self, command: str, settings: Mapping, seed: int, versions: Mapping | None = None,
                    git: str | None = None, rulebook: str | None = None) -> int:
        """Notes that a command starts; returns the sweep's number."""
        row = (command, now(), "running", rows.compact(settings), rulebook or current_rulebook(),
               rows.compact(versions or {}), git, machine(), seed)
        with self._transaction() as db:
            made = db.execute(
                "INSERT INTO sweep (command, started, status, settings, rulebook, versions, git, machine, seed) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            return made.lastrowid

    def end_sweep(self, sweep: int, status: str) -> None:
        """Notes how it ended: 'done', 'stopped' or 'failed'."""
        with self._transaction() as db:
            db.execute("UPDATE sweep SET status = ?, finished = ? WHERE id = ?", (status, now(), sweep))

    def plan(self, sweep: int, members: Iterable[tuple[str, str, int, str]]) -> None:
        """Notes which runs the sweep is about: (policy, arm, replicate, key) each."""
        with self._transaction() as db:
            db.conn.executemany("INSERT OR REPLACE INTO member (sweep, policy, arm, replicate, key) "
                                "VALUES (?, ?, ?, ?, ?)", [(sweep, *member) for member in members])

    def write(self, batch: Sequence[tuple], sweep: int | None = None, policies: Mapping[str, str] | None = None,
              rulebook: str | None = None) -> int:
        """Stores finished runs, all or none of them; returns how many were new.

        batch     (key, job, outcome) each
        policies  key -> name of the policy, for people who read the run table
        A key that is stored already keeps its first outcome; a failed one is replaced.
        """
        if not batch:
            return 0
        rulebook = rulebook or current_rulebook()
        with self._transaction() as db:
            self._store_organisations(db, [job for _, job, _ in batch])
            columns = self._parameter_columns(db, [job for _, job, _ in batch], rulebook)
            stored = self._stored(key for key, _, _ in batch)
            new = {key: (job, outcome) for key, job, outcome in batch if key not in stored}
            ids = self._insert_runs(db, new, columns, sweep, policies or {}, rulebook)
            self._insert_outcomes(db, ids, new)
        return len(new)

    def record_failure(self, key: str, job, problem: BaseException, status: str = "failed",
                       sweep: int | None = None, policy: str | None = None, rulebook: str | None = None) -> None:
        """Notes that a run did not finish, with its error; a later success replaces this."""
        rulebook = rulebook or current_rulebook()
        trace = "".join(traceback.format_exception(problem))
        with self._transaction() as db:
            self._store_organisations(db, [job])
            columns = self._parameter_columns(db, [job], rulebook)
            error = " ".join(f"{type(problem).__name__}: {problem}".split())
            self._upsert(db, {
                **rows.run_row(key, job, rulebook), "sweep": sweep, "policy": policy, "status": status, "attempts": 1,
                "error": error, "traceback": trace, "seconds": None, "host": platform.node(), "outcome_hash": None,
                "warnings": "[]", "finished": now(), **rows.parameter_values(job, columns)})

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

    def write_pay_vector(self, key: str, organisation: str, vectors: Mapping) -> None:
        """Stores what pooled measures pay on an organisation (its hash), under a key of the caller's."""
        with self._transaction() as db:
            db.execute("INSERT OR REPLACE INTO pay_vector (key, organisation, json) VALUES (?, ?, ?)",
                       (key, organisation, rows.compact(vectors)))

    # The steps of a batch

    def _store_organisations(self, db, jobs) -> None:
        for spec in {id(job.spec): job.spec for job in jobs}.values():
            document = spec.canonical()
            db.execute("INSERT OR IGNORE INTO organisation (hash, name, json) VALUES (?, ?, ?)",
                       (organisation_hash(spec), spec.name, rows.compact(document)))

    def _parameter_columns(self, db, jobs, rulebook: str) -> list[str]:
        """Names of the parameters that have a column in `run`, after adding those these jobs vary first."""
        varied = {name for job in jobs for name in (*job.levers, *job.world)}
        added = add_columns(db, "run", {name: rows.column_type(name) for name in sorted(varied)})
        for name in added:  # under the same rules, runs made before did not vary it
            db.execute(f'UPDATE run SET "{name}" = ? WHERE rulebook = ?', (PARAMETERS[name].default, rulebook))
        there = {row[1] for row in db.execute("PRAGMA table_info(run)")}
        return [name for name in PARAMETERS if name in there]

    def _insert_runs(self, db, new: Mapping, columns, sweep, policies: Mapping, rulebook: str) -> dict[str, int]:
        ids, finished, host = {}, now(), platform.node()
        for key, (job, outcome) in new.items():
            row = {**rows.run_row(key, job, rulebook), "sweep": sweep, "policy": policies.get(key), "status": "ok",
                   "attempts": 1, "error": None, "traceback": None, "seconds": float(outcome.seconds), "host": host,
                   "outcome_hash": str(outcome.outcome_hash), "warnings": rows.compact(list(outcome.warnings)),
                   "finished": finished, **rows.parameter_values(job, columns)}
            ids[key] = self._upsert(db, row)
        return ids

    def _upsert(self, db, row: Mapping) -> int:
        """Inserts a run, or writes over an earlier attempt that did not succeed; returns its id."""
        changes = ", ".join(f'"{name}" = excluded."{name}"' for name in row if name not in ("key", "attempts"))
        quoted = ", ".join(f'"{name}"' for name in row)
        found = db.execute(
            f"INSERT INTO run ({quoted}) VALUES ({', '.join('?' * len(row))}) "
            f"ON CONFLICT (key) DO UPDATE SET {changes}, attempts = attempts + 1 WHERE status != 'ok' "
            "RETURNING id", list(row.values())).fetchone()
        return found[0] if found else db.execute("SELECT id FROM run WHERE key = ?", (row["key"],)).fetchone()[0]

    def _insert_outcomes(self, db, ids: Mapping[str, int], new: Mapping) -> None:
        names = ", ".join(f'"{name}"' for name in MEASURES)
        marks = ", ".join("?" * (len(MEASURES) + 2))
        add_columns(db, "outcome", dict.fromkeys(MEASURES, "REAL"))
        outcomes, series, detail = [], [], []
        layouts = {level: self._layout(db, level) for level in ("team", "employee", "silo_map")}
        for key, run in ids.items():
            outcome = new[key][1]
            outcomes += rows.outcome_rows(run, outcome)
            series += rows.series_rows(run, outcome)
            detail += [(run, layouts[level], blob) for level, blob in rows.details(outcome).items()]
        db.conn.executemany(f"INSERT INTO outcome (run, period, {names}) VALUES ({marks})", outcomes)
        # In the order of the table's own key, so that each leaf page is touched once a batch.
        db.conn.executemany("INSERT INTO series (measure, run, numbers) VALUES (?, ?, ?)", sorted(series))
        db.conn.executemany("INSERT INTO detail (run, layout, numbers) VALUES (?, ?, ?)", detail)

    def _layout(self, db, level: str) -> int:
        names = rows.compact(rows.level_names(level))
        db.execute("INSERT OR IGNORE INTO layout (level, names) VALUES (?, ?)", (level, names))
        return db.execute("SELECT id FROM layout WHERE level = ? AND names = ?", (level, names)).fetchone()[0]


def machine() -> str:
    """The machine a sweep ran on, in a line."""
    return f"{platform.node()}, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
