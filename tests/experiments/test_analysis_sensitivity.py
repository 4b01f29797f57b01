"""Indices of sensitivity: values that follow by hand, seeds, refusals, and that libraries leave nothing behind."""

import math
import warnings

import numpy as np
import pytest

from silosim.experiments.analysis.convergence import convergence
from silosim.experiments.analysis.estimates import Estimate, Indices
from silosim.experiments.analysis.given_data import delta, pawn
from silosim.experiments.analysis.sensitivity import base_size, morris, names_of, sobol
from silosim.experiments.analysis.shapley import coarser, shapley
from silosim.experiments.sweeps.design import Design
from silosim.experiments.sweeps.sampling import shapley_subsets
from silosim.model.parameters import InvalidInput

NAMES = ("bonus", "customer_time", "discretion")
RANGES = {"bonus": (0.0, 1.0), "customer_time": (0.0, 0.4), "discretion": (0.2, 0.6)}


def design(method, groups=None, **sample):
    factors = {name: {"low": low, "high": high, **({"group": (groups or {})[name]} if name in (groups or {}) else {})}
               for name, (low, high) in RANGES.items()}
    return Design(method=method, factors=factors, sample=sample)


def matrix(of):
    return np.array([[row[name] for name in NAMES] for row in of.rows()])


def linear(x, slopes=(2.0, -10.0, 1.0)):
    return 3 + x @ np.array(slopes)


def linear_shares(slopes=(2.0, -10.0, 1.0)):
    """Of a sum of independent uniform factors each explains (slope x range)² of the sum of those."""
    parts = np.array([(slope * (high - low)) ** 2 for slope, (low, high) in zip(slopes, RANGES.values(), strict=True)])
    return parts / parts.sum()


# ---------------------------------------------------------------- Sobol and Shapley


def test_of_a_sum_first_order_total_and_shapley_are_one():
    of = design("sobol", size=512)
    found = sobol(of.problem(), linear(matrix(of)))
    for kind in ("S1", "ST"):
        np.testing.assert_allclose(found.kinds[kind].value, linear_shares(), atol=0.02)
    assert found.alone.low <= 1 <= found.alone.high
    of = design("shapley", size=256)
    found = shapley(of.units, linear(matrix(of)), shapley_subsets(3))
    for kind in ("shapley", "S1", "ST"):
        np.testing.assert_allclose(found.kinds[kind].value, linear_shares(), atol=0.03)
    assert found.kinds["shapley"].value.sum() == pytest.approx(1)


def test_two_factors_that_only_multiply_share_alike():
    """f = u v with means zero: nothing alone, everything together, half of it to each."""
    of = design("shapley", size=256)
    x = matrix(of)
    y = (x[:, 0] - 0.5) * (x[:, 1] - 0.2)
    found = shapley(of.units, y, shapley_subsets(3))
    np.testing.assert_allclose(found.kinds["shapley"].value, (0.5, 0.5, 0), atol=0.06)
    np.testing.assert_allclose(found.kinds["S1"].value, (0, 0, 0), atol=0.12)
    np.testing.assert_allclose(found.kinds["ST"].value, (1, 1, 0), atol=0.12)
    assert found.without_influence() == ["discretion"]


def test_groups_made_in_the_design_and_afterwards_agree():
    groups = {"bonus": "reward", "discretion": "reward"}
    of = design("shapley", groups, size=256)
    assert of.units == ("reward", "customer_time")
    grouped = shapley(of.units, linear(matrix(of)), shapley_subsets(2))
    shares = linear_shares()
    np.testing.assert_allclose(grouped.kinds["shapley"].value, (shares[0] + shares[2], shares[1]), atol=0.04)
    of = design("shapley", size=256)
    y = linear(matrix(of))
    later = shapley(of.units, y, shapley_subsets(3), {"reward": ["bonus", "discretion"]})
    assert later.names == ("reward", "customer_time")
    single = shapley(of.units, y, shapley_subsets(3))
    # of a sum the group's share is that of its members, up to what the sample takes for interaction
    np.testing.assert_allclose(later.kinds["shapley"].value[0],
                               single.kinds["shapley"].value[[0, 2]].sum(), atol=0.02)
    of = design("sobol", groups, size=256)
    found = sobol(of.problem(), linear(matrix(of)))
    assert found.names == names_of(of.problem()) == ("reward", "customer_time")
    np.testing.assert_allclose(found.kinds["ST"].value, (shares[0] + shares[2], shares[1]), atol=0.04)


