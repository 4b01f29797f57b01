"""People come and go: leaving, and the recruit who takes the seat."""

from silosim.model.chance import AMBITION, BELIEF, LEAVE, PERCEIVE, RECRUIT, TENURE, TRAIT, normal, subkey, uniform
from silosim.model.jit import inlined, rule
from silosim.model.layout import A, F
from silosim.model.maths import clip, exp
from silosim.model.rules.experience import AVERAGE_GRADE
from silosim.model.rules.pay import customer_pot, output_pot
from silosim.model.rules.queues import enqueue_first

AMBITION_MEAN, AMBITION_SPREAD = 0.5, 0.2
FULLY_EXPERIENCED = 2000.0  # stages done in one's own domain by somebody who has been here for years


@rule
def consider_leaving(w, i):
    """Leaves with weekly hazard h_q e^(hq_p P + hq_v theta gap - h_w (expected pay - outside option))."""
    e = w.emp[i]
    t = w.team[e.team]
    p = w.par
    pay = (output_pot(w) + customer_pot(w)) * t.attained
    push = p.quit_pressure * t.pressure + p.quit_gap * e.conviction * e.gap - p.quit_pay * (pay - p.outside_pay)
    if uniform(w.key, LEAVE, w.week, i) < p.quit_rate * exp(push):
        leave(w, i)


@rule
def leave(w, i):
    """The seat changes hands: work in hand goes back to the front of the queue, the team's familiarity thins by 1/n."""
    e = w.emp[i]
    team = e.team
    if e.hand >= 0:
        drop_work(w, i)
    share = 1.0 / max(w.team[team].size, 1)
    for other in range(w.teams):
        w.familiar[team, other] *= 1.0 - share
        if other != team:
            w.familiar[other, team] *= 1.0 - share
    w.team[team].leavers += 1.0
    w.sums[team][F.leavers] += 1.0
    w.sums[team][F.cost_people] += w.par.hire_money
    e.recruits += 1
    recruit(w, i)


@inlined
def drop_work(w, i):
    """Work in hand goes back to the front of the queue; whoever takes it up begins the stage anew."""
    e = w.emp[i]
    k = w.case[e.hand]
    enqueue_first(w, e.hand, w.journey[k.journey].team[k.stage] if k.mending == 0 else e.team)
    e.hand = -1


@rule
def recruit(w, i):
    """A newcomer: trait ~ N(rec + kappa (grade - 7) - sigma_b (bonus - outside), th_sd) (attraction and sorting)."""
    p = w.par
    e = w.emp[i]
    attraction = p.reputation * (w.reputation - AVERAGE_GRADE)
    mean = p.recruit_orientation + attraction - p.pay_sorting * (p.bonus - p.outside_pay)
    draw_person(w, i, mean)
    e.tenure = 0.0
    for d in range(w.domains):
        e.domain[d] = 0.0
    for a in range(A):
        e.effort[a] = w.team[e.team].norm[a]  # newcomers begin by doing as the others do
    e.fear = 0.0


@rule
def draw_person(w, i, mean):
    """Who sits in seat i, by the seat's key and the number of people who sat there before."""
    p = w.par
    e = w.emp[i]
    key = subkey(w.key, RECRUIT, i, e.recruits)
    e.trait = clip(mean + p.conviction_spread * normal(uniform(key, TRAIT, 0, 0)), 0.0, 1.0)
    e.conviction = e.trait
    e.belief = max(0.0, p.gaming_belief * (1.0 + p.gaming_spread * normal(uniform(key, BELIEF, 0, 0))))
    e.ambition = clip(AMBITION_MEAN + AMBITION_SPREAD * normal(uniform(key, AMBITION, 0, 0)), 0.0, 1.0)
    e.impact = p.impact_sight
    e.seen = e.conviction
    for a in range(A):
        e.perceive[a] = max(0.0, 1.0 + p.pay_perception * normal(uniform(key, PERCEIVE, a, 0)))


@rule
def seat_at_start(w, i):
    """Somebody who has been here for a while: experienced in the home domain, tenure spread over ten years."""
    e = w.emp[i]
    draw_person(w, i, w.par.conviction_start)
    e.tenure = 520.0 * uniform(w.key, TENURE, i, 0)
    for d in range(w.domains):
        e.domain[d] = 0.0
    e.domain[e.home] = FULLY_EXPERIENCED
