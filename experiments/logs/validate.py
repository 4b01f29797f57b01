"""Model against log, pattern by pattern: the log's test period beside runs of the organisation, by the same code."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from silosim.experiments.logs.log import EventLog
from silosim.experiments.logs.patterns import OK, PATTERNS, Measured, measure
from silosim.experiments.logs.ranges import Ranges
from silosim.experiments.logs.terms import with_term
from silosim.model.ensemble import Job
from silosim.model.organisation_spec import OrganisationSpec
from silosim.model.parameters.registry import InvalidInput

RUNS = 10
LONGEST_FOLLOW = 26  # weeks
OTHER = "other"  # the team that an imported organisation has for all its small ones
FEWEST_CASES = 50
IN, OUT, UNKNOWN = "in", "out", "unknown"

Days = tuple[dt.date, dt.date]


@dataclass(frozen=True)
class Compared:
    """One figure of the log beside the model's.

    real     in the test period, with its 95% interval; before: in the fit period (None without one)
    model    mean of the runs, lowest and highest run; NaN where fewer than half of the runs give it
    allowed  what is in range; verdict 'in', 'out' or 'unknown' (the log or the model does not have the figure)
    miss     how far the model is from the log's value, in units of what is allowed on that side: above 1 is out
    """

    real: Measured
    before: Measured | None
    model: tuple[float, float, float]
    runs: int
    allowed: tuple[float, float]
    verdict: str
    miss: float

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
    if len(test) < FEWEST_CASES:
        raise InvalidInput(f"the test period has {len(test)} cases; at least {FEWEST_CASES} are needed")
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
    term   working days, where the user gave any; states: whether states say when a case is resolved
    """

    weeks: int
    follow: int
    term: int | None
    states: bool

    @classmethod
    def of(cls, log: EventLog, term: int | None) -> View:
        """The view of a log."""
        opened, week = log.cases["opened"], pd.Timedelta(days=7)
        after = math.ceil((log.events["time"].max() - opened.max()) / week)
        return cls(max(1, round((opened.max() - opened.min()) / week)), min(LONGEST_FOLLOW, max(1, after)), term,
                   bool(log.resolved))


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


def period(words: str, option: str) -> Days:
    """(first day, last day) of 'YYYY-MM-DD:YYYY-MM-DD'. Raises InvalidInput."""
    first, colon, last = words.partition(":")
    try:
        days = dt.date.fromisoformat(first.strip()), dt.date.fromisoformat(last.strip())
    except ValueError:
        days = None
    if not colon or days is None or days[0] > days[1]:
        raise InvalidInput(f"{option} {words!r} must be two dates, first and last day: 2016-03-01:2016-04-30")
    return days


def read(path: str, mapping: str | None, columns: Sequence[str], states: Sequence[str]) -> EventLog:
    """The log of a file, read and cleaned as `silosim import-log` does it. Raises InvalidInput."""
    from silosim.experiments.logs.assumptions import Notes
    from silosim.experiments.logs.cleaning import cleaned
    from silosim.experiments.logs.importing import understood
    from silosim.experiments.logs.mapping import Asks, check_needed, read_mapping, with_flags

    asks, notes = with_flags(read_mapping(mapping) if mapping else Asks(), columns, states), Notes()
    source, found = understood(path, asks, notes)
    check_needed(source, found)
    return cleaned(source, found, asks, notes).log


def periods(fit: str | None, test: str | None) -> tuple[Days | None, Days | None]:
    """The two periods that were asked for. Raises InvalidInput when they overlap."""
    first, second = (period(said, option) if said else None for said, option in ((fit, "--fit"), (test, "--test")))
    if first and second and not (first[1] < second[0] or second[1] < first[0]):
        raise InvalidInput(f"--fit {fit} and --test {test} overlap: what was fitted cannot be tested on itself")
    return first, second


def parts(log: EventLog, fit: Days | None, test: Days | None) -> tuple[EventLog | None, EventLog]:
    """The cases opened in the fit period (None without one) and those to test on: of the test period, else after the
    fit period, else all. Raises InvalidInput when there are none."""
    seen = log.local(log.cases["opened"])
    first = log.cohort(*fit) if fit else None
    second = log.cohort(*test) if test else log.cohort(fit[1] + dt.timedelta(days=1)) if fit else log
    for found, option, days in ((first, "--fit", fit), (second, "--test", test)):
        if found is not None and not len(found):
            asked = f"from {days[0]} to {days[1]}" if days else f"after {fit[1]}"
            raise InvalidInput(f"{option}: no case was opened {asked}; the log has cases from {seen.min().date()} to "
                               f"{seen.max().date()}")
    return first, second


def organisation(given: str | None, fit: EventLog | None, path: str) -> OrganisationSpec:
    """The organisation of a name or file; without one, made of the cases of the fit period and nothing else."""
    from silosim.model.organisation_file import load_organisation

    if given is not None or fit is None:
        return load_organisation(given)
    from silosim.experiments.logs.assumptions import Notes
    from silosim.experiments.logs.facts import facts_of
    from silosim.experiments.logs.organisation import Choices, build, organisation_name
    from silosim.experiments.logs.period import main_period

    notes = Notes()
    seen = main_period(fit, None, None, notes)
    arrivals = facts_of(fit, fit, seen).arrivals_a_week
    name = organisation_name(Path(path).name.split(".")[0])
    return build(fit, fit, seen, arrivals, Choices(name), notes).spec


def days_of(log: EventLog) -> dict:
    """Cases of a period and the days on which the first and the last were opened."""
    opened = log.local(log.cases["opened"])
    return {"cases": len(log), "first": str(opened.min().date()), "last": str(opened.max().date())}


def team_names(log: EventLog, spec: OrganisationSpec) -> dict[str, str]:
    """For each team of the log what it is called in the comparison: a team that the organisation lacks becomes its
    team 'other', where it has one. A log of which no team is known keeps its own."""
    known = {name: team.en for team in spec.teams for name in (team.name, team.en, team.nl)}
    others = [team.en for team in spec.teams if team.name == OTHER]
    if not any(team in known for team in log.teams):
        return {team: team for team in log.teams}
    return {team: known.get(team, others[0] if others else team) for team in log.teams}


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
        return Compared(real, before, model, len(values), (math.nan,) * 2, UNKNOWN, math.nan)
    low, high = ranges.of[real.pattern, real.figure].around(real)
    allowed = high - real.value if model[0] >= real.value else real.value - low
    away = abs(model[0] - real.value)
    miss = away / allowed if allowed > 0 else (0.0 if away == 0 else math.inf)
    return Compared(real, before, model, len(values), (low, high), IN if low <= model[0] <= high else OUT, miss)


def _order(one: Compared, names: list[str]) -> tuple:
    """Out of range first, worst first; then in range; then what cannot be compared, in the order of declaration."""
    place = {OUT: 0, IN: 1, UNKNOWN: 2}[one.verdict]
    return place, -one.miss if one.verdict != UNKNOWN else 0.0, names.index(one.real.pattern)
