"""Runs of a database as they can be stored in another one, each checked against its checksum."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np

from silosim.experiments.scenarios import Planned
from silosim.experiments.store import checksums, rows
from silosim.experiments.store.batch import Run
from silosim.experiments.store.errors import StoreError, in_plain_words
from silosim.experiments.store.keep import Kept, parts_of
from silosim.model.measures.declared import MEASURES

_NOWHERE = -1  # a copied run is a point of no sweep; sweeps are copied by themselves


class Document:
    """A stored organisation, as `organisation_hash` takes one."""

    def __init__(self, document):
        self.document = document

    def canonical(self):
        """The document itself."""
        return self.document


class StoredSetting:
    """A setting read back: its canonical document is all that storing needs."""

    __slots__ = ("canonical",)

    def __init__(self, values: Sequence):
        """values  of rows.EACH_SETTING."""
        self.canonical = dict(zip(rows.EACH_SETTING, values, strict=True))
        for name in ("levers", "world", "switches"):
            self.canonical[name] = json.loads(self.canonical[name])


@lru_cache(maxsize=20_000)
def _setting(values: tuple) -> StoredSetting:
    return StoredSetting(values)


def run_of(own: Sequence, setting: tuple, outcome: np.ndarray, warnings: str, sweep: int | None,
           series: Mapping[str, bytes], details: Mapping[str, bytes], layouts: Mapping[str, str]) -> Run:
    """A run from what the tables say of it.

    own      values of checksums.OWN
    setting  values of rows.EACH_SETTING
    outcome  float64 [2 periods, measures]
    """
    key, policy, replicate, status, attempts, error, trace, seconds, host, outcome_hash, finished = own
    summary, path = (period.tobytes() for period in np.ascontiguousarray(outcome, dtype="<f8"))
    kept = Kept(summary, path, series, details, outcome_hash, seconds, tuple(json.loads(warnings)), host)
    planned = Planned(_NOWHERE, policy, "", replicate, key, _setting(setting))
    return Run(planned, kept, sweep, finished, status, attempts, error, trace, layouts)


def stored_runs(store, path) -> Iterator[list[Run]]:
    """Every run of a Store, some hundreds at a time. StoreError when one is not what it was when it was stored."""
    db = store.db.conn
    columns, joins = checksums.outcome_joins(db)
    own, setting = (", ".join(f"run.{name}" for name in names) for names in (checksums.OWN, rows.EACH_SETTING))
    found = store.stream(f"SELECT run.id, run.sweep, run.kept, run.warnings, run.checksum, {own}, {setting}, {columns} "
                         f"FROM run {joins} ORDER BY run.id")
    measures = _measures(db)
    layouts = {number: (level, names) for number, level, names in db.execute("SELECT id, level, names FROM layout")}
    first = 5
    second = first + len(checksums.OWN)
    third = second + len(rows.EACH_SETTING)
    for some in found:
        outcomes = np.array([row[third:] for row in some], dtype=float).reshape(len(some), 2, len(MEASURES))
        sums = checksums.of_runs([checksums.of_values(row[second:third]) for row in some],
                                 checksums.defined(outcomes), [row[first:second] for row in some])
        with in_plain_words(path):
            parts = _parts(db, [row[0] for row in some], measures, layouts)
        result = []
        for row, outcome, checksum in zip(some, outcomes, sums, strict=True):
            number, sweep, kept, warnings, stored, key = row[:6]
            series, details, named, whole = parts.get(number, ({}, {}, {}, True))
            if stored != checksum or not whole or (kept and parts_of(kept) != (set(series), set(details))):
                raise StoreError(f"{path}: run {key[:12]} is damaged; `silosim data check` lists what is, and "
                                 "`silosim data salvage` saves the rest")
            result.append(run_of(row[first:second], row[second:third], outcome, warnings, sweep, series, details,
                                 named))
        yield result


def _measures(db) -> list[str]:
    """Measures that have series, each looked up behind the one before: reading all series takes long."""
    found = [""]
    while found[-1] is not None:
        found.append(db.execute("SELECT min(measure) FROM series WHERE measure > ?", [found[-1]]).fetchone()[0])
    return found[1:-1]


def _parts(db, runs: list[int], measures: list[str], layouts: Mapping) -> dict[int, tuple]:
    """run -> (series, details, names of their levels, whether all are as they were stored)."""
    result: dict[int, tuple] = {}
    among = f"({rows.marks(len(runs))})"
    for run, name, numbers, checksum in db.execute(
            f"SELECT run, measure, numbers, checksum FROM series WHERE measure IN ({rows.marks(len(measures))}) "
            f"AND run IN {among}", [*measures, *runs]):
        series, details, named, whole = result.get(run, ({}, {}, {}, True))
        series[name] = numbers
        result[run] = (series, details, named, whole and checksums.of_part(name, run, numbers) == checksum)
    for run, layout, numbers, checksum in db.execute(
            f"SELECT run, layout, numbers, checksum FROM detail WHERE run IN {among}", runs):
        series, details, named, whole = result.get(run, ({}, {}, {}, True))
        level, names = layouts[layout]
        details[level], named[level] = numbers, names
        result[run] = (series, details, named, whole and checksums.of_part(layout, run, numbers) == checksum)
    return result
