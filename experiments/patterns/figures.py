"""The kinds of figures a pattern shows: what to take from which runs.

A figure names its arms and turns their runs into one number a run. An arm is one policy in one world; all figures of
all patterns share arms that are equal, so nothing is run twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from silosim.model.measures.declared import INDEX

YEAR = 52
LOAD = 0.56  # of the default organisation at demand 1


@dataclass(frozen=True)
class Arm:
    """One policy in one world; hashable, so that equal arms are one.

    levers, world  sorted (name, value) pairs
    switches       (week after the burn-in, (name, value) pairs)
    """

    levers: tuple = ()
    world: tuple = ()
    switches: tuple = ()
    weeks: int = 156

    def without_levers(self) -> Arm:
        """Today, in the same world and for as long."""
        return Arm((), self.world, (), self.weeks)


def arm(weeks: int = 156, load: float | None = None, world: Mapping | None = None, switches=(), **levers) -> Arm:
    """An arm by keywords; `load` is first-pass work as a share of paid hours, .56 by default."""
    worlds = dict(world or {})
    if load is not None and load != LOAD:
        worlds["demand"] = load / LOAD
    changes = tuple((week, tuple(sorted(values.items()))) for week, values in switches)
    return Arm(tuple(sorted(levers.items())), tuple(sorted(worlds.items())), changes, weeks)


@dataclass(frozen=True)
class Runs:
    """What an arm's runs gave: summary float64[runs, M] over the last year, grades float64[runs, years] by year."""

    summary: np.ndarray
    grades: np.ndarray

    def measure(self, name: str, year: int | None) -> np.ndarray:
        """float64[runs] of one measure over the last year, or the grade of another one."""
        return self.summary[:, INDEX[name]] if year is None else self.grades[:, year]


@dataclass(frozen=True)
class Figure:
    """One number of a pattern.

    label      text key below `patterns.label`, with `fields` filled in
    prototype  (low, high) as the specification has it, or None where it gives no figure
    fmt        Python format
    """

    label: str
    fields: Mapping = field(default_factory=dict)
    prototype: tuple[float, float] | None = None
    fmt: str = ".2f"

    def arms(self) -> tuple[Arm, ...]:
        """The arms whose runs it is made of."""
        raise TypeError("a figure says which arms it needs")

    def values(self, runs: Mapping[Arm, Runs]) -> np.ndarray:
        """One number a run, float64[runs]."""
        raise TypeError("a figure says what it takes from its runs")


@dataclass(frozen=True)
class Value(Figure):
    """A measure of one arm."""

    measure: str = "grade"
    of: Arm = Arm()

    def arms(self):
        return (self.of,)

    def values(self, runs):
        return runs[self.of].measure(self.measure, None)


@dataclass(frozen=True)
class Change(Figure):
    """Paired difference of a measure with another arm: today in the same world, unless said. year: of the grade."""

    measure: str = "grade"
    of: Arm = Arm()
    against: Arm | None = None
    year: int | None = None

    def base(self) -> Arm:
        """The arm that it is compared with."""
        return self.of.without_levers() if self.against is None else self.against

    def arms(self):
        return (self.base(), self.of)

    def values(self, runs):
        return runs[self.of].measure(self.measure, self.year) - runs[self.base()].measure(self.measure, self.year)


@dataclass(frozen=True)
class Combination(Figure):
    """Effect of two policies together minus the sum of their effects: below zero when they overlap."""

    together: Arm = Arm()
    first: Arm = Arm()
    second: Arm = Arm()

    def arms(self):
        return (self.together.without_levers(), self.first, self.second, self.together)

    def values(self, runs):
        today, first, second, together = (runs[a].measure("grade", None) for a in self.arms())
        return together - first - second + today


@dataclass(frozen=True)
class ShareWorse(Figure):
    """Share of runs whose grade ends `by` or more below their own twin, or (against None) below the mark `by`."""

    of: Arm = Arm()
    against: Arm | None = None
    by: float = 1.0

    def arms(self):
        return (self.of,) if self.against is None else (self.against, self.of)

    def values(self, runs):
        grades = runs[self.of].measure("grade", None)
        mark = self.by if self.against is None else runs[self.against].measure("grade", None) - self.by
        return (grades < mark).astype(float)


@dataclass(frozen=True)
class Optimum(Figure):
    """Where a curve of grades has its top: the position of the best of several arms. Resampled, not averaged."""

    at: tuple[float, ...] = ()
    curve: tuple[Arm, ...] = ()

    def arms(self):
        return self.curve

    def values(self, runs):
        """Grades, float64[runs, positions]; `spread_of` resamples the runs."""
        return np.stack([runs[a].measure("grade", None) for a in self.curve], axis=1)
