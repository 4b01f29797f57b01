"""Doors: rules called from Python on (worlds, row).

Passing an array and a row number to compiled code takes 0.3 µs; passing a record takes ten times that.
The Mesa face, the simulation and the tests come in here.
"""

import numpy as np

from silosim.model import schedule
from silosim.model.jit import rule
from silosim.model.layout import STAGES, A
from silosim.model.measures.kernels import measure_row
from silosim.model.rules import (
    accounts,
    conviction,
    demand,
    effort,
    holding,
    kpi,
    leadership,
    market,
    motives,
    pay,
    people,
    shapes,
    structure,
    teams,
    work,
)
from silosim.model.rules import reorganise as reorganising


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
def stop_clocks(worlds, row):
    holding.stop_clocks(worlds[row])


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
def add_sight(worlds, row, i, out, pay):
    """What an end-to-end KPI pays employee i for each activity, added to `out`."""
    kpi.add_sight(worlds[row], i, out, pay)


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
    reorganising.book_moves(w, reorganising.reorganise(w))


@rule
def set_fronts(worlds, row):
    reorganising.set_fronts(worlds[row])


@rule
def set_example(worlds, row):
    effort.set_example(worlds[row])


@rule
def appoint_board(worlds, row):
    leadership.appoint_board(worlds[row])


@rule
def appoint_managers(worlds, row):
    leadership.appoint_managers(worlds[row])


@rule
def measures_of(rows, out):
    """Measures of many rows of sums: (n, SUMS) -> (n, M)."""
    for k in range(rows.shape[0]):
        measure_row(rows[k], out[k])


@rule
def shape_hours(worlds, row):
    shapes.shape_hours(worlds[row])


@rule
def shape_waiting(worlds, row):
    shapes.shape_waiting(worlds[row])


@rule
def shape_stages(worlds, row):
    shapes.shape_stages(worlds[row])


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
        teams.start_team(w, team)
    leadership.found_managers(w)
    for a in range(w.team.shape[0]):
        for b in range(w.team.shape[0]):
            w.familiar[a, b] = 0.6 if a == b else 0.35
            w.knows[a, b] = 0.5
    for j in range(w.journeys):
        for s in range(STAGES):
            w.journey[j].capability[s] = p.capability_start
    for c in range(w.customers):
        market.start_customer(w, c)
    market.open_market(w)
    shapes.shape_hours(w)
    shapes.shape_waiting(w)
    shapes.shape_stages(w)
    reorganising.mark_fronts(w)
    start_effort(w)


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
