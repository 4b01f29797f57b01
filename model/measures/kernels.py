"""The measures: one small function each, of a row of accumulated sums (a team, a person, the organisation; a week,
a year).

`a` is float64[SUMS], indexed by the names in layout.F. A ratio without a denominator is NaN: undefined, not 0.
"""

import numpy as np

from silosim.model.jit import inlined, rule
from silosim.model.layout import WEEKS_PER_YEAR, F


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


@inlined
def silo_index(a):
    """Context lost at boundaries, times what team-mates would lose with the same effort; undefined without
    boundaries."""
    return ratio(a[F.lost_across], a[F.lost_reference])


@inlined
def silo_cases(a):
    """Share of solved cases that lost context at a boundary (adds a contact by construction)."""
    return ratio(a[F.lost_cases], a[F.solved])


@inlined
def context_lost(a):
    """Share of all handoffs in which context was lost."""
    return ratio(a[F.lost_across] + a[F.lost_within], a[F.across] + a[F.within])


@inlined
def lost_across(a):
    """Share of handoffs across teams in which context was lost; undefined without boundaries."""
    return ratio(a[F.lost_across], a[F.across])


@inlined
def bounced(a):
    """Share of received handoffs that were sent back."""
    return ratio(a[F.bounces], a[F.received])


@inlined
def boundary_help(a):
    """Connecting effort against what conviction alone would give."""
    return ratio(a[F.connect], a[F.intended_connect])


@inlined
def handoffs(a):
    """Handoffs per ended case, within teams included."""
    return ratio(a[F.handoffs_of_cases], ended(a))


@inlined
def gaming(a):
    """Share of closures that were cosmetic."""
    return ratio(a[F.polished], a[F.stages])


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


@rule
def measure_row(a, out):
    """Every declared measure of the row `a`, in the order of their declaration, into out[M]."""
    out[0] = grade(a)
    out[1] = share_nine(a)
    out[2] = share_seven(a)
    out[3] = share_seven_half(a)
    out[4] = share_eight(a)
    out[5] = nps(a)
    out[6] = survey_score(a)
    out[7] = effort_score(a)
    out[8] = lead_time(a)
    out[9] = contacts(a)
    out[10] = first_time_right(a)
    out[11] = failure_demand(a)
    out[12] = withdrawn(a)
    out[13] = unsolved(a)
    out[14] = churn(a)
    out[15] = customer_base(a)
    out[16] = attainment(a)
    out[17] = share_green(a)
    out[18] = attainment_closures(a)
    out[19] = attainment_first(a)
    out[20] = within_norm(a)
    out[21] = closures_per_hour(a)
    out[22] = watermelon(a)
    out[23] = watermelon_seven(a)
    out[24] = watermelon_eight(a)
    out[25] = watermelon_nine(a)
    out[26] = silo_index(a)
    out[27] = silo_cases(a)
    out[28] = context_lost(a)
    out[29] = lost_across(a)
    out[30] = bounced(a)
    out[31] = boundary_help(a)
    out[32] = handoffs(a)
    out[33] = gaming(a)
    out[34] = utilisation(a)
    out[35] = backlog(a)
    out[36] = pressure(a)
    out[37] = shadow_price(a)
    out[38] = coordination(a)
    out[39] = capacity(a)
    out[40] = day_handle(a)
    out[41] = day_care(a)
    out[42] = day_connect(a)
    out[43] = day_improve(a)
    out[44] = day_game(a)
    out[45] = day_help(a)
    out[46] = conviction(a)
    out[47] = value_action_gap(a)
    out[48] = gap_from_time(a)
    out[49] = gap_from_incentives(a)
    out[50] = perception_gap(a)
    out[51] = more_than_colleagues(a)
    out[52] = internal_grade(a)
    out[53] = internal_grade_across(a)
    out[54] = fear(a)
    out[55] = strain(a)
    out[56] = strain_gini(a)
    out[57] = turnover(a)
    out[58] = capability(a)
    out[59] = familiarity(a)
    out[60] = platform_adoption(a)
    out[61] = board_focus(a)
    out[62] = manager_focus(a)
    out[63] = gaming_belief_held(a)
    out[64] = variable_pay(a)
    out[65] = pay_gini(a)
    out[66] = cost_per_solved(a)
    out[67] = cost_total(a)
    out[68] = cost_extra(a)
