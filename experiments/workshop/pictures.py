"""From runs to what a screen draws: fans over time, paired differences, the day, people, the silo map, who loses.

Every mean, interval, direction and percentile comes from `silosim.experiments.comparison`, as in `silosim compare`.
"""

from __future__ import annotations

import math
import threading

import numpy as np

from silosim.experiments.comparison import band, difference, filled_forward
from silosim.experiments.losers import OF_PEOPLE, OF_TEAMS, UNEQUAL, Losers, judge
from silosim.experiments.workshop.ensembles import Request
from silosim.experiments.workshop.sentences import sentence
from silosim.experiments.workshop.shorts import LEAD_IN, Short, people_of, team_of, weekly_of
from silosim.model.measures.declared import INDEX
from silosim.model.parameters import PARAMETERS

BIN = 4  # weeks a point of a fan stands for
LEAD = 24  # weeks shown before the switch
SUMMARY = (
    "grade", "share_nine", "share_seven", "nps", "survey_score", "effort_score", "lead_time", "contacts",
    "first_time_right", "failure_demand", "unsolved", "churn", "attainment", "share_green", "watermelon_seven",
    "silo_index", "context_lost", "bounced", "boundary_help", "handoffs", "gaming", "utilisation", "backlog",
    "pressure", "shadow_price", "coordination", "day_handle", "day_care", "day_connect", "day_improve", "day_game",
    "day_help", "conviction", "value_action_gap", "gap_from_time", "gap_from_incentives", "perception_gap", "fear",
    "strain", "turnover", "variable_pay", "cost_per_solved", "cost_total",
)
DAY = ("handle", "care", "connect", "improve", "help", "game")
PEOPLE = ("conviction", "value_action_gap", "perception_gap", "strain", "turnover")
HANDOFFS, LOST, BOUNCED, HELPED, FAMILIAR = range(5)
YEAR = 52
_one_at_a_time = threading.Lock()  # `judge` changes the filters of warnings, which all threads share


def answer(request: Request, stage: int, pairs: list[tuple[Short, Short]], parts, series) -> dict:
    """The parts of a 'band' message: see PROTOCOL.md. Undefined numbers are null."""
    now, today = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    differences = summary_of(now, today)
    made = {
        "series": lambda: series_of(now, today, series, request.scenario.weeks),
        "summary": lambda: {d.measure: _plain(d) for d in differences.values()},
        "day": lambda: day_of(request, now, today),
        "people": lambda: people_part(request, now, today, differences),
        "map": lambda: {"now": map_of(request, now, request.template), "today": map_of(request, today, request.base)},
        "losers": lambda: _losers_plain(losers),
        "sentence": lambda: sentence(differences, {m: losers.worse_teams(m) for m in losers.teams},
                                     request.spec.teams, request.same),
    }
    with _one_at_a_time:
        losers = losers_of(request, now, today) if {"losers", "sentence"} & set(parts) else None
        return {part: made[part]() for part in parts}


# --- over time ------------------------------------------------------------------------------------------------

