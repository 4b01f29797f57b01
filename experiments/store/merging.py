"""Merging databases: runs and sweeps that other machines made, into one.

A run that both have is stored once, with the series and details of both. Two databases that have the same run with
different outcomes are not merged: one of them is wrong. Sweeps of one design under the same rules become one sweep, so
that shares made on several machines are afterwards what one machine would have made.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from silosim.experiments.store import copying, rows
from silosim.experiments.store.errors import StoreError, in_plain_words
from silosim.experiments.store.store import Store
from silosim.experiments.store.sweeping import both, versions_of_both

SHOWN = 5  # runs that are named in a refusal
_SWEEP = ("name", "command", "started", "finished", "status", "settings", "rulebook", "versions", "git", "machine",
          "seed", "design", "content", "command_line")
_BAND = ("policy", "arm", "measure", "week", "mean", "p05", "p10", "p50", "p90", "p95", "n")
_CHECK = ("name", "kind", "status", "value", "low", "high", "detail", "rulebook", "finished")
_CLAIM = ("claim", "file", "ensemble", "seed", "verdict", "fragile", "document", "rulebook", "finished")
_POINT = ("policy", "arm", "organisation", "world_name", "factors", "levers", "world")


@dataclass
class Merged:
    """What a merge did: runs that were new or there already, sweeps that came in whole or were united with one."""

    new: int = 0
    known: int = 0
    sweeps: int = 0
    united: int = 0


def merge(store: Store, sources: Sequence[str | Path]) -> Merged:
    """Brings everything of the source databases into `store`; all of it, or nothing when anything is wrong.

    Raises StoreError: a source is missing, damaged, of a newer silosim or the target itself; a run has another
    outcome than in the target or an earlier source; the points of one design differ.
    """
    merged = Merged()
    with contextlib.ExitStack() as stack:
        opened: list[Store] = []
        for source in sources:
            if Path(source).resolve() == store.path:
                raise StoreError(f"{source}: a database cannot be merged into itself")
            one = stack.enter_context(reading(source))
            _refuse_contradictions(one, source, [(store, store.path), *zip(opened, sources, strict=False)])
            opened.append(one)
        with store._transaction():
            for one, source in zip(opened, sources, strict=True):
                _merge_one(store, one, source, merged)
    return merged


@contextlib.contextmanager
def reading(path: str | Path) -> Iterator[Store]:
    """The database opened for reading; one of an older silosim as a copy that is brought up to date."""
    path = Path(path)
    try:
        store = Store(path, write=False)
    except StoreError as problem:
        if "older silosim" not in str(problem):
            raise
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / path.name
            address = f"{path.resolve().as_uri()}?mode=ro"
            with in_plain_words(path), contextlib.closing(sqlite3.connect(address, uri=True)) as old, \
                    contextlib.closing(sqlite3.connect(copy)) as new:
                old.backup(new)
            Store(copy).close()
            with Store(copy, write=False) as store:
                yield store
        return
    with store:
        store.db.conn.execute("BEGIN")  # one state of it, even while somebody writes there
        yield store


def _refuse_contradictions(source: Store, path, others: Iterable[tuple]) -> None:
    """StoreError when a run of the source has another outcome in one of the others."""
    others, wrong = list(others), []
    for some in map(dict, source.stream("SELECT key, outcome_hash FROM run WHERE status = 'ok'")):
        for other, where in others:
            wrong += [(key, where) for key, outcome in other._rows_by_key(
                "SELECT key, outcome_hash FROM run WHERE status = 'ok' AND key IN ({})", some) if outcome != some[key]]
    if wrong:
        names = ", ".join(key[:12] for key, _ in wrong[:SHOWN]) + (", ..." if len(wrong) > SHOWN else "")
        raise StoreError(f"{path}: {len(wrong)} runs have another outcome here than in {wrong[0][1]} ({names}): "
                         "the same settings gave two outcomes, so one of the two is wrong; nothing was merged")


def _merge_one(store: Store, source: Store, path, merged: Merged) -> None:
    store.write_organisations(source.fetch("SELECT hash, name, json FROM organisation"))
    numbers = {row[0]: _merge_sweep(store, source, row, path, merged)
               for row in source.fetch(f"SELECT id, {', '.join(_SWEEP)} FROM sweep ORDER BY id")}
    for runs in copying.stored_runs(source, path):
        known = store._stored_runs(store.db, [run.planned.key for run in runs if run.status != "ok"])
        news = [run for run in runs if run.planned.key not in known]  # a failure is none of a run that is there
        for run in news:
            run.sweep = numbers.get(run.sweep)
        new = store.write_runs(news)
        merged.new += new
        merged.known += sum(run.status == "ok" for run in runs) - new
    for number in dict.fromkeys(numbers.values()):
        _settle(store, number)
    vectors = source.fetch("SELECT key, organisation, json FROM pay_vector")
    store.db.conn.executemany("INSERT OR IGNORE INTO pay_vector (key, organisation, json) VALUES (?, ?, ?)", vectors)


def _merge_sweep(store: Store, source: Store, row: tuple, path, merged: Merged) -> int:
    """The number that the sweep has in the target, with its points and members there."""
    theirs = dict(zip(("id", *_SWEEP), row, strict=True))
    number = _same_sweep(store, theirs)
    if number is None:
        merged.sweeps += 1
        names, values = zip(*((name, theirs[name]) for name in _SWEEP), strict=True)
        number = store.db.execute(f"INSERT INTO sweep ({rows.quoted(names)}) VALUES ({rows.marks(len(names))})",
                                  values).lastrowid
        _copy(store, source, "band", _BAND, theirs["id"], number)
        _copy(store, source, "check_outcome", _CHECK, theirs["id"], number)
        _copy(store, source, "claim", _CLAIM, theirs["id"], number)
    else:
        merged.united += 1
        _unite(store, number, theirs)
        _refuse_other_points(store, source, number, theirs, path)
    _copy(store, source, "point", ("point", *_POINT), theirs["id"], number)
    _copy(store, source, "member", ("point", "replicate", "key"), theirs["id"], number)
    return number


def _same_sweep(store: Store, theirs: dict) -> int | None:
    """The number of the target's sweep that is this one: of the same design, or the same call of a command."""
    same = ("design", "rulebook") if theirs["design"] else ("command", "started", "machine", "settings", "rulebook",
                                                            "seed", "design")
    where = " AND ".join(f"{name} IS ?" for name in same)
    found = store.db.execute(f"SELECT max(id) FROM sweep WHERE {where}", [theirs[name] for name in same]).fetchone()
    return found[0]


