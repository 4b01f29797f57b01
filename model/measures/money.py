"""Measures of money: what people draw and what the organisation costs."""

from silosim.model.jit import inlined
from silosim.model.layout import WEEKS_PER_YEAR, F
from silosim.model.measures.sums import cost, ratio


@inlined
def variable_pay(a):
    """Variable pay drawn, EUR per person and year (booked at quarter ends)."""
    return WEEKS_PER_YEAR * ratio(a[F.variable_pay], a[F.person_weeks])


@inlined
def pay_gini(a):
    """Gini coefficient of variable pay over people, a quarter at a time; undefined between quarter ends."""
    return ratio(a[F.pay_gaps], a[F.variable_pay])


@inlined
def cost_per_solved(a):
    """EUR per solved question."""
    return ratio(cost(a), a[F.solved])


@inlined
def cost_total(a):
    """EUR a week."""
    return ratio(cost(a), a[F.weeks])


@inlined
def cost_extra(a):
    """EUR a week beyond wages."""
    return ratio(cost(a) - a[F.cost_wage], a[F.weeks])
