"""Checksums of stored rows: SQLite itself does not notice when numbers within a row change on a failing disk.

Every series and detail has one of its own. A run has one over its row and its measures over both periods together, so
that a run is either there as it was made or not at all. Left out is what may change later: the sweep, what is kept and
the warnings of a run. CRC-32: made against accidents, at less than a microsecond a row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from zlib import crc32

import numpy as np

from silosim.experiments.store import rows
from silosim.model.measures.declared import MEASURES

_AT_ONCE = 500
# Columns of `run` that its checksum covers, beside rows.EACH_SETTING.
OWN = ("key", "policy", "replicate", "status", "attempts", "error", "traceback", "seconds", "host", "outcome_hash",
       "finished")


def of_values(values: Sequence) -> int:
    """Of plain values, as SQLite gives them back."""
    return crc32(repr(tuple(values)).encode())


def of_part(name: str | int, run: int, numbers: bytes) -> int:
    """Of a series (named by its measure) or a detail (by its layout)."""
    return crc32(numbers, crc32(f"{name} {run} ".encode()))


def of_runs(settings: Iterable[int], outcomes: Iterable[bytes], own: Iterable[Sequence]) -> list[int]:
    """Of runs.

    settings  checksum of each run's values of rows.EACH_SETTING
    outcomes  what `defined` gives of each run's measures over both periods; of a run that failed all are undefined
    own       each run's values of OWN
    """
    return [crc32(outcome, crc32(repr(tuple(values)).encode(), setting))
            for setting, outcome, values in zip(settings, outcomes, own, strict=True)]


def defined(outcomes: np.ndarray) -> list[bytes]:
    """Of each run of float64 [runs, periods, measures] its defined numbers with their names, as bytes.

    A measure that is declared later is undefined for earlier runs, and so changes nothing.
    """
    if not len(outcomes):
        return []
    outcomes = outcomes.reshape(len(outcomes), -1)
    there = ~np.isnan(outcomes)
    alike: dict[bytes, list[int]] = {}
    for k, row in enumerate(there):
        alike.setdefault(row.tobytes(), []).append(k)
    result = [b""] * len(outcomes)
    for pattern, runs in alike.items():
        names, columns = _pattern(pattern)
        block = outcomes[np.ix_(runs, columns)].astype("<f8").tobytes()
        width = 8 * len(columns)
        for k, run in enumerate(runs):
            result[run] = names + block[k * width:(k + 1) * width]
    return result


@lru_cache(maxsize=4096)
def _pattern(there: bytes) -> tuple[bytes, np.ndarray]:
    """Names of the defined measures, those of both periods in alphabetical order, and their columns."""
    names = {f"{period} {name}": k for k, (period, name) in enumerate((p, m) for p in rows.PERIODS for m in MEASURES)}
    some = {name: names[name] for name in sorted(names) if there[names[name]]}
    return ",".join(some).encode(), np.array(list(some.values()), dtype=int)


def outcome_joins(db) -> tuple[str, str]:
    """(columns, joins) as SQL that put every measure over both periods beside a row of `run`; NULL where undefined."""
    there = {row[1] for row in db.execute("PRAGMA table_info(outcome)")}
    columns = ", ".join(f'{period}."{name}"' if name in there else "NULL"
                        for period in rows.PERIODS for name in MEASURES)
    joins = " ".join(f"LEFT JOIN outcome AS {period} ON {period}.run = run.id AND {period}.period = '{period}'"
                     for period in rows.PERIODS)
    return columns, joins


def stored_runs(db) -> Iterator[tuple[int, int | None, int]]:
    """(number, checksum as stored, checksum as it should be) of every run."""
    columns, joins = outcome_joins(db)
    own, setting = (", ".join(f"run.{name}" for name in names) for names in (OWN, rows.EACH_SETTING))
    found = db.execute(f"SELECT run.id, run.checksum, {own}, {setting}, {columns} FROM run {joins}")
    first, second = 2 + len(OWN), 2 + len(OWN) + len(rows.EACH_SETTING)
    while some := found.fetchmany(_AT_ONCE):
        outcomes = defined(np.array([row[second:] for row in some], dtype=float))
        sums = of_runs([of_values(row[first:second]) for row in some], outcomes, [row[2:first] for row in some])
        yield from ((row[0], row[1], checksum) for row, checksum in zip(some, sums, strict=True))


def fill(db) -> None:
    """Gives every stored row its checksum."""
    db.create_function("part_checksum", 3, of_part, deterministic=True)
    db.execute("UPDATE series SET checksum = part_checksum(measure, run, numbers)")
    db.execute("UPDATE detail SET checksum = part_checksum(layout, run, numbers)")
    db.executemany("UPDATE run SET checksum = ? WHERE id = ?",
                   [(checksum, number) for number, _, checksum in stored_runs(db)])
