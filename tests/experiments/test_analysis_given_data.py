"""Indices of sensitivity from any sample: PAWN and delta, beside SALib's and where the answer is known."""

import numpy as np
import pytest

from silosim.experiments.analysis.contained import quiet
from silosim.experiments.analysis.given_data import _delta, delta, pawn, slide_numbers


@pytest.fixture(scope="module")
def sample():
    """x0 in full, x1 half as much, x2 (two values) a little, x3 not at all."""
    rng = np.random.default_rng(3)
    x = np.column_stack([rng.random((400, 2)), rng.integers(0, 2, 400), rng.random(400)])
    return x, 2 * x[:, 0] + x[:, 1] + 0.3 * x[:, 2]


def test_pawn_ranks_and_says_what_does_nothing(sample):
    found = pawn("abcd", *sample)
    assert [found.names[k] for k in found.order()][:2] == ["a", "b"]
    assert found.without_influence() == ["d"]
    assert np.all(found.floor["median"] > 0)


def test_pawn_agrees_with_salib_where_salib_sees_every_value(sample):
    x, y = sample
    with quiet():
        from SALib.analyze import pawn as theirs

        other = theirs.analyze({"num_vars": 2, "names": ["a", "b"]}, x[:, :2], y, S=10)
    ours = pawn("ab", x[:, :2], y)
    np.testing.assert_allclose(ours.kinds["median"].value, other["median"], atol=0.01)


def test_pawn_sees_both_values_of_two(sample):
    x, _ = sample
    high = (x[:, 2] == 1).astype(float)  # what SALib's slides leave out: the highest value
    found = pawn("a", high[:, None], high)
    assert found.kinds["maximum"].value[0] == pytest.approx(max(high.mean(), 1 - high.mean()), abs=1e-9)
    assert list(np.unique(slide_numbers(high))) == [0, 1]
    assert np.bincount(slide_numbers(np.linspace(0, 1, 400))).tolist() == [40] * 10


def test_delta_ranks_and_says_what_does_nothing(sample):
    found = delta("abcd", *sample)
    assert found.order()[0] == 0
    assert found.without_influence() == ["d"]
    assert found.kinds["delta"].value[0] > 2 * found.floor["delta"][0]


def test_delta_is_estimated_as_salib_does():
    rng = np.random.default_rng(4)
    x, grid_size, classes = rng.random(200), 100, 5
    y = x + rng.normal(size=200)
    grid = np.linspace(y.min(), y.max(), grid_size)
    with quiet():
        from SALib.analyze.delta import calc_delta

        theirs = calc_delta(y, grid, x, np.linspace(0, 200, classes + 1))
    assert _delta([slide_numbers(x, classes)], y, grid)[0] == pytest.approx(theirs, rel=1e-9)


def test_delta_of_all_and_of_nothing():
    """Two values that decide everything: half the area between one half's density and that of all is a half."""
    y = np.repeat([0.0, 1.0], 50) + np.random.default_rng(1).normal(0, 0.01, 100)
    found = delta("ab", np.column_stack([np.repeat([0.0, 1.0], 50), np.tile([0.0, 1.0], 50)]), y)
    assert found.kinds["delta"].value[0] > 0.4
    assert found.without_influence() == ["b"]
