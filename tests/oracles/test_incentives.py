"""TA1-TA7, TA9, TA10: the rules of pay, motives and effort in the limits where contract theory has an exact answer.

Theory's notation: effort a, true value f.a, performance measure g.a, bonus b, cost c |a|^2 / 2. Here a measure that
pays a vector g is customer pay with that vector (`pay_vector`), and b its pull (`pay_customer`). Costs are c = 5, so
that the best efforts fit in a day; shares of the first best do not depend on c.
"""

import hashlib
import math

import numpy as np
import pytest
from oracles.closed_forms import largest_of
from worlds import ACTIVITIES, best_effort, found, organisation, people, put, small

TOLERANCE = 1e-9
COST = 5.0
PAY_ONLY = {"duty": 0.0, "intrinsic": 0.0, "effort_cost": COST, "audit": 0.0, "dilution": 0.0}


def paid_by(vector: dict, bonus: float, headcount=1, **values):
    """A team paid `bonus` on a measure that rewards each activity as `vector` says, and on nothing else."""
    sim = found(organisation((headcount,)), **{**PAY_ONLY, **values})
    put(sim, bonus=bonus, output_share=0.0, customer_weight=1.0)
    sim.record["pay_vector"][:] = [vector.get(a, 0.0) for a in ACTIVITIES]
    return sim


def as_vector(values: dict) -> np.ndarray:
    return np.array([values.get(a, 0.0) for a in ACTIVITIES])


def surplus(effort: np.ndarray, value: np.ndarray) -> float:
    """f.a - c |a|^2 / 2 of an effort somebody chose, as a share of the first best F^2 / 2c."""
    return float(effort @ value - COST * effort @ effort / 2) / float(value @ value / (2 * COST))


def test_ta1_pay_only():
    """a* = b g / c, and time has no price while the day is not full (Feltham & Xie 1994; Baker 2002)."""
    measure = {"handle": 0.5, "care": 0.4, "connect": 0.3, "improve": 0.2, "help": 0.1}
    for bonus in (0.0, 0.3, 0.7, 1.5, 3.0):
        chosen = best_effort(paid_by(measure, bonus))
        assert chosen.effort == pytest.approx(bonus * as_vector(measure) / COST, abs=TOLERANCE)
        assert chosen.price == 0.0
        assert chosen.effort.sum() < chosen.budget


@pytest.mark.parametrize("degrees", [0, 30, 45, 60, 90])
def test_ta2_distorted_measure(degrees):
    """Best bonus cos(theta), best surplus cos^2(theta); b = 2 destroys value (Baker 2002)."""
    angle = math.radians(degrees)
    value = as_vector({"care": 1.0})
    measure = {"care": math.cos(angle), "connect": math.sin(angle)}
    grid = np.linspace(0.0, 2.0, 9)
    shares = [surplus(best_effort(paid_by(measure, float(b))).effort, value) for b in grid]
    bend, slope, level = np.polyfit(grid, shares, 2)  # what the rule gives is a parabola in b, exactly
    assert np.polyval([bend, slope, level], grid) == pytest.approx(shares, abs=TOLERANCE)
    best = -slope / (2 * bend)
    assert best == pytest.approx(
        {0: 1.0, 30: math.sqrt(0.75), 45: math.sqrt(0.5), 60: 0.5, 90: 0.0}[degrees], abs=TOLERANCE
    )
    assert level + slope * best / 2 == pytest.approx(
        {0: 1.0, 30: 0.75, 45: 0.5, 60: 0.25, 90: 0.0}[degrees], abs=TOLERANCE
    )
    strong = {0: 0.0, 30: math.sqrt(12) - 4, 45: math.sqrt(8) - 4, 60: -2.0, 90: -4.0}[degrees]
    assert shares[-1] == pytest.approx(strong, abs=TOLERANCE)


def test_ta3_water_filling_worked_by_hand():
    """Motives 1, .8, .3 over a day of 1 at cost 1: mu = .4, efforts .6, .4 and exactly 0."""
    sim = paid_by({"handle": 1.0, "care": 0.8, "connect": 0.3}, 1.0, effort_cost=1.0)
    chosen = best_effort(sim)
    assert chosen.price == pytest.approx(0.4, abs=TOLERANCE)
    assert (chosen.handle, chosen.care) == pytest.approx((0.6, 0.4), abs=TOLERANCE)
    assert chosen.connect == 0.0


