"""Levers of reward and of people that today does not use: off they change nothing; on they do what they say."""

import numpy as np
import pytest
from worlds import Simulation, organisation, people, put, small

from silosim.model import doors
from silosim.model.layout import FIELDS
from silosim.model.parameters import PARAMETERS

# lever -> what only it listens to, at its strongest
COMPANIONS = {
    "rank_share": {"rank_luck": 0.02, "rank_rivalry": 12.0},
    "driver_weight": {"driver_show": 2.0, "appraisal_hours": 0.1, "judgement_reliability": 1.0},
    "kpi_sight": {"kpi_focus": 1.0, "sight_noise": 5.0, "kpi_dodge": 20.0},
    "kpi_count": {"kpi_focus": 1.0, "kpi_hours": 0.05},
    "recruit_candidates": {"judgement_reliability": 0.0, "interview_money": 9000.0},
    "onboarding": {"onboarding_learn": 1.0, "sight_fade": 0.5},
    "exits": {"judgement_reliability": 0.9, "exit_fear": 20.0, "exit_money": 90_000.0},
    "customer_flag": {"flag_effect": 1.0, "flag_fade": 0.5, "flag_hours": 0.1},
}
BUSY = {"quit_rate": 0.03, "goal_alignment": -0.5, "platform": 0.5, "target_ratchet": 0.3, "capacity_cut": 0.1}


def history(**values) -> np.ndarray:
    """Weekly measures, sums and people of three quarters in which people leave, goals are opposed and targets move."""
    sim = Simulation(small(0.65), seed=4, **{**BUSY, **values})
    weekly = sim.run(40)
    who = [people(sim)[f].ravel() for f in ("effort", "conviction", "trait", "fear", "belief", "impact", "points")]
    return np.concatenate([weekly.ravel(), sim.sums("employee").ravel(), *who])


@pytest.fixture(scope="module")
def today() -> np.ndarray:
    return history()


@pytest.mark.parametrize("lever", COMPANIONS)
def test_off_it_changes_nothing_to_the_bit(lever, today):
    """At its neutral value a lever leaves no trace, however strong everything is that comes with it."""
    neutral = PARAMETERS[lever].neutral
    assert PARAMETERS[lever].default == neutral
    assert np.array_equal(history(**{lever: neutral}, **COMPANIONS[lever]), today, equal_nan=True)


@pytest.mark.parametrize("lever", sorted(COMPANIONS.keys() - {"driver_weight"}))
def test_on_it_changes_something(lever, today):
    assert not np.array_equal(history(**{lever: PARAMETERS[lever].high}), today, equal_nan=True)


def back_office(**values) -> Simulation:
    """Three teams of which only the first meets customers."""
    spec = organisation((5, 4, 3), (((0, 1.5), (1, 2.5)), ((0, 1.0), (2, 2.0))), a_day=20.0, meets=[True, False, False])
    return Simulation(spec, seed=2, **values)


def test_who_met_customers_sees_more_from_the_back_office_and_loses_it_again():
    means = []
    for sight, fade in ((0.0, 0.0), (1.0, 0.5), (1.0, 0.0)):
        sim = back_office(sight_fade=fade)
        people(sim)["sight"] = sight
        sim.run(26)
        e = people(sim)
        means.append([e["impact"][e["team"] == team].mean() for team in range(3)])
    blind, faded, seeing = np.array(means)
    assert (seeing[1:] > blind[1:] + 0.1).all()
    assert seeing[0] == pytest.approx(blind[0], abs=0.05)  # nothing was hidden there
    assert faded[1:] == pytest.approx(blind[1:], abs=0.05)


def test_an_onboarding_shows_what_customers_really_feel():
    """Where they are unhappy newcomers see that too."""
    for word_of_mouth, better in ((9.0, True), (5.0, False)):
        sim = put(back_office(), onboarding=60.0)
        sim.record["reputation"] = word_of_mouth
        doors.leave(sim.worlds, 0, 6)
        newcomer = people(sim)[6]
        assert newcomer["sight"] == pytest.approx(1 - np.exp(-60 / 16))
        assert (newcomer["impact"] > PARAMETERS["impact_sight"].default) == better


def leavers_by_conviction(reliability: float) -> tuple[int, int]:
    """How many of the more and of the less convinced half are let go in three years in which nobody else leaves."""
    spec = organisation((40,), a_day=0.0)
    sim = Simulation(spec, seed=6, exits=0.3, quit_rate=0.0, judgement_reliability=reliability, trait_pull=0.0,
                     social_pull=0.0, impact_gain=0.0, gap_loss=0.0, conviction_spread=0.1)
    gone = np.zeros(2, int)
    for _ in range(156):
        people(sim)["conviction"] = np.where(np.arange(40) < 20, 0.8, 0.6)
        before = people(sim)["recruits"].copy()
        sim.run(1)
        left = people(sim)["recruits"] > before
        gone += left[:20].sum(), left[20:].sum()
    return tuple(gone)


def test_the_least_oriented_leave_first_as_far_as_judges_can_tell():
    better, worse = leavers_by_conviction(1.0)
    assert worse > 4 * better
    better, worse = leavers_by_conviction(0.0)
    assert worse < 2 * better
    assert better + worse == pytest.approx(0.3 * 3 * 40, rel=0.35)


def test_opposed_goals_wear_down_and_come_back():
    """r' = -flag (1 - fear) r + d (r0 - r): settles at d r0 / (flag (1 - fear) + d), and returns at the rate d."""
    sim = Simulation(small(), seed=1, goal_alignment=-1.0, customer_flag=1.0, flag_effect=0.1, flag_fade=0.05,
                     fear_spread=0.0, fear_fade=0.0, quit_rate=0.0)
    people(sim)["fear"] = 0.5
    sim.run(200)
    opposed = 1.0 - sim.record["team"]["discussed"][:3]
    assert opposed == pytest.approx(0.05 / (0.1 * 0.5 + 0.05))
    sim.set(customer_flag=0.0)
    before = sim.record["team"]["discussed"][:3].copy()
    sim.run(10)
    assert sim.record["team"]["discussed"][:3] == pytest.approx(before * 0.95**10)


def test_an_end_to_end_kpi_takes_back_what_returned_and_what_was_lost():
    """Fully seen, and nobody gaming: what is taken from a quarter is traced failures and the work of lost stories."""
    sim = Simulation(small(), seed=3, kpi_sight=1.0, attribution=1.0, gaming_belief=0.0, inertia=0.0, context_loss=0.8)
    people(sim)["effort"][:, 4] = 0.0
    doors.everyone_settles(sim.worlds, 0)
    sim.run(12)
    row = dict(zip(FIELDS, sim.sums()[0], strict=True))
    lost = sim.record["par"]["repeat_work"] * (row["lost_across"] + row["lost_within"])
    failed = sim.record["journey"]["failures"].sum()
    taken = sim.record["team"]["taken"][: int(sim.record["teams"])].sum()
    assert failed > 20
    assert taken == pytest.approx(failed + lost)
