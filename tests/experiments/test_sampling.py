"""Samples against what their theory promises: strata, rows that differ in one unit, and indices that are known."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from silosim.experiments.sweeps.design import Design
from silosim.experiments.sweeps.factors import Factor
from silosim.experiments.sweeps.sampling import column_values, shapley_subsets
from silosim.model.parameters import PARAMETERS, InvalidInput

FIVE = {"bonus": {"group": "pay"}, "audit": {}, "demand": {"low": 0.5, "high": 2}, "kpi": {"group": "pay"},
        "okr_count": {}}
ALONE = {name: {key: value for key, value in given.items() if key != "group"} for name, given in FIVE.items()}


def design(method: str, factors=FIVE, **sample) -> Design:
    return Design(method=method, factors=factors, sample=sample)


def units(made: Design) -> np.ndarray:
    """[units, factors]: which factors belong to each unit."""
    return np.array([[factor.unit == unit for factor in made.factors] for unit in made.units])


@settings(max_examples=25)
@given(st.integers(1, 40), st.integers(0, 2**63 - 1), st.sampled_from(["none", "random-cd"]))
def test_a_latin_hypercube_has_one_row_in_each_stratum_of_each_factor(n, seed, how):
    if how != "none" and n > 8:
        n = 8
    rows = design("lhs", size=n, seed=seed, optimization=how).unit_rows()
    assert rows.shape == (n, 5)
    assert np.array_equal(np.sort((rows * n).astype(int), axis=0), np.tile(np.arange(n)[:, None], 5))


def test_every_level_gets_an_equal_share():
    rows = design("lhs", ALONE, size=4 * 7 * 10, seed=3).rows()
    for name in ("kpi", "okr_count"):
        levels = [row[name] for row in rows]
        assert {levels.count(level) for level in set(levels)} == {len(rows) // len(set(levels))}
    assert {row["okr_count"] for row in rows} == set(range(7))
    assert {row["kpi"] for row in rows} == set(PARAMETERS["kpi"].choices)


def test_a_logarithmic_factor_is_even_in_its_logarithm():
    n = 200
    rows = design("lhs", {"care_effect": {"low": 0.03, "high": 30, "log": True}}, size=n).rows()
    place = [math.log(row["care_effect"] / 0.03) / math.log(1000) for row in rows]
    assert sorted(int(x * n) for x in place) == list(range(n))


@given(st.floats(0, 1), st.floats(1e-3, 1), st.floats(1.001, 1e3), st.booleans())
def test_no_value_leaves_its_range(u, low, ratio, log):
    factor = Factor("care_effect", (), low, low * ratio, log)
    ends = np.array([0.0, 1.0, np.nextafter(1, 0), np.nextafter(0, 1), u])
    assert all(factor.low <= x <= factor.high for x in column_values(factor, ends))
    assert column_values(factor, ends)[:2] == pytest.approx([factor.low, factor.high], rel=1e-11)
    levels = Factor("okr_count", (4, 0, 6))
    assert column_values(levels, np.array([0, 0.33, 0.34, 0.66, 0.67, 1.0])) == [4, 4, 0, 0, 6, 6]


@pytest.mark.parametrize("factors", [FIVE, ALONE], ids=["groups", "alone"])
@pytest.mark.parametrize("second", [False, True])
def test_a_sobol_sample_freezes_one_unit_at_a_time(factors, second):
    made = design("sobol", factors, size=8, second_order=second)
    k = len(made.units)
    assert k == (4 if factors is FIVE else 5)
    rows = made.unit_rows()
    assert len(rows) == made.row_count == 8 * (2 * k + 2 if second else k + 2)
    for block in rows.reshape(8, -1, 5):
        a, b = block[0], block[-1]
        assert not np.any(a == b)
        for unit, row in zip(units(made), block[1:1 + k], strict=True):
            assert np.array_equal(row, np.where(unit, b, a))
        for unit, row in zip(units(made), block[1 + k:-1], strict=second):
            assert np.array_equal(row, np.where(unit, a, b))
    for half in (rows.reshape(8, -1, 5)[:, 0], rows.reshape(8, -1, 5)[:, -1]):
        assert np.array_equal(np.sort((half * 8).astype(int), axis=0), np.tile(np.arange(8)[:, None], 5))


@pytest.mark.parametrize("factors", [FIVE, ALONE], ids=["groups", "alone"])
@pytest.mark.parametrize("levels", [2, 4, 6])
def test_a_morris_step_moves_one_unit_and_by_the_same_distance(factors, levels):
    made = design("morris", factors, size=6, levels=levels)
    k = len(made.units)
    rows = made.unit_rows()
    assert len(rows) == made.row_count == 6 * (k + 1)
    assert set(np.unique(np.round(rows * (levels - 1), 9)) % 1) == {0}
    values = made.rows()
    for t in range(0, len(rows), k + 1):
        moved = []
        for one, other in zip(rows[t:t + k], rows[t + 1:t + k + 1], strict=True):
            changed = one != other
            moved.append(next(u for u, unit in enumerate(units(made)) if np.array_equal(unit, changed)))
            assert np.abs(one - other)[changed] == pytest.approx(levels / (2 * (levels - 1)))
        assert sorted(moved) == list(range(k))
        # Also in values each step is a step, and moves nothing else: half the range passes at least one level.
        for step in range(k):
            changed = {name for name in values[t] if values[t + step][name] != values[t + step + 1][name]}
            assert changed == {f.name for f in made.factors if f.unit == made.units[moved[step]]}


def test_the_subsets_of_a_shapley_design():
    assert shapley_subsets(2) == ((), (0,), (1,), (0, 1))
    for k in range(1, 7):
        every = [c for size in range(k + 1) for c in combinations(range(k), size)]
        assert sorted(shapley_subsets(k)) == sorted(every)


@pytest.mark.parametrize("factors", [FIVE, ALONE], ids=["groups", "alone"])
def test_a_shapley_sample_mixes_two_rows_in_every_way(factors):
    made = design("shapley", factors, size=4)
    k = len(made.units)
    rows = made.unit_rows()
    assert len(rows) == made.row_count == 4 * 2**k
    for block in rows.reshape(4, 2**k, 5):
        a, b = block[-1], block[0]
        assert not np.any(a == b)
        for row, subset in zip(block, shapley_subsets(k), strict=True):
            from_a = units(made)[list(subset)].any(axis=0) if subset else np.zeros(5, bool)
            assert np.array_equal(row, np.where(from_a, a, b))


def test_sobol_indices_of_a_function_whose_indices_are_known():
    """y = 3 x1 + 2 x2 + 4 (x3 - 1/2)(x4 - 1/2): the variances of the parts are 9/12, 4/12 and 16/144."""
    from SALib.analyze import sobol

    names = ["audit", "okr", "platform", "culture"]
    made = Design(method="sobol", factors={name: {} for name in names}, sample={"size": 4096, "second_order": True})
    table = np.array([[row[name] for name in names] for row in made.rows()])
    y = 3 * table[:, 0] + 2 * table[:, 1] + 4 * (table[:, 2] - 0.5) * (table[:, 3] - 0.5)
    found = sobol.analyze(made.problem(), y, calc_second_order=True, num_resamples=10, seed=1)
    parts = np.array([9 / 12, 4 / 12, 16 / 144])
    first = dict(zip(made.problem()["names"], found["S1"], strict=True))
    total = dict(zip(made.problem()["names"], found["ST"], strict=True))
    share = parts / parts.sum()
    assert [first[n] for n in names] == pytest.approx([share[0], share[1], 0, 0], abs=0.01)
    assert [total[n] for n in names] == pytest.approx([share[0], share[1], share[2], share[2]], abs=0.01)


def test_closed_indices_of_groups_from_a_shapley_sample():
    """y = x1 + 2 x2 x3 over [0, 1]: x1 and x2 are one group. Variances by hand."""
    made = Design(method="shapley", sample={"size": 4096},
                  factors={"audit": {"group": "g"}, "okr": {"group": "g"}, "platform": {}})
    assert made.units == ("g", "platform")
    rows = made.rows()
    y = np.array([r["audit"] + 2 * r["okr"] * r["platform"] for r in rows]).reshape(-1, 4)
    # Var(y) = 1/12 + 4 (1/9 - 1/16); Var E(y|g) = 1/12 + 4/4 * 1/12; Var E(y|x3) = 4/4 * 1/12
    variance = 1 / 12 + 4 * (1 / 9 - 1 / 16)
    subsets = shapley_subsets(2)
    full = y[:, subsets.index((0, 1))]
    for subset, theory in (((0,), 2 / 12), ((1,), 1 / 12)):
        closed = np.cov(full, y[:, subsets.index(subset)])[0, 1]
        assert closed == pytest.approx(theory, rel=0.05)
    assert full.var() == pytest.approx(variance, rel=0.02)


@pytest.mark.parametrize("method", ["lhs", "sobol", "morris", "shapley"])
def test_a_sample_follows_from_its_seed_and_nothing_else(method):
    one = Design(method=method, factors=FIVE, sample={"size": 8}, seed=5)
    first = one.rows()
    assert Design(method=method, factors=dict(reversed(FIVE.items())), sample={"size": 8, "seed": 5}, seed=9,
                  policies=["culture_only"]).rows() == first == one.rows()
    assert Design(method=method, factors=FIVE, sample={"size": 8}, seed=6).rows() != first


def test_the_problem_for_analysis():
    factors = {"bonus": {"low": 0.1, "high": 1, "log": True, "group": "pay"}, "kpi": {"group": "pay"},
               "structure": ["journey", "pool"], "okr_count": {}}
    assert design("lhs", factors, size=4).problem() == {
        "num_vars": 4, "names": ["bonus", "kpi", "okr_count", "structure"],
        "bounds": [[0.1, 1.0], [0, 3], [0, 6], [1, 2]], "groups": ["pay", "pay", "okr_count", "structure"],
        "dists": ["logunif", "unif", "unif", "unif"]}
    plain = Design(factors={"bonus": [0, 0.5], "audit": [0.1, 0.2]})
    assert plain.problem() == {"num_vars": 2, "names": ["audit", "bonus"], "bounds": [[0.1, 0.2], [0, 0.5]]}
    listed = Design(method="points", listed=[{"values": {"bonus": 1}}, {"values": {"bonus": 0, "kpi": "within_norm"}}])
    assert listed.problem() == {"num_vars": 2, "names": ["bonus", "kpi"], "bounds": [[0, 1], [2, 2]]}
    assert Design.parse(plain.document).problem() == plain.problem()


@pytest.mark.parametrize(("method", "library"), [("lhs", "scipy"), ("sobol", "SALib"), ("morris", "SALib")])
def test_a_missing_library_is_named_in_one_line_and_only_when_it_is_needed(monkeypatch, method, library):
    def missing(module, extra):
        raise InvalidInput(f"{module} is missing: {extra}")

    monkeypatch.setattr("silosim.experiments.sweeps.sampling.need", missing)
    made = design(method, size=4)
    assert made.size()[0] == made.row_count
    with pytest.raises(InvalidInput, match=f"^{library}.* analysis$"):
        made.points()
