"""The content hash of a sweep: equal wherever the same design gave the same outcomes.

It covers, by point and replicate: the point (policy, arm, organisation, world, factors, levers), each run's key,
whether it succeeded, its outcome hash, every defined measure over both periods, and the weekly series and details that
the sweep asked for. It leaves out what differs between two honest executions: names, times, machines, attempts, the
numbers of runs and the order in which they came; also series that other commands asked for of the same runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from hashlib import blake2b

import numpy as np

from silosim.experiments.runkey import KEY_BYTES
from silosim.experiments.store import rows
from silosim.experiments.store.checksums import defined, outcome_joins
from silosim.experiments.store.keep import LEVELS, kept_text

_AT_ONCE = 500


def content_hash(db, sweep: int, kept: Mapping, known: Mapping[str, tuple[str, bytes]]) -> str:
    """32 hexadecimal digits.

    db     connection to the database
    kept   what the sweep asked to be kept: series and levels, each a list of names or 'all'
    known  key -> (what is kept of it, digest) of runs that need not be read
    """
    whole = blake2b(digest_size=KEY_BYTES)
    for point in db.execute("SELECT point, policy, arm, organisation, world_name, factors, levers, world "
                            "FROM point WHERE sweep = ? ORDER BY point", [sweep]):
        whole.update(rows.compact(point).encode())
    series = rows.WEEKLY if kept["series"] == "all" else kept["series"]
    levels = LEVELS if kept["levels"] == "all" else kept["levels"]
    text = kept_text(tuple(series), tuple(levels))
    stored = _Stored(db, sorted(series), sorted(levels))
    for some in _members(db, sweep):
        digests = {run: known[key][1] for _, _, key, run, _ in some if key in known and known[key][0] == text}
        digests.update(stored.digests([run for _, _, _, run, _ in some if run is not None and run not in digests]))
        for point, replicate, key, run, outcome_hash in some:
            whole.update(f"{point}/{replicate}/{key}/{run is not None}/{outcome_hash}/".encode())
            whole.update(digests.get(run, b""))
    return whole.hexdigest()


def run_digest(outcome: bytes, parts: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Of one run's measures, as `checksums.defined` gives them, and its (name, numbers), in order of `named_parts`."""
    digest = blake2b(outcome, digest_size=KEY_BYTES)
    for name, numbers in parts:
        digest.update(name % len(numbers))
        digest.update(numbers)
    return digest.digest()


def named_parts(series: Mapping[str, bytes], details: Mapping[str, bytes],
                layouts: Mapping[str, str] | None) -> Iterator[tuple[bytes, bytes]]:
    """(name with a place for the length, numbers) of a run's series and details; layouts as in `batch.Run`."""
    for name in sorted(series):
        yield _series_name(name), series[name]
    for level in sorted(details):
        yield _detail_name(level, layouts[level] if layouts else rows.compact(rows.level_names(level))), details[level]


@lru_cache(maxsize=4096)
def _series_name(name: str) -> bytes:
    return f"series {name} %d ".encode()


def _detail_name(level: str, names: str) -> bytes:
    return f"{level} {names} %d ".encode()


def _members(db, sweep: int) -> Iterator[list[tuple]]:
    """(point, replicate, key, number or None, outcome hash), a few hundred at a time."""
    found = db.execute("SELECT member.point, member.replicate, member.key, run.id, run.outcome_hash FROM member "
                       "LEFT JOIN run ON run.key = member.key AND run.status = 'ok' "
                       "WHERE member.sweep = ? ORDER BY member.point, member.replicate", [sweep])
    while some := found.fetchmany(_AT_ONCE):
        yield some


class _Stored:
    """Digests of runs as they are stored, with the series and levels that a sweep asked for."""

    def __init__(self, db, series: Iterable[str], levels: Iterable[str]):
        self.db = db
        self.columns, self.joins = outcome_joins(db)
        self.parts = [(_series_name(name), "SELECT run, numbers FROM series WHERE measure = ? AND run IN ", name)
                      for name in series]
        for level in levels:
            for number, names in db.execute("SELECT id, names FROM layout WHERE level = ? ORDER BY names", [level]):
                self.parts.append((_detail_name(level, names),
                                   "SELECT run, numbers FROM detail WHERE layout = ? AND run IN ", number))

    def digests(self, runs: list[int]) -> dict[int, bytes]:
        """run -> digest."""
        if not runs:
            return {}
        among = f"({rows.marks(len(runs))})"
        found = self.db.execute(f"SELECT run.id, {self.columns} FROM run {self.joins} WHERE run.id IN {among}",
                                runs).fetchall()
        parts = [(name, dict(self.db.execute(sql + among, [value, *runs]).fetchall()))
                 for name, sql, value in self.parts]
        outcomes = defined(np.array([row[1:] for row in found], dtype=float))
        return {run: run_digest(outcome, [(name, of_runs[run]) for name, of_runs in parts if run in of_runs])
                for (run, *_), outcome in zip(found, outcomes, strict=True)}