def test_subsets_in_any_order_give_the_same():
    of = design("shapley", size=64)
    y = linear(matrix(of)) ** 2
    subsets = shapley_subsets(3)
    order = np.random.default_rng(1).permutation(8)
    mixed = y.reshape(-1, 8)[:, order].ravel()
    one = shapley(NAMES, y, subsets)
    other = shapley(NAMES, mixed, [subsets[k] for k in order])
    np.testing.assert_allclose(one.kinds["shapley"].value, other.kinds["shapley"].value, rtol=1e-12)
    np.testing.assert_allclose(one.kinds["shapley"].low, other.kinds["shapley"].low, rtol=1e-9)


def test_coarser_groups_stand_for_unions():
    names, unions = coarser(["a", "b", "c"], {"both": ["a", "c"]})
    assert names == ["both", "b"]
    assert list(unions) == [0b000, 0b101, 0b010, 0b111]
    for groups, said in (({"g": ["d"]}, "d is none of a, b, c"), ({"g": ["a"], "h": ["a"]}, "stands in two groups"),
                         ({"b": ["a"]}, "b is the name of a factor that stands alone")):
        with pytest.raises(InvalidInput, match=said):
            coarser(["a", "b", "c"], groups)


# ---------------------------------------------------------------- Morris


def test_elementary_effects_of_a_straight_line_are_slope_times_range():
    of = design("morris", size=10)
    x = matrix(of)
    found = morris(of.problem(), x, linear(x))
    np.testing.assert_allclose(found.kinds["mu_star"].value, (2.0, 4.0, 0.4), rtol=1e-9)
    np.testing.assert_allclose(found.kinds["mu"].value, (2.0, -4.0, 0.4), rtol=1e-9)
    np.testing.assert_allclose(found.kinds["sigma"].value, 0, atol=1e-9)
    np.testing.assert_allclose(found.kinds["mu_star"].half_width, 0, atol=1e-9)
    assert [found.names[k] for k in found.order()] == ["customer_time", "bonus", "discretion"]
    bent = morris(of.problem(), x, linear(x) + 3 * x[:, 0] * x[:, 2])
    assert list(bent.kinds["sigma"].value > 1e-6) == [True, False, True]


def test_groups_of_morris_have_a_size_but_no_direction():
    of = design("morris", {"bonus": "reward", "discretion": "reward"}, size=10)
    x = matrix(of)
    found = morris(of.problem(), x, linear(x, (0.0, -10.0, 0.0)))
    assert found.names == ("reward", "customer_time")
    np.testing.assert_allclose(found.kinds["mu_star"].value, (0.0, 4.0), atol=1e-9)
    assert math.isnan(found.kinds["sigma"].value[0])
    assert math.isnan(found.kinds["mu"].value[0])
    assert found.plain()["factors"][0]["sigma"]["value"] is None


# ---------------------------------------------------------------- seeds, refusals, nothing left behind


def everything(seed):
    of = {method: design(method, size=32) for method in ("sobol", "morris", "shapley")}
    x = {method: matrix(one) for method, one in of.items()}
    rng = np.random.default_rng(5)
    given = rng.random((120, 2))
    return {"sobol": sobol(of["sobol"].problem(), linear(x["sobol"]), seed=seed),
            "morris": morris(of["morris"].problem(), x["morris"], linear(x["morris"]) ** 2, seed=seed),
            "shapley": shapley(NAMES, linear(x["shapley"]), shapley_subsets(3), seed=seed),
            "pawn": pawn("ab", given, given[:, 0], seed), "delta": delta("ab", given, given[:, 0], seed)}


