"""Pattern statistics against theory, and against what is known of a real log where it is there."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from logs.made_logs import HOUR, START, log_of, markov_routes

from silosim.experiments.logs.assumptions import Notes
from silosim.experiments.logs.bootstrap import Clusters, Estimator, clusters, estimate, ratios
from silosim.experiments.logs.exporting import simulated_log
from silosim.experiments.logs.facts import facts_of
from silosim.experiments.logs.log import EventLog
from silosim.experiments.logs.patterns import ABSENT, FEW, NEEDS, OK, PATTERNS, measure
from silosim.experiments.logs.patterns_shares import gini, top_share
from silosim.experiments.logs.period import main_period
from silosim.experiments.logs.terms import due_after, with_term
from silosim.model.ensemble import Job
from silosim.model.organisation_file import load_organisation

REAL = Path(__file__).parents[3] / "shared/data/servicenow/events_tidy.csv.gz"


def figures(log, *names, draws=0) -> dict:
    return {(m.pattern, m.figure): m for m in measure(log, names or None, draws)}


# -- routes ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def chain():
    """A first-order chain of five teams that goes on with probability .5, whatever came before."""
    rng = np.random.default_rng(5)
    moves = rng.dirichlet(np.ones(4), 5)
    moves = np.stack([np.insert(row, k, 0.0) for k, row in enumerate(moves)])
    return log_of(markov_routes(rng, 12000, moves, 0.5, np.full(5, 0.2)))


def test_a_first_order_chain_has_a_return_lift_of_one(chain):
    lift = figures(chain, "return_lift", draws=200)["return_lift", "lift"]
    assert lift.value == pytest.approx(1.0, abs=0.03)
    assert lift.low < 1.0 < lift.high


def test_a_memory_of_the_sender_shows_as_lift():
    """Six teams that are alike: back to the sender with probability .6, where the chain's own is 1/5."""
    rng = np.random.default_rng(6)
    routes = []
    for _ in range(4000):
        a, b, *others = rng.permutation(6).tolist()
        routes.append([a, b, a if rng.random() < 0.6 else others[0]])
    lift = figures(log_of(routes), "return_lift", draws=100)["return_lift", "lift"]
    assert lift.value == pytest.approx(3.0, rel=0.05)
    assert lift.low > 2.5


def test_geometric_handoffs_go_on_at_a_constant_rate(chain):
    found = figures(chain, "continuation", draws=200)
    for k in range(4):
        assert found["continuation", str(k)].value == pytest.approx(0.5, abs=0.035)
    rise = found["continuation", "rise"]
    assert rise.low < 0.0 < rise.high


def test_handoffs_ping_pong_and_first_team_of_a_log_counted_by_hand():
    routes = [[0]] * 40 + [[0, 1]] * 30 + [[0, 1, 0]] * 20 + [[0, 1, 2]] * 10 + [[0, 1, 0, 2]] * 20
    found = {key: m.value for key, m in figures(log_of(routes), "handoffs", "ping_pong", "first_team").items()}
    assert found["handoffs", "0"] == pytest.approx(40 / 120)
    assert found["handoffs", "1"] == pytest.approx(30 / 120)
    assert found["handoffs", "3_or_more"] == pytest.approx(20 / 120)
    assert found["handoffs", "mean"] == pytest.approx((30 + 60 + 60) / 120)
    assert found["ping_pong", "all"] == pytest.approx(40 / 120)
    assert found["ping_pong", "of_two_or_more"] == pytest.approx(40 / 50)
    assert found["first_team", "share"] == pytest.approx(60 / 120)


# -- time --------------------------------------------------------------------------------------------------------------


def test_a_power_law_of_time_gives_its_exponent_medians_and_share():
    h = np.repeat([0, 1, 2, 3], 100)
    hours = 2.0 * (1.0 + h) ** 2.5
    found = figures(log_of([list(range(k + 1)) for k in h], hours=hours), "time_slope", "time_by_handoffs",
                    "time_share", draws=100)
    slope = found["time_slope", "slope"]
    assert (slope.value, slope.low, slope.high) == pytest.approx((2.5, 2.5, 2.5), abs=1e-4)
    assert found["time_by_handoffs", "2"].value == pytest.approx(2 * 3**2.5, rel=1e-6)
    assert found["time_share", "3_or_more"].value == pytest.approx(4**2.5 / sum(k**2.5 for k in (1, 2, 3, 4)), rel=1e-5)


@pytest.mark.parametrize("n", [50, 51])
def test_the_median_is_numpys(n):
    hours = np.random.default_rng(n).lognormal(1, 2, n)
    found = figures(log_of([[0]] * n, hours=hours), "time_by_handoffs")
    assert found["time_by_handoffs", "0"].value == pytest.approx(np.median(hours), rel=1e-6)


