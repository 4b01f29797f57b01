"""What of a run is kept beside its summary, and the run reduced to that: small enough to send and ready to store.

A run kept whole takes about 59 KB, its summary about 1 KB and each weekly series 4 bytes a week.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from silosim.experiments.store.rows import FLOAT, WEEKLY, compact, level_names
from silosim.model.measures.declared import INDEX
from silosim.model.parameters import unknown

LEVELS = ("team", "employee", "silo_map")


class Kept(NamedTuple):
    """A finished run, reduced. Everything is plain, so that it travels between processes and machines.

    summary, path  float64 bytes: every measure over the last 52 weeks and over the whole path
    series         measure -> float32 bytes, one number a week
    details        'team', 'employee' or 'silo_map' -> float32 bytes, row by row
    """

    summary: bytes
    path: bytes
    series: Mapping[str, bytes]
    details: Mapping[str, bytes]
    outcome_hash: str
    seconds: float
    warnings: Sequence[str]
    host: str


@dataclass(frozen=True)
class Keep:
    """Which weekly series and which levels of detail to keep; by default everything.

    series  names of measures
    levels  of 'team', 'employee' and 'silo_map'
    Raises InvalidInput for an unknown name.
    """

    series: tuple[str, ...] = tuple(WEEKLY)
    levels: tuple[str, ...] = LEVELS

    def __post_init__(self):
        for name in self.series:
            if name not in WEEKLY:
                raise unknown("weekly measure", name, WEEKLY)
        for name in self.levels:
            if name not in LEVELS:
                raise unknown("level", name, LEVELS)
        object.__setattr__(self, "series", tuple(name for name in WEEKLY if name in set(self.series)))
        object.__setattr__(self, "levels", tuple(name for name in LEVELS if name in set(self.levels)))

    @cached_property
    def text(self) -> str:
        """As the `run` table says it, in JSON."""
        return kept_text(self.series, self.levels)

    def is_kept_by(self, text: str) -> bool:
        """Whether a run stored with this text has all that is asked here."""
        series, levels = parts_of(text)
        return series.issuperset(self.series) and levels.issuperset(self.levels)

    def reduce(self, outcome) -> Kept:
        """The part of an engine's outcome that is kept."""
        columns = self._columns
        weeks = np.asarray(outcome.weekly).T[columns].astype(FLOAT)  # a copy: [series, weeks], row by row
        series = {name: row.tobytes() for name, row in zip(self.series, weeks, strict=True)}
        return Kept(outcome.summary.tobytes(), outcome.path.tobytes(), series,
                    {level: _detail(outcome, level) for level in self.levels},
                    str(outcome.outcome_hash), float(outcome.seconds), tuple(outcome.warnings), _host())

    @cached_property
    def _columns(self) -> list[int]:
        return [INDEX[name] for name in self.series]


@lru_cache(maxsize=4096)
def kept_text(series: tuple[str, ...], levels: tuple[str, ...]) -> str:
    """What the `run` table says of a run with these series and levels of detail, in whatever order they are given.

    Every name is written out: what "all" are changes when a measure is added.
    """
    names = [*(name for name in WEEKLY if name in series), *sorted(set(series).difference(WEEKLY))]
    return compact({"levels": [level for level in LEVELS if level in levels], "series": names})


@lru_cache(maxsize=4096)
def parts_of(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """(series, levels) of such a text."""
    found = json.loads(text)
    return frozenset(found["series"]), frozenset(found["levels"])


EVERYTHING = Keep()
SUMMARY = Keep((), ())


def _detail(outcome, level: str) -> bytes:
    numbers = np.asarray(getattr(outcome, level))
    if level != "silo_map":
        numbers = numbers[:, [INDEX[name] for name in level_names(level)]]
    return np.ascontiguousarray(numbers, dtype=FLOAT).tobytes()


def _host() -> str:
    return platform.node()
