"""How many replicates each point gets: a fixed number, or rounds that go on until the answer is sharp enough.

Rounds double: start, 2 start, 4 start ... up to most. A point is judged at the end of a round only, on its replicates
0, 1, 2 ..., so neither the order in which runs finish nor the number of workers can change a result.

What stopping early costs: a point that stops at the first round in which its interval happens to be narrow has an
interval that is narrow a little too often. With normal noise the final '95%' interval holds the true mean in 93% of
the points at worst when start = 8, 94% when start = 16, 92% when start = 4 and 89% when start = 2
(tests/experiments/test_replication.py measures it again). Where that matters, use a fixed number.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from silosim.experiments.comparison import half_width
from silosim.experiments.sweeps.checks import one_of, table, whole
from silosim.model.measures.declared import MEASURES
from silosim.model.organisation_fields import show
from silosim.model.parameters import InvalidInput

MOST_REPLICATES = 1_000_000
DEFAULT_RUNS = 8
RULES = {  # rule -> the keys of its table
    "fixed": ("rule", "runs"),
    "interval": ("rule", "start", "most", "outcome", "half_width"),
    "stability": ("rule", "start", "most", "outcome", "epsilon"),
}


@dataclass(frozen=True)
class Fixed:
    """Every point gets `runs` replicates."""

    runs: int = DEFAULT_RUNS

    paired = False

    @property
    def least(self) -> int:
        """Fewest replicates that a point gets."""
        return self.runs

    @property
    def most(self) -> int:
        """Most replicates that a point gets."""
        return self.runs

    def first(self) -> int:
        """How many replicates a point starts with."""
        return self.runs

    def more(self, n_done: int, values=None, reference=None) -> int:
        """How many replicates a point must have in total after a round: never more."""
        return self.runs

    def plain(self) -> dict:
        """As in a design file."""
        return {"rule": "fixed", "runs": self.runs}


@dataclass(frozen=True)
class Rounds:
    """Rounds that double until the point is settled; what that means is the subclass's to say.

    start    replicates of the first round, at least 2
    most     replicates at which a point stops in any case
    outcome  the measure, over the last 52 weeks, that is judged
    """

    start: int
    most: int
    outcome: str

    paired = False  # whether a point is judged by its difference with its reference

    @property
    def least(self) -> int:
        """Fewest replicates that a point gets."""
        return self.start

    def first(self) -> int:
        """How many replicates a point starts with."""
        return self.start

    def ends(self) -> list[int]:
        """Replicates at the end of each round; the last one stops at `most`, also when that is no doubling."""
        found = [self.start]
        while found[-1] < self.most:
            found.append(min(2 * found[-1], self.most))
        return found

    def more(self, n_done: int, values: np.ndarray, reference: np.ndarray | None = None) -> int:
        """How many replicates the point must have in total after this round: `n_done` when it is settled.

        values     outcome of its replicates 0 .. n_done - 1, NaN where undefined or failed
        reference  the same of the point it is paired with (that one may have more)
        A point that was settled at the end of an earlier round stays settled, whatever came after.
        """
        values = np.asarray(values, dtype=float)
        if len(values) != n_done:
            raise ValueError(f"{len(values)} outcomes of {n_done} replicates")
        if self.paired and reference is not None:
            reference = np.asarray(reference, dtype=float)
            if len(reference) < n_done:
                raise ValueError(f"{n_done} replicates against {len(reference)} of the reference")
            values = values - reference[:n_done]
        ends = self.ends()
        for n in (n for n in ends if n <= n_done):
            if self.settled(values[:n]):
                return n_done
        return next((n for n in ends if n > n_done), n_done)

    def settled(self, values: np.ndarray) -> bool:
        """Whether these outcomes, of the replicates up to the end of a round, are enough."""
        raise NotImplementedError


@dataclass(frozen=True)
class UntilNarrow(Rounds):
    """Until the 95% interval of the mean is at most `half_width` to either side; paired where there is a reference.

    Undefined outcomes are left out of the mean and count as replicates; of fewer than two there is no interval.
    """

    half_width: float

    paired = True

    def settled(self, values: np.ndarray) -> bool:
        """Whether the interval is narrow enough."""
        values = values[np.isfinite(values)]
        return len(values) > 1 and half_width(_sd(values), len(values)) <= self.half_width

    def plain(self) -> dict:
        """As in a design file."""
        return {"rule": "interval", "start": self.start, "most": self.most, "outcome": self.outcome,
                "half_width": self.half_width}


@dataclass(frozen=True)
class UntilStable(Rounds):
    """Until the coefficient of variation, sd / |mean|, differs by less than `epsilon` from a round before.

    After Lee et al. (2015), JASSS 18(4) 4, who ask it of all larger numbers of runs, which a sweep that stops cannot
    see (check). It says that the spread is known, not that the mean is; a point's own outcomes are judged, paired or
    not, because the mean of a difference may be zero.
    """

    epsilon: float

    def settled(self, values: np.ndarray) -> bool:
        """Whether the coefficient of variation has stopped moving."""
        earlier = [n for n in self.ends() if n < len(values)]
        return bool(earlier) and abs(variation(values) - variation(values[:earlier[-1]])) < self.epsilon

    def plain(self) -> dict:
        """As in a design file."""
        return {"rule": "stability", "start": self.start, "most": self.most, "outcome": self.outcome,
                "epsilon": self.epsilon}


Replications = Fixed | UntilNarrow | UntilStable


def _sd(values: np.ndarray) -> float:
    """Standard deviation; exactly 0 for equal values, which rounding in their mean would hide."""
    return 0.0 if np.all(values == values[0]) else float(values.std(ddof=1))


def variation(values: np.ndarray) -> float:
    """Coefficient of variation of the defined values: 0 when they are equal, NaN when fewer than 2 or of mean 0."""
    values = values[np.isfinite(values)]
    if len(values) < 2:
        return math.nan
    sd, mean = _sd(values), abs(float(values.mean()))
    return 0.0 if sd == 0 else sd / mean if mean > 0 else math.nan


def next_round(design, points: Sequence, counts: Mapping[int, int],
               outcome_of: Callable[[int], np.ndarray]) -> dict[int, int]:
    """How many replicates each point must have in total after this round; equal to `counts` when all are settled.

    points      of the design, all of them
    counts      point number -> replicates that this function (or `first`) asked for so far; {} at the beginning
    outcome_of  point number -> the outcome of its replicates 0 .. counts - 1, NaN where undefined or failed

    A reference has at least as many replicates as every point that is paired with it. Where points are judged by
    their difference with it, it is not judged itself. After an interruption, begin again at {}: the same outcomes
    lead through the same rounds.
    """
    rule = design.replications
    wanted = {point.number: rule.first() for point in points}
    if any(counts.values()):
        references = {point.reference for point in points} - {None}
        latest = max(counts.values())
        for point in points:
            done = wanted[point.number] = counts[point.number]
            if done < latest or (rule.paired and point.number in references):
                continue  # who has fewer than the latest round gave was settled before
            paired = rule.paired and point.reference is not None
            other = outcome_of(point.reference)[:done] if paired else None
            wanted[point.number] = rule.more(done, outcome_of(point.number), other)
    for point in points:
        if point.reference is not None:
            wanted[point.reference] = max(wanted[point.reference], wanted[point.number])
    return wanted


def read_replications(given, where: str) -> Replications:
    """The rule of a [replications] table: `runs`, or `start`, `most`, `outcome` and `half_width` or `epsilon`."""
    where = f"{where}, [replications]"
    if isinstance(given, (Fixed, Rounds)):
        given = given.plain()
    every = tuple(dict.fromkeys(key for keys in RULES.values() for key in keys))
    table(given, every, where)
    usual = "stability" if "epsilon" in given else "interval" if set(given) - {"runs", "rule"} else "fixed"
    rule = one_of(given.get("rule", usual), RULES, "rule", f"{where}, rule")
    for key in given:
        if key not in RULES[rule]:
            raise InvalidInput(f"{where}: {key} does not go with rule = \"{rule}\", which takes "
                               f"{', '.join(RULES[rule][1:])}")
    if rule == "fixed":
        return Fixed(whole(given, "runs", 1, MOST_REPLICATES, where, DEFAULT_RUNS))
    for key in RULES[rule][1:]:
        if key not in given:
            raise InvalidInput(f"{where}: {key} is missing; rule = \"{rule}\" takes {', '.join(RULES[rule][1:])}")
    start = whole(given, "start", 2, MOST_REPLICATES, where)
    most = whole(given, "most", start, MOST_REPLICATES, where)
    outcome = one_of(given["outcome"], MEASURES, "measure", f"{where}, outcome")
    if rule == "interval":
        return UntilNarrow(start, most, outcome, _positive(given, "half_width", where))
    return UntilStable(start, most, outcome, _positive(given, "epsilon", where))


def _positive(given: Mapping, key: str, where: str) -> float:
    value = given[key]
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not 0 < value <= 1e300:
        raise InvalidInput(f"{where}: {key} = {show(value)} must be a number above 0")
    return float(value)
