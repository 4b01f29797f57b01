"""Work: an employee's slot of the day, from taking a case up to finishing its stage.

Arguments here: i an employee and e its row, c a case slot and k its row, sums the week's accounts of the team.
Rows are passed on because looking one up costs more than most of these rules.
"""

import numpy as np

from silosim.model.chance import (
    ESCALATION,
    FINISH,
    FIRST,
    HOURS,
    JUDGE,
    KEEP,
    SANCTION,
    SECOND,
    START,
    THIRD,
    case_bits,
    case_uniform,
    exponential,
    from_table,
    third,
)
from silosim.model.jit import hot, inlined, rule
from silosim.model.layout import ESCALATED, IN_HAND, F
from silosim.model.maths import exp
from silosim.model.rules.demand import first_stage, fresh_stage
from silosim.model.rules.experience import finish_case
from silosim.model.rules.handoff import hand_over, receive, repaired
from silosim.model.rules.queues import delay, park, take_first
from silosim.model.rules.routing import find_team, redirect
from silosim.model.rules.term import counts_in_time, take_by_worth

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
    sums = w.sums[e.team]
    left = e.slot_hours
    c = e.hand
    while left > 0.0:
        if c < 0:
            c = take_up(w, e, sums)
            if c < 0:
                break
        k = w.case[c]
        if k.left > left:
            k.left -= left
            left = 0.0
        else:
            left -= k.left
            k.left = 0.0
            c = finish(w, i, e, c, k, sums)
    e.hand = c
    e.worked += e.slot_hours - left


@inlined
def take_up(w, e, sums):
    """The next case that stays in the employee's hands, or -1 when the queue is empty: as they came, or, where a
    term is paid for, by what each is worth."""
    t = w.team[e.team]
    chosen = t.pay_term > 0.0 and w.par.order_choice > 0.0
    while True:
        c = take_by_worth(w, e, t) if chosen else take_first(w, t)
        if c < 0 or begin(w, e, c, w.case[c], sums):
            break
    return c


@hot
def begin(w, e, c, k, sums):
    """Start a stage: false when the case was bounced to its sender, true when it is in hand with hours to do.

    hours = S (rho if redone) (1 + gam e^(-n/n_learn)) (1 + xl if the story was lost) + extra; S phi if only polished.
    """
    k.status = IN_HAND
    if k.mending == 1:
        k.left = k.extra
        return True
    if k.excepted == ESCALATING:  # whoever was writing it down has left
        k.left = HOURS_TO_ESCALATE
        return True
    if k.astray != 0:  # it belongs elsewhere, and somebody has to find out
        k.left = w.par.routing_hours
        return True
    if k.sender >= 0 and not receive(w, e, c, k, sums):
        return False
    bits = case_bits(k.key, START, k.stage, k.attempt)
    is_exception = k.excepted == 0 and third(bits, FIRST) < w.par.exception_rate
    if is_exception and not decide_exception(w, e, k, sums, third(bits, THIRD)):
        return True
    k.polished = 1 if k.audited == 0 and third(bits, SECOND) < e.p_polish else 0
    k.left = stage_hours(w, e, k) + k.extra
    return True


@hot
def stage_hours(w, e, k):
    """Hours of the stage for this employee, the story and the history of the case."""
    p = w.par
    j = w.journey[k.journey]
    hours = j.hours[k.stage] * from_table(w.hours, case_uniform(k.key, HOURS, k.stage, 0))
    if k.attempt > 0:
        hours *= p.rework_share
    if k.lost == 1:
        hours *= 1.0 + p.repeat_work
    if k.excepted == SOLVED_ON_SPOT:
        hours *= p.exception_hours
    if k.polished == 1:
        return hours * p.polish_hours
    return hours * (1.0 + slow_down(w, e, j.domain[k.stage]))


@hot
def slow_down(w, e, domain):
    """gam e^(-cases / n_learn), shortened by team-mates who help."""
    cases = e.domain[domain]
    if cases > EXPERIENCED * w.par.learning_cases:
        return 0.0
    return w.par.learning_slow * exp(-cases / w.par.learning_cases) * e.newness


@rule
def decide_exception(w, e, k, sums, draw):
    """An exception: solved on the spot (true, maybe wrongly, maybe punished) or escalated (false: a quarter hour to
    write)."""
    sums[F.exceptions] += 1.0
    if draw >= e.p_spot:
        k.excepted = ESCALATING
        k.left = HOURS_TO_ESCALATE
        return False
    k.excepted = SOLVED_ON_SPOT
    sums[F.spot] += 1.0
    bits = case_bits(k.key, JUDGE, k.stage, k.attempt)
    if third(bits, FIRST) < e.p_wrong:
        k.defects |= 1 << k.stage
        sums[F.wrong] += 1.0
        sums[F.cost_error] += w.par.error_money
    if third(bits, SECOND) < w.par.strictness * w.par.sanction:
        punish(w, e, sums)
    return True


