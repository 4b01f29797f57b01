"""The accounts of a week: what people did and are, added to the rows of their team and of the organisation."""

from silosim.model.jit import inlined, rule
from silosim.model.layout import (
    CARE,
    CONNECT,
    FLOWS,
    GAME,
    HANDLE,
    HELP,
    IMPROVE,
    LEADERS,
    SUMS,
    WEEKS_PER_QUARTER,
    WEEKS_PER_YEAR,
    F,
)
from silosim.model.rules.fairness import count_inequality
from silosim.model.rules.leadership import board_focus, leaders_cost
from silosim.model.rules.market import count_customers

FULL_STRAIN = 2.0
REPUTATION_RATE = 0.04  # word gets round in about half a year


@rule
def account_employee(w, i):
    """One employee's week, for the team's row and one's own."""
    e = w.emp[i]
    own = w.emp_sums[i]
    row = w.week_row  # scratch
    row[F.hours_offered] = e.offered
    row[F.hours_worked] = e.worked
    row[F.person_weeks] = 1.0
    row[F.handle] = e.effort[HANDLE]
    row[F.care] = e.effort[CARE]
    row[F.connect] = e.effort[CONNECT]
    row[F.improve] = e.effort[IMPROVE]
    row[F.game] = e.effort[GAME]
    row[F.help] = e.effort[HELP]
    row[F.intended] = e.intended
    row[F.intended_in_time] = e.intended_in_time
    row[F.intended_connect] = w.par.intrinsic * e.conviction * w.par.value_connect / w.par.effort_cost
    row[F.acted] = e.effort[CARE] + e.effort[CONNECT] + e.effort[IMPROVE]
    row[F.conviction] = e.conviction
    row[F.price] = e.price
    row[F.fear] = e.fear
    row[F.belief] = e.belief
    row[F.strain] = strain(w, i)
    w.strained[i] += row[F.strain]
    row[F.lost_day] = 1.0 - e.budget
    mine = own_view(w, i)
    row[F.self_view] = mine
    row[F.colleague_view] = e.seen
    row[F.self_above] = 1.0 if mine > e.seen else 0.0
    sums = w.sums[e.team]
    for f in range(F.hours_offered, F.self_above + 1):
        sums[f] += row[f]
        own[f] += row[f]
    own[F.stages] += e.done
    own[F.stages_timely] += e.timely
    own[F.polished] += e.polished
    own[F.across] += e.sent
    own[F.lost_across] += e.lost
    own[F.solved] += e.graded  # 'cases ended', so that the same measure serves a person
    own[F.grade] += e.grades
    clear_counts(e)


@inlined
def clear_counts(e):
    """The next week of an employee starts at nothing."""
    e.worked = 0.0
    e.done = 0.0
    e.timely = 0.0
    e.polished = 0.0
    e.sent = 0.0
    e.lost = 0.0
    e.graded = 0.0
    e.grades = 0.0


@inlined
def own_view(w, i):
    """How customer-minded one thinks oneself: behaviour seen in full, with a share of intention mixed in."""
    e = w.emp[i]
    mix = w.par.perception_mix
    return (1.0 - mix) * e.conviction * (1.0 - e.gap) + mix * e.conviction


@inlined
def strain(w, i):
    """0..1: pressure, acting against one's conviction, and a price of time, in equal parts."""
    e = w.emp[i]
    return (w.team[e.team].pressure + e.gap * e.conviction + min(1.0, e.price / FULL_STRAIN)) / 3.0


@inlined
def account_team(w, team):
    """One team's week."""
    t = w.team[team]
    sums = w.sums[team]
    sums[F.team_weeks] += 1.0
    sums[F.weeks] += 1.0
    sums[F.pressure] += t.pressure
    sums[F.backlog] += t.backlog
    sums[F.capacity] += t.capacity
    sums[F.capability] += t.capability
    sums[F.familiarity] += outside_familiarity(w, team)
    sums[F.hours_paid] += t.paid_week
    sums[F.cost_wage] += t.paid_week * w.par.wage
    if w.par.management_layers >= 1.0:
        sums[F.managed_weeks] += 1.0
        sums[F.manager_focus] += w.manager[LEADERS + team].customer


@inlined
def outside_familiarity(w, team):
    """Mean familiarity with the other teams (with one's own where there is no other)."""
    if w.teams == 1:
        return w.familiar[team, team]
    total = 0.0
    for other in range(w.teams):
        if other != team:
            total += w.familiar[team, other]
    return total / (w.teams - 1)


@rule
def mean_capability(w):
    """Capability per team: mean over the stages it does."""
    for team in range(w.teams):
        w.team[team].capability = 0.0
        w.stage_count[team] = 0.0
    for j in range(w.journeys):
        journey = w.journey[j]
        for s in range(journey.stages):
            w.team[journey.team[s]].capability += journey.capability[s]
            w.stage_count[journey.team[s]] += 1.0
    for team in range(w.teams):
        if w.stage_count[team] > 0.0:
            w.team[team].capability /= w.stage_count[team]


@inlined
def programme_cost(w):
    """EUR this week beyond wages: platform, culture programme, service managers (hours of others are wages already)."""
    p = w.par
    heads = float(w.employees)
    platform = p.platform * (p.platform_capital + p.platform_running)
    managers = min(p.process_teams, float(w.journeys)) * p.process_money
    return heads * (platform + p.culture * p.culture_money) / WEEKS_PER_YEAR + managers / WEEKS_PER_YEAR


@rule
def close_week(w):
    """The organisation's row: the teams' flows added up, its own cases; then add the week to the open window."""
    org = w.sums[w.org]
    for team in range(w.teams):
        sums = w.sums[team]
        for f in range(FLOWS):
            org[f] += sums[f]
    org[F.weeks] += 1.0
    org[F.adoption] += w.adoption
    count_customers(w)
    if w.week % WEEKS_PER_QUARTER == WEEKS_PER_QUARTER - 1:
        count_inequality(w)
    w.answers_now += org[F.answers]
    org[F.cost_programme] += programme_cost(w)
    if w.par.management_layers >= 1.0:
        org[F.cost_programme] += leaders_cost(w)
        org[F.board_weeks] += 1.0
        org[F.board_focus] += board_focus(w)
    org[F.cost_people] += w.transition
    w.transition = 0.0
    ended = org[F.solved] + org[F.gave_up] + org[F.withdrawn]
    if ended > 0.0:
        w.reputation += REPUTATION_RATE * (org[F.grade] / ended - w.reputation)
    for team in range(w.teams):
        for f in range(SUMS):
            w.window[team, f] += w.sums[team, f]
    for f in range(SUMS):
        w.window[w.org, f] += org[f]


@inlined
def clear_week(w):
    """Every row starts the next week at nothing."""
    for team in range(w.teams):
        w.sums[team, :] = 0.0
    w.sums[w.org, :] = 0.0


@rule
def open_window(w):
    """Start summing anew (a summary of the last year, say)."""
    w.window[:] = 0.0
    w.emp_sums[:] = 0.0
    w.flows[:] = 0.0
