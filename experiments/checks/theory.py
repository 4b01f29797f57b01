"""The theories' own results, from their closed forms, and how to compare a run with them. It knows no model."""

from __future__ import annotations

import cmath
import math

import numpy as np

ERRORS = 4.0  # standard errors tolerated: a right model fails 6 times in 100,000


def bulk_queue_mean(arrivals: float, served: int) -> float:
    """E[Q] of Q' = (Q + A - c)+, A ~ Poisson(lambda): the roots inside the unit disc of z^c = e^(lambda (z - 1))."""
    total = 0.0
    for k in range(1, served):
        z, turn = 0j, cmath.exp(2j * math.pi * k / served)
        for _ in range(1000):
            z = turn * cmath.exp(arrivals / served * (z - 1.0))
        total += (1.0 / (1.0 - z)).real
    return total - (served * (served - 1) - arrivals**2) / (2.0 * (served - arrivals))


def erlang_wait(servers: int, load: float) -> float:
    """Mean wait in an M/M/c queue in units of the mean service time (Erlang C)."""
    offered = servers * load
    terms = [offered**k / math.factorial(k) for k in range(servers)]
    last = offered**servers / math.factorial(servers) / (1.0 - load)
    return last / (sum(terms) + last) / (servers * (1.0 - load))


def mean_and_error(values, batches: int = 40) -> tuple[float, float]:
    """Mean of a stationary series and its standard error by batch means (each much longer than the memory)."""
    size = len(values) // batches
    means = np.asarray(values[: size * batches], float).reshape(batches, size).mean(axis=1)
    return float(means.mean()), float(means.std(ddof=1) / math.sqrt(batches))
