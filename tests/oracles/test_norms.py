"""TC1-TC3: norms, conviction and perception in the limits of opinion dynamics and of a normal population."""

import math

import numpy as np
import pytest
from oracles.closed_forms import normal_share
from worlds import ACTIVITIES, Simulation, found, live_weeks, organisation, people, put, set_effort

from silosim.model import doors
from silosim.model.layout import F

TOLERANCE = 1e-9
NORMS_ONLY = {"duty": 0.0, "intrinsic": 0.0, "audit": 0.0, "norm_weight": 1.0}


def a_week_of_norms(sim: Simulation) -> None:
    """Teams take stock, pay is set, everyone chooses: phases 6 to 8 of the schedule."""
    doors.teams_take_stock(sim.worlds, 0)
    doors.teams_set_pay(sim.worlds, 0)
    for i in range(len(people(sim))):
        doors.weigh_motives(sim.worlds, 0, i)
        doors.choose_effort(sim.worlds, 0, i)


def mixed_team(**values) -> Simulation:
    """Two teams of people with different habits that fit in a day, and leaders with another example."""
    sim = found(organisation((5, 3), (((0, 1.0), (1, 1.0)),), a_day=0.0), **{**NORMS_ONLY, **values})
    people(sim)["effort"] = np.random.default_rng(7).dirichlet(np.ones(len(ACTIVITIES)), 8) * 0.8
    sim.record["example"] = [0.3, 0.2, 0.1, 0.1, 0.0, 0.1]
    return sim


def distance(sim: Simulation) -> np.ndarray:
    """Mean effort of each team minus the leaders' example."""
    e = people(sim)
    means = [e["effort"][e["team"] == team].mean(axis=0) for team in (0, 1)]
    return np.array(means) - sim.record["example"]


@pytest.mark.parametrize("leader", [0.0, 0.1, 0.5, 1.0])
@pytest.mark.parametrize("inertia", [1.0, 0.25])
def test_tc1_norms_only(leader, inertia):
    """The mean's distance to the leaders' value shrinks as (1 - l)^t (DeGroot 1974), with habits as (1 - i l)^t."""
    sim = put(mixed_team(leader_example=leader, inertia=inertia), effort_cost=0.0)
    start = distance(sim)
    for t in range(1, 11):
        a_week_of_norms(sim)
        assert distance(sim) == pytest.approx(start * (1 - inertia * leader) ** t, abs=TOLERANCE)


@pytest.mark.parametrize(("own", "leader"), [(0.2, 0.1), (1.0, 0.5), (0.1, 1.0), (0.5, 0.0)])
def test_tc2_own_conviction_and_the_leaders_example(own, leader):
    """Own weight alpha (effort cost), norm weight 1: the mean settles at (alpha x0 + l L)/(alpha + l)."""
    sim = mixed_team(
        leader_example=leader,
        inertia=1.0,
        effort_cost=own,
        intrinsic=1.0,
        value_care=0.4 * own,
        value_connect=0.0,
        value_improve=0.0,
        value_help=0.0,
        value_honest=0.0,
    )
    conviction = np.array([0.1, 0.3, 0.5, 0.7, 0.9, 0.2, 0.4, 0.6])
    people(sim)["conviction"] = conviction  # own best care: .4 conviction
    for _ in range(400):
        a_week_of_norms(sim)
    care = people(sim)["effort"][:, ACTIVITIES.index("care")]
    for members in (slice(0, 5), slice(5, 8)):
        own_best = 0.4 * conviction[members].mean()
        assert care[members].mean() == pytest.approx((own * own_best + leader * 0.2) / (own + leader), abs=TOLERANCE)


def test_tc2_conviction_under_a_culture_programme():
    """Conviction: the trait pulls with alpha, the programme with l towards L = 1, colleagues to their mean."""
    own, programme = 0.02, 0.03
    sim = found(organisation((6,), a_day=0.0), trait_pull=own, culture_push=programme, culture=1.0, social_pull=0.05)
    traits = np.array([0.1, 0.3, 0.5, 0.7, 0.9, 0.2])
    people(sim)["trait"] = traits
    for _ in range(600):
        doors.teams_take_stock(sim.worlds, 0)
        for i in range(6):
            doors.reflect(sim.worlds, 0, i)
    settled = (own * traits.mean() + programme * 1.0) / (own + programme)
    assert people(sim)["conviction"].mean() == pytest.approx(settled, abs=TOLERANCE)


SPREAD, MEAN, CROWD, WORLDS = 0.1, 0.5, 120, 40


def crowds(**values):
    """Worlds full of people whose conviction was drawn by the real rule from N(.5, .1^2)."""
    spec = organisation((CROWD,), (((0, 0.25),) * 8,), a_day=25.0, patience=20.0)
    for k in range(WORLDS):
        yield found(
            spec, seed=5, replicate=k, conviction_start=MEAN, conviction_spread=SPREAD, perception_mix=1.0, **values
        )


def think_themselves_above(sim: Simulation) -> float:
    """How many think 'I am more customer-minded than my colleagues', as the accounts of the week count it."""
    doors.clear_week(sim.worlds, 0)
    doors.close_accounts(sim.worlds, 0)
    return float(sim.record["sums"][0, F.self_above])


@pytest.mark.parametrize("displaced", [-0.1, 0.0, 0.05, 0.1, 0.2])
def test_tc3_more_than_my_colleagues(displaced):
    """Colleagues seen at the mean conviction less what incentives displace, d: the share above is Phi(d / s)."""
    above = 0.0
    for sim in crowds():
        people(sim)["seen"] = MEAN - displaced
        above += think_themselves_above(sim)
    n = CROWD * WORLDS
    share = normal_share(displaced / SPREAD)
    assert abs(above / n - share) < 4 * math.sqrt(share * (1 - share) / n)


@pytest.mark.parametrize("gap", [0.0, 0.2])
def test_tc3_seen_through_handoffs(gap):
    """The same when colleagues are really seen, in what they hand over: conviction less the gap d = gap x mean."""
    above = 0.0
    for sim in crowds():
        set_effort(sim, handle=1.0)
        for _ in range(30):  # each receives about 200 handoffs
            people(sim)["gap"] = gap
            doors.everyone_settles(sim.worlds, 0)
            live_weeks(sim, 1)
        above += think_themselves_above(sim)
    n = CROWD * WORLDS
    blur = 1 + (1 - gap) ** 2 * 0.05 / 1.95  # a picture of the last twenty or so is not the mean of all
    share = normal_share(gap * MEAN / SPREAD / math.sqrt(blur))
    assert abs(above / n - share) < 4 * math.sqrt(share * (1 - share) / n) + 0.005
