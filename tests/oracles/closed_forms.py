"""The theories' own results, from their closed forms; nothing here knows the model."""

from __future__ import annotations

import math

import numpy as np

from silosim.experiments.checks.theory import bulk_queue_mean, erlang_wait, mean_and_error

__all__ = ["bulk_queue_mean", "erlang_wait", "ishigami_shares", "largest_of", "mean_and_error", "normal_share",
           "priority_waits"]


def normal_share(z: float) -> float:
    """Phi(z): share of a standard normal below z."""
    return 0.5 * (1.0 + math.erf(z / math.sqrt(2.0)))


def priority_waits(load: float) -> tuple[float, float]:
    """Mean waits of the class in front and the other, each half of a load of exponential work for one server."""
    first = load / (1.0 - load / 2.0)
    return first, first / (1.0 - load)


def ishigami_shares(a: float = 7.0, b: float = 0.1) -> dict[str, tuple[float, float, float]]:
    """Shares of the variance of sin x1 + a sin² x2 + b x3⁴ sin x1, each x uniform on (-pi, pi), by factor.

    Its variance has three parts: V1, V2 and what x1 and x3 do together, V13. First order, total, and Shapley effects
    (V13 divided equally between the two).
    """
    v1 = (1 + b * math.pi**4 / 5) ** 2 / 2
    v2 = a**2 / 8
    v13 = b**2 * math.pi**8 * (1 / 18 - 1 / 50)
    whole = v1 + v2 + v13
    return {"S1": (v1 / whole, v2 / whole, 0.0), "ST": ((v1 + v13) / whole, v2 / whole, v13 / whole),
            "shapley": ((v1 + v13 / 2) / whole, v2 / whole, v13 / 2 / whole)}


def largest_of(n: int) -> float:
    """e_n: mean of the largest of n standard normals, n times the integral of z phi Phi^(n - 1)."""
    z = np.linspace(-9.0, 9.0, 4001)
    below = np.array([normal_share(x) for x in z])
    density = np.exp(-z * z / 2.0) / math.sqrt(2.0 * math.pi)
    return float(n * np.sum(z * density * below ** (n - 1)) * (z[1] - z[0]))
