"""What the model would give where it was not run: a Gaussian process through the runs of a few dozen points.

A measure over the place x in the parameters' ranges is taken to be a straight line plus a smooth departure with
covariance s² m(r), where m is Matérn's function with smoothness 5/2 and r² = 5 sum ((x_k - x'_k) / l_k)², plus
independent noise. Line and s² are integrated out and found in closed form; the lengths l and the noise are those of
the largest restricted likelihood, with weak priors that keep a length which the runs do not tell about near 1.
(Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, sections 2.7, 4.2 and 5.4.)

A measure that is far from its target in part of the range bends the smooth function that is needed near it. So what is
emulated is t = c arsinh((y - target) / c), which is y near the target and only the logarithm of the distance far away;
c is the median distance from the target in the runs at hand, so near the target nothing is bent at all.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from silosim.experiments.extras import need

SPREAD_OF_LENGTHS = 1.0  # standard deviation of the prior of log l around 0, where the range has length 1
NOISE = (-14.0, 2.0)  # bounds of log(noise / signal), as variances
LENGTH = (-3.5, 3.5)  # bounds of log l
CHUNK = 2048  # places predicted at a time
CERTAIN = 1.959963984540054


@dataclass(frozen=True)
class Quality:
    """How well runs that were left out are predicted by the others, in units of the measure.

    r2        share of their variance (of t) that is explained; may be low where nothing varies
    rmse      typical miss in the half of the points that lies nearest to the target
    coverage  share that lies in its 95% interval
    """

    n: int
    r2: float
    rmse: float
    coverage: float


class Emulator:
    """Fitted to y [points] at x [points, parameters], places in the box from `low` to `high`.

    target     the value of the measure near which predictions must be good
    tolerance  distances below this are never bent
    """

    def __init__(self, x: np.ndarray, y: np.ndarray, low: np.ndarray, high: np.ndarray, target: float,
                 tolerance: float):
        self.low, self.width, self.target = low, np.maximum(high - low, 1e-12), target
        self.bend = max(float(np.median(np.abs(y - target))), 4 * tolerance)
        self.x = self._scaled(x)
        t = self._bent(y)
        self.centre, self.unit = float(t.mean()), max(float(t.std()), 1e-12)
        self.t = (t - self.centre) / self.unit
        self.line = self._line_at(self.x)
        self.gaps = (self.x[:, None, :] - self.x[None, :, :]) ** 2
        self._find_lengths()
        self.quality = self._leave_one_out(y)

    def predict(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(mean, standard deviation) of the measure at each place; the deviation is of the emulator alone."""
        parts = [self._predict(x[k:k + CHUNK]) for k in range(0, len(x), CHUNK)]
        mean, sd = (np.concatenate(some) for some in zip(*parts, strict=True)) if parts else (np.empty(0), np.empty(0))
        return self._unbent(mean, sd)

    def _predict(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        x = self._scaled(x)
        gaps = (x[:, None, :] - self.x[None, :, :]) ** 2
        between = matern(gaps, self.lengths)[0]
        line = self._line_at(x)
        mean = line @ self.beta + between @ self.weights
        left = line - between @ self.inverse_line
        variance = 1.0 - ((between @ self.inverse) * between).sum(axis=1)
        variance += ((left @ self.line_inverse) * left).sum(axis=1)
        return (self.centre + self.unit * mean,
                self.unit * np.sqrt(self.signal * np.maximum(variance, 0.0)))

    def _scaled(self, x: np.ndarray) -> np.ndarray:
        return (x - self.low) / self.width

    @staticmethod
    def _line_at(x: np.ndarray) -> np.ndarray:
        return np.column_stack([np.ones(len(x)), x])

    def _bent(self, y: np.ndarray) -> np.ndarray:
        return self.bend * np.arcsinh((y - self.target) / self.bend)

    def _unbent(self, t: np.ndarray, sd: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        far = np.clip(t / self.bend, -30.0, 30.0)
        return self.target + self.bend * np.sinh(far), sd * np.cosh(far)

    # --- fitting -------------------------------------------------------------------------------------------

    def _find_lengths(self) -> None:
        minimize = need("scipy.optimize", "analysis").minimize
        d = self.x.shape[1]
        bounds = [LENGTH] * d + [NOISE]
        tries = [minimize(self._loss, np.array([length] * d + [noise]), jac=True, method="L-BFGS-B", bounds=bounds,
                          options={"maxiter": 80}) for length, noise in ((0.0, -5.0), (1.0, -2.0))]
        best = min(tries, key=lambda found: found.fun).x
        self.lengths, self.noise = np.exp(best[:-1]), float(np.exp(best[-1]))
        self._keep(*self._solved(best)[:4])

    def _solved(self, z: np.ndarray):
        """Inverse covariance, its product with the line, and what is left when the line is taken out."""
        correlation, slope = matern(self.gaps, np.exp(z[:-1]))
        covariance = correlation + (math.exp(z[-1]) + 1e-8) * np.eye(len(self.t))
        triangle = np.linalg.cholesky(covariance)
        inverse = np.linalg.inv(covariance)
        inverse_line = inverse @ self.line
        small = self.line.T @ inverse_line
        line_inverse = np.linalg.inv(small)
        return inverse, inverse_line, line_inverse, triangle, small, slope

    def _loss(self, z: np.ndarray) -> tuple[float, np.ndarray]:
        """Minus the log of the restricted likelihood and of the priors, and its slope."""
        inverse, inverse_line, line_inverse, triangle, small, slope = self._solved(z)
        left = inverse - inverse_line @ line_inverse @ inverse_line.T
        freedom = len(self.t) - self.line.shape[1]
        pull = left @ self.t
        signal = max(float(self.t @ pull) / freedom, 1e-12)
        loss = 0.5 * (freedom * math.log(signal) + 2 * np.log(np.diag(triangle)).sum()
                      + np.linalg.slogdet(small)[1])
        # of A = R + noise: d loss = (tr(left dA) - pull' dA pull / signal) / 2
        both = left - np.outer(pull, pull) / signal
        slopes = [0.5 * float(np.sum(both * slope * self.gaps[:, :, k])) / math.exp(2 * z[k])
                  for k in range(len(z) - 1)]
        slopes.append(0.5 * float(np.trace(both)) * math.exp(z[-1]))
        loss += float(np.sum(z[:-1] ** 2)) / (2 * SPREAD_OF_LENGTHS**2)
        slopes[:-1] = [s + float(x) / SPREAD_OF_LENGTHS**2 for s, x in zip(slopes, z[:-1], strict=False)]
        return loss, np.array(slopes)

    def _keep(self, inverse, inverse_line, line_inverse, _triangle) -> None:
        self.inverse, self.inverse_line, self.line_inverse = inverse, inverse_line, line_inverse
        self.left = inverse - inverse_line @ line_inverse @ inverse_line.T
        self.weights = self.left @ self.t
        self.beta = line_inverse @ (inverse_line.T @ self.t)
        freedom = max(len(self.t) - self.line.shape[1], 1)
        self.signal = max(float(self.t @ self.weights) / freedom, 1e-12)

    def _leave_one_out(self, y: np.ndarray) -> Quality:
        """Every point predicted by the others, in closed form; the lengths stay."""
        precision = np.diag(self.left)
        miss = self.weights / precision
        sd = np.sqrt(self.signal / precision)
        covered = float(np.mean(np.abs(miss) <= CERTAIN * sd))
        total = float(np.sum((self.t - self.t.mean()) ** 2))
        r2 = 1.0 - float(np.sum(miss**2)) / total if total > 0 else 1.0  # a measure that never moves is no riddle
        predicted = self._unbent(self.centre + self.unit * (self.t - miss), np.zeros(len(y)))[0]
        away = np.abs(y - self.target)
        near = away <= np.median(away)
        return Quality(len(y), r2, float(np.sqrt(np.mean((predicted - y)[near] ** 2))), covered)


def matern(gaps: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(correlation, what its slope in log l_k is, over the squared gap in k / l_k²) for squared gaps [.., .., k]."""
    r = np.sqrt(5.0 * np.tensordot(gaps, lengths**-2.0, axes=1))
    decay = np.exp(-r)
    return (1.0 + r + r * r / 3.0) * decay, (5.0 / 3.0) * (1.0 + r) * decay
