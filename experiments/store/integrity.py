"""All that can be wrong within a database that opens: pages, references, numbers, and what sweeps say of them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from typing import NamedTuple

from silosim.experiments.runkey import organisation_hash
from silosim.experiments.store import checksums, rows
from silosim.experiments.store.copying import Document
from silosim.experiments.store.keep import parts_of
from silosim.experiments.store.writing import LOST_JSON

SHOWN = 5


class Problem(NamedTuple):
    """A kind of thing that is wrong: how many there are, and some of them by name."""

    kind: str
    count: int
    examples: tuple[str, ...]


def check(store) -> list[Problem]:
    """Looks at every page and every row of an open Store; empty when all is well.

    Kinds: 'pages' that make no sense, 'references' to rows that are not there, 'runs' that are not what was stored (or
    lack their measures), 'series' and 'details' likewise, 'kept': a run that lacks what it says is kept of it,
    'organisations' that are not what their hash says, 'sweeps' that are done and whose content is another one.
    """
    db = store.db.conn
    problems = []
    for kind, look in _LOOKS.items():
        try:
            found = list(look(db))
        except sqlite3.DatabaseError as problem:
            found = [" ".join(str(problem).split())]
        if found:
            problems.append(Problem(kind, len(found), tuple(found[:SHOWN])))
    try:
        done = store.fetch("SELECT id, content FROM sweep WHERE content IS NOT NULL")
        wrong = [f"{number}" for number, content in done if store.content_hash(number) != content]
    except (ValueError, KeyError, TypeError) as problem:  # what stands there cannot even be read
        wrong = [" ".join(str(problem).split())]
    return problems + ([Problem("sweeps", len(wrong), tuple(wrong[:SHOWN]))] if wrong else [])


def _pages(db) -> Iterator[str]:
    for (said,) in db.execute("PRAGMA integrity_check(20)"):
        if said != "ok":
            yield " ".join(said.split())


def _references(db) -> Iterator[str]:
    for table, _, other, _ in db.execute("PRAGMA foreign_key_check"):
        yield f"{table} -> {other}"


def _runs(db) -> Iterator[str]:
    keys = {}
    for number, stored, due in checksums.stored_runs(db):
        if stored != due:
            keys[number] = True
    lacking = db.execute("SELECT id FROM run WHERE status = 'ok' AND (SELECT count(*) FROM outcome "
                         f"WHERE run = id AND period IN ({rows.marks(len(rows.PERIODS))})) < ?",
                         [*rows.PERIODS, len(rows.PERIODS)])
    keys.update((number, True) for (number,) in lacking)
    for number in keys:
        yield _key(db, number)


def _series(db) -> Iterator[str]:
    for name, run, numbers, checksum, weeks in db.execute(
            "SELECT measure, run, numbers, series.checksum, weeks FROM series LEFT JOIN run ON run.id = run"):
        if checksums.of_part(name, run, numbers) != checksum or len(numbers) != (weeks or 0) * rows.FLOAT.itemsize:
            yield f"{name} {_key(db, run)}"


def _details(db) -> Iterator[str]:
    for level, layout, run, numbers, checksum in db.execute(
            "SELECT level, layout, run, numbers, checksum FROM detail LEFT JOIN layout ON layout.id = layout"):
        if checksums.of_part(layout, run, numbers) != checksum:
            yield f"{level} {_key(db, run)}"


def _kept(db) -> Iterator[str]:
    for number, key, kept, details in db.execute(
            "SELECT id, key, kept, (SELECT json_group_array(level) FROM detail JOIN layout ON layout.id = layout "
            "WHERE run = run.id) FROM run WHERE status = 'ok'"):
        series, levels = parts_of(kept)
        there = db.execute(f"SELECT count(*) FROM series WHERE run = ? AND measure IN ({rows.marks(len(series))})",
                           [number, *series]).fetchone()[0]
        if there < len(series) or set(json.loads(details)) != levels:
            yield key[:12]


def _organisations(db) -> Iterator[str]:
    for name, document in db.execute("SELECT hash, json FROM organisation"):
        if document != LOST_JSON and organisation_hash(Document(json.loads(document))) != name:
            yield name[:12]


def _key(db, number: int) -> str:
    found = db.execute("SELECT key FROM run WHERE id = ?", [number]).fetchone()
    return found[0][:12] if found else f"run {number}"


_LOOKS: dict[str, Callable] = {"pages": _pages, "references": _references, "runs": _runs, "series": _series,
                               "details": _details, "kept": _kept, "organisations": _organisations}
