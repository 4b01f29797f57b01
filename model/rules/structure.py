"""Structure: who does which stage, who sits in which team, and what each team plans to close."""

import numpy as np

from silosim.model.jit import rule
from silosim.model.layout import DAYS_PER_WEEK, WEEKS_PER_QUARTER
from silosim.model.maths import slope_of_winning
from silosim.model.rules.demand import arrival_share

FUNCTIONAL, POOL, BY_JOURNEY = 0.0, 1.0, 2.0


@rule
def assign_teams(w):
    """Everyone's team and every stage's team under the structure in force."""
    structure = w.par.structure
    if structure == FUNCTIONAL:
        w.teams = w.domains
    elif structure == POOL:
        w.teams = 1
    else:
        w.teams = w.journeys
    deal_seats(w)
    for j in range(w.journeys):
        journey = w.journey[j]
        for s in range(journey.stages):
            if structure == FUNCTIONAL:
                journey.team[s] = journey.domain[s]
            else:
                journey.team[s] = 0 if structure == POOL else j
    list_members(w)
    plan_closures(w)


@rule
def deal_seats(w):
    """Functional: one's own domain. Pool: all together. By journey: each domain's people dealt out by workload."""
    structure = w.par.structure
    dealt = np.zeros(w.journeys)
    for i in range(w.employees):
        e = w.emp[i]
        if structure == FUNCTIONAL:
            e.team = e.home
        elif structure == POOL:
            e.team = 0
        else:
            most = i if i < w.journeys else neediest(w, dealt, i)  # one each first: a journey needs somebody
            dealt[most] += 1.0
            e.team = most


@rule
def neediest(w, dealt, i):
    """The journey that is furthest behind its share of the workload when the i-th person is dealt."""
    most = 0
    for j in range(w.journeys):
        if workload(w, j) * (i + 1) - dealt[j] > workload(w, most) * (i + 1) - dealt[most] + 1e-12:
            most = j
    return most


@rule
def workload(w, j):
    """Share of all first-pass hours that journey j brings."""
    total = 0.0
    own = 0.0
    for x in range(w.journeys):
        hours = 0.0
        for s in range(w.journey[x].stages):
            hours += w.journey[x].hours[s]
        hours *= arrival_share(w, x)
        total += hours
        if x == j:
            own = hours
    return own / total


@rule
def list_members(w):
    """Team sizes, what being ahead of so many is worth, and the list of members team by team."""
    for team in range(w.teams):
        w.team[team].size = 0
    for i in range(w.employees):
        w.team[w.emp[i].team].size += 1
    first = 0
    for team in range(w.teams):
        w.team[team].first = first
        first += w.team[team].size
        w.team[team].winning = slope_of_winning(w.team[team].size)
        place = 0
        for i in range(w.employees):
            if w.emp[i].team == team:
                w.emp[i].place = place
                w.members[w.team[team].first + place] = i
                place += 1


@rule
def plan_closures(w):
    """Planned first closures per team and quarter; people per journey (those in the teams on its route)."""
    quarter = w.arrivals_day * DAYS_PER_WEEK * WEEKS_PER_QUARTER * w.planned_demand
    for team in range(w.teams):
        w.team[team].plan = 0.0
    for j in range(w.journeys):
        journey = w.journey[j]
        on_route = np.uint64(0)
        journey.people = 0.0
        for s in range(journey.stages):
            team = journey.team[s]
            w.team[team].plan += quarter * arrival_share(w, j)
            bit = np.uint64(1) << np.uint64(team)
            if on_route & bit == np.uint64(0):
                on_route |= bit
                journey.people += w.team[team].size