def test_a_constant_hazard_knows_no_deadline_and_a_rush_before_it_shows():
    rng = np.random.default_rng(8)
    n = 6000
    opened = START + 24 * HOUR * (np.arange(n) % 40)
    due = opened + 5 * 24 * HOUR
    days = rng.exponential(4.0, n)
    calm = figures(log_of([[0]] * n, opened, days * 24, due=due), "deadline", draws=200)
    hazard = 1 - np.exp(-1 / 4)
    for day in ("day_-2", "day_-1", "day_0", "day_1"):
        assert calm["deadline", day].value == pytest.approx(hazard, abs=0.03)
    assert calm["deadline", "last_day"].low < 1.0 < calm["deadline", "last_day"].high
    rush = np.where((days > 5) & (rng.random(n) < 0.5), rng.uniform(4.0, 5.0, n), days)
    hurried = figures(log_of([[0]] * n, opened, rush * 24, due=due), "deadline")
    assert hurried["deadline", "last_day"].value > 1.8
    assert hurried["deadline", "after"].value < 0.7


def test_shares_by_handoffs_are_those_of_the_groups():
    routes = [[0]] * 100 + [[0, 1]] * 50
    reopened = [1] * 10 + [0] * 90 + [2] * 25 + [0] * 25
    found = figures(log_of(routes, reopened=reopened, in_term=[True] * 90 + [False] * 60), "reopened", "term")
    assert found["reopened", "0"].value == pytest.approx(0.1)
    assert found["reopened", "1"].value == pytest.approx(0.5)
    assert found["term", "0"].value == pytest.approx(0.9)
    assert found["term", "all"].value == pytest.approx(0.6)
    assert found["term", "2"].status == FEW


# -- concentration -----------------------------------------------------------------------------------------------------


def test_equal_shares_have_no_concentration_and_one_holder_all_of_it():
    assert gini(np.ones((1, 50))) == pytest.approx([0.0])
    assert gini(np.eye(1, 50)) == pytest.approx([0.98])
    assert top_share(np.ones((1, 50)), 0.2) == pytest.approx([0.2])
    assert top_share(np.eye(1, 50), 0.2) == pytest.approx([1.0])
    assert top_share(np.array([[1.0, 2.0, 3.0]]), 0.5) == pytest.approx([5 / 6])  # two of three are at least half


@pytest.mark.parametrize("share", [0.1, 0.2])
def test_a_known_pareto_distribution_gives_its_lorenz_curve(share):
    shape, n = 1.5, 20000
    counts = ((np.arange(n) + 0.5) / n) ** (-1 / shape)  # the quantiles themselves
    assert top_share(counts[None], share)[0] == pytest.approx(share ** (1 - 1 / shape), abs=0.01)
    assert gini(counts[None])[0] == pytest.approx(1 / (2 * shape - 1), abs=0.01)


def test_types_and_people_are_counted_with_those_who_occur():
    kind = np.repeat(list("abcdefghij"), [400, 200, *[50] * 8])
    log = log_of([[0]] * 1000, type=kind, person=kind).select(np.arange(1000) < 1000)
    found = figures(log, "case_types", "people")
    assert found["case_types", "top_20"].value == pytest.approx(0.6)
    assert found["people", "top_10"].value == pytest.approx(0.4)


def waiting_log(shares) -> EventLog:
    """Teams of 400 cases each of which a share waits."""
    rng = np.random.default_rng(9)
    n = 400
    frames = []
    for team, share in enumerate(shares):
        waits = rng.random(n) < share
        ids = np.arange(n) + team * n
        time = START + (np.arange(n) % 40) * 24 * HOUR
        frames += [pd.DataFrame({"case": ids, "time": time + k * HOUR, "team": f"T{team}",
                                 "state": np.where(waits, "Awaiting", "Active") if k == 0 else "Resolved"})
                   for k in range(2)]
    return EventLog.make(pd.concat(frames), resolved=("Resolved",), waiting=("Awaiting",))


def test_teams_that_do_not_differ_have_a_spread_of_one_and_a_habit_shows():
    same = figures(waiting_log([0.3] * 40), "waiting_spread")["waiting_spread", "spread"]
    assert same.value == pytest.approx(1.0, abs=0.5)
    found = figures(waiting_log(np.linspace(0.0, 0.6, 40)), "waiting_spread", draws=100)
    assert found["waiting_spread", "spread"].value > 20
    assert found["waiting_spread", "p50"].value == pytest.approx(0.3, abs=0.03)
    assert found["waiting_spread", "spread"].unit == "team"


