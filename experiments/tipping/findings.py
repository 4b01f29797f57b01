"""What the runs say: the way up against the way back, and which share of runs stays stuck.

Everything is paired: run r of a disturbed arm is read against run r that was left alone, at the same weeks. So what
drifts by itself, and the luck that both share, is no part of a gap.

Near a tipping point runs part in two groups, and a mean describes neither. So levels are told as median and 90% band
over runs, and outcomes as the share of runs that are stuck, with Wilson's interval. A run is stuck when, over the last
weeks, its backlog is more than `stuck` days above that of its undisturbed twin.
"""

from __future__ import annotations

import warnings
from dataclasses import asdict, dataclass

import numpy as np

from silosim.experiments.comparison import Spread, spread
from silosim.experiments.patterns.run import wilson
from silosim.experiments.tipping.asked import PULSED, READ, THERE_AND_BACK, UNDISTURBED, Asked
from silosim.experiments.tipping.runs import MEASURED, Weeks
from silosim.model.measures.declared import MEASURES

BAND = (5, 50, 95)  # percentiles over runs
MIXED = (0.1, 0.9)  # a level tips when the share of stuck runs lies strictly between these ...
FULL = 0.5  # ... and fewer than this share of runs is full without any pulse
ROUNDING = 1e-9


@dataclass(frozen=True)
class Middle:
    """Runs together: their median and 90% band; NaN where there are none."""

    low: float
    median: float
    high: float


@dataclass(frozen=True)
class Share:
    """A share of n runs, with its 95% interval (Wilson); NaN without runs."""

    n: int
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Branch:
    """One measure at one level, on the way up and on the way back; `gap` is back minus up, paired."""

    level: float
    up: Middle
    back: Middle
    gap: Spread


@dataclass(frozen=True)
class Loop:
    """One measure over the whole way: `gap` is the mean of back minus up over the levels visited twice, in the
    measure's unit; `area` what the loop encloses, in that unit times the parameter's. `verdict`: 'none' (the interval
    of the gap covers 0), 'small' (less than the smallest difference that matters), 'loop', or 'undefined'.
    """

    measure: str
    branches: tuple[Branch, ...]
    gap: Spread
    area: Spread
    verdict: str


@dataclass(frozen=True)
class ThereAndBack:
    """A way there and back: a loop per measure, and the share of runs that are stuck at the end."""

    loops: dict[str, Loop]
    stuck: Share


@dataclass(frozen=True)
class Scar:
    """One level of a pulse experiment.

    before, after  backlog at the end without and with the pulse
    grade          what the pulse left of the grade: pulsed minus undisturbed, paired
    stuck          share of runs the pulse left stuck
    full           share of undisturbed runs with more than that many days of backlog: they need no pulse
    """

    level: float
    before: Middle
    after: Middle
    grade: Spread
    stuck: Share
    full: Share


@dataclass(frozen=True)
class Scars:
    """A pulse at every level; `tipping` are the levels at which some runs stay stuck and others do not, and most
    would not be full without it."""

    levels: tuple[Scar, ...]
    tipping: tuple[float, ...]


def there_and_back(asked: Asked, weeks: dict[str, Weeks]) -> ThereAndBack:
    """The loops of every measure; `weeks` holds measure -> (arm, level) -> float64 [runs, weeks]."""
    first = asked.levels.values[0]
    pairs = {name: (weeks[name][THERE_AND_BACK, first], weeks[name][UNDISTURBED, first]) for name in MEASURED}
    moved, still = pairs["backlog"]
    return ThereAndBack({name: _loop(asked, name, *pair) for name, pair in pairs.items()},
                        _stuck(last(moved) - last(still), asked.stuck))


def scars(asked: Asked, weeks: dict[str, Weeks]) -> Scars:
    """What a pulse left behind at every level; `weeks` as above."""
    found = tuple(_scar(asked, weeks, level) for level in asked.levels.values)
    return Scars(found, tuple(one.level for one in found
                              if MIXED[0] < one.stuck.share < MIXED[1] and one.full.share < FULL))


def last(series: np.ndarray) -> np.ndarray:
    """[runs]: mean of the last weeks of [runs, weeks]."""
    return _mean(series[:, -READ:])


def middle(values: np.ndarray) -> Middle:
    """Median and 90% band of the defined values."""
    values = values[~np.isnan(values)]
    if not len(values):
        return Middle(*[float("nan")] * 3)
    return Middle(*(float(x) for x in np.percentile(values, BAND)))


def _loop(asked: Asked, name: str, moved: np.ndarray, still: np.ndarray) -> Loop:
    plateaus = [slice((k + 1) * asked.hold - min(READ, asked.hold), (k + 1) * asked.hold)
                for k in range(len(asked.path))]
    values = np.array([_mean(moved[:, weeks]) for weeks in plateaus])  # [plateaus, runs]
    change = values - np.array([_mean(still[:, weeks]) for weeks in plateaus])
    count = len(asked.levels.values)
    up, back = slice(0, count), slice(None, count - 2, -1)
    gaps = change[back] - change[up]  # [levels, runs]; nothing at the last level, which is visited once
    x = np.abs(np.array(asked.levels.values) - asked.levels.values[0])
    area = ((gaps[1:] + gaps[:-1]) / 2 * np.diff(x)[:, None]).sum(axis=0)
    gap = spread(gaps[:-1].mean(axis=0))
    branches = tuple(Branch(level, middle(values[up][k]), middle(values[back][k]), spread(gaps[k]))
                     for k, level in enumerate(asked.levels.values))
    return Loop(name, branches, gap, spread(area), _verdict(gap, MEASURES[name].matters))


def _verdict(gap: Spread, matters: float) -> str:
    if gap.n < 2:
        return "undefined"
    if abs(gap.mean) <= max(gap.half_width, ROUNDING):
        return "none"
    return "loop" if abs(gap.mean) >= matters else "small"


def _scar(asked: Asked, weeks: dict[str, Weeks], level: float) -> Scar:
    before, after = (last(weeks["backlog"][arm, level]) for arm in (UNDISTURBED, PULSED))
    grade = last(weeks["grade"][PULSED, level]) - last(weeks["grade"][UNDISTURBED, level])
    return Scar(level, middle(before), middle(after), spread(grade), _stuck(after - before, asked.stuck),
                _stuck(before, asked.stuck))


def _stuck(days: np.ndarray, limit: float) -> Share:
    """The share of runs above the limit."""
    days = days[~np.isnan(days)]
    if not len(days):
        return Share(0, *[float("nan")] * 3)
    return Share(len(days), *wilson(float(np.mean(days > limit)), len(days)))


def _mean(weeks: np.ndarray) -> np.ndarray:
    """Mean over the weeks that are defined."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a run without any defined week is NaN, as it should be
        return np.nanmean(weeks, axis=1)


def plain(found: ThereAndBack | Scars) -> dict:
    """For JSON: undefined numbers become null."""
    return _without_nan(asdict(found))


def _without_nan(thing):
    if isinstance(thing, dict):
        return {name: _without_nan(value) for name, value in thing.items()}
    if isinstance(thing, (list, tuple)):
        return [_without_nan(value) for value in thing]
    return None if isinstance(thing, float) and not np.isfinite(thing) else thing
