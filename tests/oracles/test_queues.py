"""TB1-TB5, TB7: the real schedule in the limits where queueing theory has an exact answer.

Expectations are compared with the mean of a long seeded run: at most 4 standard errors away (a right model fails 6 in
100,000 times), the error itself small enough that a wrong one is seen.
"""

import math

import numpy as np
import pytest
from oracles.closed_forms import bulk_queue_mean, erlang_wait, mean_and_error, priority_waits
from worlds import (
    all_waiting,
    exponential_hours,
    found,
    live_days,
    live_weeks,
    organisation,
    people,
    put,
    set_effort,
    small,
    total,
    waiting_by_journey,
)

from silosim.model.layout import DAYS_PER_WEEK, HOURS_PER_DAY, SLOTS
from silosim.model.measures import INDEX

ERRORS = 4.0


def one_team(a_day: float, headcount: int, hours=8.0, seed=1, **values):
    """A team that handles all day and every day; nobody loses patience."""
    spec = organisation((headcount,), (((0, hours),),), a_day=a_day)
    return set_effort(put(found(spec, seed, **values), withdraw_rate=0.0), handle=1.0)


@pytest.mark.parametrize(
    ("a_day", "people_", "printed"), [(0.8, 1, 1.6), (4.0, 5, 1.1562), (8.0, 10, 0.8786), (9.0, 10, 3.1012)]
)
def test_tb2_bulk_service_queue(a_day, people_, printed):
    """Poisson arrivals, a team that finishes exactly c cases a day: E[Q] from the roots of z^c = e^(lambda (z - 1))."""
    theory = bulk_queue_mean(a_day, people_)
    assert theory == pytest.approx(printed, abs=5e-5)
    mean, error = mean_and_error(live_weeks(one_team(a_day, people_), 40_000))  # on Friday evening
    assert error < 0.03 * theory
    assert abs(mean - theory) < ERRORS * error


def test_tb2_exactly_c_cases_a_day():
    """Day by day: Q' = max(0, Q + A - c)."""
    sim = one_team(4.0, 5)
    before, arrived = 0, 0.0
    for _ in range(500):
        now = int(live_days(sim, 1)[0][0])
        came = total(sim, "arrived") - arrived
        arrived += came
        assert now == max(0, before + came - 5)
        before = now


def test_tb1_littles_law():
    """From empty to empty, days in the system summed over cases = cases in the system summed over days, exactly."""
    sim = found(
        small(load=0.6),
        seed=4,
        defect_rate=0.33,
        context_loss=0.5,
        give_up=0.08,
        exception_rate=0.06,
        call_rate=0.05,
        hours_spread=0.5,
        strictness=0.3,
    )
    set_effort(sim, handle=0.8, care=0.05, game=0.05)
    busy = live_days(sim, 260)[0]
    put(sim, demand=0.0)
    tail = live_days(sim, 400)[0]
    assert tail[-1] == 0
    assert total(sim, "arrived") > 2000
    assert total(sim, "arrived") == total(sim, "solved") + total(sim, "gave_up") + total(sim, "withdrawn")
    assert busy.sum() + tail.sum() == total(sim, "lead_time")


