"""Governance: customer-process teams with a service manager, and sessions in which two teams map their boundary."""

import numpy as np

from silosim.model.jit import inlined, rule
from silosim.model.layout import IMPROVE
from silosim.model.maths import exp, power
from silosim.model.rules.demand import arrival_share

MONTH = 4  # weeks between two looks of a service manager
NEAR = 144.0  # as in teams.get_familiar: two teams of twelve


@rule
def board_meets(w):
    """Which journeys have a customer-process team, what each improves, and which boundaries are being mapped."""
    p = w.par
    for team in range(w.teams):
        w.team[team].processes = 0.0
        w.team[team].steered = 0.0
        w.team[team].sessions = 0.0
    for j in range(w.journeys):
        if p.process_teams >= 1.0 and larger_journeys(w, j) < p.process_teams:
            choose_stage(w, j)
        else:
            w.journey[j].focus = 0
    if p.process_teams >= 1.0:
        gather_members(w)
    if p.mapping_boundaries >= 1.0:
        choose_boundaries(w)


@rule
def larger_journeys(w, j):
    """How many journeys bring more questions than j (ties by order in the file)."""
    larger = 0
    own = arrival_share(w, j)
    for x in range(w.journeys):
        share = arrival_share(w, x)
        if share > own or (share == own and x < j):
            larger += 1
    return larger


@rule
def choose_stage(w, j):
    """Every month the service manager of journey j turns to the stage s with the highest

    beta (share of the failures attributed since the last look) + (1 - beta) (share of the journey's hours),

    beta = board_customer, the governance board's weight. The first look takes in all that was ever recorded; when
    nothing speaks for another stage, it stays where it is.
    """
    journey = w.journey[j]
    if journey.focus > 0 and w.week % MONTH != MONTH - 1:
        return
    failed = 0.0
    hours = 0.0
    for s in range(journey.stages):
        failed += journey.failures[s] - journey.known[s]
        hours += journey.hours[s]
    best = max(journey.focus - 1, 0)
    for s in range(journey.stages):
        if urgency(w, j, s, failed, hours) > urgency(w, j, best, failed, hours):
            best = s
    journey.focus = best + 1
    for s in range(journey.stages):
        journey.known[s] = journey.failures[s]


@inlined
def urgency(w, j, s, failed, hours):
    """How much the board and the customers' feedback ask for stage s."""
    journey = w.journey[j]
    customer = (journey.failures[s] - journey.known[s]) / failed if failed > 0.0 else 0.0
    return w.par.board_customer * customer + (1.0 - w.par.board_customer) * journey.hours[s] / hours


@rule
def gather_members(w):
    """Which teams have people in a customer-process team, and their improving as a share of the team's day."""
    for j in range(w.journeys):
        if w.journey[j].focus > 0:
            for s in range(w.journey[j].stages):
                w.team[w.journey[j].team[s]].processes = 1.0
    for i in range(w.employees):
        if is_member(w, i):
            t = w.team[w.emp[i].team]
            t.steered += w.emp[i].effort[IMPROVE] / t.size


@inlined
def is_member(w, i):
    """Every so many-th place of a team on such a journey: floor((place + 1) q) > floor(place q), q = process_people."""
    e = w.emp[i]
    q = w.par.process_people
    return w.team[e.team].processes > 0.0 and int((e.place + 1) * q) > int(e.place * q)


@inlined
def members(w, team):
    """How many of a team's people sit in customer-process teams."""
    t = w.team[team]
    return int(t.size * w.par.process_people) if t.processes > 0.0 else 0


@inlined
def customer_pay(w, i):
    """What the customer measure is worth to employee i: the team's part, and the journey's for members."""
    t = w.team[w.emp[i].team]
    if t.pay_journey > 0.0 and is_member(w, i):
        return t.pay_customer + t.pay_journey
    return t.pay_customer


@rule
def improve_together(w):
    """K += (1 - e^(-iota max(0, pool - h_fix)))(1 - K) at the stage in focus, pool the sum over the journey's stages
    of their teams' improving by members; what members do there is missing from each stage (improve_capability).
    """
    p = w.par
    for j in range(w.journeys):
        journey = w.journey[j]
        if journey.focus > 0:
            pool = 0.0
            for s in range(journey.stages):
                pool += w.team[journey.team[s]].steered
            reach = 1.0 - exp(-p.improve_effect * max(0.0, pool - p.improve_fixed))
            s = journey.focus - 1
            journey.capability[s] += reach * (1.0 - journey.capability[s])


@rule
def choose_boundaries(w):
    """The boundaries between two teams over which most questions are planned to go are mapped; ties in team order."""
    traffic = np.zeros((w.teams, w.teams))
    w.mapped[:] = 0.0
    for j in range(w.journeys):
        journey = w.journey[j]
        for s in range(1, journey.stages):
            a, b = journey.team[s - 1], journey.team[s]
            if a != b:
                traffic[min(a, b), max(a, b)] += arrival_share(w, j)
    for _ in range(int(w.par.mapping_boundaries)):
        x, y = 0, 0
        for a in range(w.teams):
            for b in range(a + 1, w.teams):
                if traffic[a, b] > traffic[x, y]:
                    x, y = a, b
        if traffic[x, y] <= 0.0:
            return
        traffic[x, y] = 0.0
        w.mapped[x, y] = 1.0
        w.team[x].sessions += 1.0
        w.team[y].sessions += 1.0


@rule
def session_contact(w, a, b):
    """Contact from mapping: mapping_effect x mapping_hours (144/(n1 n2))^(fdil/2) at a boundary that is mapped.

    Hours grow with the people of both teams, those to get to know with their product.
    """
    p = w.par
    if w.mapped[a, b] == 0.0:
        return 0.0
    n1, n2 = float(max(w.team[a].size, 1)), float(max(w.team[b].size, 1))
    return p.mapping_effect * p.mapping_hours * power(NEAR / (n1 * n2), 0.5 * p.familiarity_dilution)


@rule
def time_for_governance(w, team):
    """Share of the team's day: meetings of its members of process teams, and a session per mapped boundary."""
    t = w.team[team]
    p = w.par
    lost = p.mapping_hours * t.sessions
    if t.processes > 0.0 and t.size > 0:
        lost += p.process_hours * members(w, team) / t.size
    return lost
