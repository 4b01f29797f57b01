"""Patterns of today: the baseline targets, each on the mean of a few runs of the default organisation."""

from __future__ import annotations

from functools import cache, partial

from silosim.experiments.calibration.targets import TARGETS
from silosim.experiments.checks.run import Compared
from silosim.experiments.comparison import spread
from silosim.experiments.engine import simulate
from silosim.model.ensemble import Job
from silosim.model.measures import INDEX
from silosim.model.organisation_file import load_organisation

RUNS = 12
SEED = 50_000  # of the checks, apart from those of any experiment


@cache
def outcomes():
    """Measures of the last year of each run: list of float64[M]."""
    spec = load_organisation("insurer")
    found = []
    for _, outcome in simulate([Job(spec, replicate=r, seed=SEED) for r in range(RUNS)]):
        if isinstance(outcome, Exception):
            raise outcome
        found.append(outcome.summary)
    return found


def baseline(target) -> list[Compared]:
    """The mean over runs lies in the target's range."""
    values = spread([summary[INDEX[target.measure]] for summary in outcomes()])
    middle, half = (target.low + target.high) / 2, (target.high - target.low) / 2
    return [Compared(f"{target.measure} {values.low:.3f} … {values.high:.3f}", values.mean, middle, half)]


globals().update({f"baseline_{target.measure}": partial(baseline, target) for target in TARGETS})
