"""Measures of the customer: the grade, the survey, waiting, failure demand, who leaves (arguments as in `sums`)."""

from silosim.model.jit import inlined
from silosim.model.layout import WEEKS_PER_YEAR, F
from silosim.model.measures.sums import ended, ratio


@inlined
def grade(a):
    """Mean customer grade of ended cases, withdrawn ones included."""
    return ratio(a[F.grade], ended(a))


@inlined
def share_nine(a):
    """Share of ended cases graded 9 or more."""
    return ratio(a[F.nine], ended(a))


@inlined
def share_seven(a):
    """Share of ended cases graded 7 or more."""
    return ratio(a[F.seven], ended(a))


@inlined
def share_seven_half(a):
    """Share of ended cases graded 7.5 or more."""
    return ratio(a[F.seven_half], ended(a))


@inlined
def share_eight(a):
    """Share of ended cases graded 8 or more."""
    return ratio(a[F.eight], ended(a))


@inlined
def nps(a):
    """Net promoter score of the survey: promoters minus detractors, per hundred answers."""
    return 100.0 * ratio(a[F.promoters] - a[F.detractors], a[F.answers])


@inlined
def survey_score(a):
    """Mean score of the survey: what managers see, begging and selective answering included."""
    return ratio(a[F.score], a[F.answers])


@inlined
def effort_score(a):
    """Mean customer effort score, 1 (none) to 7."""
    return ratio(a[F.effort], ended(a))


@inlined
def lead_time(a):
    """Mean working days from question to end."""
    return ratio(a[F.lead_time], ended(a))


@inlined
def contacts(a):
    """Mean contacts per ended question."""
    return ratio(a[F.contacts], ended(a))


@inlined
def first_time_right(a):
    """Share of ended cases solved without coming back."""
    return ratio(a[F.first_right], ended(a))


@inlined
def failure_demand(a):
    """Share of contacts caused by the organisation's own failures (1 - 1/contacts in the long run)."""
    return ratio(a[F.contacts_failure], a[F.contacts_all])


@inlined
def withdrawn(a):
    """Share of ended cases withdrawn by the customer."""
    return ratio(a[F.withdrawn], ended(a))


@inlined
def unsolved(a):
    """Share of ended cases not solved: given up or withdrawn."""
    return ratio(a[F.gave_up] + a[F.withdrawn], ended(a))


@inlined
def churn(a):
    """Share of customers that leave for good because they were let down, per year."""
    return WEEKS_PER_YEAR * ratio(a[F.churned], a[F.customer_weeks])


@inlined
def customer_base(a):
    """Customers, as a multiple of those that the file's demand comes from."""
    return ratio(a[F.base], a[F.weeks])
