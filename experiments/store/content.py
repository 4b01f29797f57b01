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
from silosim.experiments.store.keep import LEVELS
from silosim.model.measures.declared import MEASURES

_AT_ONCE = 500


def content_hash(db, sweep: int, kept: Mapping, measure_columns: str) -> str:
    """32 hexadecimal digits.

    db               connection to the database
    kept             what the sweep asked to be kept: series and levels, each a list of names or 'all'
    measure_columns  a column for every measure, as SQL
    """
    whole = blake2b(digest_size=KEY_BYTES)
    for point in db.execute("SELECT point, policy, arm, organisation, world_name, factors, levers, world "
                            "FROM point WHERE sweep = ? ORDER BY point", [sweep]):
        whole.update(rows.compact(point).encode())
    parts = _Parts(db, kept)
    for some in _runs(db, sweep, measure_columns):
        numbers = np.array([row[5:] for row in some], dtype="<f8").reshape(len(some), 2, len(MEASURES))
        defined = ~np.isnan(numbers)
        made = [row[3] for row in some if row[3] is not None]
        blobs = parts.of(made)
        for row, values, there in zip(some, numbers, defined, strict=True):
            whole.update(f"{row[0]}/{row[1]}/{row[2]}/{row[3] is not None}/{row[4]}".encode())
            if row[3] is not None:
                whole.update(_defined(values[0], there[0]) + _defined(values[1], there[1]))
                for name, of_runs in blobs:
                    if row[3] in of_runs:
                        whole.update(name % len(of_runs[row[3]]) + of_runs[row[3]])
    return whole.hexdigest()


def _runs(db, sweep: int, measure_columns: str) -> Iterator[list[tuple]]:
    """(point, replicate, key, number, outcome hash, measures of both periods), a few hundred at a time."""
    both = ", ".join(measure_columns.replace("outcome.", f"{period}.") for period in rows.PERIODS)
    joins = " ".join(f"LEFT JOIN outcome AS {period} ON {period}.run = run.id AND {period}.period = '{period}'"
                     for period in rows.PERIODS)
    found = db.execute(
        f"SELECT member.point, member.replicate, member.key, run.id, run.outcome_hash, {both} FROM member "
        f"LEFT JOIN run ON run.key = member.key AND run.status = 'ok' {joins} "
        "WHERE member.sweep = ? ORDER BY member.point, member.replicate", [sweep])
    while some := found.fetchmany(_AT_ONCE):
        yield some


def _defined(numbers: np.ndarray, there: np.ndarray) -> bytes:
    """The defined measures with their names: one that was declared later changes nothing for earlier runs."""
    key = there.tobytes()
    if key not in _NAMES:
        columns = sorted(np.flatnonzero(there), key=list(MEASURES).__getitem__)
        _NAMES[key] = (",".join(list(MEASURES)[k] for k in columns).encode(), np.array(columns, dtype=int))
    names, columns = _NAMES[key]
    return names + numbers[columns].tobytes()


_NAMES: dict[bytes, tuple[bytes, np.ndarray]] = {}  # by which measures are defined: seldom more than a few patterns


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
