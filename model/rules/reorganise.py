"""Switching the structure, or the top tasks, while people work. Founding an organisation uses the same rules.

What a switch does: people keep their seat, conviction, effort and experience and move to their new team; work in
hand stays in hand; waiting cases move to the team that now does their stage, oldest first; capability belongs to
stages and stays; familiarity between new teams is the mean over their people; capacity and target factors are the
mean over the people a team received; the quarter's count starts anew, with a plan for the weeks that are left.
"""

import numpy as np

from silosim.model.jit import rule
from silosim.model.layout import HELD, QUEUED
from silosim.model.rules.appraisal import new_quarter
from silosim.model.rules.demand import arrival_share
from silosim.model.rules.handoff import NOWHERE
from silosim.model.rules.queues import enqueue, release
from silosim.model.rules.structure import assign_teams
from silosim.model.rules.teams import set_norms


@rule
def reorganise(w):
    """Switch to the structure now in `par`; nobody and no case is lost. Returns how many people moved."""
    old_teams = w.teams
    before = np.empty(w.employees, np.int64)
    for i in range(w.employees):
        before[i] = w.emp[i].team
    waiting = empty_queues(w)
    old = w.team[:old_teams].copy()
    assign_teams(w)
    mix_familiarity(w, before, old_teams)
    found_teams(w, before, old)
    settle_parked(w)
    refill_queues(w, waiting)
    set_norms(w)
    w.sums[: w.org, :] = 0.0
    w.window[: w.org, :] = 0.0
    w.flows[:] = 0.0
    w.flow[:] = 0.0
    moved = 0
    for i in range(w.employees):
        if w.emp[i].team != before[i]:
            moved += 1
    return moved


@rule
def found_teams(w, before, old):
    """New teams inherit the mean of their people's old factors and count a new quarter."""
    for team in range(w.teams):
        t = w.team[team]
        empty = 1.0 if t.size == 0 else 0.0  # a team nobody sits in starts on plan
        t.capacity = empty
        t.target = empty
        t.availability = empty
        t.attained = empty
        t.pressure = 0.0
        t.sanctions = 0.0
        new_quarter(w, team)
        t.answers_last = 0.0
        t.loss_last = 0.0
        t.lead_last = 0.0
        t.discussed = 0.0
        t.strange = 0.0
        t.touch = 0.0
        t.saved = 0.0
        t.term = 0.0  # until pay is set at the end of the week
        t.pay_term = 0.0
        t.holding = 0.0
        t.at_term = 0.0
        t.put_off = 0.0
    for i in range(w.employees):
        t = w.team[w.emp[i].team]
        was = old[before[i]]
        n = float(t.size)
        t.capacity += was.capacity / n
        t.target += was.target / n
        t.availability += was.availability / n
        t.attained += was.attained / n
        t.answers_last += was.answers_last / n
        t.loss_last += was.loss_last / n
        t.lead_last += was.lead_last / n
        t.discussed += was.discussed / n
        t.touch += was.touch / n
        t.saved += was.saved / n
        t.holding += was.holding / n


@rule
def mix_familiarity(w, before, old_teams):
    """fam'(a, b) = mean over people i of a and k of b of fam(old team of i, old team of k); knowledge likewise."""
    share = np.zeros((w.teams, old_teams))
    for i in range(w.employees):
        team = w.emp[i].team
        share[team, before[i]] += 1.0 / w.team[team].size
    mix(w, share, w.familiar, old_teams)
    mix(w, share, w.knows, old_teams)


@rule
def mix(w, share, table, old_teams):
    """table'(a, b) = sum over old teams x and y of share(a, x) share(b, y) table(x, y)."""
    old = table.copy()
    for a in range(w.teams):
        for b in range(w.teams):
            total = 0.0
            for x in range(old_teams):
                for y in range(old_teams):
                    total += share[a, x] * share[b, y] * old[x, y]
            table[a, b] = total


@rule
def empty_queues(w):
    """Every waiting case, oldest first (ties by row), and all queues emptied."""
    oldest = w.day
    for c in range(w.high):
        if w.case[c].status == QUEUED and w.case[c].opened < oldest:
            oldest = w.case[c].opened
    place = np.zeros(w.day - oldest + 2, np.int64)  # where the cases of each day begin: a counting sort
    for c in range(w.high):
        if w.case[c].status == QUEUED:
            place[w.case[c].opened - oldest + 1] += 1
    for day in range(1, len(place)):
        place[day] += place[day - 1]
    waiting = np.empty(place[len(place) - 1], np.int64)
    for c in range(w.high):
        if w.case[c].status == QUEUED:
            day = w.case[c].opened - oldest
            waiting[place[day]] = c
            place[day] += 1
    drop_withdrawn(w)
    return waiting


@rule
def drop_withdrawn(w):
    """Take everything off the queues; rows of withdrawn cases met there are given back."""
    for team in range(w.teams):
        t = w.team[team]
        for lane in range(2):
            c = t.head[lane]
            while c >= 0:
                following = w.case[c].next
                if w.case[c].status != QUEUED:
                    release(w, c)
                c = following
            t.head[lane] = -1
            t.tail[lane] = -1
        t.waiting = 0


@rule
def refill_queues(w, waiting):
    """Waiting cases join the team that now does their stage; a case being mended, the team of who must mend it."""
    for c in waiting:
        k = w.case[c]
        enqueue(w, c, k, team_now(w, k))


@rule
def team_now(w, k):
    """The team that case k waits for: who must mend it, whom it was sent to by mistake, else who does its stage."""
    if k.astray != 0:
        return k.team
    if k.mending == 1 and k.mender >= 0:
        return w.emp[k.mender].team
    return w.journey[k.journey].team[k.stage]


@rule
def settle_parked(w):
    """After a change of structure nobody remembers where a case has been, and no case that waits is astray. What is on
    hold comes back to the team that it now belongs to."""
    w.been[: w.high] = NOWHERE
    for c in range(w.high):
        k = w.case[c]
        if k.status == QUEUED or k.status == HELD:
            k.astray = 0
        if k.status == HELD:
            k.team = team_now(w, k)


@rule
def set_fronts(w):
    """Switch the top tasks: waiting cases move to the lane their journey now has, oldest first."""
    waiting = empty_queues(w)
    mark_fronts(w)
    refill_queues(w, waiting)


@rule
def mark_fronts(w):
    """Top tasks: the journeys with the largest shares go to the front of every queue."""
    for j in range(w.journeys):
        larger = 0
        for x in range(w.journeys):
            a, b = arrival_share(w, x), arrival_share(w, j)
            if a > b or (a == b and x < j):
                larger += 1
        w.journey[j].front = 1 if larger < w.par.top_tasks else 0


@rule
def book_moves(w, moved):
    """Transition: paid hours of everyone who moved, booked when the coming week is closed."""
    w.transition += moved * w.par.move_hours * w.par.wage
