"""What a log says in numbers: arrivals, routes, times, outcomes, teams and people, by the definitions of `log`."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from itertools import pairwise

import numpy as np
import pandas as pd

from silosim.experiments.logs.log import EventLog
from silosim.experiments.logs.period import DAY, Period

FEW_CASES = 100  # teams with fewer say nothing about how common waiting is among them
FEW_HANDOFFS = 50
MOST = 4  # handoffs told apart: 0, 1, 2, 3 and more
NAN = float("nan")


@dataclass
class Facts:
    """Numbers of a log; lists by handoffs are for 0, 1, 2, and 3 or more. NaN where the log cannot tell.

    share_* are fractions; hours are elapsed; arrivals of whole days, weekdays from Monday
    """

    cases: int = 0
    cases_with_team: int = 0
    events: int = 0
    teams: int = 0
    people: int = 0
    arrivals_a_week: float = NAN
    weekday_mean: float = NAN
    weekday_cv: float = NAN
    weekday_dispersion: float = NAN
    weekend_mean: float = NAN
    by_weekday: list[float] = field(default_factory=list)
    by_week: list[tuple[str, float]] = field(default_factory=list)
    touched: list[float] = field(default_factory=list)
    handoffs_mean: float = NAN
    handoffs_median: float = NAN
    by_handoffs: list[float] = field(default_factory=list)
    continuation: list[float] = field(default_factory=list)
    back_and_forth: float = NAN
    back_and_forth_if_two: float = NAN
    back_to_sender: float = NAN
    back_by_chance: float = NAN
    solved_by_first: float = NAN
    median_hours: float = NAN
    hours_by_handoffs: list[float] = field(default_factory=list)
    hours_slope: float = NAN
    elapsed_in_three: float = NAN
    reopened: float = NAN
    reopened_by_handoffs: list[float] = field(default_factory=list)
    in_term: float = NAN
    in_term_by_handoffs: list[float] = field(default_factory=list)
    types: int = 0
    top_types: list[tuple[str, float]] = field(default_factory=list)
    top_fifth_types: float = NAN
    events_of_top_tenth: float = NAN
    events_of_top_fifth: float = NAN
    gini: float = NAN
    person_day: list[float] = field(default_factory=list)
    bounce_by_team: list[float] = field(default_factory=list)
    waiting_by_team: list[float] = field(default_factory=list)
    waiting_chi2: float = NAN
    states: list[tuple[str, float]] = field(default_factory=list)

    def plain(self) -> dict:
        """As plain JSON; undefined is None."""
        return _no_nan(asdict(self))


def facts_of(log: EventLog, cohort: EventLog, period: Period) -> Facts:
    """The numbers of a cohort; types, people and waiting of the whole log."""
    found = Facts(cases=len(cohort), events=len(cohort.events),
                  teams=len(np.unique(log.whole_routes.team)), people=int(log.events["person"].nunique()))
    _arrivals(found, cohort, period)
    _routes(found, cohort)
    _times(found, cohort)
    _outcomes(found, cohort)
    _types(found, log)
    _people(found, log, period)
    _bounces(found, log)
    _waiting(found, log, cohort)
    return found


def _arrivals(found: Facts, cohort: EventLog, period: Period) -> None:
    days = cohort.local(cohort.cases["opened"]).to_numpy().astype("datetime64[D]")
    every = np.arange(period.whole_first, period.whole_last + DAY)
    days = days[(days >= every[0]) & (days <= every[-1])]
    count = np.bincount((days - every[0]).astype(int), minlength=len(every)).astype(float)
    weekday = (every.astype(int) + 3) % 7  # 1 January 1970 was a Thursday
    found.by_weekday = [float(count[weekday == d].mean()) if (weekday == d).any() else NAN for d in range(7)]
    # each weekday once, wherever in the week the period begins and ends
    found.arrivals_a_week = float(np.sum(found.by_weekday)) if len(every) >= 7 else 7 * float(count.mean())
    work, rest = count[weekday < 5], count[weekday >= 5]
    found.weekend_mean = float(rest.mean()) if len(rest) else NAN
    if len(work) > 1 and work.mean() > 0:
        found.weekday_mean = float(work.mean())
        found.weekday_cv = float(work.std(ddof=1) / work.mean())
        found.weekday_dispersion = float(work.var(ddof=1) / work.mean())
    monday = every - weekday * DAY
    for start in np.unique(monday):
        if (monday == start).sum() == 7:
            found.by_week.append((str(start), float(count[monday == start].sum())))


def _routes(found: Facts, log: EventLog) -> None:
    h = log.handoffs[log.handoffs >= 0]
    found.cases_with_team = len(h)
    if not len(h):
        return
    routes = log.routes
    found.handoffs_mean, found.handoffs_median = float(h.mean()), float(np.median(h))
    found.by_handoffs = _shares(h, 0)
    alive = np.array([(h >= k).sum() for k in range(7)])
    found.continuation = [float(b / a) for a, b in pairwise(alive) if a >= FEW_HANDOFFS]
    pairs = np.unique(routes.case.astype(np.int64) * max(1, len(log.teams)) + routes.team)
    different = np.bincount(pairs // max(1, len(log.teams)), minlength=len(log))
    found.touched = [float((different[different > 0] == k).mean()) for k in range(1, 5)]
    found.touched.append(float((different[different > 0] > 4).mean()))
    same = routes.case[2:] == routes.case[:-2]
    back = same & (routes.team[2:] == routes.team[:-2])
    swung = np.zeros(len(log), bool)
    swung[routes.case[2:][back]] = True
    found.back_and_forth = float(swung.sum() / len(h))
    if (h >= 2).any():
        found.back_and_forth_if_two = float(swung.sum() / (h >= 2).sum())
    if same.any():
        found.back_to_sender = float(back.sum() / same.sum())
        found.back_by_chance = _chance(log, same)
    holding = log.holding_team
    known = holding >= 0
    if known.any():
        found.solved_by_first = float((holding == log.first_team)[known].mean())


def _chance(log: EventLog, same: np.ndarray) -> float:
    """How often a team that passes a case on would return it, if only the team it is at mattered."""
    routes, k = log.routes, len(log.teams)
    step = routes.case[1:] == routes.case[:-1]
    moves = np.bincount(routes.team[:-1][step].astype(np.int64) * k + routes.team[1:][step], minlength=k * k)
    moves = moves.reshape(k, k)
    chance = moves / np.maximum(moves.sum(1, keepdims=True), 1)
    sender, at = routes.team[:-2][same], routes.team[1:-1][same]
    return float(chance[at, sender].mean())


def _bounces(found: Facts, log: EventLog) -> None:
    """How often teams send a case straight back that they were handed."""
    routes = log.whole_routes
    receives, returned = np.zeros(len(routes.team), bool), np.zeros(len(routes.team), bool)
    receives[1:] = routes.case[1:] == routes.case[:-1]
    returned[1:-1] = (routes.case[2:] == routes.case[:-2]) & (routes.team[2:] == routes.team[:-2])
    n = np.bincount(routes.team[receives], minlength=len(log.teams))
    times = np.bincount(routes.team[returned], minlength=len(log.teams))
    some = n >= FEW_HANDOFFS
    if some.any():
        found.bounce_by_team = [float(q) for q in np.quantile(times[some] / n[some], (0.1, 0.5, 0.9))]


def _times(found: Facts, log: EventLog) -> None:
    hours, h = log.hours(), log.handoffs
    known = ~np.isnan(hours) & (h >= 0)
    if not known.any():
        return
    hours, h = hours[known], h[known]
    found.median_hours = float(np.median(hours))
    found.hours_by_handoffs = _by(h, hours, np.median)
    if hours.sum() > 0:
        found.elapsed_in_three = float(hours[h >= 3].sum() / hours.sum())
    positive = hours > 0
    x, y = np.log1p(h[positive]), np.log(hours[positive])
    if len(np.unique(x)) > 1:
        found.hours_slope = float(np.polyfit(x, y, 1)[0])


def _outcomes(found: Facts, log: EventLog) -> None:
    h = log.handoffs
    for column, name in (("reopened", "reopened"), ("in_term", "in_term")):
        value = log.cases[column]
        known = value.notna().to_numpy() & (h >= 0)
        if known.any():
            yes = (value[known] > 0).to_numpy(float)
            setattr(found, name, float(yes.mean()))
            setattr(found, f"{name}_by_handoffs", _by(h[known], yes, np.mean))


def _types(found: Facts, log: EventLog) -> None:
    count = log.cases["type"].value_counts()
    count = count[count > 0]
    if not len(count):
        return
    share = count.to_numpy() / count.sum()
    found.types = len(count)
    found.top_types = [(str(name), float(part)) for name, part in zip(count.index[:10], share[:10], strict=True)]
    found.top_fifth_types = float(share[:_top(len(share), 0.2)].sum())


def _people(found: Facts, log: EventLog, period: Period) -> None:
    done = log.events[log.events["person"].notna().to_numpy()]
    if not len(done):
        return
    count = np.sort(np.bincount(done["person"].to_numpy(np.int64)))[::-1]
    count = count[count > 0]
    n, total = len(count), count.sum()
    found.events_of_top_tenth = float(count[:_top(n, 0.1)].sum() / total)
    found.events_of_top_fifth = float(count[:_top(n, 0.2)].sum() / total)
    found.gini = float((n - 1 - 2 * np.arange(n)) @ count / (n * total))
    day = log.local(done["time"]).to_numpy().astype("datetime64[D]")
    seen = pd.DataFrame({"person": done["person"].to_numpy(np.int64), "day": day, "case": done["case"].to_numpy()})
    seen = seen[(day >= period.first) & (day <= period.last)].drop_duplicates()
    a_day = seen.groupby(["person", "day"]).size().to_numpy()
    if len(a_day):
        found.person_day = [float(np.median(a_day)), float(a_day.mean()), float(np.quantile(a_day, 0.9))]


def _waiting(found: Facts, log: EventLog, cohort: EventLog) -> None:
    """How common the most common waiting state is among cases of a team, and how long each state lasts."""
    last = cohort.cases["resolved_final"].to_numpy()[cohort.events["case"].to_numpy()]
    before = (cohort.events["time"].to_numpy() < last) & ~np.isnan(cohort.state_hours)
    hours = pd.Series(cohort.state_hours[before]).groupby(cohort.events["state"].to_numpy()[before]).sum()
    if hours.sum() > 0:
        hours = (hours / hours.sum()).sort_values(ascending=False)
        found.states = [(str(name), float(part)) for name, part in hours.items() if part >= 0.001]
    state, waiting = log.events["state"], log.waiting
    if not waiting:
        return
    usual = state[state.isin(waiting)].value_counts().index[0]
    with_team = log.events["team"].notna().to_numpy()
    key = log.events["case"].to_numpy(np.int64) * max(1, len(log.teams)) + log.events["team"].cat.codes.to_numpy()
    all_pairs = np.unique(key[with_team])
    waited = np.isin(all_pairs, np.unique(key[with_team & (state == usual).to_numpy()]))
    team = all_pairs % len(log.teams)
    n = np.bincount(team, minlength=len(log.teams))
    times = np.bincount(team[waited], minlength=len(log.teams))
    some = n >= FEW_CASES
    if some.sum() > 1:
        n, times = n[some], times[some]
        found.waiting_by_team = [float(q) for q in np.quantile(times / n, (0.1, 0.5, 0.9, 1))]
        p = times.sum() / n.sum()
        if 0 < p < 1:
            found.waiting_chi2 = float(((times - n * p) ** 2 / (n * p * (1 - p))).sum() / (len(n) - 1))


# -- helpers -----------------------------------------------------------------------------------------------------------

def _shares(h: np.ndarray, first: int) -> list[float]:
    last = first + MOST - 1
    return [float((h == k).mean()) for k in range(first, last)] + [float((h >= last).mean())]


def _by(h: np.ndarray, values: np.ndarray, what) -> list[float]:
    groups = [h == k for k in range(MOST - 1)] + [h >= MOST - 1]
    return [float(what(values[g])) if g.any() else NAN for g in groups]


def _top(n: int, share: float) -> int:
    return max(1, int(np.ceil(round(n * share, 6))))


def _no_nan(value):
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _no_nan(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_no_nan(one) for one in value]
    return value
