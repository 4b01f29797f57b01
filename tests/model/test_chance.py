"""Chance: counter-based common random numbers. Draws are good, and no draw depends on what else is drawn."""

import math

import numpy as np
import pytest
from casebook import books
from scipy.stats import kstest
from worlds import Simulation, found, live_week, organisation, people, put, set_effort, small, total

from silosim.model import chance, doors
from silosim.model.founding import world_key
from silosim.model.layout import QUEUED, SLOTS

KEY = np.uint64(world_key(11, 3))
DECISIONS = {
    name: value for name, value in vars(chance).items() if name.isupper() and type(value) is int and name != "BINS"
}


def draws(decision: int, n: int, b: int = 0) -> np.ndarray:
    return np.array([chance.uniform(KEY, decision, a, b) for a in range(n)])


def test_decisions_have_numbers_of_their_own():
    """No two decisions share a number; those drawn from a case's own key fit in the six bits that stages leave them."""
    assert len(DECISIONS) > 25
    assert len(set(DECISIONS.values())) == len(DECISIONS)
    of_cases = {name for name, value in DECISIONS.items() if value < 64}
    assert {"CUSTOMER", "JOURNEY", "HOURS", "CALL", "WITHDRAW"} <= of_cases
    assert not {"ARRIVALS", "CANDIDATE", "ORDER", "LEAVE", "RECRUIT", "IMITATE", "TRAIT"} & of_cases


@pytest.mark.parametrize("decision", [chance.LEAVE, chance.ORDER, chance.TRAIT])
def test_uniform(decision):
    """Kolmogorov-Smirnov over counters; neighbours in a counter, and the two counters, know nothing of each other."""
    u = draws(decision, 20_000)
    assert kstest(u, "uniform").pvalue > 1e-4
    assert 0.0 <= u.min() < u.max() < 1.0
    for other in (draws(decision, 20_000, b=1), np.roll(u, 1), draws(decision + 1, 20_000)):
        assert abs(np.corrcoef(u, other)[0, 1]) < 4 / math.sqrt(20_000)


