"""Stopping the clock: a case that nobody got to in time is put on hold, 'awaiting the customer', who was asked nothing.

Only where a term is paid for (see `term`) and such a status exists (`hold_days` above 0).
"""

from silosim.model.chance import CALL, DISCOVER, HOLD, LOOK, REPLY, SANCTION, day_uniform, exponential
from silosim.model.jit import rule
from silosim.model.layout import HELD, QUEUED
from silosim.model.maths import logistic
from silosim.model.rules.demand import call
from silosim.model.rules.queues import delay, park
from silosim.model.rules.term import days_left, unlink
from silosim.model.rules.work import audit_chance, punish


@rule
def stop_clocks(w):
    """At the end of the day somebody of the team looks at each waiting case whose term ends today (keyed by the case).
    Customers who find their case waiting for them call, with probability call_rate a day.
    """
    if w.par.hold_days <= 0.0:
        return
    patience = w.patience * w.par.patience
    for c in range(w.high):
        k = w.case[c]
        if k.status == QUEUED:
            t = w.team[k.team]
            if t.pay_term > 0.0 and t.size > 0 and days_left(w, c, k) == 0.0:
                i = w.members[t.first + int(day_uniform(k.key, LOOK, w.day) * t.size)]
                t.at_term += 1.0
                if day_uniform(k.key, HOLD, w.day) < hold_chance(w, i):
                    hold(w, w.emp[i], c, k, t)
        elif k.status == HELD and w.day - w.waiting_since[c] <= patience:  # beyond it: demand.impatience
            ask_why(w, k)


@rule
def ask_why(w, k):
    """A customer may find the case waiting for an answer that nobody asked for, and call."""
    if day_uniform(k.key, CALL, w.day) < w.par.call_rate:
        call(w, k)


@rule
def hold_chance(w, i):
    """1 / (1 + e^(-D/s)), D = (a (bI + bT) + kp P) ghat - (k + bC) vB - detection + J (2 nu - 1).

    What the KPI pays for a closure that still counts, as far as one believes in such ways; conviction and pay on
    customers against letting somebody wait for it, as against sending a case back; the risk of an audit; and the
    team's norm nu, the share that was put on hold lately (choice with social interactions, Brock & Durlauf 2001;
    check): where J is large against s, a team does it nearly always or nearly never.
    """
    e = w.emp[i]
    t = w.team[e.team]
    p = w.par
    gain = (t.pay_term + p.pressure_weight * t.pressure) * e.belief
    against = (p.intrinsic * e.conviction + t.pay_customer) * p.value_no_bounce
    risk = audit_chance(w) * (1.0 + e.fear)
    norm = p.hold_norm * (2.0 * t.holding - 1.0)
    return logistic((gain - against - risk + norm) / p.bounce_spread)


@rule
def hold(w, e, c, k, t):
    """The clock stands still for 1 + Exp(hold_days) days, in which nobody works on the case: unless an audit finds it.
    """
    if day_uniform(k.key, DISCOVER, w.day) < audit_chance(w):
        if day_uniform(k.key, SANCTION, w.day) < w.par.sanction:
            punish(w, e, w.sums[e.team])
        return
    t.put_off += 1.0
    leave_queue(w, c, k, t)
    days = delay(exponential(day_uniform(k.key, REPLY, w.day), w.par.hold_days))
    k.held += days
    park(w, c, k, HELD, days)


@rule
def leave_queue(w, c, k, t):
    """Take a waiting case out of its team's queue."""
    lane = 0 if w.journey[k.journey].front == 1 else 1
    before = -1
    x = t.head[lane]
    while x != c:
        before = x
        x = w.case[x].next
    unlink(w, t, lane, before, c)
    t.waiting -= 1


@rule
def set_holding(w):
    """nu += inertia (share of the week's cases at their term that were put on hold - nu), where there were any."""
    if w.par.hold_days <= 0.0:
        return
    for team in range(w.teams):
        t = w.team[team]
        if t.at_term > 0.0:
            t.holding += w.par.inertia * (t.put_off / t.at_term - t.holding)
        t.at_term = 0.0
        t.put_off = 0.0
