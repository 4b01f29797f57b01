"""Intervals by drawing units again: 95%, percentiles, seeded; all draws of a pattern in a few matrix products.

What is drawn again is a pattern's `unit`. Mostly a day, with every case opened on it: cases of one day share their
queues, colleagues and incidents, and intervals over single cases would be too narrow. A log of fewer than
FEWEST_DAYS days has single cases drawn. Where a pattern is about how teams differ, teams are drawn.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from silosim.experiments.logs.log import EventLog

DRAWS = 400
LEVEL = 0.95
FEWEST_DAYS = 20
FEWEST_UNITS = 10  # with fewer there is no interval
AT_ONCE = 4_000_000  # numbers held at a time
FEWEST = 30  # observations below which a figure is not given


@dataclass(frozen=True)
class Estimator:
    """A pattern of one log as a function of how often every unit counts.

    unit, units  what is drawn again ('day', 'case' or 'team'), and how many there are
    values       weights float64[draws, units] -> figures float64[draws, F]; NaN where undefined
    base         int[F]: observations each figure rests on
    width        numbers that `values` holds per draw, where that is more than units
    """

    unit: str
    units: int
    values: Callable[[np.ndarray], np.ndarray]
    base: np.ndarray
    width: int = 1


@dataclass(frozen=True)
class Clusters:
    """The unit of every case of a log: `of` int[cases], from 0 to n - 1."""

    unit: str
    n: int
    of: np.ndarray

    def sums(self, values: np.ndarray, cases: np.ndarray | None = None) -> np.ndarray:
        """float64[n, K]: values (one row per case, or per entry of `cases`, a case number each) added up by unit."""
        values = np.asarray(values, float).reshape(len(values), -1)
        of = self.of if cases is None else self.of[cases]
        return np.stack([np.bincount(of, column, self.n) for column in values.T], axis=1)

    def counts(self, cases: np.ndarray, category: np.ndarray, k: int) -> np.ndarray:
        """float64[n, k]: how often each category occurs in each unit."""
        flat = np.bincount(self.of[cases] * k + category, minlength=self.n * k)
        return flat.reshape(self.n, k).astype(float)


def clusters(log: EventLog) -> Clusters:
    """Cases by the day they were opened; each by itself in a log of few days."""
    day = log.local(log.cases["opened"]).to_numpy().astype("datetime64[D]").astype(np.int64)
    days, of = np.unique(day, return_inverse=True)
    if len(days) < FEWEST_DAYS:
        return Clusters("case", len(log), np.arange(len(log)))
    return Clusters("day", len(days), of)


def ratios(upper: np.ndarray, lower: np.ndarray) -> np.ndarray:
    """upper / lower, NaN where lower is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(lower > 0, upper / np.where(lower > 0, lower, 1.0), np.nan)


def estimate(name: str, estimator: Estimator, draws: int = DRAWS, seed: int = 1) -> np.ndarray:
    """float64[F, 3]: value, low and high of each figure; low and high NaN with fewer than FEWEST_UNITS units.

    The same name, log, draws and seed give the same numbers, whatever else is estimated.
    """
    value = estimator.values(np.ones((1, estimator.units)))[0]
    found = np.full((len(value), 3), np.nan)
    found[:, 0] = value
    if estimator.units < FEWEST_UNITS or draws < 2:
        return found
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    step = max(1, AT_ONCE // max(estimator.units, estimator.width))
    drawn = np.concatenate([estimator.values(_weights(rng, min(step, draws - k), estimator.units))
                            for k in range(0, draws, step)])
    outside = 100 * (1 - LEVEL) / 2
    for k in range(len(value)):
        some = drawn[np.isfinite(drawn[:, k]), k]
        if np.isfinite(value[k]) and len(some) > 0.9 * draws:
            found[k, 1:] = np.percentile(some, (outside, 100 - outside))
    return found


def _weights(rng, draws: int, units: int) -> np.ndarray:
    """How often each unit is drawn, as many times as there are units."""
    drawn = rng.integers(0, units, (draws, units)) + units * np.arange(draws)[:, None]
    return np.bincount(drawn.ravel(), minlength=draws * units).reshape(draws, units).astype(float)
