"""Quantiles of Student's t distribution, exact to rounding, without loading a statistics library.

SciPy has the same (the tests compare), but takes longer to load than a comparison takes to compute.
"""

from __future__ import annotations

import functools
import math


@functools.lru_cache(maxsize=4096)
def student_t(p: float, degrees: int) -> float:
    """The t with P(T <= t) = p, for .5 <= p < 1 and at least one degree of freedom."""
    if not 0.5 <= p < 1 or degrees < 1:
        raise ValueError(f"no quantile of t for p = {p}, {degrees} degrees of freedom")
    low, high = 0.0, 1.0
    while _upper_tail(high, degrees) > 1 - p:
        low, high = high, high * 2
    while high - low > 1e-14 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if _upper_tail(middle, degrees) > 1 - p else (low, middle)
        if middle in (low, high) and high - low <= math.ulp(high):
            break
    return (low + high) / 2


def _upper_tail(t: float, degrees: int) -> float:
    """P(T > t) for t >= 0, in finite sums (Abramowitz and Stegun 26.7.3 and 26.7.4)."""
    theta = math.atan(t / math.sqrt(degrees))
    sine, cosine = math.sin(theta), math.cos(theta)
    if degrees % 2:
        term = total = cosine if degrees > 1 else 0.0
        for k in range(3, degrees - 1, 2):
            term *= cosine * cosine * (k - 1) / k
            total += term
        inside = 2 / math.pi * (theta + sine * total)
    else:
        term = total = 1.0
        for k in range(2, degrees - 1, 2):
            term *= cosine * cosine * (k - 1) / k
            total += term
        inside = sine * total
    return (1 - inside) / 2
