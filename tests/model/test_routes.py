"""Knowing where a case goes, a term and its clock: off they leave no trace, on no case gets lost."""

import numpy as np
import pytest
from casebook import check_books
from worlds import Simulation, organisation, small, total

from silosim.model.layout import HELD

WEEKS = 20
DOUBT = {"routing_doubt": 10.0, "routing_spread": 2.0}
TERM = {"kpi": "within_norm", "term_days": 1}
CLOCK = {**TERM, "hold_days": 8.0, "hold_norm": 1.0, "audit": 0.1, "bonus": 1.2}


def world(load=0.56, **values):
    return Simulation(small(load), seed=3, **values)


@pytest.mark.parametrize(("given", "values"), [
    ({}, {"routing_spread": 2.0, "routing_hours": 4.0, "routing_learning": 1.0, "routing_sharing": 0.5,
          "routing_forgetting": 0.2}),
    ({"structure": "pool"}, DOUBT),
    ({}, {"term_days": 5, "order_choice": 5.0, "hold_days": 20.0, "hold_norm": 2.0}),
    ({"kpi": "within_norm"}, {"order_choice": 5.0, "hold_days": 20.0, "hold_norm": 2.0}),
    ({**TERM, "bonus": 0.0}, {"order_choice": 5.0, "hold_days": 20.0}),
    (TERM, {"hold_norm": 2.0}),
], ids=("no doubt", "one team", "another KPI", "no term", "no pay", "no such status"))
def test_off_is_off_to_the_bit(given, values):
    plain, changed = world(0.8, **given).run(WEEKS), world(0.8, **given, **values).run(WEEKS)
    np.testing.assert_array_equal(plain, changed)


def test_who_knows_everything_sends_nothing_astray():
    """Doubt of 10 and full knowledge that is not lost: the run without doubt, but for what knowledge there is."""
    known = world(**DOUBT, routing_forgetting=0.0, quit_rate=0.0)
    known.record["knows"][:] = 1.0
    np.testing.assert_array_equal(known.run(WEEKS), world(quit_rate=0.0).run(WEEKS))


def test_of_two_teams_the_other_one_is_right():
    """By elimination: there is nowhere else to send a case to."""
    two = organisation((4, 4), (((0, 2.0), (1, 2.0)), ((1, 1.0), (0, 1.0))), a_day=10.0)
    plain, doubtful = (Simulation(two, seed=1, **values).run(WEEKS) for values in ({}, DOUBT))
    np.testing.assert_array_equal(plain, doubtful)


@pytest.mark.parametrize("values", [DOUBT, TERM, CLOCK, {**DOUBT, **CLOCK}], ids=("doubt", "term", "clock", "all"))
def test_every_case_is_somewhere(values):
    """Week by week, in an overload, through changes of structure and of top tasks, with people who leave."""
    sim = world(0.8, **values, quit_rate=0.03, withdraw_rate=0.05, patience=0.4)
    sim.at(8, structure="journey").at(12, top_tasks=1).at(14, structure="functional").at(17, kpi="closures")
    for _ in range(WEEKS):
        sim.run(1)
        check_books(sim, closed=True)
    if values is DOUBT:
        assert total(sim, "bounces", closed=True) > 100.0


def test_the_clock_is_stopped_and_runs_again():
    sim, seen = world(0.8, **CLOCK), []
    for _ in range(WEEKS):
        sim.run(1)
        seen.append(int((sim.record["case"]["status"] == HELD).sum()))
    assert max(seen) > 10
    sim.set(hold_days=0.0).run(26)
    assert not (sim.record["case"]["status"] == HELD).any()


def test_without_a_choice_of_order_the_term_only_counts():
    """Cases are taken as they came: with motives frozen the work is the same whatever the term is."""
    frozen = {"kpi": "within_norm", "order_choice": 0.0, "imitation": 0.0, "quit_pay": 0.0}
    hours = [total(sim, "stages", closed=True) for days in (0, 1, 30)
             for sim in [world(0.8, term_days=days, **frozen)] if sim.run(WEEKS).any()]
    assert hours[0] == hours[1] == hours[2]
