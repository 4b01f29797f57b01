"""The theories' own results, from their closed forms; nothing here knows the model."""

from __future__ import annotations

import cmath
import math

import numpy as np


def normal_share(z: float) -> float:
    """Phi(z): share of a standard normal below z."""
    return 0.5 * (1.0 + math.erf(z / math.sqrt(2.0)))


def bulk_queue_mean(arrivals: float, served: int) -> float:
    """E[Q] of Q' = (Q + A - c)+, A ~ Poisson(lambda): the roots inside the unit disc of z^c = e^(lambda (z - 1))."""
    total = 0.0
    for k in range(1, served):
        z = 0j
        turn = cmath.exp(2j * math.pi * k / served)
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


def priority_waits(load: float) -> tuple[float, float]:
    """Mean waits of the class in front and the other, each half of a load of exponential work for one server."""
    first = load / (1.0 - load / 2.0)
    return first, first / (1.0 - load)


def mean_and_error(values, batches: int = 40) -> tuple[float, float]:
    """Mean of a stationary series and its standard error by batch means (each batch much longer than the memory)."""
    size = len(values) // batches
    means = np.asarray(values[: size * batches], float).reshape(batches, size).mean(axis=1)
    return float(means.mean()), float(means.std(ddof=1) / math.sqrt(batches))
