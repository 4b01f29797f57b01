"""What several measures have in common: ratios of accumulated sums, cases that ended, what everything cost.

`a` is float64[SUMS], indexed by the names in layout.F. A ratio without a denominator is NaN: undefined, not 0.
"""

import numpy as np

from silosim.model.jit import inlined, rule
from silosim.model.layout import F


@rule
def ratio(x, y):
    """x / y, undefined (NaN) when y is 0."""
    return x / y if y != 0.0 else np.nan


@rule
def ended(a):
    """Cases that ended, however."""
    return a[F.solved] + a[F.gave_up] + a[F.withdrawn]


@rule
def cost(a):
    """EUR: wages, bonuses, recruiting, errors, compensation, programmes."""
    people = a[F.cost_wage] + a[F.cost_bonus] + a[F.cost_people]
    return people + a[F.cost_error] + a[F.cost_compensation] + a[F.cost_programme]


@inlined
def gap(a):
    """Value-action gap."""
    return ratio(a[F.intended] - a[F.acted], a[F.intended])
