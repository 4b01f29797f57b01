"""Handoffs: context that gets lost between people, and the receiver's choice to send a case back.

Arguments as in `work`: e an employee's row, c a case slot and k its row, sums the week's accounts of the team.
"""

import numpy as np

from silosim.model.chance import BOUNCE, case_uniform
from silosim.model.jit import hot, inlined, rule
from silosim.model.layout import F
from silosim.model.maths import logistic
from silosim.model.rules.kpi import take_back
from silosim.model.rules.pay import alignment
from silosim.model.rules.queues import enqueue

NOWHERE = np.uint64(0)
SIGHT = 0.05  # how fast one's picture of colleagues follows the handoffs received


@hot
def hand_over(w, i, e, c, k, sums, there, draw):
    """Employee i hands case c to team `there`.

    context lost with probability l0 e^(-kh (1 + plat A)(e_connect + e_k0) / max(e_handle, .02)) (1 - fam),
    whose first factors are kept for the week in `p_lose`. Lost: the customer tells the story again.
    """
    here = e.team
    k.sender = i
    k.handoffs += 1
    lost = draw < e.p_lose * (1.0 - w.familiar[here, there])
    if lost:
        k.lost = 1
        k.contacts += 1
        w.been[c] = NOWHERE  # and nobody knows any more where it has been
        org = w.sums[w.org]
        org[F.contacts_all] += 1.0
        org[F.contacts_failure] += 1.0
        if w.par.kpi_sight > 0.0:
            take_back(w, i, w.par.attribution * w.par.repeat_work)
    count_handoff(w, e, k, sums, here, there, 1.0 if lost else 0.0)
    enqueue(w, c, k, there)


@inlined
def count_handoff(w, e, k, sums, here, there, lost):
    """Accounts of one handoff, for the sender's team, the sender and the silo map."""
    flow = w.flow[here, there]
    flow[0] += 1.0
    flow[1] += lost
    if here == there:
        sums[F.within] += 1.0
        sums[F.lost_within] += lost
    else:
        sums[F.across] += 1.0
        sums[F.lost_across] += lost
        sums[F.lost_reference] += e.p_lose * (1.0 - w.familiar[here, here])
        e.sent += 1.0
        e.lost += lost
        if lost > 0.0:
            k.lost_across = 1


@hot
def receive(w, e, c, k, sums):
    """An employee (row e) opens a case that was handed over: true when it is taken on, false when it goes back."""
    sender = w.emp[k.sender]
    k.mender = k.sender
    k.sender = -1  # seen once: a case that was escalated or mended meanwhile is no new handoff
    e.seen += SIGHT * (sender.shown - e.seen)
    sums[F.received] += 1.0
    if sender.team == e.team:
        sums[F.received_within] += 1.0
        sums[F.intact_within] += 1.0 if k.lost == 0 else 0.0
    if k.lost == 0:
        sums[F.received_intact] += 1.0
        return True
    if case_uniform(k.key, BOUNCE, k.stage, k.attempt) >= bounce_chance(w, e):
        return True
    bounce(w, c, k, sums, e.team, sender.team)
    return False


@rule
def bounce_chance(w, e):
    """1 / (1 + e^(-D/s)), D = xl (1 - alignment)(a bI + kp P) - ktheta theta vB.

    Sending a case back saves the repeated work xl, worth what handling is paid; goals laid in line take the
    gain away (not the act), opposed goals double it; conviction holds back.
    """
    t = w.team[e.team]
    p = w.par
    gain = p.repeat_work * (1.0 - alignment(w, e.team)) * (t.availability * t.pay_own + p.pressure_weight * t.pressure)
    return logistic((gain - p.intrinsic * e.conviction * p.value_no_bounce) / p.bounce_spread)


@rule
def bounce(w, c, k, sums, here, back):
    """From pillar to post: back to the sender's team, which mends the story; at most once per handoff."""
    k.bounces += 1
    k.mending = 1
    k.lost = 0
    k.extra += w.par.bounce_work * w.journey[k.journey].hours[k.stage]
    sums[F.bounces] += 1.0
    w.flow[back, here, 2] += 1.0
    enqueue(w, c, k, back)


@inlined
def repaired(w, c, k):
    """The sender's team has mended the story: the case goes on, intact."""
    k.mending = 0
    k.extra = 0.0
    k.arrived = w.day
    enqueue(w, c, k, w.journey[k.journey].team[k.stage])