@inlined
def punish(w, e, sums):
    """A sanction, seen by the whole team."""
    w.team[e.team].sanctions += 1.0
    sums[F.sanctions] += 1.0


@hot
def finish(w, i, e, c, k, sums):
    """The hours in hand are done: what was it? Returns the case that stays in hand, or -1."""
    if k.mending == 1:
        repaired(w, c, k)
        return -1
    if k.excepted == ESCALATING:
        escalate(w, c, k, sums)
        return -1
    if k.astray != 0:
        return redirect(w, i, e, c, k, sums)
    bits = case_bits(k.key, FINISH, k.stage, k.attempt)
    if k.polished == 1 and third(bits, THIRD) < audit_chance(w):
        redo(w, e, k, sums)
        return c
    finish_stage(w, i, e, c, k, sums, third(bits, FIRST))
    if k.todo == 0:
        finish_case(w, c, k)
        return -1
    return pass_on(w, i, e, c, k, sums, third(bits, SECOND))


@rule
def escalate(w, c, k, sums):
    """Parked until somebody else has decided: 1 + Exp(escalation_delay) days; the customer hears from one more
    person."""
    k.excepted = DECIDED
    k.contacts += 1
    sums[F.escalated] += 1.0
    org = w.sums[w.org]
    org[F.contacts_all] += 1.0
    org[F.contacts_failure] += 1.0
    u = case_uniform(k.key, ESCALATION, k.stage, k.attempt)
    park(w, c, k, ESCALATED, delay(exponential(u, w.par.escalation_delay)))


@hot
def audit_chance(w):
    """Strict rules make gaming harder: audit (1 + strict_detect strictness), at most 1."""
    return min(1.0, w.par.audit * (1.0 + w.par.strict_detect * w.par.strictness))


@rule
def redo(w, e, k, sums):
    """A cosmetic closure that an audit found is done again, properly, and may be punished."""
    k.audited = 1
    k.polished = 0
    k.left = stage_hours(w, e, k)
    sums[F.audited] += 1.0
    if case_uniform(k.key, SANCTION, k.stage, k.attempt) < w.par.sanction:
        punish(w, e, sums)


@inlined
def finish_stage(w, i, e, c, k, sums, draw):
    """Stage done: closures for the dashboard, experience for the employee, a hidden defect perhaps.

    defect probability = gdef if cosmetic, else d0 e^(-kc e_care/e_handle) (1 - K_stage) (1 - rho_s strict) x the
    stage's own difficulty.
    """
    j = w.journey[k.journey]
    s = k.stage
    count_closure(w, e, c, k, sums)
    e.domain[j.domain[s]] += 1.0
    k.handler[s] = i
    if k.polished == 1:
        chance = w.par.polish_defect
        warmth = 0.0
        sums[F.polished] += 1.0
        e.polished += 1.0
    else:
        chance = e.p_defect * (1.0 - j.capability[s]) * j.hard[s]
        warmth = e.warmth
    if draw < chance:
        k.defects |= 1 << s
        sums[F.defects] += 1.0
    if j.meets[s] == 1:
        k.warmth = warmth
    k.todo &= ~(1 << s)
    k.extra = 0.0  # worked by now; kept until here, so that a stage begun anew has them again


@inlined
def count_closure(w, e, c, k, sums):
    """What each KPI of the family sees of one closure: rework included, first closures, within norm, on the day or
    within the term."""
    days = w.day - k.arrived
    first = 1.0 if k.attempt == 0 else 0.0
    timely = 1.0 if days <= w.par.norm_days else 0.0
    same_day = 1.0 if counts_in_time(w, c, k, w.team[e.team].term) else 0.0
    point = 1.0 - (1.0 - timely) * w.par.late_weight
    sums[F.stages] += 1.0
    sums[F.stages_first] += first
    sums[F.stages_timely] += timely
    sums[F.stages_same_day] += same_day
    sums[F.points] += point
    e.done += 1.0
    e.timely += timely
    kpi = w.par.kpi
    if kpi == 1.0:  # first closures only
        e.points += first
    elif kpi == 2.0:  # share closed on the day, or within the term
        e.points += same_day
    else:  # closures; closures per paid hour
        e.points += point


@inlined
def pass_on(w, i, e, c, k, sums, draw):
    """To the next stage: kept by its owner when it stays in the team, else handed to the team that does it, or that is
    thought to (`routing.find_team`)."""
    k.stage = first_stage(k.todo)
    fresh_stage(k)
    k.arrived = w.day
    there = w.journey[k.journey].team[k.stage]
    kept = -1
    if e.team == there and w.par.ownership > 0.0 and case_uniform(k.key, KEEP, k.stage, k.attempt) < w.par.ownership:
        begin(w, e, c, k, sums)
        kept = c
    else:
        if w.par.routing_doubt > 0.0:
            w.been[c] = np.uint64(0)
            there = find_team(w, e.team, c, k, there)
        hand_over(w, i, e, c, k, sums, there, draw)
    return kept
