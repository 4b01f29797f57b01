"""Where cases wait: team queues (first come first served, top tasks in front) and the calendar of parked cases."""

from silosim.model.jit import hot, rule
from silosim.model.layout import DAYS_AHEAD, FREE, GONE, QUEUED

NOT_WAITING = 1 << 30


@hot
def new_slot(w):
    """A free row of the case table, or -1 when the table is full (the customer is turned away)."""
    if w.free > 0:
        w.free -= 1
        return w.free_slots[w.free]
    if w.high < w.case.shape[0]:
        w.high += 1
        return w.high - 1
    return -1


@hot
def release(w, c):
    """Give the row of a finished case back."""
    w.case[c].status = FREE
    w.waiting_since[c] = NOT_WAITING
    w.free_slots[w.free] = c
    w.free += 1


@hot
def enqueue(w, c, k, team):
    """Case c (row k) joins the back of the team's queue; journeys that are top tasks have a queue of their own in
    front."""
    t = w.team[team]
    lane = 0 if w.journey[k.journey].front == 1 else 1
    k.status = QUEUED
    k.team = team
    k.next = -1
    if t.head[lane] < 0:
        t.head[lane] = c
    else:
        w.case[t.tail[lane]].next = c
    t.tail[lane] = c
    t.waiting += 1


@rule
def enqueue_first(w, c, team):
    """Case c goes to the front of its lane (its employee left in the middle of the work)."""
    k = w.case[c]
    t = w.team[team]
    lane = 0 if w.journey[k.journey].front == 1 else 1
    k.status = QUEUED
    k.team = team
    k.next = t.head[lane]
    if t.head[lane] < 0:
        t.tail[lane] = c
    t.head[lane] = c
    t.waiting += 1


@hot
def take_first(w, t):
    """The next case of team t, or -1. Cases withdrawn while waiting are dropped here."""
    for lane in range(2):
        while t.head[lane] >= 0:
            c = t.head[lane]
            k = w.case[c]
            t.head[lane] = k.next
            if k.next < 0:
                t.tail[lane] = -1
            if k.status != GONE:
                t.waiting -= 1
                return c
            release(w, c)
    return -1


@hot
def park(w, c, k, status, days):
    """Case c (row k) comes back in `days` days (1 .. DAYS_AHEAD - 1)."""
    if days < 1 or days >= DAYS_AHEAD:
        raise ValueError("a case is parked for longer than the calendar reaches")
    k.status = status
    due = (w.day + days) % DAYS_AHEAD
    k.next = w.calendar[due]
    w.calendar[due] = c


@hot
def delay(draw):
    """Whole days from an exponential draw: 1 + floor(x), cut off at the calendar's reach."""
    return int(min(1.0 + draw, DAYS_AHEAD - 2.0))
