"""The quarter: KPI against target, bonus, capacity, targets that follow results, last quarter's survey."""

from silosim.model.jit import rule
from silosim.model.layout import HOURS_PER_WEEK, WEEKS_PER_QUARTER, F
from silosim.model.maths import clip
from silosim.model.rules.fairness import MOST_ATTAINED, share_out
from silosim.model.rules.governance import members
from silosim.model.rules.leadership import drive, generosity, target_pull
from silosim.model.rules.pay import customer_pot, driver_pot, okr_credit, output_pot, rank_pot
from silosim.model.rules.term import PLANNED_IN_TIME, WITHIN_NORM

CLOSURES, FIRST_CLOSURES, PER_PAID_HOUR = 0.0, 1.0, 3.0
LEAST_CAPACITY, MOST_CAPACITY = 0.6, 1.2
LEAST_TARGET, MOST_TARGET = 0.5, 3.0


@rule
def result(w, team):
    """The team's KPI this quarter as a multiple of plan: what the scheme measures, nothing else.

    closures: points (a late closure counts 1 - latew), rework included; first closures: arrivals, in effect;
    within norm: share closed on the day, or within the term; per paid hour: points per hour paid, against plan per
    planned hour.
    Of each, an end-to-end KPI takes back what failed afterwards.
    """
    t = w.team[team]
    kpi = w.par.kpi
    plan = planned(w, team)
    points = max(0.0, t.points - t.taken)
    if kpi == FIRST_CLOSURES:
        return ratio_or_one(max(0.0, t.closed_first - t.taken), plan)
    if kpi == WITHIN_NORM:
        return ratio_or_one(max(0.0, t.closed_same_day - t.taken), PLANNED_IN_TIME * t.closed)
    if kpi == PER_PAID_HOUR:
        return ratio_or_one(points * t.size * HOURS_PER_WEEK * t.weeks, plan * t.paid)
    return ratio_or_one(points, plan)


@rule
def planned(w, team):
    """First closures planned for the weeks this team has counted (fewer than 13 after a reorganisation)."""
    t = w.team[team]
    return t.plan * t.weeks / WEEKS_PER_QUARTER


@rule
def ratio_or_one(x, y):
    """x / y; 1 where there is nothing to divide by (a team without planned work is on plan)."""
    return x / y if y > 0.0 else 1.0


@rule
def appraise(w, team):
    """A = KPI / target; green when A >= 1. Capacity and target follow; then a new quarter begins."""
    t = w.team[team]
    p = w.par
    if t.size == 0:  # nobody sits in this team: there is nobody to appraise
        new_quarter(w, team)
        return
    reached = result(w, team)
    t.attained = reached / (p.target_level * t.target)
    sums = w.sums[team]
    sums[F.team_quarters] += 1.0
    sums[F.attained] += t.attained
    sums[F.attained_closures] += ratio_or_one(t.points, planned(w, team))
    sums[F.attained_first] += ratio_or_one(t.closed_first, planned(w, team))
    if t.attained >= 1.0:
        sums[F.green] += 1.0
    pay_out(w, team)
    ratchet(w, team)
    new_quarter(w, team)


@rule
def pay_out(w, team):
    """Money: bonus by attainment, one prize a team for who ranks first, customer pay (members of process teams too) by
    the survey's score, an average appraisal of the driver, OKR by its credit."""
    t = w.team[team]
    p = w.par
    score = t.score / t.answers if t.answers > 0.0 else 7.0
    prize = rank_pot(w)
    paid = p.bonus_money * ((output_pot(w) - prize) * min(t.attained, MOST_ATTAINED) + customer_pot(w) * score / 7.0)
    paid += p.bonus_money * (driver_pot(w) + prize / t.size)
    if p.okr_count >= 1.0:
        paid += p.okr_money * p.okr * okr_credit(w, team)
    w.sums[team][F.cost_bonus] += paid * t.size
    if t.pay_journey > 0.0:
        w.sums[team][F.cost_bonus] += p.bonus_money * p.bonus * p.process_pay * score / 7.0 * members(w, team)
    share_out(w, team, paid, score)


@rule
def ratchet(w, team):
    """f = clip(f [1 - min(o_minus max(0, A - 1), leavers/n) + o_plus max(0, P - P0)], .6, 1.2); targets follow results.

    Capacity is only taken where people leave anyway, and given back under pressure; how eagerly (o-, o+, targets) is
    up to who is in charge.
    """
    t = w.team[team]
    p = w.par
    n = float(max(t.size, 1))
    cut = min(p.capacity_cut * drive(w, team) * max(0.0, t.attained - 1.0), t.leavers / n)
    back = p.capacity_return * generosity(w, team) * max(0.0, t.pressed / max(t.weeks, 1.0) - p.pressure_tolerated)
    t.capacity = clip(t.capacity * (1.0 - cut + back), LEAST_CAPACITY, MOST_CAPACITY)
    t.target = clip(t.target * (1.0 + target_pull(w, team) * (t.attained - 1.0)), LEAST_TARGET, MOST_TARGET)


@rule
def new_quarter(w, team):
    """Remember what people were told about the quarter; start counting again."""
    t = w.team[team]
    t.answers_last = t.answers
    t.loss_last = t.lost / t.handed if t.handed > 0.0 else t.loss_last
    t.lead_last = t.lead / t.ended if t.ended > 0.0 else t.lead_last
    t.points = 0.0
    t.closed_first = 0.0
    t.closed = 0.0
    t.closed_same_day = 0.0
    t.leavers = 0.0
    t.pressed = 0.0
    t.paid = 0.0
    t.weeks = 0.0
    t.answers = 0.0
    t.score = 0.0
    t.lost = 0.0
    t.handed = 0.0
    t.lead = 0.0
    t.ended = 0.0
    t.taken = 0.0


@rule
def set_lead_norm(w):
    """An organisation founded with an OKR on lead time has no 'today': its first quarter is the norm."""
    if w.par.okr_count < 1.0 or w.lead_start > 0.0:
        return
    for team in range(w.teams):
        w.lead_start += w.team[team].lead_last / w.teams
