"""Measures of the dashboard: what the KPI shows, and how far that is from what customers live through."""

from silosim.model.jit import inlined
from silosim.model.layout import F
from silosim.model.measures.customer import share_eight, share_nine, share_seven, share_seven_half
from silosim.model.measures.sums import ratio


@inlined
def attainment(a):
    """KPI against target, mean over team-quarters; undefined between quarter ends."""
    return ratio(a[F.attained], a[F.team_quarters])


@inlined
def share_green(a):
    """Share of team-quarters in which the target was reached."""
    return ratio(a[F.green], a[F.team_quarters])


@inlined
def attainment_closures(a):
    """Closures, rework included and late ones discounted, against plan."""
    return ratio(a[F.attained_closures], a[F.team_quarters])


@inlined
def attainment_first(a):
    """First closures against plan: arrivals, in effect."""
    return ratio(a[F.attained_first], a[F.team_quarters])


@inlined
def within_norm(a):
    """Share of stages done within the norm."""
    return ratio(a[F.stages_timely], a[F.stages])


@inlined
def closures_per_hour(a):
    """Stages done per paid hour."""
    return ratio(a[F.stages], a[F.hours_paid])


@inlined
def watermelon(a):
    """Green on the dashboard minus cases graded 7.5 or more."""
    return share_green(a) - share_seven_half(a)


@inlined
def watermelon_seven(a):
    """The same gap at mark 7."""
    return share_green(a) - share_seven(a)


@inlined
def watermelon_eight(a):
    """The same gap at mark 8."""
    return share_green(a) - share_eight(a)


@inlined
def watermelon_nine(a):
    """The same gap at mark 9."""
    return share_green(a) - share_nine(a)
