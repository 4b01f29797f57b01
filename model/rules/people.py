"""People come and go: leaving, and the recruit who takes the seat."""

import math

from silosim.model.chance import (
    AMBITION,
    BELIEF,
    INTERVIEW,
    LEAVE,
    PERCEIVE,
    RECRUIT,
    TENURE,
    TRAIT,
    VERDICT,
    normal,
    subkey,
    uniform,
)
from silosim.model.jit import inlined, rule
from silosim.model.layout import WEEKS_PER_YEAR, A, F
from silosim.model.maths import clip, exp, logistic
from silosim.model.rules.experience import AVERAGE_GRADE
from silosim.model.rules.pay import expected_pay
from silosim.model.rules.queues import enqueue_first

AMBITION_MEAN, AMBITION_SPREAD = 0.5, 0.2
EDGE = 2.0  # how sharply those judged least customer-oriented are singled out, per standard deviation
FULLY_EXPERIENCED = 2000.0  # stages done in one's own domain by somebody who has been here for years


@rule
def consider_leaving(w, i):
    """Leaves with weekly hazard h_q e^(hq_p P + hq_v theta gap - h_w (expected pay - outside option)); who stays may
    be let go."""
    e = w.emp[i]
    t = w.team[e.team]
    p = w.par
    pay = expected_pay(w, e.team)
    push = p.quit_pressure * t.pressure + p.quit_gap * e.conviction * e.gap - p.quit_pay * (pay - p.outside_pay)
    hazard = p.quit_rate * exp(push)
    draw = uniform(w.key, LEAVE, w.week, i)
    if draw < hazard:
        leave(w, i)
    elif p.exits > 0.0 and draw < hazard + exit_hazard(w, i):
        let_go(w, i)


@rule
def exit_hazard(w, i):
    """Weekly hazard of being let go: exits/52 x 2 / (1 + e^(k judged)), judged = sqrt(R) (theta - team mean)/sd +
    sqrt(1 - R) noise, the noise that of the year's appraisal."""
    e = w.emp[i]
    p = w.par
    person = subkey(w.key, RECRUIT, i, e.recruits)
    noise = normal(uniform(person, VERDICT, int(w.week / WEEKS_PER_YEAR), 0))
    ahead = (e.conviction - w.team[e.team].conviction) / max(p.conviction_spread, 0.01)
    judged = math.sqrt(p.judgement_reliability) * ahead + math.sqrt(1.0 - p.judgement_reliability) * noise
    return p.exits / WEEKS_PER_YEAR * 2.0 * logistic(-EDGE * judged)


@rule
def let_go(w, i):
    """Shown the door, with severance pay; the team sees it, as it would see `exit_fear` sanctions."""
    p = w.par
    t = w.team[w.emp[i].team]
    w.sums[w.emp[i].team][F.cost_people] += p.exit_money
    seen = p.fear_spread * p.exit_fear / t.size
    for k in range(t.size):
        mate = w.emp[w.members[t.first + k]]
        mate.fear = clip(mate.fear + seen * (1.0 - mate.fear), 0.0, 1.0)
    leave(w, i)


@rule
def leave(w, i):
    """The seat changes hands: work in hand goes back to the front of the queue, the team's familiarity and
    knowledge thin by 1/n."""
    e = w.emp[i]
    team = e.team
    if e.hand >= 0:
        drop_work(w, i)
    share = 1.0 / max(w.team[team].size, 1)
    for other in range(w.teams):
        w.familiar[team, other] *= 1.0 - share
        if other != team:
            w.familiar[other, team] *= 1.0 - share
            if w.par.routing_doubt > 0.0:
                w.knows[team, other] *= 1.0 - share
    w.team[team].leavers += 1.0
    w.sums[team][F.leavers] += 1.0
    w.sums[team][F.cost_people] += w.par.hire_money + (w.par.recruit_candidates - 1.0) * w.par.interview_money
    e.recruits += 1
    recruit(w, i)


