"""What a log says in numbers: arrivals, routes, times, outcomes, teams and people.

What is also a pattern that models are held against is computed by the pattern, with every case counted once.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

import numpy as np
import pandas as pd

from silosim.experiments.logs import patterns_routes, patterns_shares, patterns_time
from silosim.experiments.logs.bootstrap import point
from silosim.experiments.logs.log import EventLog
from silosim.experiments.logs.period import DAY, Period

FEW_HANDOFFS = 50
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
    work, rest = count[weekday < 5], count[weekday >= 5]
    found.arrivals_a_week = (float(np.sum(found.by_weekday)) if len(every) >= 7 else
                             _week(float(work.mean()) if len(work) else NAN, float(rest.mean()) if len(rest) else NAN))
    found.weekend_mean = float(rest.mean()) if len(rest) else NAN
    if len(work) > 1 and work.mean() > 0:
        found.weekday_mean = float(work.mean())
        found.weekday_cv = float(work.std(ddof=1) / work.mean())
        found.weekday_dispersion = float(work.var(ddof=1) / work.mean())
    monday = every - weekday * DAY
    for start in np.unique(monday):
        if (monday == start).sum() == 7:
            found.by_week.append((str(start), float(count[monday == start].sum())))


def _week(work: float, rest: float) -> float:
    """Arrivals of a week from those of a few days: of a weekday, and of a day in the weekend where one was seen."""
    return 5 * work + 2 * (0.0 if np.isnan(rest) else rest) if not np.isnan(work) else 7 * rest


def _routes(found: Facts, log: EventLog) -> None:
    h = log.handoffs[log.handoffs >= 0]
    found.cases_with_team = len(h)
    if not len(h) or not log.changes:
        return
    *found.by_handoffs, found.handoffs_mean = point(patterns_routes.handoffs(log))
    found.handoffs_median = float(np.median(h))
    further = patterns_routes.continuation(log)
    deep = patterns_routes.DEEPEST
    found.continuation = [rate for rate, n in zip(point(further)[:deep], further.base[:deep], strict=True)
                          if n >= FEW_HANDOFFS]
    found.touched = _touched(log)
    found.back_and_forth, found.back_and_forth_if_two = point(patterns_routes.ping_pong(log))
    found.back_to_sender, found.back_by_chance, _ = point(patterns_routes.return_lift(log))
    found.solved_by_first, = point(patterns_routes.first_team(log))


def _touched(log: EventLog) -> list[float]:
    """Share of cases with a team that 1, 2, 3, 4, and 5 or more teams touched."""
    routes = log.routes
    pairs = np.unique(routes.case.astype(np.int64) * max(1, len(log.teams)) + routes.team)
    different = np.bincount(pairs // max(1, len(log.teams)), minlength=len(log))
    different = different[different > 0]
    return [*(float((different == k).mean()) for k in range(1, 5)), float((different > 4).mean())]


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
    found.median_hours = float(np.median(hours[known]))
    if not log.changes:
        return
    found.hours_by_handoffs = point(patterns_time.time_by_handoffs(log))
    found.elapsed_in_three, = point(patterns_time.time_share(log))
    found.hours_slope, = point(patterns_time.time_slope(log))


def _outcomes(found: Facts, log: EventLog) -> None:
    if not log.changes:
        met = log.cases["in_term"].dropna()
        found.in_term = float(met.mean()) if len(met) else NAN
        return
    for name, shares in (("reopened", patterns_time.reopened(log)), ("in_term", patterns_time.term(log))):
        if shares.base[-1]:
            *by_handoffs, all_cases = point(shares)
            setattr(found, name, all_cases)
            setattr(found, f"{name}_by_handoffs", by_handoffs)


def _types(found: Facts, log: EventLog) -> None:
    count = log.cases["type"].value_counts()
    count = count[count > 0]
    if not len(count):
        return
    share = count.to_numpy() / count.sum()
    found.types = len(count)
    found.top_types = [(str(name), float(part)) for name, part in zip(count.index[:10], share[:10], strict=True)]
    found.top_fifth_types, = point(patterns_shares.case_types(log))


def _people(found: Facts, log: EventLog, period: Period) -> None:
    done = log.events[log.events["person"].notna().to_numpy()]
    if not len(done):
        return
    found.events_of_top_tenth, found.events_of_top_fifth, found.gini = point(patterns_shares.people(log))
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
    if not log.waiting:
        return
    had, used = patterns_shares.waiting_by_team(log)
    if len(had) > 1:
        found.waiting_by_team = [float(q) for q in np.quantile(used / had, (0.1, 0.5, 0.9, 1))]
        found.waiting_chi2, = patterns_shares.chi(np.ones((1, len(had))), had, used).tolist()


def _no_nan(value):
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _no_nan(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_no_nan(one) for one in value]
    return value
