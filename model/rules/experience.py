"""What the customer lives through: how a case ends, the grade it leaves, the survey, and who feels it."""

import numpy as np

from silosim.model.chance import (
    ATTRIBUTE,
    ENDING,
    FIRST,
    RETURN,
    SCORE,
    SECOND,
    TASTE,
    THIRD,
    case_bits,
    case_uniform,
    exponential,
    normal,
    third,
)
from silosim.model.jit import hot, inlined, rule
from silosim.model.layout import AWAY, DAYS_FELT, ENDED, FLOWS, F
from silosim.model.maths import clip, exp
from silosim.model.rules.knowledge import learn_routes
from silosim.model.rules.kpi import take_back
from silosim.model.rules.market import AVERAGE_GRADE, let_down
from silosim.model.rules.queues import NOT_WAITING, delay, park, release

SOLVED, GAVE_UP, WITHDRAWN, COMES_BACK = 0, 1, 2, 3

# Customer effort score, 1 (no effort) to 7: our own scale, saturating in what the customer had to do.
EFFORT_CONTACT, EFFORT_BOUNCE, EFFORT_WAIT = 0.4, 0.3, 0.1


@hot
def finish_case(w, c, k):
    """All stages done: solved when nothing is wrong; else the customer gives up, or comes back (failure demand)."""
    outcome = SOLVED
    if k.defects != 0:
        outcome = COMES_BACK
        if third(case_bits(k.key, ENDING, 0, k.attempt), FIRST) < w.par.give_up:
            outcome = GAVE_UP
    if outcome == COMES_BACK:
        attribute_failure(w, k)
        w.waiting_since[c] = NOT_WAITING  # the customer believes it is solved
        u = case_uniform(k.key, RETURN, 0, k.attempt)
        park(w, c, k, AWAY, delay(exponential(u, w.par.return_delay)))
    else:
        conclude(w, k, outcome)
        release(w, c)


@inlined
def attribute_failure(w, k):
    """Each failed stage is recognised as the cause with probability q_attr (what a service manager can see); a KPI
    that runs end to end then takes the closure back.

    Of the rest a share `blame_shift` is put down to the last stage at which the customer was met: the messenger.
    """
    j = w.journey[k.journey]
    q = w.par.attribution
    for s in range(j.stages):
        if (k.defects >> s) & 1:
            u = case_uniform(k.key, ATTRIBUTE, s, k.attempt)
            if u < q:
                j.failures[s] += 1.0
                if w.par.kpi_sight > 0.0:
                    take_back(w, k.handler[s], 1.0)
            elif u < q + (1.0 - q) * w.par.blame_shift:
                j.failures[last_met(j)] += 1.0


@inlined
def last_met(j):
    """The last stage of a journey at which the customer is met."""
    s = j.stages - 1
    while s > 0 and j.meets[s] == 0:
        s -= 1
    return s


@hot
def conclude(w, k, outcome):
    """The case ends: experience, grade, survey; the people who worked on it feel it. The row is released elsewhere."""
    days = w.day - k.opened
    bits = case_bits(k.key, ENDING, 0, k.attempt)
    grade = experience(w, k, outcome, days, third(bits, THIRD))
    w.in_system -= 1
    describe(w, k, outcome, grade, effort_score(w, k, days), days)
    answer(w, k, grade, third(bits, SECOND))
    tell_everyone(w, k, grade)
    if outcome == SOLVED and w.par.routing_doubt > 0.0:
        learn_routes(w, k)
    let_down(w, k, grade)


@hot
def experience(w, k, outcome, days, draw):
    """Grade = 1 + 9 / (1 + e^-u), u = q - a6 (ref - q0).

    q = u0 + sxi xi + seps eps + a5 warmth - a1 ln(1 + T/Texp) - a2 (contacts - 1) - a3 bounces - a4 unresolved;
    ref += l_ref (q - sxi xi - ref): expectations rise with service and wear any gain down.
    """
    p = w.par
    person = w.customer[k.customer]
    taste = normal(case_uniform(k.key, TASTE, 0, 0))
    q = p.u_base + p.case_spread * taste + p.u_care * k.warmth
    q -= p.u_wait * w.waited[min(days, DAYS_FELT - 1)]
    q -= p.u_contact * (k.contacts - 1) + p.u_bounce * k.bounces
    if outcome != SOLVED:
        q -= p.u_unsolved
    q += compensated(w, k, outcome, draw)
    u = q + p.trait_spread * person.trait - p.adaptation * (person.expectation - p.expectation_start)
    person.expectation += p.expectation_gain * (q - person.expectation)
    grade = 1.0 + 9.0 / (1.0 + exp(-u))
    person.grade = grade
    person.cases += 1.0
    return grade


@inlined
def compensated(w, k, outcome, draw):
    """Service recovery: a failed case is made up for, at a price, where staff may."""
    gain = 0.0
    if (k.attempt > 0 or outcome != SOLVED) and draw < w.par.compensation:
        w.sums[w.org][F.cost_compensation] += w.par.compensation_money
        gain = w.par.u_compensation
    return gain