def test_ta3_scarce_time_meets_the_kkt_conditions():
    """a_i = max(0, (m_i - mu)/c), sum a = B, mu > 0, whatever the motives (Holmstroem & Milgrom 1991)."""
    draw = np.random.default_rng(3)
    sim = paid_by({}, 1.0, effort_cost=1.0)
    for _ in range(300):
        c = float(draw.uniform(0.2, 2.0))
        put(sim, effort_cost=c, switching=0.1, work_in_progress=float(draw.uniform(1.0, 8.0)))
        m = draw.uniform(0.0, 3.0, len(ACTIVITIES)) * (draw.random(len(ACTIVITIES)) < 0.8)
        m[ACTIVITIES.index("handle")] = 3.0  # enough to fill the day
        sim.record["pay_vector"][:] = m
        chosen = best_effort(sim)
        assert chosen.effort.sum() == pytest.approx(chosen.budget, abs=TOLERANCE)
        assert chosen.price > 0.0
        assert chosen.effort == pytest.approx(np.maximum(0.0, (chosen.motive - chosen.price) / c), abs=TOLERANCE)


def test_ta3_what_is_not_measured_is_crowded_out():
    """Care has a motive of its own; a strong enough bonus on handling leaves it exactly nothing."""
    care = []
    for bonus in (0.0, 0.5, 1.0, 1.4, 1.5):
        sim = paid_by(
            {"handle": 1.0},
            bonus,
            effort_cost=1.0,
            intrinsic=1.0,
            value_care=0.4,
            value_connect=0.0,
            value_improve=0.0,
            value_help=0.0,
            value_honest=0.0,
        )
        people(sim)["conviction"] = 1.0
        chosen = best_effort(sim)
        care.append(chosen.care)
        assert (chosen.price >= 0.4) == (chosen.care == 0.0)
    assert care == pytest.approx([0.4, 0.4, 0.2, 0.0, 0.0], abs=TOLERANCE)


def test_ta4_conformity():
    """a_i = max(0, (m_i + w nu_i - mu)/(c + w)): m (.6, .2), norm (.1, .3), w .5, c 1; a full day and one of .5."""
    sim = paid_by({"care": 0.6, "connect": 0.2}, 1.0, effort_cost=1.0, norm_weight=0.5, leader_example=0.0)
    sim.record["team"]["norm"][0] = as_vector({"care": 0.1, "connect": 0.3})
    free = best_effort(sim)
    assert free.price == 0.0
    assert (free.care, free.connect) == pytest.approx((0.65 / 1.5, 0.35 / 1.5), abs=TOLERANCE)
    put(sim, switching=0.1, work_in_progress=6.0)
    short = best_effort(sim)
    assert short.budget == pytest.approx(0.5)
    assert short.price == pytest.approx(0.125, abs=TOLERANCE)
    assert (short.care, short.connect) == pytest.approx((0.35, 0.15), abs=TOLERANCE)


@pytest.mark.parametrize(("n", "share"), [(1, 1.0), (2, 0.75), (4, 0.4375), (8, 15 / 64), (16, 31 / 256)])
def test_ta5_team_bonus(n, share):
    """Marginal incentive b/n, surplus (2n - 1)/n^2 of the first best (Holmstroem 1982); it pays two activities."""
    sim = found(organisation((n,)), **{**PAY_ONLY, "dilution": 1.0})
    put(sim, bonus=1.0, team_share=1.0)
    sim.record["team"]["availability"][0] = 1.0
    chosen = best_effort(sim, n - 1)
    assert (chosen.handle, chosen.help) == pytest.approx((1 / (n * COST),) * 2, abs=TOLERANCE)
    assert surplus(chosen.effort, as_vector({"handle": 1.0, "help": 1.0})) == pytest.approx(share, abs=TOLERANCE)


@pytest.mark.parametrize(("n", "cosine"), [(1, 0.2425), (5, 0.0499), (20, 0.0125), (100, 0.0025)])
def test_ta6_customer_weight_shared_by_n(n, cosine):
    """Effective measure (1 - w) g + (w / N) f, g orthogonal to f, w = .2."""
    sim = found(organisation((n,)), **{**PAY_ONLY, "dilution": 1.0})
    put(sim, bonus=1.0, team_share=0.0, customer_weight=0.2, customer_pay_mode=1.0)  # paid instead of output pay
    sim.record["pay_vector"][:] = as_vector({"care": 1.0})
    sim.record["team"]["availability"][0] = 1.0
    chosen = best_effort(sim)
    assert chosen.care / np.linalg.norm(chosen.effort) == pytest.approx(cosine, abs=5e-5)  # as printed
    exact = 0.2 / n / math.hypot(0.8, 0.2 / n)
    assert chosen.care / np.linalg.norm(chosen.effort) == pytest.approx(exact, abs=TOLERANCE)


def test_ta7_helping_another_team():
    """h = max(0, d k); welfare k^2 (d - d^2/2): best at d = 1, zero at d = 2."""
    worth = 0.6
    rewards = np.array([0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 2.5])
    given = np.array([best_effort(paid_by({"connect": worth}, float(d))).connect for d in rewards])
    assert given == pytest.approx(rewards * worth / COST, abs=TOLERANCE)
    welfare = worth * given - COST * given**2 / 2
    assert welfare == pytest.approx(worth**2 / COST * (rewards - rewards**2 / 2), abs=TOLERANCE)
    assert np.argmax(welfare) == 3


