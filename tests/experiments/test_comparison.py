"""The statistics of comparing: hand-worked numbers, SciPy's own, and the rule for naming a direction."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from silosim.experiments import comparison as c
from silosim.experiments.quantile import student_t
from silosim.model.measures.declared import INDEX, MEASURES

# as measures are; SciPy overflows on 1e-308
FINITE = st.integers(-(10**12), 10**12).map(lambda millionths: millionths / 1e6)


@given(st.integers(1, 3000), st.sampled_from([0.5, 0.75, 0.9, 0.95, 0.975, 0.995]))
def test_quantiles_of_t_are_scipys(degrees, p):
    assert student_t(p, degrees) == pytest.approx(stats.t.ppf(p, degrees), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(("p", "degrees"), [(0.4, 3), (1.0, 3), (0.9, 0)])
def test_no_such_quantile(p, degrees):
    with pytest.raises(ValueError, match="no quantile"):
        student_t(p, degrees)


def test_by_hand():
    """d = 1, 2, 3, 6: mean 3, sd sqrt(14/3), t(.975, 3) = 3.18245, half-width 3.18245 * 2.16025 / 2 = 3.43743."""
    found = c.difference("x", "nps", np.array([11.0, 22, 33, 46]), np.array([10.0, 20, 30, 40]))
    assert found.change.mean == 3
    assert found.change.half_width == pytest.approx(3.43743, abs=1e-5)
    assert found.change.low == pytest.approx(-0.43743, abs=1e-5)
    assert found.change.p10 == pytest.approx(1.3)
    assert found.change.p90 == pytest.approx(5.1)
    assert found.agree == 1
    assert found.verdict == "unclear"  # all agree, but four runs cannot exclude zero
    assert found.value.mean == 28


@given(arrays(float, (2, 7), elements=FINITE))
def test_paired_t_is_scipys(values):
    found = c.difference("x", "nps", values[0], values[1]).change
    if np.std(values[0] - values[1]) > 1e-6 * (1 + np.abs(values).max()):  # SciPy warns of less
        interval = stats.ttest_rel(values[0], values[1]).confidence_interval(0.95)
        assert (found.low, found.high) == pytest.approx(tuple(interval), rel=1e-9, abs=1e-6)


@given(arrays(float, 9, elements=FINITE))
def test_identical_settings_differ_by_nothing(values):
    found = c.difference("today", "grade", values, values.copy())
    assert found.change == c.Spread(9, 0.0, 0.0, 0.0, 0.0, 0.0)
    assert found.verdict == "equal"


def difference(changes, measure="grade"):
    today = np.zeros(len(changes))
    return c.difference("x", measure, today + np.asarray(changes, dtype=float), today)


@pytest.mark.parametrize(("changes", "measure", "word"), [
    ([0.5] * 9 + [0.4], "grade", "better"),
    ([-0.5] * 9 + [-0.4], "grade", "worse"),
    ([-2] * 9 + [-3], "lead_time", "better"),
    ([2] * 9 + [3], "lead_time", "worse"),
    ([2] * 9 + [3], "handoffs", "higher"),
    ([-2] * 9 + [-3], "handoffs", "lower"),
    ([0.05] * 9 + [0.04], "grade", "slightly_better"),  # less than the .1 that matters
    ([-0.05] * 9 + [-0.04], "grade", "slightly_worse"),
    ([0.01] * 9 + [0.02], "handoffs", "slightly_higher"),
    ([0.5] * 9 + [-0.01], "grade", "better"),  # nine of ten agree
    ([0.5] * 8 + [-0.01] * 2, "grade", "unclear"),  # eight of ten do not suffice
    ([0.5] * 8 + [0.0] * 2, "grade", "unclear"),  # no difference agrees with neither
    ([0.5] * 19 + [-9.0], "grade", "unclear"),  # agreement without an interval that excludes zero
    ([0.5], "grade", "unclear"),  # one run has no interval
    ([0.0], "grade", "equal"),
    ([0.0] * 5, "grade", "equal"),
    ([math.nan] * 5, "grade", "undefined"),
    ([], "grade", "undefined"),
])
def test_rule_for_words(changes, measure, word):
    found = difference(changes, measure)
    assert found.verdict == word
    assert found.verdict in c.VERDICTS


def test_undefined_runs_are_left_out():
    found = difference([1.0, math.nan, 1.5, 2.0])
    assert found.change.n == 3
    assert found.change.mean == 1.5
    assert c.difference("x", "grade", np.array([math.nan, 1]), np.array([1, math.nan])).change.n == 0
    plain = difference([math.nan]).plain()
    assert plain["change"]["mean"] is None
    assert plain["matters"] == MEASURES["grade"].matters


def test_pairs_must_match():
    with pytest.raises(ValueError, match="equally many"):
        c.difference("x", "grade", np.zeros(3), np.zeros(4))


def test_compare_takes_every_policy_and_measure():
    rng = np.random.default_rng(1)
    today = rng.normal(size=(6, len(MEASURES)))
    table = c.compare({"today": today, "more": today + 1}, "today")
    assert len(table) == 2 * len(MEASURES)
    assert {d.verdict for d in table if d.policy == "today"} == {"equal"}
    more = {d.measure: d for d in table if d.policy == "more"}
    assert more["grade"].change.mean == pytest.approx(1)
    assert more["grade"].value.mean == pytest.approx(today[:, INDEX["grade"]].mean() + 1)


@pytest.mark.parametrize("matters", [0.01, 0.1, 1.0, 10.0])
def test_runs_needed(matters):
    sample = np.random.default_rng(3).normal(size=40)
    needed = c.runs_needed(c.spread(sample), matters)
    sd = sample.std(ddof=1)
    assert c.half_width(sd, needed) <= matters
    if needed > 3:
        assert c.half_width(sd, int(needed / 1.02) - 1) > matters


def test_runs_needed_without_spread():
    assert c.runs_needed(c.spread([1.0, 1.0]), 0.1) == 2
    assert c.runs_needed(c.spread([1.0]), 0.1) == 2
    assert c.runs_needed(c.spread([0.0, 1e9]), 0.1) == c.MOST_RUNS


def test_band_by_hand():
    band = c.band(np.array([[1.0, math.nan, math.nan], [3.0, 5.0, math.nan]]))
    assert band["n"].tolist() == [2, 1, 0]
    assert band["mean"][:2].tolist() == [2.0, 5.0]
    assert band["p50"][:2].tolist() == [2.0, 5.0]
    assert band["p10"][0] == pytest.approx(1.2)
    assert all(math.isnan(band[name][2]) for name in ("mean", "p05", "p10", "p50", "p90", "p95"))


@given(arrays(float, (7, 4), elements=st.one_of(st.just(math.nan), st.floats(-1e3, 1e3))))
def test_band_is_numpys(series):
    band = c.band(series)
    for week in range(4):
        defined = series[~np.isnan(series[:, week]), week]
        assert band["n"][week] == len(defined)
        expected = [defined.mean(), *np.percentile(defined, (5, 10, 50, 90, 95))] if len(defined) else [math.nan] * 6
        found = [band[name][week] for name in ("mean", "p05", "p10", "p50", "p90", "p95")]
        np.testing.assert_allclose(found, expected, atol=1e-9)


def test_filled_forward():
    series = np.array([[math.nan, 1, math.nan, math.nan, 2, math.nan]])
    np.testing.assert_array_equal(c.filled_forward(series), [[math.nan, 1, 1, 1, 2, 2]])
