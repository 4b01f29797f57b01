"""Fitting one world: its own constants are solved until today's organisation sits where the targets aim.

A few fixed-point steps on runs with common draws. Each step moves one constant by what its own target misses, using
the slope it has near a grade of 7; other effects are left to the next step. Whether the targets hold is judged
afterwards on runs that the fit never saw.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from silosim.experiments.calibration.prior import SOLVED
from silosim.experiments.calibration.targets import TARGETS
from silosim.model.measures.declared import INDEX
from silosim.model.parameters import PARAMETERS

STEPS = 4
RUNS = 2  # of a step
JUDGED = 4  # runs on which a solved world is judged
BURN_IN, WEEKS = 104, 104
FIT_SEED, JUDGE_SEED = 31_000, 32_000  # apart from the seeds of any experiment

NINE_BY_SPREAD = 0.13  # how the share of nines moves with the spread between cases
LARGEST = {"u_base": 0.8, "case_spread": 0.2, "defect_rate": 2.0, "quit_rate": 1.7}  # step, or factor of a step


def settle(spec, world: Mapping[str, float], runs: int, seed: int) -> dict[str, float]:
    """Means over `runs` of the targets' measures in today's organisation, and the levels it settles at.

    The last two are the mean expectation of customers, weighted by their cases, and the mean capability. Turnover is
    over the burn-in too: people leave one by one, so that a few runs of two years say little.
    """
    rows = [_settled(spec, world, replicate, seed) for replicate in range(runs)]
    return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}


def _settled(spec, world: Mapping[str, float], replicate: int, seed: int) -> dict[str, float]:
    from silosim.model.simulation import Simulation, measures_of

    sim = Simulation(spec, seed, replicate, **world)
    sim.run(BURN_IN)
    early = sim.sums()
    sim.open_window()
    sim.run(WEEKS)
    measured = sim.measures()
    found = {t.measure: float(measured[INDEX[t.measure]]) for t in TARGETS}
    found["turnover"] = float(measures_of(early + sim.sums())[0, INDEX["turnover"]])
    customers = sim.record["customer"][: int(sim.record["customers"])]
    found["expectation"] = float(np.average(customers["expectation"], weights=np.maximum(customers["cases"], 1e-9)))
    found["capability"] = float(measured[INDEX["capability"]])
    return found


def solve(spec, drawn: Mapping[str, float], steps: int = STEPS) -> dict[str, float]:
    """The solved constants of a world, from their defaults on."""
    solved = {name: float(PARAMETERS[name].default) for name in SOLVED}
    for _ in range(steps):
        solved = improved(solved, settle(spec, {**drawn, **solved}, RUNS, FIT_SEED))
    return solved


def improved(solved: Mapping[str, float], measured: Mapping[str, float]) -> dict[str, float]:
    """One step: every constant moved towards what its target aims at, within its range."""
    aim = {t.measure: t.aim for t in TARGETS}
    up = _bounded((aim["grade"] - measured["grade"]) / grade_by_satisfaction(measured["grade"]), LARGEST["u_base"])
    wider = _bounded((aim["share_nine"] - measured["share_nine"]) / NINE_BY_SPREAD, LARGEST["case_spread"])
    fewer = _log(measured["first_time_right"]) / _log(aim["first_time_right"])
    leaving = measured["turnover"] / aim["turnover"]
    new = {
        "u_base": solved["u_base"] + up,
        "case_spread": max(0.05, solved["case_spread"] + wider),
        "defect_rate": solved["defect_rate"] / _factor(fewer, LARGEST["defect_rate"]),
        "quit_rate": solved["quit_rate"] / _factor(leaving, LARGEST["quit_rate"]),
        "expectation_start": measured["expectation"] + up,
        "capability_start": measured["capability"],
    }
    return {name: min(max(value, PARAMETERS[name].low), PARAMETERS[name].high) for name, value in new.items()}


def grade_by_satisfaction(grade: float) -> float:
    """d grade / d u of the logistic scale at the mean grade, 9 p (1 - p); a little less where people differ."""
    p = min(max((grade - 1.0) / 9.0, 0.1), 0.9)
    return 0.9 * 9.0 * p * (1.0 - p)


def _bounded(step: float, most: float) -> float:
    return min(max(step, -most), most)


def _factor(ratio: float, most: float) -> float:
    return min(max(ratio, 1.0 / most), most)


def _log(share: float) -> float:
    """log of a share, away from 0 and 1."""
    return math.log(min(max(share, 0.02), 0.98))
