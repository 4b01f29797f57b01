"""Robustness by hand, scenario discovery piece by piece, and conditions in words."""

import logging
import math

import numpy as np
import pandas as pd
import pytest

from silosim.experiments.analysis import robustness as r
from silosim.experiments.analysis.condition import Condition
from silosim.experiments.analysis.discovery import discover, halves, prune, quasi_p
from silosim.experiments.analysis.prim import columns, trajectory
from silosim.model.parameters import InvalidInput

# Three policies in four worlds.
SAFE, BOLD, POOR = [6.0, 6.0, 6.0, 6.0], [9.0, 8.0, 4.0, 7.0], [5.0, 5.5, 3.0, 5.0]
VALUES = np.array([SAFE, BOLD, POOR])


# ---------------------------------------------------------------- robustness


@pytest.mark.parametrize(("metric", "up", "down"), [
    (r.maximin, (6, 4, 3), (6, 9, 5.5)),
    (r.hurwicz, (6, 6.5, 4.25), (6, 6.5, 4.25)),
    (r.mean, (6, 7, 4.625), (6, 7, 4.625)),
    (r.max_regret, (3, 2, 4), (3, 4, 0)),
    (r.regret_90, (2.7, 1.4, 3.7), (2.4, 3.55, 0)),
])
def test_metrics_worked_by_hand(metric, up, down):
    """Regret up: best by world 9, 8, 6, 7; down: best 5, 5.5, 3, 5."""
    np.testing.assert_allclose(metric(VALUES, "up"), up)
    np.testing.assert_allclose(metric(VALUES, "down"), down)


def test_metrics_of_spread():
    sd = [0, math.sqrt((4 + 1 + 9 + 0) / 3), math.sqrt((0.375**2 * 2 + 0.875**2 + 1.625**2) / 3)]
    np.testing.assert_allclose(r.mean_sd(VALUES, "up"), np.array([6, 7, 4.625]) - sd)
    np.testing.assert_allclose(r.mean_sd(VALUES, "down"), np.array([6, 7, 4.625]) + sd)
    np.testing.assert_allclose(r.signal(VALUES, "up"), [math.inf, 7 / sd[1], 4.625 / sd[2]])
    np.testing.assert_allclose(r.signal(VALUES, "down"), [0, 7 * sd[1], 4.625 * sd[2]])
    assert np.isnan(r.signal(VALUES - 6)).all()  # below zero a ratio ranks by sign
    np.testing.assert_allclose(r.satisficing(VALUES, "up", 6.0), (1, 0.75, 0))
    np.testing.assert_allclose(r.satisficing(VALUES, "down", 5.5), (0, 0.25, 1))


def test_optimism_goes_from_the_worst_world_to_the_best():
    np.testing.assert_allclose(r.hurwicz(VALUES, "up", 0.0), r.maximin(VALUES, "up"))
    np.testing.assert_allclose(r.hurwicz(VALUES, "up", 1.0), VALUES.max(axis=1))
    with pytest.raises(InvalidInput, match="alpha = 2 must be from 0"):
        r.hurwicz(VALUES, "up", 2.0)


def test_ranks_and_how_they_change():
    found = r.robustness(["safe", "bold", "poor"], VALUES, "up", threshold=6.0)
    assert {m: list(rank) for m, rank in found.ranks.items()} == {
        "maximin": [1, 2, 3], "hurwicz": [2, 1, 3], "mean": [2, 1, 3], "mean_sd": [1, 2, 3], "signal": [1, 3, 2],
        "max_regret": [2, 1, 3], "regret_90": [2, 1, 3], "satisficing": [1, 2, 3]}
    assert found.spread() == {"safe": (1, 2), "bold": (1, 3), "poor": (2, 3)}
    assert found.agreement() == pytest.approx(1 / 3)  # all agree on safe and poor only
    # of one world drawn four times bold is the best but in the third: worst world bold > 6 when it is never drawn
    assert found.first["maximin"][1] == pytest.approx(0.75**4, abs=0.05)
    assert found.first["maximin"][0] == pytest.approx(1 - 0.75**4, abs=0.05)
    assert list(found.frame("ranks").index) == ["safe", "bold", "poor"]
    assert found.plain()["metrics"]["signal"][0]["score"] is None  # infinite
    assert "satisficing" not in r.robustness(["safe", "bold", "poor"], VALUES, "up").scores


