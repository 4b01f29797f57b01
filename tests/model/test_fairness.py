"""Inequality of variable pay and strain: the money adds up, and Gini is what everybody calls Gini."""

import numpy as np
import pytest
from worlds import Simulation, people, small

from silosim.model.layout import F
from silosim.model.measures import INDEX
from silosim.model.rules.fairness import gaps

SCHEMES = {
    "today": {},
    "a prize": {"rank_share": 0.6},
    "a team's": {"team_share": 1.0, "rank_share": 0.6},
    "customers": {"customer_weight": 0.4, "customer_scope": "team"},
    "a driver": {"driver_weight": 0.3},
    "process teams": {"process_teams": 3, "process_pay": 0.5, "process_people": 0.5},
    "end to end": {"kpi_sight": 1.0},
    "shared goals": {"okr": 0.5, "okr_count": 1},
    "journey teams": {"structure": "journey", "bonus": 1.5},
}


def gini(x):
    """By its definition: half of the relative mean difference."""
    x = np.asarray(x, float)
    return np.abs(x[:, None] - x[None]).mean() / 2 / x.mean()


@pytest.mark.parametrize("x", [[3.0], [1.0, 1.0, 1.0], [0.0, 0.0, 4.0], [5.0, 1.0, 2.5, 2.5, 0.1]], ids=str)
def test_gaps_over_the_sum_is_the_gini(x):
    assert gaps(np.array(x)) / sum(x) == pytest.approx(gini(x), abs=1e-12)


def lived(weeks, **scheme):
    """Pay vectors are measured in another world: here they are given, so that schemes that use them start at once."""
    sim = Simulation(small(), seed=3, **{n: v for n, v in scheme.items() if n not in GIVEN})
    for name in scheme.keys() & set(GIVEN):
        sim.record["par"][name] = scheme[name]
    sim.record["pay_vector"][:] = sim.record["driver_vector"][:] = [0.1, 0.6, 0.7, 0.3, 0.0, 0.0]
    return sim, sim.run(weeks)


GIVEN = ("customer_weight", "driver_weight", "process_pay")


@pytest.mark.parametrize("scheme", SCHEMES.values(), ids=SCHEMES)
def test_what_people_draw_is_what_is_booked(scheme):
    sim, series = lived(26, **scheme)
    sums = sim.sums()[0]
    assert sums[F.variable_pay] == pytest.approx(sums[F.cost_bonus], rel=1e-9)
    assert sim.sums("employee")[:, F.variable_pay].sum() == pytest.approx(sums[F.variable_pay], rel=1e-9)
    drawn = sim.record["drawn"][:12]
    assert (drawn > 0).all()
    assert series[25, INDEX["pay_gini"]] == pytest.approx(gini(drawn), abs=1e-12)


def test_inequality_of_strain_is_that_of_the_quarter():
    strained = np.zeros(12)
    sim = Simulation(small(0.75), seed=3)
    for _ in range(13):
        sim.open_window()
        week = sim.run(1)[0, INDEX["strain_gini"]]
        strained += sim.sums("employee")[:, F.strain]
    assert week == pytest.approx(gini(strained), abs=1e-12)
    assert not sim.record["strained"].any()


def test_both_are_undefined_between_quarter_ends_and_without_pay():
    series = Simulation(small(), seed=3, bonus=0.0).run(13)
    assert np.isnan(series[:, INDEX["pay_gini"]]).all()
    assert np.isnan(series[:12, INDEX["strain_gini"]]).all()
    assert 0.0 < series[12, INDEX["strain_gini"]] < 1.0


def test_a_team_paid_as_one_draws_alike():
    sim, series = lived(13, team_share=1.0)
    drawn, team = sim.record["drawn"][:12], people(sim)["team"]
    for t in range(3):
        assert np.ptp(drawn[team == t]) < 1e-9
    assert series[12, INDEX["pay_gini"]] > 0.0  # between teams


def test_one_person_a_team_wins_the_prize():
    sim, _ = lived(13, team_share=0.0, rank_share=1.0)
    drawn, team = sim.record["drawn"][:12], people(sim)["team"]
    for t in range(3):
        assert (drawn[team == t] > 1.0).sum() == 1
