"""The theories' own results, from their closed forms; nothing here knows the model."""

from __future__ import annotations

import math

from silosim.experiments.checks.theory import bulk_queue_mean, erlang_wait, mean_and_error

__all__ = ["bulk_queue_mean", "erlang_wait", "mean_and_error", "normal_share", "priority_waits"]


def normal_share(z: float) -> float:
    """Phi(z): share of a standard normal below z."""
    return 0.5 * (1.0 + math.erf(z / math.sqrt(2.0)))


def priority_waits(load: float) -> tuple[float, float]:
    """Mean waits of the class in front and the other, each half of a load of exponential work for one server."""
    first = load / (1.0 - load / 2.0)
    return first, first / (1.0 - load)
