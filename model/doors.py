"""Doors: rules called from Python on (worlds, row).

Passing an array and a row number to compiled code takes 0.3 µs; passing a record takes ten times that.
The Mesa face, the simulation and the tests come in here.
"""

import numpy as np

from silosim.model import reorganise as structure
from silosim.model import schedule
from silosim.model.chance import DIFFICULTY, normal, uniform
from silosim.model.jit import rule
from silosim.model.layout import DAYS_FELT, STAGES, A
from silosim.model.maths import BINS, NORMAL, exp, log
from silosim.model.measures.kernels import measure_row
from silosim.model.rules import accounts, conviction, demand, effort, motives, pay, people, teams, work


@rule
def new_cases(worlds, row):
    demand.new_cases(worlds[row])


@rule
def due_back(worlds, row):
    demand.due_back(worlds[row])


@rule
def impatience(worlds, row):
    demand.impatience(worlds[row])


@rule
def work_order(worlds, row, slot, k):
    return schedule.work_order(worlds[row], slot, k)


@rule
def work_slot(worlds, row, i):
    work.work_slot(worlds[row], i)


@rule
def end_day(worlds, row):
    schedule.end_day(worlds[row])


@rule
def teams_take_stock(worlds, row):
    schedule.teams_take_stock(worlds[row])


@rule
def teams_set_pay(worlds, row):
    schedule.teams_set_pay(worlds[row])


@rule
def weigh_motives(worlds, row, i):
    motives.weigh_motives(worlds[row], i)


@rule
def choose_effort(worlds, row, i):
    effort.choose_effort(worlds[row], i)


@rule
def everyone_settles(worlds, row):
    schedule.everyone_settles(worlds[row])


@rule
def reflect(worlds, row, i):
    conviction.reflect(worlds[row], i)


@rule
def consider_leaving(worlds, row, i):
    people.consider_leaving(worlds[row], i)


@rule
def organisation_learns(worlds, row):
    schedule.organisation_learns(worlds[row])


@rule
def quarter_ends(worlds, row):
    return schedule.quarter_ends(worlds[row])


@rule
def teams_are_appraised(worlds, row):
    schedule.teams_are_appraised(worlds[row])


@rule
def look_around(worlds, row, i):
    conviction.look_around(worlds[row], i)


@rule
def quarter_closes(worlds, row):
    schedule.quarter_closes(worlds[row])


@rule
def close_accounts(worlds, row):
    schedule.close_accounts(worlds[row])


@rule
def clear_week(worlds, row):
    accounts.clear_week(worlds[row])


@rule
def open_window(worlds, row):
    accounts.open_window(worlds[row])


@rule
def reorganise(worlds, row):
    """Switch structure and book what moving costs."""
    w = worlds[row]
    structure.book_moves(w, structure.reorganise(w))


@rule
def set_fronts(worlds, row):
    structure.set_fronts(worlds[row])


@rule
def set_example(worlds, row):
    effort.set_example(worlds[row])


@rule
def measures_of(rows, out):
    """Measures of many rows of sums: (n, SUMS) -> (n, M)."""
    for k in range(rows.shape[0]):
        measure_row(rows[k], out[k])


@rule
def shape_hours(worlds, row):
    """The distribution of stage hours around their mean: lognormal quantiles, scaled to mean 1 exactly."""
    w = worlds[row]
    spread = w.par.hours_spread
    mean = 0.0
    for k in range(BINS + 1):
        w.hours[k] = exp(spread * NORMAL[k])
        mean += w.hours[k] * (0.5 if k == 0 or k == BINS else 1.0) / BINS
    for k in range(BINS + 1):
        w.hours[k] /= mean


@rule
def shape_waiting(worlds, row):
    """ln(1 + T/Texp) for every number of days T that is told apart."""
    w = worlds[row]
    for days in range(DAYS_FELT):
        w.waited[days] = log(1.0 + days / (w.patience * w.par.patience))


