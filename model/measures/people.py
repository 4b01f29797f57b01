"""Measures of people: conviction, gaps, fear, strain, who leaves, what was learned, what managers attend to."""

from silosim.model.jit import inlined
from silosim.model.layout import WEEKS_PER_YEAR, F
from silosim.model.measures.sums import gap, ratio


@inlined
def conviction(a):
    """Mean customer orientation."""
    return ratio(a[F.conviction], a[F.person_weeks])


@inlined
def value_action_gap(a):
    """1 - customer work done / intended. Accounting, not evidence: close to a function of pay."""
    return gap(a)


@inlined
def gap_from_time(a):
    """The part of the gap that the limits of the day take."""
    return ratio(a[F.intended] - a[F.intended_in_time], a[F.intended])


@inlined
def gap_from_incentives(a):
    """The part of the gap that incentives, norms and habit take."""
    return ratio(a[F.intended_in_time] - a[F.acted], a[F.intended])


@inlined
def perception_gap(a):
    """How customer-minded people think they are, minus how they see colleagues."""
    return ratio(a[F.self_view] - a[F.colleague_view], a[F.person_weeks])


@inlined
def more_than_colleagues(a):
    """Share of people who think themselves more customer-minded than their colleagues."""
    return ratio(a[F.self_above], a[F.person_weeks])


@inlined
def internal_grade(a):
    """How teams grade what they receive from others: 1 + 9 x share intact and not bounced."""
    return 1.0 + 9.0 * ratio(a[F.received_intact], a[F.received])


@inlined
def internal_grade_across(a):
    """The same grade for handoffs from other teams only; undefined without boundaries."""
    return 1.0 + 9.0 * ratio(a[F.received_intact] - a[F.intact_within], a[F.received] - a[F.received_within])


@inlined
def fear(a):
    """Mean fear of sanctions."""
    return ratio(a[F.fear], a[F.person_weeks])


@inlined
def strain(a):
    """Mean strain: pressure, acting against conviction, price of time."""
    return ratio(a[F.strain], a[F.person_weeks])


@inlined
def strain_gini(a):
    """Gini coefficient of strain over people, a quarter at a time; undefined between quarter ends."""
    return ratio(a[F.strain_gaps], a[F.strain_shared])


@inlined
def turnover(a):
    """Share of people leaving, per year."""
    return WEEKS_PER_YEAR * ratio(a[F.leavers], a[F.person_weeks])


@inlined
def capability(a):
    """Mean capability of the stages, 0 to 1."""
    return ratio(a[F.capability], a[F.team_weeks])


@inlined
def familiarity(a):
    """Mean familiarity with other teams."""
    return ratio(a[F.familiarity], a[F.team_weeks])


@inlined
def platform_adoption(a):
    """Share of work on the shared platform."""
    return ratio(a[F.adoption], a[F.weeks])


@inlined
def board_focus(a):
    """Share of the week the highest layer of managers gives to customers; undefined without managers."""
    return ratio(a[F.board_focus], a[F.board_weeks])


@inlined
def manager_focus(a):
    """Share of the week team managers give to customers; undefined without managers."""
    return ratio(a[F.manager_focus], a[F.managed_weeks])


@inlined
def gaming_belief_held(a):
    """Mean belief that polishing the number pays."""
    return ratio(a[F.belief], a[F.person_weeks])
