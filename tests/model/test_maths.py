"""exp, log, power, logistic and the normal quantile against forty correct digits, over the whole range of their use."""

import math
import sys
from decimal import Decimal, localcontext
from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import norm

from silosim.model.maths import BINS, HIGHEST, LOWEST, NORMAL, exp, log, logistic, normal_quantile, power

ULP = sys.float_info.epsilon
DRAW = np.random.default_rng(20)


def relative_errors(function, exact, points) -> float:
    """Largest relative error of `function` at `points` against `exact`, worked out in forty digits."""
    worst = 0.0
    with localcontext() as context:
        context.prec = 40
        context.Emin, context.Emax = -9999, 9999
        for x in points:
            right = exact(Decimal(float(x)))
            worst = max(worst, float(abs((Decimal(float(function(float(x)))) - right) / right)))
    return worst


def test_exp_to_the_stated_accuracy():
    points = np.concatenate([DRAW.uniform(-700, 700, 1500), DRAW.uniform(-2, 2, 1500), DRAW.normal(0, 1e-6, 300)])
    halves = (np.arange(-1000, 1000, 7) + 0.5) * math.log(2.0)  # where the reduction changes its whole part
    assert relative_errors(exp, Decimal.exp, np.concatenate([points, halves])) < 4e-16


def test_log_to_the_stated_accuracy():
    points = np.concatenate(
        [10.0 ** DRAW.uniform(-300, 300, 1500), DRAW.uniform(0.5, 2.0, 1500), DRAW.uniform(0, 1, 500)]
    )
    near_one = 1.0 + np.concatenate([2.0 ** -np.arange(1, 50), -(2.0 ** -np.arange(2, 50))])
    assert relative_errors(log, Decimal.ln, np.concatenate([points, near_one])) < 3e-16


def test_power():
    """x^y = e^(y log x): the relative error grows with |y log x|."""
    for x, y in zip(10.0 ** DRAW.uniform(-3, 4, 1000), DRAW.uniform(-3, 3, 1000), strict=True):
        assert power(x, y) == pytest.approx(float(x) ** float(y), rel=2e-16 * (3 + 2 * abs(y * math.log(x))))
    assert power(0.0, 0.0) == power(7.0, 0.0) == power(7.0, -0.0) == 1.0
    assert power(1.0, 12.3) == 1.0


def test_logistic():
    points = np.concatenate([DRAW.uniform(-40, 40, 1000), DRAW.uniform(-700, 700, 200)])
    assert relative_errors(logistic, lambda x: 1 / (1 + (-x).exp()), points) < 6e-16
    assert logistic(0.0) == 0.5
    assert logistic(-1000.0) == pytest.approx(0.0, abs=1e-300)
    assert logistic(1000.0) == 1.0


def test_the_ends():
    """Nothing overflows, divides by zero or goes wrong at infinity."""
    assert exp(0.0) == 1.0
    assert exp(-1e9) == exp(LOWEST - 1e-6) == 0.0
    assert exp(LOWEST) > 0.0
    assert exp(1e9) == exp(HIGHEST) < math.inf
    assert log(1.0) == 0.0
    assert log(0.0) == log(-1.0) == LOWEST
    assert exp(log(0.0)) < 1e-300
    assert log(sys.float_info.min) == pytest.approx(math.log(sys.float_info.min), rel=1e-15)
    assert log(sys.float_info.max) == pytest.approx(math.log(sys.float_info.max), rel=1e-15)


@pytest.mark.parametrize(
    ("function", "low", "high"), [(exp, -708.0, 709.0), (log, 1e-300, 1e3), (logistic, -30.0, 30.0)]
)
def test_monotone(function, low, high):
    """A larger argument never gives a smaller value, also between neighbouring numbers, to the last bit but one."""
    points = np.sort(np.concatenate([DRAW.uniform(low, high, 4000), np.geomspace(1e-9, high, 500)]))
    values = [function(x) for x in points]
    assert all(b >= a for a, b in pairwise(values))
    for x in points[::10]:
        neighbour = np.nextafter(x, np.inf)
        assert function(neighbour) >= function(x) * (1.0 - math.copysign(2 * ULP, function(x)))


def test_normal_quantile_against_scipy():
    u = np.concatenate(
        [DRAW.uniform(0, 1, 2000), 10.0 ** DRAW.uniform(-10.9, -1, 300), 1 - 10.0 ** DRAW.uniform(-9, -1, 300), [0.5]]
    )
    ours = np.array([normal_quantile(x) for x in u])
    assert ours == pytest.approx(norm.ppf(u), rel=1e-12, abs=1e-15)


def test_the_normal_table():
    """Symmetric, increasing, variance 1, within a hundredth of the quantiles but for the tails of one in a thousand."""
    assert pytest.approx(-NORMAL[::-1], abs=1e-12) == NORMAL
    assert (np.diff(NORMAL) > 0).all()
    a, b = NORMAL[:-1], NORMAL[1:]
    assert np.mean((a * a + a * b + b * b) / 3) == pytest.approx(1.0, abs=1e-12)
    fourth = np.mean((a**4 + a**3 * b + a * a * b * b + a * b**3 + b**4) / 5)
    assert fourth == pytest.approx(3.0, abs=0.06)
    u = np.arange(2, BINS - 1) / BINS
    assert pytest.approx(norm.ppf(u), abs=0.01) == NORMAL[2:-2]
