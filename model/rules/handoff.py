"""Handoffs: context that gets lost between people, and the receiver's choice to send a case back."""

from silosim.model.chance import BOUNCE, LOSE, case_uniform
from silosim.model.jit import hot, inlined, rule
from silosim.model.layout import F
from silosim.model.maths import logistic
from silosim.model.rules.queues import enqueue

SIGHT = 0.05  # how fast one's picture of colleagues follows the handoffs received


@hot
def hand_over(w, i, c, here, there):
    """Employee i of team `here` hands case c to team `there`.

    context lost with probability l0 e^(-kh (1 + plat A)(e_connect + e_k0) / max(e_handle, .02)) (1 - fam),
    whose first factors are kept for the week in `p_lose`. Lost: the customer tells the story again.
    """
    k = w.case[c]
    e = w.emp[i]
    chance = e.p_lose * (1.0 - w.familiar[here, there])
    k.sender = i
    k.handoffs += 1
    lost = case_uniform(k.key, LOSE, k.stage, k.attempt) < chance
    if lost:
        k.lost = 1
        k.contacts += 1
        w.sums[w.org][F.contacts_all] += 1.0
        w.sums[w.org][F.contacts_failure] += 1.0
    count_handoff(w, i, c, here, there, lost)
    enqueue(w, c, there)


@inlined
def count_handoff(w, i, c, here, there, lost):
    """Accounts of one handoff, for the sender's team, the sender and the silo map."""
    e = w.emp[i]
    sums = w.sums[here]
    flow = w.flow[here, there]
    flow[0] += 1.0
    if here == there:
        sums[F.within] += 1.0
    else:
        sums[F.across] += 1.0
        e.sent += 1.0
        sums[F.lost_reference] += e.p_lose * (1.0 - w.familiar[here, here])
    if lost:
        flow[1] += 1.0
        if here == there:
            sums[F.lost_within] += 1.0
        else:
            sums[F.lost_across] += 1.0
            e.lost += 1.0
            w.case[c].lost_across = 1


@hot
def receive(w, i, c):
    """Employee i opens a case that was handed over: true when it is taken on, false when it goes back."""
    k = w.case[c]
    e = w.emp[i]
    sender = w.emp[k.sender]
    k.mender = k.sender
    e.seen += SIGHT * (sender.conviction * (1.0 - sender.gap) - e.seen)
    sums = w.sums[e.team]
    sums[F.received] += 1.0
    k.sender = -1  # seen once: a case that was escalated or mended meanwhile is no new handoff
    if k.lost == 0:
        sums[F.received_intact] += 1.0
        return True
    if case_uniform(k.key, BOUNCE, k.stage, k.attempt) >= bounce_chance(w, i):
        return True
    bounce(w, c, e.team, sender.team)
    return False


@inlined
def bounce_chance(w, i):
    """1 / (1 + e^(-D/s)), D = xl (1 - alignment)(a bI + kp P) - ktheta theta vB.

    Sending a case back saves the repeated work xl, worth what handling is paid; goals laid in line take the
    gain away (not the act), opposed goals double it; conviction holds back.
    """
    e = w.emp[i]
    t = w.team[e.team]
    p = w.par
    gain = p.repeat_work * (1.0 - p.goal_alignment) * (t.availability * t.pay_own + p.pressure_weight * t.pressure)
    return logistic((gain - p.intrinsic * e.conviction * p.value_no_bounce) / p.bounce_spread)


@inlined
def bounce(w, c, here, back):
    """From pillar to post: back to the sender's team, which mends the story; at most once per handoff."""
    k = w.case[c]
    k.bounces += 1
    k.mending = 1
    k.lost = 0
    k.extra += w.par.bounce_work * w.journey[k.journey].hours[k.stage]
    w.sums[here][F.bounces] += 1.0
    w.flow[back, here, 2] += 1.0
    enqueue(w, c, back)


@inlined
def repaired(w, c):
    """The sender's team has mended the story: the case goes on, intact."""
    k = w.case[c]
    k.mending = 0
    k.arrived = w.day
    enqueue(w, c, w.journey[k.journey].team[k.stage])
