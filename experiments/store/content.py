"""The content hash of a sweep: equal wherever the same design gave the same outcomes.

It covers, by point and replicate: the point (policy, arm, organisation, world, factors, levers), each run's key,
whether it succeeded, its outcome hash, every defined measure over both periods, and the weekly series and details that
the sweep asked for. It leaves out what differs between two honest executions: names, times, machines, attempts, the
numbers of runs and the order in which they came; also series that other commands asked for of the same runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import blake2b

import numpy as np

from silosim.experiments.runkey import KEY_BYTES
from silosim.experiments.store import rows
from silosim.experiments.store.checksums import defined, outcome_joins
from silosim.experiments.store.keep import LEVELS

_AT_ONCE = 500


def content_hash(db, sweep: int, kept: Mapping) -> str:
    """32 hexadecimal digits.

    db    connection to the database
    kept  what the sweep asked to be kept: series and levels, each a list of names or 'all'
    """
    whole = blake2b(digest_size=KEY_BYTES)
    for point in db.execute("SELECT point, policy, arm, organisation, world_name, factors, levers, world "
                            "FROM point WHERE sweep = ? ORDER BY point", [sweep]):
        whole.update(rows.compact(point).encode())
    parts = _Parts(db, kept)
    for some in _runs(db, sweep):
        numbers = np.array([row[5:] for row in some], dtype=float).reshape(len(some), -1)
        blobs = parts.of([row[3] for row in some if row[3] is not None])
        for (point, replicate, key, run, outcome_hash, *_), outcome in zip(some, defined(numbers), strict=True):
            whole.update(f"{point}/{replicate}/{key}/{run is not None}/{outcome_hash}/".encode() + outcome)
            for name, of_runs in blobs:
                if run in of_runs:
                    whole.update(name % len(of_runs[run]) + of_runs[run])
    return whole.hexdigest()


def _runs(db, sweep: int) -> Iterator[list[tuple]]:
    """(point, replicate, key, number, outcome hash, measures of both periods), a few hundred at a time."""
    columns, joins = outcome_joins(db)
    found = db.execute(
        f"SELECT member.point, member.replicate, member.key, run.id, run.outcome_hash, {columns} FROM member "
        f"LEFT JOIN run ON run.key = member.key AND run.status = 'ok' {joins} "
        "WHERE member.sweep = ? ORDER BY member.point, member.replicate", [sweep])
    while some := found.fetchmany(_AT_ONCE):
        yield some


class _Parts:
    """Series and details that a sweep asked for."""

    def __init__(self, db, kept: Mapping):
        self.db = db
        series = rows.WEEKLY if kept["series"] == "all" else kept["series"]
        levels = LEVELS if kept["levels"] == "all" else kept["levels"]
        self.queries = [(f"series {name} %d ".encode(), "SELECT run, numbers FROM series WHERE measure = ? AND run IN ",
                         name) for name in sorted(series)]
        for level in sorted(levels):
            for number, names in db.execute("SELECT id, names FROM layout WHERE level = ? ORDER BY names", [level]):
                self.queries.append((f"{level} {names} %d ".encode(),
                                     "SELECT run, numbers FROM detail WHERE layout = ? AND run IN ", number))

    def of(self, runs: list[int]) -> list[tuple[bytes, dict[int, bytes]]]:
        """(what it is, with a place for its length; run -> numbers) of each part, for these runs."""
        among = f"({rows.marks(len(runs))})"
        return [(name, dict(self.db.execute(sql + among, [value, *runs]).fetchall()))
                for name, sql, value in self.queries]