def test_every_seed_counts_also_zero_and_nothing_is_left_behind():
    """SALib takes seed 0 for no seed, and some of it seeds NumPy's global generator and resets warnings."""
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    filters, written = list(warnings.filters), warnings.formatwarning
    first, again, other = everything(0), everything(0), everything(1)
    for method, found in first.items():
        of = found.kinds[found.main]
        np.testing.assert_array_equal(of.low, again[method].kinds[found.main].low)
        assert not np.array_equal(of.low, other[method].kinds[found.main].low), method
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002
    assert warnings.filters == filters
    assert warnings.formatwarning is written
    with pytest.raises(InvalidInput, match="seed -1 must not be negative"):
        everything(-1)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_one_undefined_row_is_refused(bad):
    """SALib's indices would all be exactly zero."""
    of = design("sobol", size=8)
    y = linear(matrix(of))
    y[3] = bad
    with pytest.raises(InvalidInput, match="1 of 40 rows have no finite outcome"):
        sobol(of.problem(), y)


def test_what_cannot_be_analysed_is_said():
    of = design("sobol", size=8)
    x, problem = matrix(of), of.problem()
    with pytest.raises(InvalidInput, match="the outcome is the same at every point"):
        sobol(problem, np.full(40, 7.0) + 1e-15)
    with pytest.raises(InvalidInput, match="39 rows are no Sobol design of 3 factors without second order"):
        sobol(problem, linear(x)[:39])
    assert base_size(64, 3, True) == 8
    with pytest.raises(InvalidInput, match="a multiple of 4"):
        morris(problem, x[:6], linear(x)[:6])
    with pytest.raises(InvalidInput, match="two or more times 8"):
        shapley(NAMES, linear(x)[:8], shapley_subsets(3))
    with pytest.raises(InvalidInput, match="each of the 8 subsets"):
        shapley(NAMES, linear(x), [(), (0,)])
    with pytest.raises(InvalidInput, match="take factors together in groups"):
        shapley([f"f{k}" for k in range(13)], np.arange(4.0), [()])
    with pytest.raises(InvalidInput, match="pawn needs at least 30 points, and there are 20"):
        pawn(NAMES, x[:20], linear(x)[:20])
    with pytest.raises(InvalidInput, match="delta needs at least 50 points"):
        delta(NAMES, x, linear(x))
    with pytest.raises(InvalidInput, match="bonus has the same value at every point"):
        pawn(NAMES, x * [0, 1, 1], linear(x))


# ---------------------------------------------------------------- convergence


def steps(*values, half=0.1):
    """An analysis whose index is values[k] at the k-th size."""
    sizes = [8 * 2**k for k in range(len(values))]

    def analyse(rows):
        value = values[sizes.index(len(rows))]
        return Indices("sobol", ("a",), {"ST": Estimate.around([value], [half])}, len(rows))

    return convergence(analyse, sizes[-1], 1)


def test_settled_means_the_last_doubling_moved_nothing_beyond_its_interval():
    assert steps(0.9, 0.1, 0.5, 0.55).settled
    moved = steps(0.5, 0.5, 0.5, 0.61)
    assert not moved.settled
    [(kind, name, move, half)] = moved.moved()
    assert (kind, name, round(move, 6), round(half, 6)) == ("ST", "a", 0.11, 0.1)
    assert moved.widest == pytest.approx(0.1)
    assert list(moved.frame()["size"]) == [8, 16, 32, 64]
    assert convergence(lambda rows: None, 12, 1) is None  # half of it would be too small


def test_of_a_straight_line_morris_is_settled_at_once():
    of = design("morris", size=32)
    x = matrix(of)
    y = linear(x)
    found = convergence(lambda rows: morris(of.problem(), x[rows], y[rows]), len(y), 4, ("mu_star",))
    assert found.settled
    assert [step.size for step in found.steps] == [8, 16, 32]
    assert found.widest < 1e-9
