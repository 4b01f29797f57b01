"""Work: an employee's slot of the day, from taking a case up to finishing its stage."""

from silosim.model.chance import (
    AUDIT, DEFECT, ESCALATION, EXCEPTION, HOURS, KEEP, POLISH, SANCTION, SEEN, SPOT, WRONG, case_uniform, exponential, from_table,
)
from silosim.model.jit import hot, inlined, rule
from silosim.model.layout import ESCALATED, F, IN_HAND
from silosim.model.maths import exp
from silosim.model.rules.demand import first_stage, fresh_stage
from silosim.model.rules.experience import finish_case
from silosim.model.rules.handoff import hand_over, receive, repaired
from silosim.model.rules.queues import delay, park, take_first

HOURS_TO_ESCALATE = 0.25
# `excepted` of a case: 0 not yet, DECIDED elsewhere, ESCALATING while it is written down, SOLVED_ON_SPOT
DECIDED, ESCALATING, SOLVED_ON_SPOT = 1, 2, 3
EXPERIENCED = 12.0  # beyond this many learning constants the slow-down is below 1e-6 of the hours


@hot
def work_slot(w, i):
    """One slot of employee i: the case in hand first, then the team's queue, until the hours are used.

    hours = 8 f (e_handle + e_game) / 4 times speed, kept for the week in `slot_hours`.
    """
    e = w.emp[i]
    left = e.slot_hours
    c = e.hand
    while left > 0.0:
        if c < 0:
            c = take_up(w, i)
            if c < 0:
                break
        k = w.case[c]
        if k.left > left:
            k.left -= left
            left = 0.0
        else:
            left -= k.left
            k.left = 0.0
            c = finish(w, i, c)
    e.hand = c
    e.worked += e.slot_hours - left


@inlined
def take_up(w, i):
    """The next case that stays in the employee's hands, or -1 when the queue is empty."""
    while True:
        c = take_first(w, w.emp[i].team)
        if c < 0 or begin(w, i, c):
            return c


@hot
def begin(w, i, c):
    """Start a stage: false when the case was bounced to its sender, true when it is in hand with hours to do.

    hours = S (rho if redone) (1 + gam e^(-n/n_learn)) (1 + xl if the story was lost) + extra; S phi if only polished.
    """
    k = w.case[c]
    k.status = IN_HAND
    if k.mending == 1:
        k.left = k.extra
        k.extra = 0.0
        return True
    if k.sender >= 0 and not receive(w, i, c):
        return False
    if k.excepted == 0 and case_uniform(k.key, EXCEPTION, k.stage, k.attempt) < w.par.exception_rate:
        if not decide_exception(w, i, c):
            return True
    k.left = stage_hours(w, i, c) + k.extra
    k.extra = 0.0
    return True


@hot
def stage_hours(w, i, c):
    """Hours of the stage for this employee, the story and the history of the case."""
    k = w.case[c]
    e = w.emp[i]
    p = w.par
    j = w.journey[k.journey]
    hours = j.hours[k.stage] * from_table(w.hours, case_uniform(k.key, HOURS, k.stage, 0))
    if k.attempt > 0:
        hours *= p.rework_share
    if k.lost == 1:
        hours *= 1.0 + p.repeat_work
    if k.excepted == SOLVED_ON_SPOT:
        hours *= p.exception_hours
    if k.audited == 0 and case_uniform(k.key, POLISH, k.stage, k.attempt) < e.p_polish:
        k.polished = 1
        return hours * p.polish_hours
    k.polished = 0
    return hours * (1.0 + slow_down(w, i, j.domain[k.stage]))


@hot
def slow_down(w, i, domain):
    """gam e^(-cases / n_learn), shortened by team-mates who help."""
    cases = w.emp[i].domain[domain] / w.par.learning_cases
    if cases > EXPERIENCED:
        return 0.0
    return w.par.learning_slow * exp(-cases) * w.emp[i].newness


@hot
def decide_exception(w, i, c):
    """An exception: solved on the spot (true, maybe wrongly, maybe punished) or escalated (false: a quarter hour to write)."""
    k = w.case[c]
    e = w.emp[i]
    sums = w.sums[e.team]
    sums[F.exceptions] += 1.0
    if case_uniform(k.key, SPOT, k.stage, k.attempt) >= e.p_spot:
        k.excepted = ESCALATING
        k.left = HOURS_TO_ESCALATE
        return False
    k.excepted = SOLVED_ON_SPOT
    sums[F.spot] += 1.0
    if case_uniform(k.key, WRONG, k.stage, k.attempt) < e.p_wrong:
        k.defects |= 1 << k.stage
        sums[F.wrong] += 1.0
        sums[F.cost_error] += w.par.error_money
    if case_uniform(k.key, SEEN, k.stage, k.attempt) < w.par.strictness * w.par.sanction:
        punish(w, e.team)
    return True