@rule
def shape_stages(worlds, row):
    """How hard each stage is to do right: lognormal, scaled to mean 1 over the stages of every journey."""
    w = worlds[row]
    spread = w.par.defect_spread
    for j in range(w.journeys):
        journey = w.journey[j]
        mean = 0.0
        for s in range(journey.stages):
            z = normal(uniform(w.key, DIFFICULTY, j, s))
            journey.hard[s] = exp(spread * z) if spread > 0.0 else 1.0
            mean += journey.hard[s] / journey.stages
        for s in range(journey.stages):
            journey.hard[s] = journey.hard[s] / mean if spread > 0.0 else 1.0


@rule
def nudge(worlds, row, team, activity, amount):
    """Add effort on top of everybody's budget (team -1: the whole organisation), for measuring what a measure pays."""
    w = worlds[row]
    for i in range(w.employees):
        if team < 0 or w.emp[i].team == team:
            w.emp[i].effort[activity] += amount
    schedule.everyone_settles(w)


@rule
def found(worlds, row):
    """Seat the people and start the teams of an organisation whose tables and parameters are filled in."""
    w = worlds[row]
    p = w.par
    structure.assign_teams(w)
    for i in range(w.employees):
        people.seat_at_start(w, i)
        w.emp[i].hand = -1
    for team in range(w.team.shape[0]):
        start_team(w, team)
    for a in range(w.team.shape[0]):
        for b in range(w.team.shape[0]):
            w.familiar[a, b] = 0.6 if a == b else 0.35
    for j in range(w.journeys):
        for s in range(STAGES):
            w.journey[j].capability[s] = p.capability_start
    for c in range(w.customers):
        start_customer(w, c)
    shape_hours(worlds, row)
    shape_waiting(worlds, row)
    shape_stages(worlds, row)
    structure.mark_fronts(w)
    start_effort(w)


@rule
def start_team(w, team):
    """An empty queue, everything on plan."""
    t = w.team[team]
    for lane in range(2):
        t.head[lane] = -1
        t.tail[lane] = -1
    t.availability = 0.9
    t.capacity = 1.0
    t.target = 1.0
    t.attained = 1.0
    t.answers_last = 100.0
    t.newness = 1.0
    t.capability = w.par.capability_start


@rule
def start_customer(w, c):
    """A customer's own trait and first expectation."""
    w.customer[c].trait = demand.customer_trait(w, c)
    w.customer[c].expectation = w.par.expectation_start


@rule
def start_effort(w):
    """A plausible first week (the burn-in forgets it), norms, the leaders' example, and the first settling."""
    for team in range(w.teams):
        pay.set_budget(w, team)
    first = np.array([0.62, 0.08, 0.05, 0.03, 0.06, 0.04])
    for i in range(w.employees):
        e = w.emp[i]
        for a in range(A):
            e.effort[a] = first[a]
        e.budget = w.team[e.team].budget
        effort.reflect_intention(w, i)
    teams.set_norms(w)
    effort.set_example(w)
    schedule.everyone_settles(w)
    w.reputation = 7.0
    w.answers = 100.0


# Whole phases, for a face that lives day by day and replaces some of them.

@rule
def day(worlds, row):
    schedule.day(worlds[row])


@rule
def everyone_works(worlds, row, slot):
    schedule.everyone_works(worlds[row], slot)


@rule
def everyone_chooses(worlds, row):
    schedule.everyone_chooses(worlds[row])


@rule
def everyone_reflects(worlds, row):
    schedule.everyone_reflects(worlds[row])


@rule
def everyone_considers_leaving(worlds, row):
    schedule.everyone_considers_leaving(worlds[row])


@rule
def everyone_looks_around(worlds, row):
    schedule.everyone_looks_around(worlds[row])


@rule
def leave(worlds, row, i):
    people.leave(worlds[row], i)