def test_ta7_sponsorship_can_overshoot():
    """The same through a shared OKR and a sponsor (k = 1): d = reward + sponsorship; at d = 2 nothing is gained."""
    welfare = []
    for sponsorship in (0.0, 0.5, 1.5):
        sim = found(organisation((1,)), **{**PAY_ONLY, "okr_count": 1, "okr_target": 0.5})
        put(sim, okr=0.5, sponsorship=sponsorship)
        people(sim)["ambition"] = 1.0
        sim.record["team"]["loss_last"][0] = 0.5  # on target, where the graded credit is steepest
        help_given = best_effort(sim).connect
        assert help_given == pytest.approx((0.5 + sponsorship) / COST, abs=TOLERANCE)
        welfare.append(help_given - COST * help_given**2 / 2)
    assert welfare == pytest.approx([0.375 / COST, 0.5 / COST, 0.0], abs=TOLERANCE)


def test_ta7_a_negative_reward_ends_helping():
    """d < 0 (goals opposed to the neighbour's): h = 0, not less."""
    sim = found(organisation((1,)), **{**PAY_ONLY, "goal_alignment": -1.0})
    put(sim, bonus=1.0)
    assert best_effort(sim).motive[ACTIVITIES.index("connect")] < 0.0
    assert best_effort(sim).connect == 0.0


def paid_by_scope(scope: float, dilution: float) -> tuple[str, np.ndarray]:
    """A year of an organisation with customer pay pooled over `scope`: hash of the weekly measures, and these."""
    sim = found(
        small(),
        seed=9,
        inertia=0.25,
        intrinsic=0.6,
        defect_rate=0.33,
        context_loss=0.5,
        bonus=0.7,
        quit_rate=0.0017,
        norm_weight=0.3,
        hours_spread=0.5,
        gaming_belief=0.8,
        strictness=0.3,
        dilution=dilution,
        pay_perception=0.0,
    )
    put(sim, customer_weight=0.3, customer_scope=scope)
    sim.record["pay_vector"][:] = as_vector({"care": 0.6, "connect": 0.7, "improve": 0.3})
    weekly = sim.run(52)
    return hashlib.sha256(weekly.tobytes()).hexdigest(), weekly


def test_ta9_silo_pay_equals_firm_wide_pay_where_nothing_dilutes():
    """Equal marginal incentives, no noise, psi = 0: pay by team, journey or firm is the same history, to the bit."""
    team, journey, firm = (paid_by_scope(scope, 0.0)[0] for scope in (0.0, 1.0, 2.0))
    assert team == journey == firm
    assert paid_by_scope(0.0, 0.5)[0] != paid_by_scope(2.0, 0.5)[0]  # the scope is felt as soon as numbers dilute


def ranked(n: int, luck: float, **values):
    """A team of n paid by one prize for whoever comes first, and by nothing else."""
    sim = found(organisation((n,)), **{**PAY_ONLY, "rank_luck": luck, **values})
    put(sim, bonus=1.0, team_share=0.0, rank_share=1.0)
    sim.record["team"]["availability"][0] = 1.0
    return sim


@pytest.mark.parametrize(("n", "printed"), [(2, 0.5642), (3, 0.8463), (5, 1.1630), (10, 1.5388), (100, 2.5076)])
def test_ta10_rank_pay(n, printed):
    """a* = (prize / sigma) e_n / n / c, the slope of winning (Lazear & Rosen 1981); targets do not matter."""
    assert largest_of(n) == pytest.approx(printed, abs=5e-5)
    for luck in (0.5, 2.0):
        chosen = best_effort(ranked(n, luck))
        assert chosen.handle == pytest.approx(largest_of(n) / n / luck / COST, abs=TOLERANCE)
        assert best_effort(ranked(n, luck, target_ratchet=0.8, hold_back=1.0)).handle == chosen.handle


@pytest.mark.parametrize("n", [2, 3, 12])
def test_ta10_helping_helps_rivals(n):
    """What n - 1 rivals gain costs 1/(n - 1) of what oneself would gain, and all of it between two; help stops at 0."""
    chosen = best_effort(ranked(n, 0.5))
    handle, help_ = (chosen.motive[ACTIVITIES.index(a)] for a in ("handle", "help"))
    assert help_ == pytest.approx(-handle / (n - 1), abs=TOLERANCE)
    assert chosen.help == 0.0


def test_ta10_one_alone_has_nobody_to_beat():
    assert best_effort(ranked(1, 0.5)).effort.sum() == 0.0
