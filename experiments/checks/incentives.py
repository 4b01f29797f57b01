"""Oracles of pay and effort: the limits in which contract theory has an exact answer (tolerance 1e-9)."""

from __future__ import annotations

import numpy as np

from silosim.experiments.checks.run import Compared
from silosim.experiments.checks.worlds import best_effort, found, laboratory, put, vector
from silosim.model.layout import ACTIVITIES

EXACT = 1e-9
COST = 5.0
PAY_ONLY = {"duty": 0.0, "intrinsic": 0.0, "effort_cost": COST, "audit": 0.0, "dilution": 0.0}


def paid_by(measure: np.ndarray, bonus: float, **values):
    """One person, paid `bonus` on a measure that rewards each activity as `measure` says, and on nothing else."""
    sim = found(laboratory(), **{**PAY_ONLY, **values})
    put(sim, bonus=bonus, output_share=0.0, customer_weight=1.0)
    sim.record["pay_vector"][:] = measure
    return sim


def pay_only() -> list[Compared]:
    """TA1: a* = b g / c, and time has no price while the day is not full (Feltham & Xie 1994; Baker 2002)."""
    measure = vector(handle=0.5, care=0.4, connect=0.3, improve=0.2, help=0.1)
    compared = []
    for bonus in (0.0, 0.3, 0.7, 1.5, 3.0):
        chosen = best_effort(paid_by(measure, bonus))
        pairs = zip(ACTIVITIES, chosen.effort, bonus * measure / COST, strict=True)
        compared += [Compared(f"b = {bonus:g}: {name}", float(a), float(b), EXACT) for name, a, b in pairs]
        compared.append(Compared(f"b = {bonus:g}: mu", chosen.price, 0.0, 0.0))
    return compared


def scarce_time() -> list[Compared]:
    """TA3: a_i = max(0, (m_i - mu)/c), sum a = B, mu > 0 (Holmstroem & Milgrom 1991, and Kuhn and Tucker)."""
    draw = np.random.default_rng(3)
    sim = paid_by(vector(), 1.0, effort_cost=1.0)
    compared = []
    for k in range(100):
        c = float(draw.uniform(0.2, 2.0))
        put(sim, effort_cost=c, switching=0.1, work_in_progress=float(draw.uniform(1.0, 8.0)))
        motives = draw.uniform(0.0, 3.0, len(ACTIVITIES)) * (draw.random(len(ACTIVITIES)) < 0.8)
        motives[0] = 3.0  # enough to fill the day
        sim.record["pay_vector"][:] = motives
        chosen = best_effort(sim)
        theory = np.maximum(0.0, (chosen.motive - chosen.price) / c)
        compared.append(Compared(f"{k}: sum", float(chosen.effort.sum()), chosen.budget, EXACT))
        compared.append(Compared(f"{k}: KKT", float(np.abs(chosen.effort - theory).max()), 0.0, EXACT))
        compared.append(Compared(f"{k}: mu > 0", float(chosen.price > 0.0), 1.0, 0.0))
    return compared


def team_bonus() -> list[Compared]:
    """TA5: a team bonus on n people, psi = 1: surplus (2n - 1)/n^2 of the first best (Holmstroem 1982)."""
    value = vector(handle=1.0, help=1.0)
    first_best = float(value @ value) / (2 * COST)
    compared = []
    for n in (1, 2, 4, 8, 16):
        sim = put(found(laboratory((n,)), **{**PAY_ONLY, "dilution": 1.0}), bonus=1.0, team_share=1.0)
        sim.record["team"]["availability"][0] = 1.0
        effort = best_effort(sim, n - 1).effort
        surplus = float(effort @ value - COST * effort @ effort / 2) / first_best
        compared.append(Compared(f"n = {n}", surplus, (2 * n - 1) / n**2, EXACT))
    return compared
