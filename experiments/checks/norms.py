"""Oracles of norms and conviction: the limits of opinion dynamics (tolerance 1e-9)."""

from __future__ import annotations

import numpy as np

from silosim.experiments.checks.run import Compared
from silosim.experiments.checks.worlds import choose, found, laboratory, people, put
from silosim.model import doors
from silosim.model.layout import ACTIVITIES, CARE

EXACT = 1e-9
EXAMPLE = (0.3, 0.2, 0.1, 0.1, 0.0, 0.1)
TEAMS = (slice(0, 5), slice(5, 8))


def mixed_teams(**values):
    """Two teams of people with different habits that fit in a day, and leaders with another example."""
    spec = laboratory((5, 3), (((0, 1.0), (1, 1.0)),), a_day=0.0)
    sim = found(spec, duty=0.0, intrinsic=0.0, audit=0.0, norm_weight=1.0, inertia=1.0)
    for name, value in values.items():
        sim.worlds["par"][name] = value
    people(sim)["effort"] = np.random.default_rng(7).dirichlet(np.ones(len(ACTIVITIES)), 8) * 0.8
    sim.record["example"] = EXAMPLE
    return put(sim)


def a_week(sim) -> None:
    """Teams take stock, and everybody chooses."""
    doors.teams_take_stock(sim.worlds, 0)
    choose(sim)
    sim.record["example"] = EXAMPLE


def leaders_example() -> list[Compared]:
    """TC1: norms only: the teams' distance to the leaders' value shrinks as (1 - l)^t (DeGroot 1974)."""
    compared = []
    for leader in (0.0, 0.1, 0.5, 1.0):
        sim = mixed_teams(leader_example=leader, effort_cost=0.0)
        start = _distance(sim)
        for t in range(1, 11):
            a_week(sim)
            off = float(np.abs(_distance(sim) - start * (1 - leader) ** t).max())
            compared.append(Compared(f"l = {leader:g}, t = {t}", off, 0.0, EXACT))
    return compared


def _distance(sim) -> np.ndarray:
    return np.array([people(sim)["effort"][members].mean(axis=0) for members in TEAMS]) - EXAMPLE


def own_conviction() -> list[Compared]:
    """TC2: with a weight alpha on one's own conviction the mean settles at (alpha x0 + l L)/(alpha + l)."""
    conviction = np.array([0.1, 0.3, 0.5, 0.7, 0.9, 0.2, 0.4, 0.6])
    compared = []
    for own, leader in ((0.2, 0.1), (1.0, 0.5), (0.1, 1.0), (0.5, 0.0)):
        sim = mixed_teams(leader_example=leader, effort_cost=own, intrinsic=1.0, value_care=0.4 * own,
                          value_connect=0.0, value_improve=0.0, value_help=0.0, value_honest=0.0)
        people(sim)["conviction"] = conviction  # one's own best care is .4 conviction
        for _ in range(400):
            a_week(sim)
        for k, members in enumerate(TEAMS):
            settled = (own * 0.4 * conviction[members].mean() + leader * EXAMPLE[CARE]) / (own + leader)
            care = float(people(sim)["effort"][members, CARE].mean())
            compared.append(Compared(f"alpha = {own:g}, l = {leader:g}, team {k}", care, settled, EXACT))
    return compared
