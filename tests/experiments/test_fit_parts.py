"""The parts of fitting against theory: emulator, sample of the posterior, what is said of parameters, designs."""

import numpy as np
import pytest

from silosim.experiments.calibration import findings, posterior
from silosim.experiments.calibration.emulator import Emulator
from silosim.experiments.calibration.posterior import Sample
from silosim.experiments.calibration.waves import first_points, spread_out


def test_an_emulator_knows_what_it_does_not_know():
    """Off its points it misses by what it says it does: 95% intervals hold 95% of 2,000 places."""
    draw = np.random.default_rng(3)
    x, there = draw.random((60, 3)), draw.random((2000, 3))

    def of(x):
        return 7 + np.sin(3 * x[:, 0]) * x[:, 1] + x[:, 2] ** 2

    emulator = Emulator(x, of(x) + 0.01 * draw.normal(size=60), np.zeros(3), np.ones(3), 7.8, 0.1)
    mean, sd = emulator.predict(there)
    assert np.sqrt(np.mean((mean - of(there)) ** 2)) < 0.05
    assert 0.9 < np.mean(np.abs(mean - of(there)) < 1.96 * sd) <= 1
    assert emulator.quality.r2 > 0.98
    assert 0.85 <= emulator.quality.coverage <= 1


def test_leaving_out_in_closed_form_is_leaving_out():
    draw = np.random.default_rng(4)
    x = draw.random((15, 2))
    y = 7 + x[:, 0] + np.sin(4 * x[:, 1])
    whole = Emulator(x, y, np.zeros(2), np.ones(2), 7.5, 0.1)
    precision = np.diag(whole.left)
    for k in (0, 7, 14):
        rest = np.arange(15) != k
        one = Emulator.__new__(Emulator)
        one.low, one.width, one.x, one.t, one.line = whole.low, whole.width, x[rest], whole.t[rest], whole.line[rest]
        one.lengths, one.bend, one.target = whole.lengths, whole.bend, whole.target
        one.centre, one.unit = whole.centre, whole.unit
        one.gaps = (one.x[:, None] - one.x[None]) ** 2
        one._keep(*one._solved(np.log([*whole.lengths, whole.noise]))[:4])
        predicted = one._predict(x[k:k + 1])[0][0]
        miss = whole.weights[k] / precision[k]
        assert predicted == pytest.approx(whole.centre + whole.unit * (whole.t[k] - miss), abs=1e-6)


def test_the_slope_of_the_likelihood_is_its_slope():
    draw = np.random.default_rng(5)
    x = draw.random((20, 2))
    emulator = Emulator(x, x[:, 0] + draw.normal(size=20), np.zeros(2), np.ones(2), 0.5, 0.1)
    at = np.array([0.3, -0.4, -1.0])
    slope = [(emulator._loss(at + step)[0] - emulator._loss(at - step)[0]) / 2e-5 for step in 1e-5 * np.eye(3)]
    assert emulator._loss(at)[1] == pytest.approx(slope, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("correlation", [0.0, 0.98])
def test_the_sample_is_that_of_a_normal_distribution(correlation):
    """Means, intervals and correlation of a known posterior, far narrower than the box."""
    sd, mean = 0.02, np.array([0.4, 0.7])
    precision = np.linalg.inv(sd**2 * np.array([[1, correlation], [correlation, 1]]))

    def log_likelihood(u):
        return -0.5 * np.einsum("ij,jk,ik->i", u - mean, precision, u - mean)

    found = posterior.sample(log_likelihood, np.zeros(2), np.ones(2), seed=1)
    assert found.effective > 2000
    low, middle, high = found.quantiles((0.025, 0.5, 0.975))
    assert middle == pytest.approx(mean, abs=0.05 * sd)
    assert high - low == pytest.approx(np.full(2, 2 * 1.96 * sd), rel=0.03)
    covariance = found.covariance()
    assert covariance[0, 1] / covariance[0, 0] == pytest.approx(correlation, abs=0.03)


def test_without_information_the_sample_is_the_box():
    found = posterior.sample(lambda u: np.zeros(len(u)), np.array([0.2, 0.0]), np.array([0.6, 1.0]), seed=1)
    low, high = found.quantiles((0.025, 0.975))
    assert low == pytest.approx([0.21, 0.025], abs=0.01)
    assert high == pytest.approx([0.59, 0.975], abs=0.01)


def test_draws_follow_the_weights():
    found = Sample(np.array([[0.1], [0.5], [0.9]]), np.array([0.5, 0.25, 0.25]))
    assert sorted(found.drawn(8)[:, 0]) == [0.1] * 4 + [0.5] * 2 + [0.9] * 2
    assert found.effective == pytest.approx(1 / (0.25 + 2 * 0.0625))


def test_equal_weights_leave_every_parameter_unidentified_and_untied():
    draw = np.random.default_rng(1).random((20_000, 3))
    found = Sample(draw, np.full(20_000, 1 / 20_000))
    assert not any(one.identified for one in findings.known(["a", "b", "c"], found))
    assert findings.together(["a", "b", "c"], found) == []


def test_first_points_fill_every_row_and_later_ones_keep_apart():
    first = first_points(24, 3, seed=1)
    assert all(sorted((column * 24).astype(int)) == list(range(24)) for column in first.T)
    candidates = np.random.default_rng(1).random((500, 2))
    there = np.array([[0.5, 0.5]])
    chosen = spread_out(candidates, 12, there)
    assert len({tuple(point) for point in chosen}) == 12
    every = np.concatenate([there, chosen])
    gaps = np.linalg.norm(every[:, None] - every[None], axis=2) + 9 * np.eye(13)
    assert gaps.min() > 0.2  # a thirteenth of a square, had it been cut into squares, is .28 wide
