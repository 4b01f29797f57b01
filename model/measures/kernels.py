"""The row of all measures: one function each, in the files named after the groups in which they are declared.

A measure is a function of a row of accumulated sums (a team, a person, the organisation; a week, a year).
"""

from silosim.model.jit import rule
from silosim.model.measures.customer import (
    churn,
    contacts,
    customer_base,
    effort_score,
    failure_demand,
    first_time_right,
    grade,
    lead_time,
    nps,
    share_eight,
    share_nine,
    share_seven,
    share_seven_half,
    survey_score,
    unsolved,
    withdrawn,
)
from silosim.model.measures.dashboard import (
    attainment,
    attainment_closures,
    attainment_first,
    closures_per_hour,
    share_green,
    watermelon,
    watermelon_eight,
    watermelon_nine,
    watermelon_seven,
    within_norm,
)
from silosim.model.measures.money import (
    cost_extra,
    cost_per_solved,
    cost_total,
    pay_gini,
    variable_pay,
)
from silosim.model.measures.people import (
    board_focus,
    capability,
    conviction,
    familiarity,
    fear,
    gaming_belief_held,
    gap_from_incentives,
    gap_from_time,
    internal_grade,
    internal_grade_across,
    manager_focus,
    more_than_colleagues,
    perception_gap,
    platform_adoption,
    strain,
    strain_gini,
    turnover,
    value_action_gap,
)
from silosim.model.measures.silo import (
    bounced,
    boundary_help,
    context_lost,
    gaming,
    handoffs,
    lost_across,
    silo_cases,
    silo_index,
)
from silosim.model.measures.time import (
    backlog,
    capacity,
    coordination,
    day_care,
    day_connect,
    day_game,
    day_handle,
    day_help,
    day_improve,
    pressure,
    shadow_price,
    utilisation,
)


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