def test_ties_share_the_better_rank():
    assert list(r.ranks(np.array([1.0, 3.0, 3.0 + 1e-12, 2.0]), True)) == [4, 1, 1, 3]
    assert list(r.ranks(np.array([1.0, 3.0, 3.0, 2.0]), False)) == [1, 3, 3, 2]
    assert np.isnan(r.ranks(np.array([1.0, math.nan]), True)).all()
    assert list(r.ranks(np.array([math.inf, 5.0, math.inf]), True)) == [1, 3, 1]


def test_one_policy_that_is_best_in_every_world_is_first_by_every_metric():
    values = np.array([[8.0, 7.5, 9.0], [7.0, 6.5, 8.0]])
    found = r.robustness(["good", "less"], values, "up", threshold=7.2)
    for metric, rank in found.ranks.items():
        if metric != "signal":
            assert list(rank) == [1, 2], metric
            assert found.first[metric][0] == 1.0
    down = r.robustness(["good", "less"], 10 - values, "down")
    assert all(list(rank) == [1, 2] for metric, rank in down.ranks.items() if metric != "signal")
    assert found.agreement() == (1.0 if list(found.ranks["signal"]) == [1, 2] else 0.0)


def test_what_robustness_refuses():
    with pytest.raises(InvalidInput, match="one direction is better; this one has none"):
        r.robustness(["a", "b"], VALUES[:2], "neither")
    with pytest.raises(InvalidInput, match="1 of 12 policies in worlds have no finite outcome"):
        r.robustness("abc", np.where(VALUES == 9, np.nan, VALUES), "up")
    with pytest.raises(InvalidInput, match="2 policies, and values of shape"):
        r.robustness("ab", VALUES, "up")
    with pytest.raises(InvalidInput, match="unknown direction"):
        r.mean(VALUES, "upp")


# ---------------------------------------------------------------- scenario discovery


def planted(n=600, seed=0):
    rng = np.random.default_rng(seed)
    x = pd.DataFrame({"demand": rng.random(n), "okr_count": rng.integers(0, 6, n), "bonus": rng.random(n),
                      "kpi": rng.choice(["closures", "first_closures", "within_norm", "per_paid_hour"], n)})
    inside = (x["demand"] > 0.5) & x["kpi"].isin(["closures", "within_norm"]) & (x["okr_count"] >= 2)
    return x, inside.to_numpy()


def test_a_box_over_numbers_whole_numbers_and_choices():
    x, inside = planted()
    found = discover(x, inside)
    limits = {limit.factor: limit for limit in found.boxes[0].limits}
    assert limits.keys() == {"demand", "okr_count", "kpi"}
    assert limits["demand"].low == pytest.approx(0.5, abs=0.05)
    assert 1 < limits["okr_count"].low < 2
    assert limits["kpi"].among == ("closures", "within_norm")
    assert limits["kpi"].out == ("first_closures", "per_paid_hour")
    assert found.boxes[0].coverage[1] > 0.9
    assert found.boxes[0].density[1] > 0.9
    assert found.boxes[0].p < 1e-10
    plain = found.plain()
    assert plain["cases"] == int(inside.sum())
    assert {limit["factor"] for limit in plain["boxes"][0]["limits"]} == limits.keys()
    assert plain["boxes"][0]["path"][0]["coverage"] == 1.0


def test_two_regions_are_found_one_after_the_other():
    rng = np.random.default_rng(1)
    x = pd.DataFrame(rng.random((900, 3)), columns=["a", "b", "c"])
    y = ((x["a"] > 0.7) & (x["b"] > 0.6)) | (x["c"] < 0.15)
    found = discover(x, y.to_numpy())
    ends = [{(limit.factor, limit.low is not None) for limit in box.limits} for box in found.boxes]
    assert sorted(ends, key=len) == [{("c", False)}, {("a", True), ("b", True)}]
    assert sum(box.k[0] + box.k[1] for box in found.boxes) > 0.9 * found.cases