# -- what is missing, and intervals ------------------------------------------------------------------------------------


def test_what_a_log_lacks_is_said_and_never_zero():
    log = log_of([[0]] * 50)
    for m in measure(log, draws=0):
        assert m.status != ABSENT or (np.isnan(m.value) and m.missing)
        assert set(m.missing) <= set(PATTERNS[m.pattern].needs) <= set(NEEDS)
    found = figures(log)
    assert found["people", "gini"].missing == ("person",)
    assert found["deadline", "last_day"].missing == ("due",)
    assert found["continuation", "1"].status == FEW
    assert found["handoffs", "0"].status == OK
    nothing = figures(log.select(np.zeros(50, bool)))
    assert {m.status for m in nothing.values()} == {ABSENT}


def test_days_are_drawn_and_single_cases_in_a_short_log():
    assert clusters(log_of([[0]] * 100)).unit == "day"
    short = log_of([[0]] * 100, START + np.arange(100) * HOUR)
    assert (clusters(short).unit, clusters(short).n) == ("case", 100)


def test_intervals_cover_as_often_as_they_say():
    """200 logs of independent cases: 95% intervals of a share contain the truth in about 95% of them."""
    rng = np.random.default_rng(10)
    inside = 0
    for k in range(200):
        yes = (rng.random((60, 20)) < 0.3).sum(axis=1).astype(float)[:, None]
        rows = Estimator("day", 60, lambda w, yes=yes: ratios(w @ yes, w @ np.full((60, 1), 20.0)), np.array([1200]))
        _, low, high = estimate("share", rows, 200, seed=k)[0]
        inside += low <= 0.3 <= high
    assert 180 <= inside <= 199


def test_days_that_differ_make_intervals_wider_than_single_cases_would():
    rng = np.random.default_rng(11)
    share = rng.beta(2, 2, 40)
    routes = [[0, 1] if rng.random() < share[k % 40] else [0] for k in range(4000)]
    log = log_of(routes)
    wide = figures(log, "handoffs", draws=200)["handoffs", "1"]
    alone = Clusters("case", len(log), np.arange(len(log)))
    sums = alone.sums((log.handoffs == 1)[:, None])
    rows = Estimator("case", alone.n, lambda w: w @ sums / alone.n, np.array([4000]))
    _, low, high = estimate("handoffs", rows, 200)[0]
    assert wide.high - wide.low > 2 * (high - low)


def test_the_same_seed_gives_the_same_interval_whatever_else_is_measured(chain):
    alone = figures(chain, "ping_pong", draws=50)
    among = figures(chain, draws=50)
    assert all(among[key] == m for key, m in alone.items())


def test_every_figure_of_a_simulated_log_is_given_or_said_to_be_missing():
    log = simulated_log(Job(load_organisation("clinic"), burn_in=8, weeks=8))
    found = figures(log, draws=20)
    status = {key[0]: m.status for key, m in found.items() if m.status == ABSENT}
    assert set(status) == {"term", "deadline"}
    for m in found.values():
        if m.kind == "share" and m.status == OK and m.figure != "rise":
            assert 0 <= m.value <= 1


def test_a_log_in_which_all_cases_are_alike_has_no_slope_and_no_lift():
    for routes in ([[0]] * 60, [[0, 1]] * 60):
        found = figures(log_of(routes, hours=np.linspace(1, 9, 60), type=["a"] * 60, person=["p"] * 60), draws=50)
        assert found["time_slope", "slope"].status == FEW
        assert found["return_lift", "lift"].status == FEW
        assert found["case_types", "top_20"].status == FEW
        assert found["people", "gini"].status == FEW
        assert found["waiting_spread", "spread"].status == ABSENT


def test_the_numbers_of_an_import_are_those_of_the_patterns():
    """Facts of an import and patterns of a comparison read the same numbers off the same log."""
    log = simulated_log(Job(load_organisation("clinic"), burn_in=8, weeks=10, seed=2))
    facts = facts_of(log, log, main_period(log, None, None, Notes()))
    found = {key: m.value for key, m in figures(log).items() if m.status == OK}
    pairs = [(facts.handoffs_mean, ("handoffs", "mean")), (facts.back_and_forth, ("ping_pong", "all")),
             (facts.back_and_forth_if_two, ("ping_pong", "of_two_or_more")), (facts.gini, ("people", "gini")),
             (facts.back_to_sender, ("return_lift", "seen")), (facts.back_by_chance, ("return_lift", "chance")),
             (facts.solved_by_first, ("first_team", "share")), (facts.hours_slope, ("time_slope", "slope")),
             (facts.elapsed_in_three, ("time_share", "3_or_more")), (facts.reopened, ("reopened", "all")),
             (facts.top_fifth_types, ("case_types", "top_20")), (facts.events_of_top_tenth, ("people", "top_10")),
             (facts.continuation[1], ("continuation", "1")), (facts.hours_by_handoffs[2], ("time_by_handoffs", "2"))]
    for fact, key in pairs:
        assert fact == pytest.approx(found[key], rel=1e-9), key


