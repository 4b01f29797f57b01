"""The term of a KPI that pays for closing in time: which closures count, and which case is taken up next.

Only where the KPI is 'within_norm' with `term_days` above 0; else cases are taken as they came. Arguments as in `work`.
"""

from silosim.model.jit import inlined, rule
from silosim.model.layout import GONE
from silosim.model.maths import exp
from silosim.model.rules.queues import release

WITHIN_NORM = 2.0
PLANNED_IN_TIME = 0.5  # share of closures that the norm KPI takes for its plan
LEAST_WAIT = 0.25  # days: a queue that is nearly empty is still not looked at every minute


@rule
def set_term(w, team):
    """The term that the team's KPI pays for, in days since the customer came (0: none), and what a closure in time is
    worth: a (bI + bT)."""
    t = w.team[team]
    p = w.par
    t.term = p.term_days if p.kpi == WITHIN_NORM else 0.0
    t.pay_term = t.availability * (t.pay_own + t.pay_team) if t.term > 0.0 else 0.0


@inlined
def days_left(w, c, k):
    """Working days until the term ends; negative when it has passed. Days on hold do not count."""
    return w.team[k.team].term + k.held - (w.day - w.waiting_since[c])


@inlined
def counts_in_time(w, c, k, term):
    """Whether the KPI within the norm counts a closure now: within the term, or on the day of arrival without one."""
    if term > 0.0:
        return w.day - w.waiting_since[c] - k.held <= term
    return w.day == k.arrived


@rule
def take_by_worth(w, e, t):
    """The waiting case of most worth to employee e now (`worth_now`; ties as they came), or -1; top tasks first.
    Cases withdrawn while waiting are dropped here."""
    for lane in range(2):
        best = -1
        before_best = -1
        most = 0.0
        before = -1
        c = t.head[lane]
        while c >= 0:
            k = w.case[c]
            following = k.next
            if k.status == GONE:
                unlink(w, t, lane, before, c)
                release(w, c)
            else:
                worth = worth_now(w, e, t, c, k)
                if best < 0 or worth > most:
                    best = c
                    before_best = before
                    most = worth
                before = c
            c = following
        if best >= 0:
            unlink(w, t, lane, before_best, best)
            t.waiting -= 1
            return best
    return -1


@inlined
def unlink(w, t, lane, before, c):
    """Take case c, which stands behind `before` (-1: at the head), out of a lane."""
    following = w.case[c].next
    if before < 0:
        t.head[lane] = following
    else:
        w.case[before].next = following
    if following < 0:
        t.tail[lane] = before


@rule
def worth_now(w, e, t, c, k):
    """o a (bI + bT) x + ktheta theta vC T / (T + Texp): what taking up this case now rather than later is worth.

    x = e^(-days left / W) while the term runs, W the days of work that wait: the chance that the next turn comes too
    late. x = -S after it, S the share closed in time so far this quarter, which a late closure pulls down. Conviction
    is for who has waited longest (T days).
    """
    p = w.par
    left = days_left(w, c, k)
    if left >= 0.0:
        pull = exp(-left / max(t.backlog, LEAST_WAIT))
    else:
        pull = -(t.closed_same_day / t.closed if t.closed > 0.0 else PLANNED_IN_TIME)
    waited = float(w.day - w.waiting_since[c])
    duty = p.intrinsic * e.conviction * p.value_care * waited / (waited + w.patience * p.patience)
    return p.order_choice * t.pay_term * pull + duty