def test_quasi_p_is_the_binomial_chance_and_decides_which_limits_go():
    """Ten of twelve in the box; without the limit on a it is ten of forty: P(Binom(12, .25) >= 10) = 3.8e-5."""
    a = np.repeat([0.9, 0.1], [12, 28])
    x = pd.DataFrame({"a": a, "b": np.tile([0.2, 0.8], 20)})
    y = np.zeros(40, dtype=bool)
    y[:10] = True
    exact = sum(math.comb(12, k) * 0.25**k * 0.75 ** (12 - k) for k in range(10, 13))
    assert quasi_p(x, y, {"a": (0.5, np.inf)}) == {("a", 0): pytest.approx(exact)}
    both = {"a": (0.5, np.inf), "b": (0.1, np.inf)}  # b leaves nothing out
    assert prune(x, y, both) == {"a": (0.5, np.inf)}
    assert prune(x, np.tile([True, False], 20), {"a": (0.5, np.inf)}) == {}


def test_quasi_p_agrees_with_ema_workbench():
    """Its own quasi-p of the box it stops at, in whatever version."""
    from silosim.experiments.analysis.contained import quiet

    x, inside = planted(300)
    x = columns(x)[["demand", "bonus"]]
    y = inside ^ (np.random.default_rng(0).random(300) < 0.1)
    with quiet():
        import inspect

        from ema_workbench.analysis import prim

        more = {"threshold": 1e-9} if "threshold" in inspect.signature(prim.Prim).parameters else {}
        box = prim.Prim(x, y.astype(int), **more).find_box()
        theirs = (box.qp if hasattr(box, "qp") else box.p_values)[-1]
    last = trajectory(x, y)[-1]
    for (name, end), value in quasi_p(x, y, last.limits).items():
        assert value == pytest.approx(theirs[name][end], rel=1e-6), (name, end)


def test_halves_share_the_cases_and_follow_the_seed():
    y = np.arange(101) < 31
    found = halves(y, 3)
    assert (found & y).sum() == 16
    assert found.sum() == 16 + 35
    assert np.array_equal(found, halves(y, 3))
    assert not np.array_equal(found, halves(y, 4))


def test_the_same_seed_gives_the_same_boxes_and_no_logger_is_touched():
    x, inside = planted(200)
    level = logging.getLogger("EMA").level
    assert discover(x, inside, 5).plain() == discover(x, inside, 5).plain()
    assert logging.getLogger("EMA").level == level


def test_too_few_cases_are_refused():
    x, _ = planted(60)
    with pytest.raises(InvalidInput, match=r"9 of 60 points are of interest.*10 of each kind"):
        discover(x, np.arange(60) < 9)
    with pytest.raises(InvalidInput, match="needs at least 40 points"):
        discover(x[:30], np.arange(30) < 15)


# ---------------------------------------------------------------- conditions


@pytest.mark.parametrize(("words", "expected"), [
    ("grade < 6.5", Condition("grade", "<", 6.5)), (" grade>=7 ", Condition("grade", ">=", 7.0)),
    ("grade.change < 0", Condition("grade", "<", 0.0, True)), ("nps > -1.5e1", Condition("nps", ">", -15.0)),
    ("share_green <= 90%", Condition("share_green", "<=", 0.9)), ("contacts < .5", Condition("contacts", "<", 0.5)),
])
def test_conditions(words, expected):
    assert Condition.parse(words) == expected
    assert Condition.parse(str(expected)) == expected


@pytest.mark.parametrize("words", ["", "grade", "grade < ", "grade == 6", "grade < six", "grade < 6 and nps > 1",
                                   "__import__('os') < 1", "grade.changes < 0", "grade < 6,5", "6 > grade"])
def test_anything_else_is_refused(words):
    with pytest.raises(InvalidInput, match="must be written as MEASURE OPERATOR NUMBER"):
        Condition.parse(words)
    with pytest.raises(InvalidInput, match="did you mean 'grade'"):
        Condition.parse("grde < 6")


def test_conditions_in_words_and_on_values():
    assert Condition.parse("grade < 6.5").says() == "customer grade is below 6.50"
    assert Condition.parse("grade < 6.5").says("nl") == "klantcijfer is lager dan 6,50"
    assert Condition.parse("grade.change < 0").says() == "customer grade falls"
    assert Condition.parse("nps.change >= 3").says("nl") == "NPS verandert met +3 of meer"
    assert list(Condition.parse("grade <= 6").holds(np.array([5.0, 6.0, 6.1]))) == [True, True, False]
    with pytest.raises(InvalidInput, match="grade is undefined in 1 cases"):
        Condition.parse("grade <= 6").holds(np.array([5.0, math.nan]))