def series_of(now: list[Short], today: list[Short], measures, weeks: int) -> dict:
    """{week: [...], measure: {now: {p10, p50, p90}, today: ...}}: a point every four weeks, the switch at week 0."""
    found: dict = {"week": [BIN * k for k in range(1 - LEAD // BIN, weeks // BIN + 1)]}
    for name in measures:
        found[name] = {side: _fan(weekly_of(runs, name)) for side, runs in (("now", now), ("today", today))}
    return found


def _fan(series: np.ndarray) -> dict[str, list]:
    """p10, p50 and p90 over runs of four-week means; of quarterly figures the last value there was."""
    quarterly = np.isnan(series).mean() > 0.5
    known = filled_forward(series)[:, LEAD_IN - LEAD:]
    bins = known.reshape(len(known), -1, BIN)
    points = bins[:, :, -1] if quarterly else bins.mean(axis=2)
    fan = band(points)
    return {p: [_number(x) for x in fan[p]] for p in ("p10", "p50", "p90")}


# --- paired differences ---------------------------------------------------------------------------------------

def summary_of(now: list[Short], today: list[Short]) -> dict:
    """measure -> Difference of the last year of the runs."""
    a, b = (np.array([s.summary for s in runs]) for runs in (now, today))
    return {name: difference("now", name, a[:, INDEX[name]], b[:, INDEX[name]]) for name in SUMMARY}


def _plain(d) -> dict:
    today = d.value.mean - d.change.mean
    numbers = {"today": today, "now": d.value.mean, "difference": d.change.mean, "low": d.change.low,
               "high": d.change.high, "agree": d.agree, "p10": d.value.p10, "p90": d.value.p90}
    return {**{name: _number(x) for name, x in numbers.items()}, "direction": d.verdict, "n": d.change.n}


# --- teams and people -----------------------------------------------------------------------------------------

def teams_of(spec, job) -> list[dict]:
    """The teams under the structure of a run: those of the file, one pool, or one a journey."""
    structure = dict(job.levers).get("structure", PARAMETERS["structure"].default)
    for _, values in job.switches:
        structure = values.get("structure", structure)
    return [{"name": one.name, "en": one.en, "nl": one.nl} for one in spec.units(structure)]


def _mean(runs: list[Short], measure: str) -> np.ndarray:
    return _mean_of(team_of(runs, measure))


def _mean_of(values: np.ndarray) -> np.ndarray:
    """Mean over runs of what is defined; NaN where nothing is."""
    n = (~np.isnan(values)).sum(axis=0)
    return _ratio(np.nansum(values, axis=0), n)


def _ratio(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a / b, undefined where there is nothing to divide by."""
    return np.divide(a, b, out=np.full(np.shape(a), np.nan), where=np.asarray(b) > 0)


def day_of(request: Request, now: list[Short], today: list[Short]) -> dict:
    """{now|today: a row a team}: shares of the day by activity, coordination, room left; worth of an hour."""
    return {side: _days(teams_of(request.spec, job), runs)
            for side, runs, job in (("now", now, request.template), ("today", today, request.base))}


def _days(teams: list[dict], runs: list[Short]) -> list[dict]:
    shares = {name: _mean(runs, f"day_{name}") for name in DAY} | {"coordination": _mean(runs, "coordination")}
    room = np.maximum(0.0, 1 - np.sum(list(shares.values()), axis=0))
    price = _mean(runs, "shadow_price")
    return [{"team": team["name"], **{name: _number(x[k]) for name, x in shares.items()}, "room": _number(room[k]),
             "shadow_price": _number(price[k])} for k, team in enumerate(teams)]


def people_part(request: Request, now: list[Short], today: list[Short], differences: dict) -> dict:
    """measure -> {all: as in the summary, teams: [{team, now, today}]}; teams only where both sides have the same."""
    names = teams_of(request.spec, request.template)
    same = names == teams_of(request.spec, request.base)
    found = {}
    for measure in PEOPLE:
        rows = []
        if same:
            a, b = _mean(now, measure), _mean(today, measure)
            rows = [{"team": team["name"], "now": _number(a[k]), "today": _number(b[k])}
                    for k, team in enumerate(names)]
        found[measure] = {"all": _plain(differences[measure]), "teams": rows}
    return found


def map_of(request: Request, runs: list[Short], job) -> dict:
    """Teams with their queue (days of work), and matrices from row to column: handoffs a week in the last year, the
    share that arrived with the story intact, the share that was bounced, and how familiar the two are."""
    teams = teams_of(request.spec, job)
    flows = _mean_of(np.array([s.silo_map for s in runs]))
    weeks = min(YEAR, request.scenario.weeks)
    queue, loads = _mean(runs, "backlog"), _mean(runs, "pressure")
    return {
        "teams": teams, "queue": [_number(x) for x in queue], "pressure": [_number(x) for x in loads],
        "handoffs": _matrix(flows[:, :, HANDOFFS] / weeks),
        "intact": _matrix(1 - _ratio(flows[:, :, LOST], flows[:, :, HANDOFFS])),
        "bounced": _matrix(_ratio(flows[:, :, BOUNCED], flows[:, :, HANDOFFS])),
        "familiar": _matrix(flows[:, :, FAMILIAR]),
    }


def _matrix(values: np.ndarray) -> list[list[float | None]]:
    return [[_number(x) for x in row] for row in values]


def losers_of(request: Request, now: list[Short], today: list[Short]) -> Losers:
    """Who is worse off than today, people and teams: as in `silosim compare --losers`."""
    spec = request.spec
    names = [team.name for team in spec.teams]
    seats = np.repeat(np.arange(len(names)), [team.headcount for team in spec.teams])
    same = teams_of(spec, request.template) == teams_of(spec, request.base)

    def values(runs: list[Short]) -> dict[str, np.ndarray]:
        of_teams = {m: team_of(runs, m) if same else np.full((len(runs), len(names)), np.nan) for m in OF_TEAMS}
        return {**{m: people_of(runs, m) for m in OF_PEOPLE}, **of_teams}

    return judge("now", values(now), values(today), seats, names)


def _losers_plain(found: Losers) -> dict:
    return {
        "people": {m: {"worse": _number(one.worse.mean), "better": _number(one.better.mean)}
                   for m, one in found.people.items()},
        "teams": {m: found.worse_teams(m) for m in found.teams},
        "gini": {m: {"now": _number(found.gini[m].value.mean), "change": _number(found.gini[m].change.mean)}
                 for m in UNEQUAL},
    }


def _number(x) -> float | None:
    """Five digits are more than a screen shows; undefined is null."""
    x = float(x)
    return float(f"{x:.5g}") if math.isfinite(x) else None
