"""Oracles of queues: the real schedule in the limits where queueing theory has an exact answer.

Weeks end on Friday evening, when the queue is as queueing theory has it at any moment: arrivals do not see weekends.
"""

from __future__ import annotations

import math

import numpy as np

from silosim.experiments.checks.run import Compared
from silosim.experiments.checks.theory import ERRORS, bulk_queue_mean, erlang_wait, mean_and_error
from silosim.experiments.checks.worlds import (
    exponential_hours,
    found,
    in_system,
    laboratory,
    live,
    put,
    set_effort,
    total,
    waiting,
)
from silosim.model.layout import DAYS_PER_WEEK
from silosim.model.measures import INDEX

REWORK = {"rework_share": 1.0, "return_hours": 0.0, "return_delay": 0.0}


def one_team(a_day: float, headcount: int, seed: int = 1, **values):
    """A team that handles one case a day each, all day and every day; nobody loses patience."""
    sim = put(found(laboratory((headcount,), a_day=a_day), seed, **values), withdraw_rate=0.0)
    return set_effort(sim, handle=1.0)


def cases_and_hours() -> list[Compared]:
    """TB1: cases in = ended + in the system; a flooded team is busy all the time, an idle one never."""
    sim = found(laboratory((5, 3), (((0, 2.0), (1, 3.0)),), a_day=5.0), defect_rate=0.4, give_up=0.1, context_loss=0.5,
                exception_rate=0.1, hours_spread=0.5)
    set_effort(sim, handle=0.8, game=0.1)
    compared = []
    for week in range(52):
        sim.run(1)
        ended = total(sim, "solved") + total(sim, "gave_up") + total(sim, "withdrawn")
        compared.append(Compared(f"week {week}", ended + in_system(sim), total(sim, "arrived"), 0.0))
    flooded, idle = (one_team(a_day, 2).run(26)[5:, INDEX["utilisation"]] for a_day in (20.0, 0.0))
    compared += [Compared("flooded", float(x), 1.0, 1e-9) for x in flooded]
    return compared + [Compared("idle", float(x), 0.0, 1e-9) for x in idle]


def bulk_queue() -> list[Compared]:
    """TB2: Poisson arrivals, exactly c cases finished a day: E[Q] from the roots of z^c = e^(lambda (z - 1))."""
    compared = []
    for a_day, served in ((0.8, 1), (4.0, 5), (8.0, 10), (9.0, 10)):
        mean, error = mean_and_error(live(one_team(a_day, served), 10_000, in_system))
        compared.append(Compared(f"({a_day:g}, {served})", mean, bulk_queue_mean(a_day, served), ERRORS * error))
    return compared


def failure_demand() -> list[Compared]:
    """TB3: return probability p: stages at the team lambda/(1 - p), contacts per question 1/(1 - p)."""
    a_day, weeks = 2.0, 5000
    compared = []
    for p in (0.0, 0.2, 0.5):
        sim = one_team(a_day, 5, defect_rate=p, **REWORK)
        sim.run(weeks)
        n = total(sim, "solved")
        error = math.sqrt(p) / (1 - p) / math.sqrt(n)
        compared.append(Compared(f"p = {p:g}: contacts", total(sim, "contacts") / n, 1 / (1 - p), ERRORS * error))
        days = DAYS_PER_WEEK * weeks
        error = math.sqrt((1 + p) * a_day / days) / (1 - p)
        stages = total(sim, "stages") / days
        compared.append(Compared(f"p = {p:g}: stages", stages, a_day / (1 - p), ERRORS * error + 10 / days))
    return compared


def stability() -> list[Compared]:
    """TB3: stable iff lambda < mu (1 - p): below it the queue stands, above it grows by lambda - mu (1 - p) a day."""
    served, p, weeks, runs = 5, 0.4, 600, 6
    limit, days = served * (1 - p), DAYS_PER_WEEK * 600
    compared = []
    for a_day, growth in ((0.9 * limit, 0.0), (1.1 * limit, 0.1 * limit)):
        grown = []
        for seed in range(runs):
            sim = one_team(a_day, served, seed, defect_rate=p, **REWORK)
            sim.run(weeks)
            grown.append(in_system(sim) / days)
        error = math.sqrt((a_day + served * p * (1 - p)) / days / runs)  # of a random walk with these steps
        compared.append(Compared(f"lambda = {a_day:g}", float(np.mean(grown)), growth, ERRORS * error))
    return compared


def pooling() -> list[Compared]:
    """TB4: waiting falls when desks become one pool, as Erlang C has it (within 25%: a slot is a discretisation)."""
    alone = desks(5, "functional", 60_000)
    compared = [Compared("Wq(1)", alone, 4.0, 0.2 * 4.0)]
    for c in (2, 5):
        ratio = erlang_wait(c, 0.8) / 4.0
        compared.append(Compared(f"Wq({c})/Wq(1)", desks(c, "pool", 40_000) / alone, ratio, 0.25 * ratio))
    return compared


def desks(n: int, structure: str, weeks: int) -> float:
    """Mean wait, in units of the mean work of a case, at `n` desks with a journey each: separate, or one pool."""
    load, mean_days = 0.8, 10.0  # work of ten days on average, so that the slot and the day are short
    spec = laboratory((1,) * n, tuple(((k, 8.0 * mean_days),) for k in range(n)), a_day=load * n / mean_days)
    sim = exponential_hours(put(found(spec, structure=structure), withdraw_rate=0.0))
    return float(live(set_effort(sim, handle=1.0), weeks, waiting).mean()) / (load * n)  # Little's law