@inlined
def effort_score(w, k, days):
    """Customer effort 1..7: 7 - 6 / (1 + .4 (contacts - 1) + .3 bounces + .1 T / Texp)."""
    wait = EFFORT_WAIT * (days / (w.patience * w.par.patience))
    load = EFFORT_CONTACT * (k.contacts - 1) + EFFORT_BOUNCE * k.bounces + wait
    return 7.0 - 6.0 / (1.0 + load)


@hot
def describe(w, k, outcome, grade, effort, days):
    """The ended case as a row of accounts, in `w.ended`. Withdrawn cases count in every average."""
    row = w.ended
    solved = 1.0 if outcome == SOLVED else 0.0
    row[F.solved - FLOWS] = solved
    row[F.gave_up - FLOWS] = 1.0 if outcome == GAVE_UP else 0.0
    row[F.withdrawn - FLOWS] = 1.0 if outcome == WITHDRAWN else 0.0
    row[F.first_right - FLOWS] = solved if k.attempt == 0 else 0.0
    row[F.contacts - FLOWS] = k.contacts
    row[F.bounced_cases - FLOWS] = 1.0 if k.bounces > 0 else 0.0
    row[F.lost_cases - FLOWS] = solved * k.lost_across
    row[F.handoffs_of_cases - FLOWS] = k.handoffs
    row[F.grade - FLOWS] = grade
    row[F.nine - FLOWS] = 1.0 if grade >= 9.0 else 0.0
    row[F.eight - FLOWS] = 1.0 if grade >= 8.0 else 0.0
    row[F.seven_half - FLOWS] = 1.0 if grade >= 7.5 else 0.0
    row[F.seven - FLOWS] = 1.0 if grade >= 7.0 else 0.0
    row[F.effort - FLOWS] = effort
    row[F.lead_time - FLOWS] = days


@hot
def answer(w, k, grade, draw):
    """The survey: answered with probability p0 + p1 |g - 7|; promoters and detractors as NPS counts them after
    rounding.

    s = g + noise + beta x, x the begging of the employee the customer met last; within 1..10.
    """
    p = w.par
    row = w.ended
    row[F.answers - FLOWS] = 0.0
    row[F.score - FLOWS] = 0.0
    row[F.promoters - FLOWS] = 0.0
    row[F.detractors - FLOWS] = 0.0
    if draw < p.survey_base + p.survey_extreme * abs(grade - AVERAGE_GRADE):
        score = grade + p.survey_noise * normal(case_uniform(k.key, SCORE, 0, 0)) + p.begging * begged(w, k)
        score = clip(score, 1.0, 10.0)
        row[F.answers - FLOWS] = 1.0
        row[F.score - FLOWS] = score
        row[F.promoters - FLOWS] = 1.0 if score >= 8.5 else 0.0
        row[F.detractors - FLOWS] = 1.0 if score < 6.5 else 0.0


@rule
def begged(w, k):
    """Begging for a high score by the employee the customer met last."""
    j = w.journey[k.journey]
    for s in range(j.stages - 1, -1, -1):
        if j.meets[s] == 1 and k.handler[s] >= 0:
            return w.emp[k.handler[s]].begging
    return 0.0


@hot
def tell_everyone(w, k, grade):
    """Accounts of the organisation and of the teams that worked on the case (once each); its handlers feel the
    outcome."""
    j = w.journey[k.journey]
    add_ended(w, w.org)
    told = np.uint64(0)
    liked = clip((grade - 5.0) / 4.0, 0.0, 1.0)
    for s in range(j.stages):
        i = k.handler[s]
        if i < 0:
            continue
        e = w.emp[i]
        feel(w, e, j.meets[s] == 1, liked, grade)
        bit = np.uint64(1) << np.uint64(e.team)
        if told & bit == np.uint64(0):
            told |= bit
            add_ended(w, e.team)


@inlined
def add_ended(w, row):
    """Add the ended case to a row of accounts."""
    for f in range(ENDED):
        w.sums[row, FLOWS + f] += w.ended[f]


@inlined
def feel(w, e, meets, liked, grade):
    """imp += .03 (v clip((g - 5)/4, 0, 1) - imp), v = 1 where one meets the customer, else vis + (1 - vis) plat A,
    and of what that hides the share s that an onboarding with customers lets one see."""
    p = w.par
    sight = 1.0 if meets else p.impact_sight + (1.0 - p.impact_sight) * p.platform * w.adoption
    sight += (1.0 - sight) * e.sight
    e.impact += p.impact_rate * (sight * liked - e.impact)
    e.graded += 1.0
    e.grades += grade


@rule
def turn_away(w):
    """No row left in the case table: the customer gets no further than the door, and says so in every average."""
    org = w.sums[w.org]
    grade = 1.0 + 9.0 / (1.0 + exp(w.par.u_unsolved - w.par.u_base))
    org[F.turned_away] += 1.0
    org[F.withdrawn] += 1.0
    org[F.contacts] += 1.0
    org[F.grade] += grade
    org[F.effort] += 1.0
