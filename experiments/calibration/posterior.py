"""What the targets leave of the prior: a weighted sample of the parameters, and the best of them.

Beforehand every place of the parameters' box is equally likely. A place x is as likely afterwards as a normal miss of
each target: prediction minus target, with variance tolerance² + (chance of the mean over the runs)² + (emulator)².
The sample is drawn by adaptive importance sampling on a quasi-random sequence: a mixture of the box and of a Student
distribution (4 degrees of freedom, on the log-odds of the place) that is fitted to the sample so far, in rounds that
let the targets count more and more. Nothing is accepted or refused, so that a last digit changes nothing but itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from silosim.experiments.extras import need

FREEDOM = 4.0
DEFENCE = 0.2  # share of the sample drawn from the box itself: no weight is ever larger than the likelihood over this
ROUNDS = 8
DRAWS = 4096  # a round
LAST = 4  # times as many in the last
LEAST = 0.03  # share of effective draws aimed at in a round
PREFER_DEFAULT = 1.0  # of about equally good worlds, the one nearest to today's defaults
_EDGE = 1e-9

Likelihood = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Sample:
    """Weighted places: u [draws, parameters] from 0 to 1, weights that add up to 1."""

    u: np.ndarray
    weights: np.ndarray

    @property
    def effective(self) -> float:
        """How many equally weighted draws it is worth."""
        return 1.0 / float(np.sum(self.weights**2))

    def quantiles(self, shares) -> np.ndarray:
        """[shares, parameters]."""
        return np.array([quantile(column, self.weights, shares) for column in self.u.T]).T

    def mean(self) -> np.ndarray:
        """[parameters]"""
        return self.weights @ self.u

    def covariance(self) -> np.ndarray:
        """[parameters, parameters]"""
        away = self.u - self.mean()
        return (away * self.weights[:, None]).T @ away

    def drawn(self, count: int) -> np.ndarray:
        """`count` places, evenly through the weights: [count, parameters]."""
        order = np.lexsort(self.u.T[::-1])  # along the first parameter, so that few draws span it
        ladder = np.cumsum(self.weights[order])
        return self.u[order[np.searchsorted(ladder, (np.arange(count) + 0.5) / count * ladder[-1])]]


def quantile(values: np.ndarray, weights: np.ndarray, shares) -> np.ndarray:
    """Quantiles of weighted values."""
    order = np.argsort(values, kind="stable")
    ladder = np.cumsum(weights[order])
    middle = (ladder - 0.5 * weights[order]) / ladder[-1]
    return np.interp(shares, middle, values[order])


def sample(likelihood: Likelihood, low: np.ndarray, high: np.ndarray, seed: int, draws: int = DRAWS) -> Sample:
    """A sample of the places in the box [low, high] in proportion to exp(likelihood(u))."""
    d = len(low)
    qmc = need("scipy.stats", "analysis").qmc
    proposal = None
    power = 0.0
    for k in range(ROUNDS):
        last = power >= 1.0
        inside, density = _propose(qmc, proposal, d, draws * (LAST if last else 1), seed + k)
        u = low + (high - low) * inside
        log_likelihood = likelihood(u)
        if last:
            break
        power = _next_power(log_likelihood, density, 1.0 if k >= ROUNDS - 2 else None)
        proposal = _fitted(inside, _weights(power * log_likelihood - density))
    return Sample(u, _weights(log_likelihood - density))


def _propose(qmc, proposal, d: int, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(places in the unit box, log density of each) from the box, and from the Student distribution where there is."""
    norm, chi2 = (getattr(need("scipy.stats", "analysis"), name) for name in ("norm", "chi2"))
    bits = max(1, round(math.log2(count)))
    u = np.clip(qmc.Sobol(d + 1, scramble=True, seed=seed).random_base2(bits), _EDGE, 1 - _EDGE)
    if proposal is None:
        return u[:, :d], np.zeros(len(u))
    centre, root = proposal
    box = np.arange(len(u)) % round(1 / DEFENCE) == 0
    z = norm.ppf(u[:, :d]) / np.sqrt(chi2.ppf(u[:, d:], FREEDOM) / FREEDOM)
    odds = np.clip(centre + z @ root.T, -20, 20)
    places = np.where(box[:, None], u[:, :d], 1 / (1 + np.exp(-odds)))
    places = np.clip(places, _EDGE, 1 - _EDGE)
    share = box.mean()
    student = _log_student(places, centre, root)
    return places, np.logaddexp(math.log(share), math.log1p(-share) + student)


def _log_student(places: np.ndarray, centre: np.ndarray, root: np.ndarray) -> np.ndarray:
    """Log density in the unit box of the Student distribution of the log-odds."""
    d = len(centre)
    odds = np.log(places) - np.log1p(-places)
    z = np.linalg.solve(root, (odds - centre).T).T
    constant = math.lgamma((FREEDOM + d) / 2) - math.lgamma(FREEDOM / 2) - 0.5 * d * math.log(FREEDOM * math.pi)
    constant -= float(np.log(np.abs(np.diag(root))).sum())
    of_odds = constant - 0.5 * (FREEDOM + d) * np.log1p((z**2).sum(axis=1) / FREEDOM)
    return of_odds - (np.log(places) + np.log1p(-places)).sum(axis=1)


def _weights(log_weights: np.ndarray) -> np.ndarray:
    weights = np.exp(log_weights - log_weights.max())
    return weights / weights.sum()


def _next_power(log_likelihood: np.ndarray, density: np.ndarray, forced: float | None) -> float:
    """The largest power of the likelihood, up to 1, that leaves enough effective draws."""
    if forced is not None:
        return forced

    def effective(power: float) -> float:
        return 1.0 / float(np.sum(_weights(power * log_likelihood - density) ** 2))

    enough = LEAST * len(density)
    if effective(1.0) >= enough:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if effective(middle) >= enough else (low, middle)
    return max(low, 1e-9)


def _fitted(places: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Centre and root of the scale of the weighted log-odds, a little wider than they are."""
    odds = np.log(places) - np.log1p(-places)
    centre = weights @ odds
    away = odds - centre
    scale = (away * weights[:, None]).T @ away
    return centre, np.linalg.cholesky(1.2 * scale + 1e-8 * np.eye(len(centre)))


def best(likelihood: Likelihood, found: Sample, low: np.ndarray, high: np.ndarray, default: np.ndarray) -> np.ndarray:
    """The likeliest place; of places that are about as likely, the one nearest to today's defaults (`default`).

    Half a range away from the default costs as much as a miss of .7 standard deviations: where the targets know a
    parameter to a tenth of its range, that moves it by a tenth of its own uncertainty.
    """
    minimize = need("scipy.optimize", "analysis").minimize

    def loss(u: np.ndarray) -> np.ndarray:
        return -likelihood(u) + PREFER_DEFAULT * ((u - default) ** 2).sum(axis=1)

    starts = found.u[np.argsort(loss(found.u), kind="stable")[:3]]
    bounds = list(zip(low, high, strict=True))
    tries = [minimize(lambda u: float(loss(u[None, :])[0]), np.clip(u, low, high), method="L-BFGS-B", bounds=bounds)
             for u in starts]
    return min(tries, key=lambda one: one.fun).x