@pytest.mark.parametrize("p", [0.0, 0.2, 0.5])
def test_tb3_failure_demand(p):
    """Return probability p: stages at the team lambda/(1 - p), contacts per question 1/(1 - p)."""
    a_day, days = 2.0, 100_000
    sim = one_team(a_day, 5, defect_rate=p, rework_share=1.0, return_hours=0.0, return_delay=0.0)
    sim.run(days // DAYS_PER_WEEK)
    n = total(sim, "solved", closed=True)
    assert abs(n - a_day * days) < ERRORS * math.sqrt(a_day * days) + 10
    assert abs(total(sim, "contacts", closed=True) / n - 1 / (1 - p)) <= ERRORS * math.sqrt(p) / (1 - p) / math.sqrt(n)
    stages = total(sim, "stages", closed=True)
    spread = math.sqrt(a_day * days * (1 + p)) / (1 - p)
    assert abs(stages - a_day * days / (1 - p)) < ERRORS * spread + 10


@pytest.mark.parametrize("p", [0.2, 0.5])
def test_tb3_only_failed_stages_are_redone(p):
    """Two stages, each fails with p: every stage is done 1/(1 - p) times; contacts are the larger of two geometrics."""
    spec = organisation((5,), (((0, 4.0), (0, 4.0)),), a_day=2.0)
    sim = found(spec, defect_rate=p, rework_share=1.0, return_hours=0.0, return_delay=0.0)
    set_effort(put(sim, withdraw_rate=0.0), handle=1.0)
    sim.run(20_000)
    n = total(sim, "solved", closed=True)
    assert n > 190_000
    error = math.sqrt(p) / (1 - p) / math.sqrt(n)  # of a geometric number; the larger of two spreads no more than both
    assert abs(total(sim, "stages", closed=True) / n - 2 / (1 - p)) < ERRORS * 2 * error
    assert abs(total(sim, "contacts", closed=True) / n - (2 / (1 - p) - 1 / (1 - p**2))) < ERRORS * 2 * error


def test_tb3_stability():
    """Stable iff lambda < mu (1 - p): below it the queue stands, above it grows by lambda - mu (1 - p) a day."""
    served, p, days, runs = 5, 0.4, 3000, 8
    limit = served * (1 - p)
    rework = {"defect_rate": p, "rework_share": 1.0, "return_hours": 0.0, "return_delay": 0.0}
    for a_day, growth in ((0.9 * limit, 0.0), (1.1 * limit, 0.1 * limit)):
        grown = np.array(
            [
                live_weeks(one_team(a_day, served, seed=s, **rework), days // DAYS_PER_WEEK)[-1] / days
                for s in range(runs)
            ]
        )
        error = math.sqrt((a_day + served * p * (1 - p)) / days / runs)  # of a random walk with these steps
        assert abs(grown.mean() - growth) < ERRORS * error
        assert error < 0.05 * limit


@pytest.mark.parametrize(("first_contact", "printed"), [(0.6, 0.767), (0.7, 0.800), (0.8, 0.825)])
def test_tb6_satisfaction_falls_with_contacts(first_contact, printed):
    """S = .86 - .14 (contacts - 1), geometric contacts: E[S] = .86 - .14 (1/q - 1).

    S is the experience of a case before it becomes a grade; where expectations follow at once the customer keeps it.
    """
    spec = organisation((5,), (((0, 8.0),),), a_day=2.0, customers=2000)
    sim = found(
        spec,
        defect_rate=1 - first_contact,
        rework_share=1.0,
        return_hours=0.0,
        return_delay=0.0,
        adaptation=0.0,
        u_base=0.86,
        u_contact=0.14,
        u_wait=0.0,
        u_care=0.0,
        case_spread=0.0,
        trait_spread=0.0,
        expectation_gain=1.0,
    )
    set_effort(put(sim, withdraw_rate=0.0), handle=1.0)
    sim.run(4000)
    seen = sim.record["customer"][:2000]["expectation"]
    theory = 0.86 - 0.14 * (1 / first_contact - 1)
    assert theory == pytest.approx(printed, abs=5e-4)
    error = 0.14 * math.sqrt(1 - first_contact) / first_contact / math.sqrt(2000)
    assert abs(seen.mean() - theory) < ERRORS * error
    assert sorted(np.unique(np.round((0.86 - seen) / 0.14)))[:3] == [0, 1, 2]


def single_desks(desks: int, structure: str, weeks: int):
    """`desks` teams of one, each with a journey of its own: separate, or the same customers served by one pool."""
    load, mean_days = 0.8, 10.0  # work of ten days on average, so that the slot and the day are short
    spec = organisation(
        (1,) * desks, tuple(((k, 8.0 * mean_days),) for k in range(desks)), a_day=load * desks / mean_days
    )
    sim = exponential_hours(put(found(spec, structure=structure), withdraw_rate=0.0))
    mean, error = mean_and_error(live_weeks(set_effort(sim, handle=1.0), weeks, all_waiting))
    return mean / (load * desks), error / (load * desks)  # Little's law, in units of the mean work of a case


def test_tb4_pooling():
    """Separate desks against one pool, through the lever `structure`: Wq(c)/Wq(1) as Erlang C has it, within 25%."""
    assert [erlang_wait(c, 0.8) for c in (1, 2, 5)] == pytest.approx([4.0, 1.778, 0.554], abs=5e-4)
    alone, error = single_desks(5, "functional", 100_000)
    assert error < 0.05 * alone
    assert alone == pytest.approx(4.0, rel=0.15)
    for c in (2, 5):
        pooled, error = single_desks(c, "pool", 80_000)
        assert error < 0.1 * pooled
        assert pooled / alone == pytest.approx(erlang_wait(c, 0.8) / 4.0, rel=0.25)


def two_classes(top_tasks: int, exponential: bool):
    """One team, two journeys with the same mean hours; the journey in front, or neither."""
    spec = organisation((2,), (((0, 40.0),), ((0, 40.0),)), a_day=0.32)
    sim = put(found(spec, top_tasks=top_tasks), withdraw_rate=0.0)
    return set_effort(exponential_hours(sim) if exponential else sim, handle=1.0)


def test_tb7_conservation_on_the_path():
    """Equal work per case: top tasks first moves waiting between the classes and changes its sum on no single day."""
    sims = [two_classes(top, False) for top in (0, 1)]
    equal, first = (live_days(sim, 10_000)[1] for sim in sims)
    assert (equal.sum(axis=1) == first.sum(axis=1)).all()
    assert people(sims[0])["worked"].sum() == people(sims[1])["worked"].sum()
    assert first[:, 0].sum() < 0.7 * equal[:, 0].sum()
    assert first[:, 1].sum() > 1.2 * equal[:, 1].sum()


def test_tb7_kleinrock():
    """Exponential work: the sum of rho_i W_i is the same, in paired runs, and so are the hours worked."""
    sims = [two_classes(top, True) for top in (0, 1)]
    equal, first = (live_weeks(sim, 40_000, waiting_by_journey) for sim in sims)
    mean, error = mean_and_error(first.sum(axis=1) - equal.sum(axis=1))
    assert abs(mean) < ERRORS * error
    assert error < 0.02 * equal.sum(axis=1).mean()
    assert total(sims[0], "hours_worked", closed=True) == pytest.approx(
        total(sims[1], "hours_worked", closed=True), rel=1e-9
    )
    assert first[:, 0].mean() < equal[:, 0].mean()
    assert first[:, 1].mean() > equal[:, 1].mean()


def test_tb7_two_classes_one_employee():
    """Waits of the class in front and of the other, in units of the mean work: .8/.6 and .8/.6/.2."""
    mean_days = 10.0
    spec = organisation((1,), (((0, 80.0),), ((0, 80.0),)), a_day=0.8 / mean_days)
    sim = exponential_hours(put(found(spec, top_tasks=1), withdraw_rate=0.0))
    waiting = live_weeks(set_effort(sim, handle=1.0), 100_000, waiting_by_journey)
    for k, theory in enumerate(priority_waits(0.8)):
        mean, error = mean_and_error(waiting[:, k])
        assert error / 0.4 < 0.1 * theory
        assert mean / 0.4 == pytest.approx(theory, rel=0.25)


def test_tb1_hours():
    """Nobody works more hours than there are: utilisation of a flooded team is 1, of an idle one 0."""
    flooded = one_team(20.0, 2).run(26)
    assert flooded[5:, INDEX["utilisation"]] == pytest.approx(1.0, abs=1e-9)
    assert one_team(0.0, 2).run(4)[:, INDEX["utilisation"]] == pytest.approx(0.0, abs=1e-9)


def protecting(share: float, defects: float, steepness: float, headcount=1, a_day=1.0):
    """A team that keeps `share` of the day from handling, for care that lowers returns from `defects` on."""
    sim = one_team(a_day, headcount, defect_rate=defects, care_effect=steepness, rework_share=1.0, return_hours=0.0)
    return set_effort(sim, handle=1.0 - share, care=share)


def effective_capacity(share: float, defects: float, steepness: float) -> float:
    """Questions solved for good per employee and day of 8 hours, as the real rules settle the week."""
    row = people(protecting(share, defects, steepness))[0]
    return float(row["slot_hours"] * SLOTS / HOURS_PER_DAY * (1.0 - row["p_defect"]))


@pytest.mark.parametrize(
    ("defects", "steepness"), [(0.3, 0.5), (0.3, 2.2), (0.3, 2.5), (0.3, 6.0), (0.6, 0.6), (0.6, 0.8)]
)
def test_tb5_protected_time_has_an_interior_optimum(defects, steepness):
    """(1 - s)(1 - p(s)) peaks inside iff eta p0 > 1 - p0; it pays for itself iff p(s) <= 1 - (1 - p0)/(1 - s).

    Care counts per handled hour here, p(s) = p0 e^(-eta s/(1 - s)). With v = 1/(1 - s) capacity has the slope
    p0 (1 + eta v) e^(-eta (v - 1)) - 1, which falls with v from p0 (1 + eta) - 1: the condition is the same.
    """
    shares = np.linspace(0.0, 0.9, 181)
    capacity = np.array([effective_capacity(s, defects, steepness) for s in shares])
    returns = defects * np.exp(-steepness * shares / (1.0 - shares))
    assert capacity == pytest.approx((1.0 - shares) * (1.0 - returns), abs=1e-9)
    assert (np.argmax(capacity) > 0) == (steepness * defects > 1.0 - defects)
    pays = capacity[1:] >= capacity[0]
    assert np.array_equal(pays, returns[1:] <= 1.0 - (1.0 - defects) / (1.0 - shares[1:]))
    assert not pays[shares[1:] > defects].any()


@pytest.mark.parametrize("share", [0.0, 0.2, 0.4])
def test_tb5_questions_solved_for_good(share):
    """Ten people who never run out of work solve mu (1 - s)(1 - p(s)) a day: 7, 7.46 and 5.97 at p0 .3, eta 6."""
    sim = protecting(share, 0.3, 6.0, headcount=10, a_day=12.0)
    live_days(sim, 100)
    before = total(sim, "solved")
    finished = 1500 * 10 * (1.0 - share)
    live_days(sim, 1500)
    fails = 0.3 * math.exp(-6.0 * share / (1.0 - share))
    error = math.sqrt(finished * fails * (1.0 - fails))
    assert abs(total(sim, "solved") - before - finished * (1.0 - fails)) < ERRORS * error + 10  # 10 in hand