def _unite(store: Store, number: int, theirs: dict) -> None:
    """Says of the united sweep where and when both parts were made."""
    names = ("started", "finished", "versions", "git", "machine", "command_line", "content")
    ours = dict(zip(names, store.db.execute(f"SELECT {', '.join(names)} FROM sweep WHERE id = ?", [number]).fetchone(),
                    strict=True))
    last = max((one["finished"] for one in (ours, theirs) if one["finished"]), default=None)
    store.db.execute(
        "UPDATE sweep SET started = ?, finished = ?, versions = ?, git = ?, machine = ?, command_line = ?, content = ? "
        "WHERE id = ?",
        [min(ours["started"], theirs["started"]), last, versions_of_both(ours["versions"], theirs["versions"]),
         *(both(ours[name], theirs[name]) for name in ("git", "machine", "command_line")),
         ours["content"] or theirs["content"], number])


def _refuse_other_points(store: Store, source: Store, number: int, theirs: dict, path) -> None:
    """StoreError when a point of the design is another one in the target."""
    sql = f"SELECT point, {', '.join(_POINT)} FROM point WHERE sweep = ?"
    ours = {row[0]: row for row in store.db.execute(sql, [number])}
    for row in source.fetch(sql, [theirs["id"]]):
        if ours.get(row[0], row) != row:
            raise StoreError(f"{path}: point {row[0]} of sweep {theirs['id']} is another one than in sweep {number} of "
                             f"{store.path}, though their design is the same: nothing was merged")


def _copy(store: Store, source: Store, table: str, columns: tuple[str, ...], theirs: int, ours: int) -> None:
    for some in source.stream(f"SELECT {rows.quoted(columns)} FROM {table} WHERE sweep = ?", [theirs]):
        store.db.conn.executemany(
            f"INSERT OR IGNORE INTO {table} (sweep, {rows.quoted(columns)}) VALUES (?, {rows.marks(len(columns))})",
            [(ours, *row) for row in some])


def _settle(store: Store, number: int) -> None:
    """Status, content hash and bands of a sweep of a design, from all its runs."""
    design, content, status, settings = store.db.execute(
        "SELECT design, content, status, settings FROM sweep WHERE id = ?", [number]).fetchone()
    if not design:
        return
    members, points, ok = store.db.execute(
        "SELECT count(*), (SELECT count(*) FROM point WHERE sweep = ?), "
        "count(CASE WHEN run.status = 'ok' THEN 1 END) FROM member LEFT JOIN run ON run.key = member.key "
        "WHERE member.sweep = ?", [number, number]).fetchone()
    wanted = json.loads(settings).get("replications", {}).get("runs")
    whole = ok == members and (content is not None or members == points * (wanted or 0) > 0)
    status = "done" if whole else "stopped" if ok == members else "failed"
    store.db.execute("UPDATE sweep SET status = ?, content = ? WHERE id = ?",
                     [status, store.content_hash(number) if whole else None, number])
    measures = [row[0] for row in store.db.execute("SELECT DISTINCT measure FROM band WHERE sweep = ?", [number])]
    if measures:
        store.write_bands(number, measures)