@inlined
def drop_work(w, i):
    """Work in hand goes back to the front of the queue; whoever takes it up begins the stage anew."""
    e = w.emp[i]
    k = w.case[e.hand]
    here = k.mending == 1 or k.astray != 0
    enqueue_first(w, e.hand, e.team if here else w.journey[k.journey].team[k.stage])
    e.hand = -1


@rule
def recruit(w, i):
    """A newcomer: trait ~ N(rec + kappa (grade - 7) - sigma_b (bonus - outside), th_sd) (attraction and sorting), the
    best of those who were interviewed."""
    p = w.par
    e = w.emp[i]
    attraction = p.reputation * (w.reputation - AVERAGE_GRADE)
    mean = p.recruit_orientation + attraction - p.pay_sorting * (p.bonus - p.outside_pay)
    draw_person(w, i, mean, p.recruit_candidates)
    meet_customers(w, i)
    e.tenure = 0.0
    for d in range(w.domains):
        e.domain[d] = 0.0
    for a in range(A):
        e.effort[a] = w.team[e.team].norm[a]  # newcomers begin by doing as the others do
    e.fear = 0.0


@rule
def meet_customers(w, i):
    """Onboarding with customers: s = 1 - e^(-hours/h0) of what is hidden from one's work is seen, and impact starts s
    of the way towards what customers really feel: clip((grade by word of mouth - 5)/4, 0, 1)."""
    e = w.emp[i]
    p = w.par
    if p.onboarding > 0.0:
        e.sight = 1.0 - exp(-p.onboarding / p.onboarding_learn)
        e.impact += e.sight * (clip((w.reputation - 5.0) / 4.0, 0.0, 1.0) - e.impact)


@rule
def best_applicant(w, key, applicants):
    """Trait, in standard deviations, of whom interviewers with reliability R find most customer-oriented:

    score = sqrt(R) trait + sqrt(1 - R) noise; the best of n is sqrt(R) e_n above the mean, not e_n.
    """
    reliable = math.sqrt(w.par.judgement_reliability)
    noisy = math.sqrt(1.0 - w.par.judgement_reliability)
    best = -1e9
    chosen = 0.0
    for c in range(int(applicants)):
        trait = normal(uniform(key, TRAIT, c, 0))
        score = reliable * trait + noisy * normal(uniform(key, INTERVIEW, c, 0))
        if score > best:
            best = score
            chosen = trait
    return chosen


@rule
def draw_person(w, i, mean, applicants):
    """Who sits in seat i, by the seat's key and the number of people who sat there before."""
    p = w.par
    e = w.emp[i]
    key = subkey(w.key, RECRUIT, i, e.recruits)
    e.trait = clip(mean + p.conviction_spread * best_applicant(w, key, applicants), 0.0, 1.0)
    e.conviction = e.trait
    e.belief = max(0.0, p.gaming_belief * (1.0 + p.gaming_spread * normal(uniform(key, BELIEF, 0, 0))))
    e.ambition = clip(AMBITION_MEAN + AMBITION_SPREAD * normal(uniform(key, AMBITION, 0, 0)), 0.0, 1.0)
    e.impact = p.impact_sight
    e.seen = e.conviction
    e.sight = 0.0
    for a in range(A):
        e.perceive[a] = max(0.0, 1.0 + p.pay_perception * normal(uniform(key, PERCEIVE, a, 0)))


@rule
def seat_at_start(w, i):
    """Somebody who has been here for a while: experienced in the home domain, tenure spread over ten years."""
    e = w.emp[i]
    draw_person(w, i, w.par.conviction_start, 1.0)
    e.tenure = 520.0 * uniform(w.key, TENURE, i, 0)
    for d in range(w.domains):
        e.domain[d] = 0.0
    e.domain[e.home] = FULLY_EXPERIENCED
