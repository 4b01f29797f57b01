"""Customers who leave: nothing while demand does not feel it; when it does, only their own questions go."""

import numpy as np
import pytest
from worlds import Simulation, small

from silosim.model import doors
from silosim.model.layout import F
from silosim.model.measures import INDEX

CHURN = INDEX["churn"]
WEEKS = 20


def world(**values):
    return Simulation(small(), seed=3, **values)


def keys(sim, days=50):
    """Keys of all cases that arrived, by the phases of a day, nobody working."""
    found = set()
    for _ in range(days):
        doors.new_cases(sim.worlds, 0)
        doors.end_day(sim.worlds, 0)
        found |= set(sim.record["case"]["key"][: int(sim.record["high"])].tolist())
    return found


@pytest.mark.parametrize("values", [
    {"churn_return": 0.5}, {"churn_word": 3.0}, {"market_slack": 2.0}, {"churn_risk": 1.0}, {"churn_mark": 10.0},
], ids=lambda values: next(iter(values)))
def test_off_is_off_to_the_bit(values):
    """Without feedback only the measure itself follows its two parameters."""
    changed, plain = world(**values).run(WEEKS), world().run(WEEKS)
    counting = bool(values.keys() & {"churn_risk", "churn_mark"})
    assert np.array_equal(changed[:, CHURN], plain[:, CHURN]) != counting
    changed[:, CHURN] = plain[:, CHURN]
    np.testing.assert_array_equal(changed, plain)


def test_without_anybody_leaving_feedback_changes_nothing():
    sims = [world(churn_feedback=f, churn_risk=0.0, market_slack=0.0) for f in (0.0, 1.0)]
    np.testing.assert_array_equal(sims[0].run(WEEKS), sims[1].run(WEEKS))


def test_only_the_questions_of_those_who_left_stay_away():
    plain, felt = world(), world(churn_feedback=1.0, market_slack=0.0)
    felt.record["gone"][:300:3] = 1
    felt.record["lapsed"] = 100.0
    everything, fewer = keys(plain), keys(felt)
    cases = plain.record["case"][: int(plain.record["high"])]
    from_gone = set(cases["key"][cases["customer"] % 3 == 0].tolist())
    assert from_gone
    assert fewer == everything - from_gone


def test_room_to_grow_starts_at_todays_demand():
    """Places and vacancies cancel out: the file's demand, within four standard errors."""
    sim = Simulation(small(customers=2000), seed=3, churn_feedback=1.0, market_slack=0.5)
    assert abs(sim.record["gone"][:2000].mean() - 1 / 3) < 4 * np.sqrt(2 / 9 / 2000)
    assert sim.record["gone"].sum() == sim.record["lapsed"]
    mean = 100 * float(sim.record["arrivals_day"]) * 1.5 * (1 - float(sim.record["lapsed"]) / 2000)
    assert abs(len(keys(sim, 100)) - mean) < 4 * np.sqrt(mean)


def test_the_measure_expects_what_happens():
    sim = world(churn_feedback=1.0, market_slack=0.0, churn_return=0.0, u_base=-1.0)
    sim.run(10)
    expected = sim.sums()[0, F.churned]
    assert expected > 50
    assert abs(sim.record["lapsed"] - expected) < 4 * np.sqrt(expected)


def test_demand_falls_and_grows_back_with_other_people():
    sim = world(churn_feedback=1.0, market_slack=0.0, u_base=-2.0)
    before = sim.record["customer"]["trait"][:300].copy()
    base = INDEX["customer_base"]
    low = sim.run(52)[-1, base]
    sim.set(churn_risk=0.0, churn_return=0.2, churn_word=0.0)
    assert low < 0.7
    assert sim.run(52)[-1, base] > 0.95
    w = sim.record
    assert w["gone"][:300].sum() == w["lapsed"]
    new = w["earlier"][:300] > 0
    assert new.sum() > 90
    assert (w["customer"]["trait"][:300][new] != before[new]).all()
    assert (w["customer"]["trait"][:300][~new] == before[~new]).all()


def test_half_of_the_feedback_loses_half_of_the_customers():
    lost = []
    for f in (0.5, 1.0):
        sim = world(churn_feedback=f, market_slack=0.0, churn_return=0.0, u_base=-1.0)
        sim.run(6)
        lost.append(float(sim.record["lapsed"]))
    assert 0.35 < lost[0] / lost[1] < 0.75