@hot
def punish(w, team):
    """A sanction, seen by the whole team."""
    w.team[team].sanctions += 1.0
    w.sums[team][F.sanctions] += 1.0


@hot
def finish(w, i, c):
    """The hours in hand are done: what was it? Returns the case that stays in hand, or -1."""
    k = w.case[c]
    if k.mending == 1:
        repaired(w, c)
        return -1
    if k.excepted == ESCALATING:
        escalate(w, i, c)
        return -1
    if k.polished == 1 and found_by_audit(w, i, c):
        k.left = stage_hours(w, i, c)
        return c
    finish_stage(w, i, c)
    if k.todo == 0:
        finish_case(w, c)
        return -1
    return pass_on(w, i, c)


@hot
def escalate(w, i, c):
    """Parked until somebody else has decided: 1 + Exp(escalation_delay) days; the customer hears from one more person."""
    k = w.case[c]
    k.excepted = DECIDED
    k.contacts += 1
    w.sums[w.emp[i].team][F.escalated] += 1.0
    w.sums[w.org][F.contacts_all] += 1.0
    w.sums[w.org][F.contacts_failure] += 1.0
    u = case_uniform(k.key, ESCALATION, k.stage, k.attempt)
    park(w, c, ESCALATED, delay(exponential(u, w.par.escalation_delay)))


@hot
def audit_chance(w):
    """Strict rules make gaming harder: audit (1 + strict_detect strictness), at most 1."""
    return min(1.0, w.par.audit * (1.0 + w.par.strict_detect * w.par.strictness))


@inlined
def found_by_audit(w, i, c):
    """A cosmetic closure that is found is done again, properly, and may be punished."""
    k = w.case[c]
    if case_uniform(k.key, AUDIT, k.stage, k.attempt) >= audit_chance(w):
        return False
    k.audited = 1
    team = w.emp[i].team
    w.sums[team][F.audited] += 1.0
    if case_uniform(k.key, SANCTION, k.stage, k.attempt) < w.par.sanction:
        punish(w, team)
    return True


@inlined
def finish_stage(w, i, c):
    """Stage done: closures for the dashboard, experience for the employee, a hidden defect perhaps.

    defect probability = gdef if cosmetic, else d0 e^(-kc e_care/e_handle) (1 - K_stage) (1 - rho_s strict).
    """
    k = w.case[c]
    e = w.emp[i]
    j = w.journey[k.journey]
    s = k.stage
    sums = w.sums[e.team]
    timely = w.day - k.arrived <= w.par.norm_days
    count_closure(w, i, k.attempt == 0, timely, w.day - k.arrived == 0)
    e.domain[j.domain[s]] += 1.0
    k.handler[s] = i
    chance = w.par.polish_defect if k.polished == 1 else e.p_defect * (1.0 - j.capability[s])
    if case_uniform(k.key, DEFECT, s, k.attempt) < chance:
        k.defects |= 1 << s
        sums[F.defects] += 1.0
    if k.polished == 1:
        sums[F.polished] += 1.0
        e.polished += 1.0
    if j.meets[s] == 1:
        k.warmth = 0.0 if k.polished == 1 else e.warmth
    k.todo &= ~(1 << s)


@inlined
def count_closure(w, i, first, timely, same_day):
    """What each KPI of the family sees of one closure."""
    e = w.emp[i]
    sums = w.sums[e.team]
    point = 1.0 if timely else 1.0 - w.par.late_weight
    sums[F.stages] += 1.0
    sums[F.points] += point
    e.done += 1.0
    if first:
        sums[F.stages_first] += 1.0
    if same_day:
        sums[F.stages_same_day] += 1.0
    if timely:
        sums[F.stages_timely] += 1.0
        e.timely += 1.0
    kpi = w.par.kpi
    if kpi == 0.0 or kpi == 3.0:  # closures; closures per paid hour
        e.points += point
    elif kpi == 1.0:  # first closures only
        e.points += 1.0 if first else 0.0
    else:  # share within norm
        e.points += 1.0 if same_day else 0.0


@inlined
def pass_on(w, i, c):
    """To the next stage: kept by its owner when it stays in the team, else handed to the team that does it."""
    k = w.case[c]
    here = w.emp[i].team
    k.stage = first_stage(k.todo)
    fresh_stage(k)
    k.arrived = w.day
    there = w.journey[k.journey].team[k.stage]
    if here == there and case_uniform(k.key, KEEP, k.stage, k.attempt) < w.par.ownership:
        begin(w, i, c)
        return c
    hand_over(w, i, c, here, there)
    return -1
