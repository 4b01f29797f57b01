"""The equal-cost arm: what a policy does when it may not cost more (or less) than today.

The lever `paid_hours` of every policy is scaled until its mean cost a week over the last year equals today's. The
factor is solved from a few pilot runs, paired with today's: first as if all cost were wages, then by secant steps.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from silosim.experiments.comparison import spread
from silosim.experiments.scenarios import TODAY, Frame, Planned, Scenario, plan
from silosim.model.measures.declared import INDEX
from silosim.model.parameters import PARAMETERS

ARM = "equal_cost"
PILOT_RUNS = 8
STEPS = 4
TOLERANCE = 0.0005  # of today's cost
DIGITS = 5  # of the factor, so that it can be typed and gives the same runs again
WEEK_HOURS = 40.0

Runner = Callable[[Sequence[Planned]], dict[str, np.ndarray]]


@dataclass(frozen=True)
class Match:
    """How a policy's cost was matched: paid hours times `factor` leave `remaining` (a share of today's cost)."""

    policy: str
    factor: float
    remaining: float
    steps: int
    reached: bool


def match(frame: Frame, chosen: Sequence[Scenario], run: Runner) -> dict[str, Match]:
    """The factor of each policy.

    run   makes runs and returns policy -> float [replicates, measures] over the last year
    """
    pilot = replace(frame, runs=min(frame.runs, PILOT_RUNS))
    first = run(plan(pilot, chosen, ARM))
    cost = _cost(first, TODAY)
    today = spread(cost).mean
    payroll = _payroll(frame)
    tracks = {one.name: [(_factor(one), spread(_cost(first, one.name) - cost).mean)] for one in chosen}
    for _ in range(STEPS):
        going = [one for one in chosen if not _settled(tracks[one.name], today)]
        if not going:
            break
        trial = [one.with_levers(paid_hours=_next_factor(tracks[one.name], payroll)) for one in going]
        outcomes = run(plan(pilot, trial, ARM))
        for one in trial:
            tracks[one.name].append((_factor(one), spread(_cost(outcomes, one.name) - cost).mean))
    return {one.name: _match(one, tracks[one.name], today) for one in chosen}


def scaled(chosen: Sequence[Scenario], matches: dict[str, Match]) -> list[Scenario]:
    """The scenarios with paid hours at the matched factors."""
    return [one.with_levers(paid_hours=matches[one.name].factor) for one in chosen]


def _cost(outcomes: dict[str, np.ndarray], policy: str) -> np.ndarray:
    return outcomes[policy][:, INDEX["cost_total"]]


def _factor(one: Scenario) -> float:
    return float(one.levers.get("paid_hours", PARAMETERS["paid_hours"].default))


def _payroll(frame: Frame) -> float:
    """Wages a week at the paid hours of the organisation file: the first guess of what a unit of the factor costs."""
    wage = float(frame.world.get("wage", PARAMETERS["wage"].default))
    return max(frame.spec.headcount * WEEK_HOURS * wage, 1e-9)


def _settled(track: list[tuple[float, float]], today: float) -> bool:
    """True when costs match, cannot be known, or the factor cannot move any further."""
    factor, gap = track[-1]
    stuck = len(track) > 1 and factor == track[-2][0]
    return not math.isfinite(gap) or abs(gap) <= TOLERANCE * abs(today) or stuck


def _next_factor(track: list[tuple[float, float]], payroll: float) -> float:
    """A secant step through the last two trials; the first step takes all cost for wages."""
    factor, gap = track[-1]
    slope = payroll
    if len(track) > 1:
        before, gap_before = track[-2]
        measured = (gap - gap_before) / (factor - before)
        slope = measured if measured > 0.1 * payroll else payroll
    limits = PARAMETERS["paid_hours"]
    return round(min(max(factor - gap / slope, limits.low), limits.high), DIGITS)


def _match(one: Scenario, track: list[tuple[float, float]], today: float) -> Match:
    """The trial that came nearest to today's cost."""
    factor, gap = min(track, key=lambda trial: abs(trial[1]) if math.isfinite(trial[1]) else math.inf)
    remaining = gap / today if today else math.nan
    return Match(one.name, factor, remaining, len(track) - 1, abs(gap) <= TOLERANCE * abs(today))
