"""Model against log, pattern by pattern: the log's test period beside runs of the organisation, by the same code."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from silosim.experiments.logs.log import EventLog
from silosim.experiments.logs.organisation import label_of
from silosim.experiments.logs.patterns import ABSENT, FEW, OK, PATTERNS, Measured, measure
from silosim.experiments.logs.ranges import Ranges
from silosim.experiments.logs.terms import with_term
from silosim.experiments.logs.validate_periods import enough
from silosim.model.ensemble import Job
from silosim.model.organisation_spec import OrganisationSpec

RUNS = 10
LONGEST_FOLLOW = 26  # weeks
OTHER = "other"  # the team that an imported organisation has for all its small ones
IN, OUT, UNKNOWN = "in", "out", "unknown"


@dataclass(frozen=True)
class Compared:
    """One figure of the log beside the model's.

    real     in the test period, with its 95% interval; before: in the fit period (None without one)
    model    mean of the runs, lowest and highest run; NaN where fewer than half of the runs give it
    allowed  what is in range; verdict 'in', 'out' or 'unknown' (the log or the model does not have the figure)
    miss     how far the model is from the log's value, in units of what is allowed on that side: above 1 is out
    lacks    why the model does not give it: 'absent' or 'few' cases in most runs; '' when it does
    """

    real: Measured
    before: Measured | None
    model: tuple[float, float, float]
    runs: int
    allowed: tuple[float, float]
    verdict: str
    miss: float
    lacks: str = ""

    @property
    def past_in_range(self) -> bool | None:
        """Whether the log's own earlier period is in range: what anybody could have said. None where not known."""
        if self.before is None or self.before.status != OK or self.verdict == UNKNOWN:
            return None
        return self.allowed[0] <= self.before.value <= self.allowed[1]


def validate(test: EventLog, spec: OrganisationSpec, ranges: Ranges, *, fit: EventLog | None = None,
             world: Mapping | None = None, levers: Mapping | None = None, runs: int = RUNS, burn_in: int = 104,
             seed: int = 1, term: int | None = None,
             tell: Callable[[int, int], None] = lambda done, total: None) -> list[Compared]:
    """Every declared figure of the test period beside the model's, those that fit worst first.

    test, fit  logs of the cases opened in a period; `fit` is shown beside, nothing is fitted to it here
    runs       of the model, each as long as the test period and followed as long as the log goes on after it
    term       working days in which a case should be solved, where the log has no target dates
    Raises InvalidInput for a test period with too few cases.
    """
    enough(test, "test")
    test, fit = (prepared(log, spec, term) if log is not None else None for log in (test, fit))
    seen = View.of(test, term)
    job = Job(spec, levers=levers or {}, world=world or {}, burn_in=burn_in, weeks=seen.weeks, seed=seed)
    simulated = simulate(job, runs, seen, tell)
    real = measure(test, seed=seed)
    before = measure(fit, draws=0) if fit is not None else [None] * len(real)
    found = [compared(one, past, [run[k] for run in simulated], ranges)
             for k, (one, past) in enumerate(zip(real, before, strict=True))]
    return sorted(found, key=partial(_order, names=list(PATTERNS)))


@dataclass(frozen=True)
class View:
    """How a log saw its cases, which a simulated one then does alike.

    weeks  of the period; follow: weeks that the log goes on after it, at most LONGEST_FOLLOW
    term   working days, where the user gave any; states: whether states say when a case is resolved, or again not
    """

    weeks: int
    follow: int
    term: int | None
    states: bool

    @classmethod
    def of(cls, log: EventLog, term: int | None) -> View:
        """The view of a log."""
        opened, week = log.cases["opened"], pd.Timedelta(days=7)
        days = (opened.max() - opened.min()) / pd.Timedelta(days=1) + 1
        after = math.ceil((log.events["time"].max() - opened.max()) / week)
        return cls(max(1, round(days / 7)), min(LONGEST_FOLLOW, max(1, after)), term,
                   bool(log.resolved) or bool(log.cases["reopened"].notna().any()))


def simulate(job: Job, runs: int, seen: View,
             tell: Callable[[int, int], None] = lambda done, total: None) -> list[list[Measured]]:
    """The figures of each run, without intervals."""
    from silosim.experiments.logs.exporting import simulated_log

    found = []
    for replicate in range(runs):
        tell(replicate, runs)
        log = simulated_log(replace(job, replicate=replicate), follow=seen.follow, states=seen.states)
        found.append(measure(log if seen.term is None else with_term(log, seen.term), draws=0))
    tell(runs, runs)
    return found


def team_names(log: EventLog, spec: OrganisationSpec) -> dict[str, str]:
    """For each team of the log what it is called in the comparison: a team that the organisation lacks becomes its
    team 'other', where it has one. A log of which no team is known keeps its own."""
    known = {name: team.en for team in spec.teams for name in (team.name, team.en, team.nl)}
    others = [team.en for team in spec.teams if team.name == OTHER]
    called = {team: known.get(team, known.get(label_of(team))) for team in log.teams}  # labels may have been cut
    if not any(called.values()):
        return {team: team for team in log.teams}
    return {team: name or (others[0] if others else team) for team, name in called.items()}


def prepared(log: EventLog, spec: OrganisationSpec, term: int | None) -> EventLog:
    """The log as it is compared: with the teams of the organisation, and target dates where a term is given."""
    merged = merge_teams(log, spec)
    return merged if term is None else with_term(merged, term)


def merge_teams(log: EventLog, spec: OrganisationSpec) -> EventLog:
    """The log with the teams of the organisation, so that both know the same boundaries."""
    names = team_names(log, spec)
    merged = sorted(set(names.values()))
    code = np.array([merged.index(names[team]) for team in log.teams] + [-1])
    codes = code[log.events["team"].cat.codes.to_numpy()]
    return replace(log, events=log.events.assign(team=pd.Categorical.from_codes(codes, merged)))


def compared(real: Measured, before: Measured | None, runs: Sequence[Measured], ranges: Ranges) -> Compared:
    """One figure of the log beside those of the runs."""
    values = np.array([one.value for one in runs if one.status == OK])
    model = (float(values.mean()), float(values.min()), float(values.max())) if 2 * len(values) > len(runs) else (
        (math.nan,) * 3)
    if real.status != OK or not math.isfinite(model[0]):
        lacks = "" if math.isfinite(model[0]) else ABSENT if all(one.status == ABSENT for one in runs) else FEW
        return Compared(real, before, model, len(values), (math.nan,) * 2, UNKNOWN, math.nan, lacks)
    low, high = ranges.of[real.pattern, real.figure].around(real)
    allowed = high - real.value if model[0] >= real.value else real.value - low
    away = abs(model[0] - real.value)
    miss = away / allowed if allowed > 0 else (0.0 if away == 0 else math.inf)
    return Compared(real, before, model, len(values), (low, high), IN if low <= model[0] <= high else OUT, miss)


def _order(one: Compared, names: list[str]) -> tuple:
    """Out of range first, worst first; then in range; then what cannot be compared, in the order of declaration."""
    place = {OUT: 0, IN: 1, UNKNOWN: 2}[one.verdict]
    return place, -one.miss if one.verdict != UNKNOWN else 0.0, names.index(one.real.pattern)