def test_uniform_of_cases_and_days():
    """The short mixing of a case's own key is as good: over cases, stages, attempts, decisions and days."""
    keys = [np.uint64(chance.subkey(KEY, chance.CANDIDATE, n // 40, n % 40)) for n in range(20_000)]
    series = [
        [chance.case_uniform(k, decision, stage, attempt) for k in keys]
        for decision, stage, attempt in (
            (chance.HOURS, 0, 0),
            (chance.HOURS, 1, 0),
            (chance.HOURS, 0, 1),
            (chance.TASTE, 0, 0),
        )
    ]
    series += [[chance.day_uniform(k, chance.CALL, day) for k in keys] for day in (0, 1)]
    for u in series:
        assert kstest(u, "uniform").pvalue > 1e-4
    together = np.corrcoef(series)
    assert np.abs(together - np.eye(len(series))).max() < 4.5 / math.sqrt(len(keys))
    one = [chance.case_uniform(keys[0], d, s, a) for d in range(64) for s in range(8) for a in range(30)]
    assert len(set(one)) == len(one)
    assert kstest(one, "uniform").pvalue > 1e-4


def test_three_decisions_of_a_word():
    """The thirds of a word: uniform, below 1, and strangers to each other and to other words."""
    keys = [np.uint64(chance.subkey(KEY, chance.CANDIDATE, n // 40, n % 40)) for n in range(20_000)]
    words = [np.uint64(chance.case_bits(k, chance.FINISH, 0, 0)) for k in keys]
    series = [[chance.third(word, where) for word in words] for where in (chance.FIRST, chance.SECOND, chance.THIRD)]
    series.append([chance.case_uniform(k, chance.HOURS, 0, 0) for k in keys])
    for u in series:
        assert kstest(u, "uniform").pvalue > 1e-4
        assert 0.0 <= min(u) < max(u) < 1.0
    assert np.abs(np.corrcoef(series) - np.eye(len(series))).max() < 4.5 / math.sqrt(len(keys))


def test_worlds_have_keys_of_their_own():
    keys = {int(world_key(seed, replicate)) for seed in range(60) for replicate in range(60)}
    assert len(keys) == 3600


@pytest.mark.parametrize("mean", [0.05, 1.0, 7.5, 15.99, 16.0, 60.0, 200.0])
def test_poisson(mean):
    """Mean and variance within four standard errors, and the probability of nothing."""
    n = 10_000
    counts = np.array([chance.poisson(KEY, chance.ARRIVALS, day, mean) for day in range(n)])
    assert abs(counts.mean() - mean) < 4 * math.sqrt(mean / n)
    assert abs(counts.var(ddof=1) - mean) < 4 * math.sqrt((mean + 2 * mean**2) / n)
    nothing = math.exp(-mean)
    assert abs((counts == 0).mean() - nothing) <= 4 * math.sqrt(nothing * (1 - nothing) / n) + 1 / n


def test_normal_and_exponential():
    u = np.sort(draws(chance.TASTE, 20_000))
    normal = np.array([chance.normal(x) for x in u])
    assert kstest(normal, "norm").pvalue > 1e-4
    assert (np.diff(normal) >= 0).all()
    assert abs(normal.mean()) < 4 / math.sqrt(len(u))
    waits = np.array([chance.exponential(x, 7.0) for x in u])
    assert kstest(waits / 7.0, "expon").pvalue > 1e-4
    assert (np.diff(waits) >= 0).all()


def opened(sim: Simulation, days: int) -> dict[int, tuple]:
    """Every case that is opened, by key: its day, journey and customer. Everyone else's work goes on as always."""
    seen = {}
    for _ in range(days):
        today = int(sim.record["day"])
        doors.new_cases(sim.worlds, 0)
        rows = sim.record["case"][: int(sim.record["high"])]
        for k in rows[(rows["status"] == QUEUED) & (rows["opened"] == today) & (rows["attempt"] == 0)]:
            seen[int(k["key"])] = (today, int(k["journey"]), int(k["customer"]))
        doors.due_back(sim.worlds, 0)
        doors.impatience(sim.worlds, 0)
        for _slot in range(SLOTS):
            for i in range(len(people(sim))):
                doors.work_slot(sim.worlds, 0, i)
        doors.end_day(sim.worlds, 0)
    return seen


def test_one_more_birth():
    """A world with more demand meets every customer of the world with less, on the same day, with the same question."""
    less, today, more = (opened(Simulation(small(), seed=8, demand=demand), 40) for demand in (0.8, 1.0, 1.5))
    assert 300 < len(less) < len(today) < len(more)
    assert less.items() < today.items() < more.items()


def test_customers_do_not_depend_on_policy():
    """The same questions come whatever the organisation does to itself, other replicates bring others."""
    today = opened(Simulation(small(), seed=8), 30)
    for values in (
        {"structure": "pool"},
        {"bonus": 1.5},
        {"exception_rate": 0.5},
        {"defect_rate": 1.0},
        {"quit_rate": 0.05},
    ):
        assert opened(Simulation(small(), seed=8, **values), 30) == today
    assert not opened(Simulation(small(), seed=8, replicate=1), 30).keys() & today.keys()
    assert not opened(Simulation(small(), seed=9), 30).keys() & today.keys()


def finished_work(headcount: int, **values) -> tuple[float, float, float]:
    """Twenty weeks of questions, worked off to the last by however many people: hours worked, defects, stages done."""
    spec = organisation((headcount,), (((0, 3.0), (0, 2.0)),), a_day=2.0)
    sim = put(found(spec, seed=21, hours_spread=0.5, defect_rate=0.3, **values), withdraw_rate=0.0)
    set_effort(sim, handle=1.0)
    sim.run(20)
    put(sim, demand=0.0)
    sim.run(120)
    assert sim.record["in_system"] == 0
    return tuple(total(sim, field, closed=True) for field in ("hours_worked", "defects", "stages"))


def test_draws_belong_to_the_case():
    """Hours and defects follow the case, not whoever handles it, when, or in what order."""
    alone = finished_work(2)
    crowd = finished_work(30)
    kept = finished_work(30, ownership=1.0)
    assert alone[1:] == crowd[1:] == kept[1:]
    assert alone[0] == pytest.approx(crowd[0], rel=1e-12)
    assert alone[0] == pytest.approx(kept[0], rel=1e-12)


def test_an_added_draw_changes_no_other():
    """Draws that one world makes and the other does not (calls, surveys, escalations) leave every other draw as it was.

    Nothing in these worlds acts on a call, a survey or an imitation, so the histories must be the same to the bit.
    """
    plain, surveyed = (
        found(small(), seed=5, hours_spread=0.5, defect_rate=0.3, context_loss=0.5, survey_base=p, survey_extreme=0.0)
        for p in (0.0, 1.0)
    )
    for sim in (plain, surveyed):
        set_effort(sim, handle=0.9, connect=0.05)
        for _ in range(20):
            live_week(sim)
    assert total(surveyed, "answers") > total(plain, "answers") == 0.0
    for field in (
        "arrived",
        "solved",
        "gave_up",
        "contacts",
        "lead_time",
        "grade",
        "stages",
        "defects",
        "lost_across",
        "hours_worked",
    ):
        assert total(plain, field) == total(surveyed, field), field
    assert books(plain).live == books(surveyed).live


def test_order_of_work_is_a_permutation():
    """Everybody works once in every slot, and not always in the same order."""
    sim = Simulation(small())
    n, cycle = len(people(sim)), int(sim.record["cycle"])
    orders = set()
    for day in range(30):
        sim.record["day"] = day
        for slot in range(4):
            order = tuple(i for i in (doors.work_order(sim.worlds, 0, slot, k) for k in range(cycle)) if i < n)
            assert sorted(order) == list(range(n))
            orders.add(order)
    assert len(orders) > 60
