"""Distributions that are worked out once, when a world is founded or their parameter changes."""

from silosim.model.chance import DIFFICULTY, normal, uniform
from silosim.model.jit import rule
from silosim.model.layout import DAYS_FELT
from silosim.model.maths import BINS, NORMAL, exp, log


@rule
def shape_hours(w):
    """The distribution of stage hours around their mean: lognormal quantiles, scaled to mean 1 exactly."""
    spread = w.par.hours_spread
    mean = 0.0
    for k in range(BINS + 1):
        w.hours[k] = exp(spread * NORMAL[k])
        mean += w.hours[k] * (0.5 if k == 0 or k == BINS else 1.0) / BINS
    for k in range(BINS + 1):
        w.hours[k] /= mean


@rule
def shape_waiting(w):
    """ln(1 + T/Texp) for every number of days T that is told apart."""
    for days in range(DAYS_FELT):
        w.waited[days] = log(1.0 + days / (w.patience * w.par.patience))


@rule
def shape_stages(w):
    """How hard each stage is to do right: lognormal, scaled to mean 1 over the stages of every journey."""
    spread = w.par.defect_spread
    for j in range(w.journeys):
        journey = w.journey[j]
        mean = 0.0
        for s in range(journey.stages):
            z = normal(uniform(w.key, DIFFICULTY, j, s))
            journey.hard[s] = exp(spread * z) if spread > 0.0 else 1.0
            mean += journey.hard[s] / journey.stages
        for s in range(journey.stages):
            journey.hard[s] = journey.hard[s] / mean if spread > 0.0 else 1.0
