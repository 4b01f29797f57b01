"""The statistics of comparing policies: paired runs, intervals, and when a direction may be named.

Run r of a policy and run r of today share every random draw, so their difference is the policy's doing and not
chance. For each measure the differences d_1 ... d_n give

* the mean and its 95% interval, mean ± t(.975, n - 1) sd / sqrt(n): how well n runs pin the mean down;
* p10 and p90: how much a single organisation may differ from that mean;
* the share of runs that agree in sign with the mean (a run without any difference agrees with neither).

Rule for words: a direction is named only when at least 90% of the paired runs agree on it *and* the 95% interval
leaves out zero (with few runs all may agree by chance). When the mean is smaller than the smallest difference that
matters, the word says so. Runs that are all exactly equal are called equal. Everything else is unclear.
A run in which the measure is undefined for either policy is left out, and n says how many were left.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from silosim.experiments.quantile import student_t
from silosim.model.measures.declared import INDEX, MEASURES, Measure, measure

AGREEMENT = 0.9
CONFIDENCE = 0.95
MOST_RUNS = 100_000
VERDICTS = ("equal", "unclear", "undefined", "better", "worse", "higher", "lower",
            "slightly_better", "slightly_worse", "slightly_higher", "slightly_lower")


@dataclass(frozen=True, slots=True)
class Spread:
    """Values of one measure over runs: n defined ones, their mean, half-width of its 95% interval, p10, p50, p90."""

    n: int
    mean: float
    half_width: float
    p10: float
    p50: float
    p90: float

    @property
    def low(self) -> float:
        """Lower end of the interval of the mean."""
        return self.mean - self.half_width

    @property
    def high(self) -> float:
        """Upper end of the interval of the mean."""
        return self.mean + self.half_width


@dataclass(frozen=True, slots=True)
class Difference:
    """One policy against today on one measure.

    value     the policy's own values over all runs
    change    paired differences, policy - today
    agree     share of paired runs whose difference has the sign of the mean
    verdict   one of VERDICTS, by the rule at the top of this module
    """

    policy: str
    measure: str
    value: Spread
    change: Spread
    agree: float
    verdict: str

    def plain(self) -> dict:
        """For JSON: undefined numbers become null."""
        return _without_nan(asdict(self) | {"low": self.change.low, "high": self.change.high,
                                            "matters": MEASURES[self.measure].matters})


def spread(values: Sequence[float] | np.ndarray) -> Spread:
    """What runs say together; NaN (undefined) values are left out, nothing at all gives NaN everywhere."""
    values = np.asarray(values, dtype=float)
    values = values[~np.isnan(values)]
    n = len(values)
    if n == 0:
        return Spread(0, *[math.nan] * 5)
    p10, p50, p90 = (float(p) for p in np.percentile(values, (10, 50, 90)))
    if np.all(values == values[0]):  # a mean of equal numbers may differ from them in the last digit
        return Spread(n, float(values[0]), 0.0 if n > 1 else math.nan, p10, p50, p90)
    return Spread(n, float(values.mean()), half_width(float(values.std(ddof=1)), n), p10, p50, p90)


def half_width(sd: float, n: int) -> float:
    """Half of the 95% interval of a mean of n values with standard deviation sd; NaN for fewer than two."""
    return student_t((1 + CONFIDENCE) / 2, n - 1) * sd / math.sqrt(n) if n > 1 else math.nan


def difference(policy: str, name: str, values: np.ndarray, today: np.ndarray) -> Difference:
    """Compares the runs of a policy with those of today; both [runs], in the same order of replicates."""
    if np.shape(values) != np.shape(today):
        raise ValueError(f"paired runs must be equally many: {np.shape(values)} and {np.shape(today)}")
    paired = np.asarray(values, dtype=float) - np.asarray(today, dtype=float)
    change = spread(paired)
    agree = agreement(paired, change.mean)
    return Difference(policy, name, spread(values), change, agree, verdict(change, agree, measure(name)))


def agreement(paired: np.ndarray, mean: float) -> float:
    """Share of defined differences that have the sign of `mean`; of equal runs, all agree. NaN when there are none."""
    paired = paired[~np.isnan(paired)]
    return float(np.mean(np.sign(paired) == np.sign(mean))) if len(paired) else math.nan


def verdict(change: Spread, agree: float, of: Measure) -> str:
    """The word for a change, by the rule at the top of this module."""
    if change.n == 0:
        return "undefined"
    if change.mean == 0 and not change.half_width > 0:
        return "equal"
    excludes_zero = abs(change.mean) > change.half_width  # False when the half-width is NaN: a single run
    if not (excludes_zero and agree >= AGREEMENT):
        return "unclear"
    up = change.mean > 0
    if of.better == "neither":
        word = "higher" if up else "lower"
    else:
        word = "better" if up == (of.better == "up") else "worse"
    return word if abs(change.mean) >= of.matters else f"slightly_{word}"


def compare(outcomes: Mapping[str, np.ndarray], today: str,
            measures: Sequence[str] = tuple(MEASURES)) -> list[Difference]:
    """All policies against the one named `today`, on all `measures`.

    outcomes  policy -> float [runs, measures], row r of every policy with the random draws of replicate r
    """
    return [difference(policy, name, values[:, INDEX[name]], outcomes[today][:, INDEX[name]])
            for policy, values in outcomes.items() for name in measures]


def runs_needed(change: Spread, matters: float) -> int:
    """How many paired runs would bring the half-width down to `matters`, judged from the runs there are."""
    if change.n < 2 or not change.half_width > 0:
        return max(change.n, 2)
    sd = change.half_width * math.sqrt(change.n) / student_t((1 + CONFIDENCE) / 2, change.n - 1)
    n = min(max(2, math.ceil((1.96 * sd / matters) ** 2)), MOST_RUNS)
    while half_width(sd, n) > matters and n < MOST_RUNS:
        n += max(1, n // 200)
    return n


def band(series: np.ndarray) -> dict[str, np.ndarray]:
    """Mean, percentiles and number of defined runs by week of [runs, weeks]; NaN in weeks without any."""
    ranked = np.sort(series, axis=0)  # NaN goes to the end; NumPy's nanpercentile takes thirty times as long
    n = (~np.isnan(ranked)).sum(axis=0)
    last = np.maximum(n - 1, 0)
    weeks = np.arange(series.shape[1])
    result = {"mean": np.where(n > 0, np.nansum(ranked, axis=0) / np.maximum(n, 1), np.nan)}
    for percent in (5, 10, 50, 90, 95):
        place = last * percent / 100
        below = place.astype(int)
        low, high = ranked[below, weeks], ranked[np.minimum(below + 1, last), weeks]
        result[f"p{percent:02d}"] = low + (place - below) * (high - low)
    return {**result, "n": n}


def filled_forward(series: np.ndarray) -> np.ndarray:
    """[runs, weeks] with every undefined week given the last defined value before it (quarterly measures)."""
    week = np.where(np.isnan(series), 0, np.arange(series.shape[1]))
    return np.take_along_axis(series, np.maximum.accumulate(week, axis=1), axis=1)


def _without_nan(thing):
    if isinstance(thing, dict):
        return {name: _without_nan(value) for name, value in thing.items()}
    return None if isinstance(thing, float) and not math.isfinite(thing) else thing