# -- a term ------------------------------------------------------------------------------------------------------------


def test_a_term_is_counted_in_working_days():
    opened = np.array(["2025-01-09T10:30", "2025-01-10T10:30", "2025-01-11T10:30"], "datetime64[us]")  # Thu, Fri, Sat
    assert due_after(opened, 2).tolist() == [
        dt.datetime(2025, 1, 13, 10, 30), dt.datetime(2025, 1, 14, 10, 30), dt.datetime(2025, 1, 15)]


def test_a_term_fills_in_only_what_the_log_does_not_know():
    hours = [10.0] * 50 + [24.0 * 20] * 50
    opened = START + np.arange(100) * HOUR
    found = with_term(log_of([[0]] * 100, opened, hours), 5)
    assert figures(found, "term")["term", "all"].value == pytest.approx(0.5)
    assert figures(found, "deadline")["deadline", "day_-1"].status != ABSENT
    known = log_of([[0]] * 100, opened, hours, in_term=[True] * 100, due=opened + 2 * HOUR)
    again = with_term(known, 5)
    assert again.cases["in_term"].all()
    assert (again.cases["due"] == known.cases["due"]).all()


# -- a real log --------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not REAL.exists(), reason="the real log is not part of the project: ../shared is absent")
def test_the_known_facts_of_a_real_log_come_out():
    frame = pd.read_csv(REAL).rename(columns={"incident_state": "state", "category": "type", "made_sla": "in_term",
                                              "reopen_count": "reopened"})
    frame["time"] = pd.to_datetime(frame["ts"])
    waiting = ("Awaiting User Info", "Awaiting Vendor", "Awaiting Problem", "Awaiting Evidence")
    log = EventLog.make(frame, resolved=("Resolved",), waiting=waiting, closed=("Closed",))
    found = figures(log.cohort("2016-02-29", "2016-05-31"), draws=0)
    shares = {
        "handoffs": (("0", 61.3), ("1", 21.6), ("2", 8.2), ("3_or_more", 9.0)),
        "ping_pong": (("all", 8.9), ("of_two_or_more", 51.8)),
        "return_lift": (("seen", 38.5), ("chance", 19.5)),
        "first_team": (("share", 65.2),),
        "reopened": (("0", 0.8), ("1", 1.4), ("2", 1.7), ("3_or_more", 2.1)),
    }
    for pattern, known in shares.items():
        for figure, percent in known:
            assert 100 * found[pattern, figure].value == pytest.approx(percent, abs=0.11)
    for pattern, figure, percent in (("time_share", "3_or_more", 26), ("waiting_spread", "p10", 5),
                                     ("waiting_spread", "p50", 16), ("waiting_spread", "p90", 39)):
        assert 100 * found[pattern, figure].value == pytest.approx(percent, abs=0.5)
    for k, share in enumerate((0.39, 0.44, 0.52, 0.53, 0.56, 0.60)):
        assert found["continuation", str(k)].value == pytest.approx(share, abs=0.005)
    for group, share in zip(("0", "1", "2", "3_or_more"), (0.74, 0.58, 0.39, 0.25), strict=True):
        assert found["term", group].value == pytest.approx(share, abs=0.005)
    assert found["handoffs", "mean"].value == pytest.approx(0.77, abs=0.005)
    assert found["return_lift", "lift"].value == pytest.approx(2.0, abs=0.05)
    assert found["waiting_spread", "spread"].value == pytest.approx(89, abs=0.5)
    assert 2.65 <= found["time_slope", "slope"].value <= 2.75
    # Without handoffs it was 1.3 h, from an opening time that this extract does not have.
    for group, hours in (("1", 36), ("2", 119), ("3_or_more", 210)):
        assert found["time_by_handoffs", group].value == pytest.approx(hours, abs=0.5)
    whole = figures(log, "people", "case_types", draws=0)
    assert 100 * whole["people", "top_10"].value == pytest.approx(54, abs=0.5)
    assert 100 * whole["people", "top_20"].value == pytest.approx(73, abs=0.5)
    assert whole["people", "gini"].value == pytest.approx(0.72, abs=0.005)
    assert 100 * whole["case_types", "top_20"].value == pytest.approx(79, abs=0.5)
