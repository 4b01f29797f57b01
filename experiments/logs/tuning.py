"""Which world fits the first period of a log best, among some that are drawn: before the test on the second one.

Only parameters that routes, times and returns depend on are drawn; what the log knows nothing of stays as it is. The
world as it was is always among the candidates, so tuning can lose on the test period but not on the first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from silosim.experiments.logs.log import EventLog
from silosim.experiments.logs.patterns import measure
from silosim.experiments.logs.ranges import Ranges
from silosim.experiments.logs.validate import UNKNOWN, View, compared, prepared, simulate
from silosim.model.ensemble import Job
from silosim.model.organisation_spec import OrganisationSpec
from silosim.model.parameters import PARAMETERS

TUNED = ("context_loss", "repeat_work", "value_no_bounce", "defect_rate", "exception_rate", "escalation_delay",
         "return_delay", "hours_spread")
FACTOR = 10.0  # log-uniformly within this factor of today's value, inside what the registry accepts
WORST = 3.0  # a figure counts no worse than this: otherwise the one that never fits would decide


@dataclass(frozen=True)
class Tuned:
    """The world that was chosen: its parameters, its mean miss in the first period, that of the world as it was, and
    how many were tried."""

    world: dict[str, float]
    miss: float
    miss_before: float
    tried: int


def candidates(n: int, world: Mapping, seed: int) -> list[dict[str, float]]:
    """`n` worlds: the given one, then a Latin hypercube of TUNED; what the user set is not drawn."""
    names = [name for name in TUNED if name not in world]
    rng = np.random.default_rng([seed, 7])
    places = (np.stack([rng.permutation(n - 1) for _ in names], axis=1) + rng.random((n - 1, len(names)))) / (n - 1)
    low, high = np.array([_range(name) for name in names]).T
    drawn = np.exp(np.log(low) + places * np.log(high / low))
    return [dict(world)] + [{**world, **{name: float(f"{x:.4g}") for name, x in zip(names, row, strict=True)}}
                            for row in drawn]


def _range(name: str) -> tuple[float, float]:
    p = PARAMETERS[name]
    return max(p.low, p.default / FACTOR), min(p.high, p.default * FACTOR)


def tune(fit: EventLog, spec: OrganisationSpec, ranges: Ranges, n: int, *, world: Mapping, levers: Mapping,
         burn_in: int, seed: int, term: int | None = None,
         tell: Callable[[int, int], None] = lambda done, total: None) -> Tuned:
    """The best of `n` worlds on the first period, one run each, all with the same random draws."""
    fit = prepared(fit, spec, term)
    seen = View.of(fit, term)
    real = measure(fit, seed=seed)
    misses = []
    worlds = candidates(n, world, seed)
    for k, one in enumerate(worlds):
        tell(k, n)
        job = Job(spec, levers=levers, world=one, burn_in=burn_in, weeks=seen.weeks, seed=seed)
        misses.append(mean_miss(real, simulate(job, 1, seen), ranges))
    tell(n, n)
    best = int(np.argmin(misses))
    return Tuned(worlds[best], misses[best], misses[0], n)


def mean_miss(real, runs, ranges: Ranges) -> float:
    """Mean miss over all figures that the log has; one that the model does not have counts as the worst."""
    found = [compared(one, None, [run[k] for run in runs], ranges) for k, one in enumerate(real)]
    known = [one for one in found if one.real.status == "ok"]
    return float(np.mean([WORST if one.verdict == UNKNOWN else min(one.miss, WORST) for one in known]))
