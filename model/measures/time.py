"""Measures of time: load, pressure and what a day is spent on."""

from silosim.model.jit import inlined
from silosim.model.layout import F
from silosim.model.measures.sums import ratio


@inlined
def utilisation(a):
    """Share of the handling hours offered that found work (net utilisation)."""
    return ratio(a[F.hours_worked], a[F.hours_offered])


@inlined
def backlog(a):
    """Days of work waiting, mean over teams."""
    return ratio(a[F.backlog], a[F.team_weeks])


@inlined
def pressure(a):
    """Pressure of the backlog, 0 to 1, mean over teams."""
    return ratio(a[F.pressure], a[F.team_weeks])


@inlined
def shadow_price(a):
    """Shadow price of time: what one more unit of the day would be worth."""
    return ratio(a[F.price], a[F.person_weeks])


@inlined
def coordination(a):
    """Share of the day lost to coordination, work in progress and programmes."""
    return ratio(a[F.lost_day], a[F.person_weeks])


@inlined
def capacity(a):
    """Capacity factor of teams, 1 at the start."""
    return ratio(a[F.capacity], a[F.team_weeks])


@inlined
def day_handle(a):
    """Share of the day handling cases."""
    return ratio(a[F.handle], a[F.person_weeks])


@inlined
def day_care(a):
    """Share of the day on care."""
    return ratio(a[F.care], a[F.person_weeks])


@inlined
def day_connect(a):
    """Share of the day connecting with other teams."""
    return ratio(a[F.connect], a[F.person_weeks])


@inlined
def day_improve(a):
    """Share of the day improving the service."""
    return ratio(a[F.improve], a[F.person_weeks])


@inlined
def day_game(a):
    """Share of the day polishing the number."""
    return ratio(a[F.game], a[F.person_weeks])


@inlined
def day_help(a):
    """Share of the day helping team-mates."""
    return ratio(a[F.help], a[F.person_weeks])
