"""The equal-cost arm finds the factor, in few pilot runs, and says when it cannot."""

import numpy as np
import pytest
from fake_engine import FakeOrganisation

from silosim.experiments.equal_cost import PILOT_RUNS, match, scaled
from silosim.experiments.scenarios import Frame, scenarios
from silosim.model.measures.declared import INDEX, MEASURES

FRAME = Frame(FakeOrganisation(), runs=50)
WAGES = 5 * 40 * 45.0  # a week, for the five people of the organisation


class Costs:
    """A world in which a policy costs extra, and paid hours cost wages times a power of their own."""

    def __init__(self, extra, power=1.0):
        self.extra, self.power, self.calls, self.most = extra, power, 0, 0

    def __call__(self, planned):
        self.calls += 1
        self.most = max(self.most, max(one.job.replicate for one in planned) + 1)
        outcomes = {}
        for one in planned:
            hours = one.job.levers.get("paid_hours", 1.0)
            row = np.full(len(MEASURES), np.nan)
            row[INDEX["cost_total"]] = WAGES * hours**self.power + self.extra.get(one.policy, 0.0) + one.job.replicate
            outcomes.setdefault(one.policy, []).append(row)
        return {policy: np.array(rows) for policy, rows in outcomes.items()}


def test_wages_only_takes_one_step(fake):
    run = Costs({"customer_time": 900.0})
    found = match(FRAME, scenarios(["customer_time"]), run)
    assert found["today"].factor == 1
    assert found["today"].steps == 0
    assert found["customer_time"].factor == pytest.approx(1 - 900 / WAGES, abs=1e-5)
    assert found["customer_time"].reached
    assert abs(found["customer_time"].remaining) < 0.0005
    assert (run.calls, run.most) == (2, PILOT_RUNS)


def test_costs_that_do_not_follow_wages_take_secant_steps(fake):
    found = match(FRAME, scenarios(["customer_time"]), Costs({"customer_time": 900.0}, power=3.0))["customer_time"]
    assert found.factor == pytest.approx((1 - 900 / WAGES) ** (1 / 3), abs=1e-3)
    assert found.reached
    assert found.steps >= 2


def test_what_cannot_be_matched_is_said(fake):
    found = match(FRAME, scenarios(["customer_time"]), Costs({"customer_time": 0.9 * WAGES}))["customer_time"]
    assert not found.reached
    assert found.factor == 0.5  # the least the lever allows
    assert found.remaining > 0.1


def test_unknown_costs_leave_paid_hours_alone(fake):
    found = match(FRAME, scenarios(["customer_time"]), Costs({"customer_time": np.nan}))["customer_time"]
    assert (found.factor, found.reached) == (1.0, False)


def test_the_factor_becomes_a_lever(fake):
    chosen = scenarios(["customer_time"])
    found = match(FRAME, chosen, Costs({"customer_time": 900.0}))
    one = scaled(chosen, found)[1]
    assert one.levers["paid_hours"] == found["customer_time"].factor
    assert one.levers["customer_time"] == 0.2
