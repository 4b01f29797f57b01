"""Demand: customers' questions arrive, parked cases come back, impatient customers call or withdraw."""

from silosim.model.chance import (
    ARRIVALS,
    ARRIVALS_EXTRA,
    CALL,
    CANDIDATE,
    CANDIDATE_EXTRA,
    JOURNEY,
    WITHDRAW,
    case_uniform,
    day_uniform,
    numbered,
    poisson,
    stream,
    unit,
)
from silosim.model.jit import hot, inlined, rule
from silosim.model.layout import AWAY, DAYS_AHEAD, ESCALATED, GONE, HELD, IN_HAND, QUEUED, STAGES, F
from silosim.model.rules.experience import WITHDRAWN, conclude, turn_away
from silosim.model.rules.market import never_comes, places, whose
from silosim.model.rules.queues import NOT_WAITING, enqueue, new_slot, release

PEAK = 3.0  # the highest demand, as a multiple of the file's


@rule
def new_cases(w):
    """Poisson arrivals by thinning, in two layers: up to the file's rate, and from there to PEAK times it.

    N ~ Poisson(Lambda_max of the layer) candidates, each accepted if u < the share of the layer that demand fills:
    a change of demand keeps every customer both worlds share, and no layer is drawn in vain. Of each layer come only
    the questions of those who are customers now: places are (1 + f s) times those that the file's demand fills.
    """
    demand = w.par.demand * places(w)
    welcome(w, ARRIVALS, CANDIDATE, w.arrivals_day, min(1.0, demand))
    if demand > 1.0:
        welcome(w, ARRIVALS_EXTRA, CANDIDATE_EXTRA, w.arrivals_day * (PEAK - 1.0), (demand - 1.0) / (PEAK - 1.0))


@rule
def welcome(w, counting, naming, rate, share):
    """One layer of the day's arrivals: `rate` candidates on average, of which `share` come in."""
    if rate <= 0.0:
        return
    today = stream(w.key, naming, w.day)
    for n in range(poisson(w.key, counting, w.day, rate)):
        key = numbered(today, n)
        # the key is as random as anything drawn from it, and what is drawn from it is mixed again
        if unit(key) < share and not never_comes(w, key):
            open_case(w, key)


@rule
def arrival_share(w, j):
    """Share of questions on journey j."""
    return w.journey[j].until - (w.journey[j - 1].until if j > 0 else 0.0)


@hot
def open_case(w, key):
    """A question of a customer, on a journey; both follow from the case's own key."""
    org = w.sums[w.org]
    org[F.arrived] += 1.0
    org[F.contacts_all] += 1.0
    c = new_slot(w)
    if c < 0:
        turn_away(w)
        return
    u = case_uniform(key, JOURNEY, 0, 0)
    j = 0
    while j < w.journeys - 1 and u >= w.journey[j].until:
        j += 1
    k = w.case[c]
    k.key = key
    k.journey = j
    k.customer = whose(w, key)
    k.todo = (1 << w.journey[j].stages) - 1
    k.defects = 0
    k.attempt = 0
    k.contacts = 1
    k.bounces = 0
    k.handoffs = 0
    k.lost_across = 0
    k.warmth = 0.0
    k.extra = 0.0
    k.left = 0.0
    k.opened = w.day
    for s in range(STAGES):
        k.handler[s] = -1
    w.in_system += 1
    enter(w, c, k)


@hot
def enter(w, c, k):
    """The customer brings the case to the team of its first stage still to do."""
    k.stage = first_stage(k.todo)
    fresh_stage(k)
    k.arrived = w.day
    k.held = 0
    w.waiting_since[c] = w.day
    enqueue(w, c, k, w.journey[k.journey].team[k.stage])


@hot
def first_stage(todo):
    """Lowest stage in the set `todo` (a bit per stage)."""
    s = 0
    while (todo >> s) & 1 == 0:
        s += 1
    return s


@inlined
def fresh_stage(k):
    """Forget what belonged to the previous stage of case k."""
    k.sender = -1
    k.mender = -1
    k.lost = 0
    k.mending = 0
    k.polished = 0
    k.excepted = 0
    k.audited = 0
    k.astray = 0


@hot
def due_back(w):
    """Parked cases whose day has come: escalations answered, clocks that run again, and customers back with a defect
    (failure demand)."""
    slot = w.day % DAYS_AHEAD
    c = w.calendar[slot]
    w.calendar[slot] = -1
    while c >= 0:
        k = w.case[c]
        following = k.next
        if k.status == GONE:
            release(w, c)
        elif k.status == ESCALATED:
            k.arrived = w.day
            enqueue(w, c, k, w.journey[k.journey].team[k.stage])
        elif k.status == HELD:
            enqueue(w, c, k, k.team)
        elif k.status == AWAY:
            come_back(w, c, k)
        c = following


@inlined
def come_back(w, c, k):
    """Failure demand: one more contact, the failed stages to do again, extra hours at the first of them."""
    k.attempt += 1
    k.contacts += 1
    k.todo = k.defects
    k.defects = 0
    k.extra += w.par.return_hours
    org = w.sums[w.org]
    org[F.contacts_all] += 1.0
    org[F.contacts_failure] += 1.0
    enter(w, c, k)
    w.sums[k.team][F.returns] += 1.0


@hot
def impatience(w):
    """Older than the patience: calls with probability call_rate a day; older than three times: withdraws."""
    patience = w.patience * w.par.patience
    for c in range(w.high):
        age = w.day - w.waiting_since[c]
        if age > patience:
            grow_impatient(w, c, age > 3.0 * patience)


@rule
def grow_impatient(w, c, may_withdraw):
    """One day of an impatient customer. Work in hand is not withdrawn that day."""
    k = w.case[c]
    if day_uniform(k.key, CALL, w.day) < w.par.call_rate:
        call(w, k)
    idle = k.status == QUEUED or k.status == ESCALATED or k.status == HELD
    if may_withdraw and idle and day_uniform(k.key, WITHDRAW, w.day) < w.par.withdraw_rate:
        if k.status == QUEUED:
            w.team[k.team].waiting -= 1
        conclude(w, k, WITHDRAWN)
        w.waiting_since[c] = NOT_WAITING
        k.status = GONE  # its row is given back when the queue or the calendar comes to it


@inlined
def call(w, k):
    """The customer calls to ask where the case is: one more contact, and its work."""
    k.contacts += 1
    if k.status == IN_HAND:
        k.left += w.par.call_hours
    else:
        k.extra += w.par.call_hours
    org = w.sums[w.org]
    org[F.contacts_all] += 1.0
    org[F.contacts_failure] += 1.0
    w.sums[k.team][F.calls] += 1.0
