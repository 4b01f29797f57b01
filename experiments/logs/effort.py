"""People and hours of work: what a log can tell of them, and what has to be assumed.

A log tells how long a team had a case, which is possession and not work. Work is taken from hours that people
entered; where there are none, from capacity: the people of a team are busy with these cases for a given share of
their paid hours (`load`), and what one visit takes follows the number of changes that people made in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from silosim.experiments.logs.assumptions import Notes, listed
from silosim.experiments.logs.journeys import Journeys, first_visits
from silosim.experiments.logs.log import HOUR, EventLog
from silosim.experiments.logs.period import Period
from silosim.model.organisation_fields import unknown_name
from silosim.model.organisation_spec import WEEK_HOURS
from silosim.model.parameters.registry import InvalidInput

LOAD = 0.56  # of the bundled insurer: people who are busy for about nine tenths of their time
HOURS_A_VISIT = 1.0  # where a log tells neither people nor hours
ENTERED = 0.3  # share of visits with hours entered, from which these are used
FEWEST_WEEKS = 4  # below which everybody who was seen is counted
FEW = 5  # cases below which a stage takes the mean of its team
SHORTEST, LONGEST = 0.01, 200.0


@dataclass(frozen=True)
class Effort:
    """People of each team of the log (NaN unknown), and visits one by one.

    visits arrays go with `log.routes`: touches (changes by people), worked (hours entered), first (of its case)
    """

    people: np.ndarray
    touches: np.ndarray
    worked: np.ndarray
    first: np.ndarray


def headcounts(log: EventLog, period: Period, notes: Notes) -> np.ndarray:
    """People of every team, whole or not, NaN for all teams when the log has no people.

    People belong to the team where most of their events are. Of these as many count as appear in an ordinary week of
    the period: those who left or came, or do a case now and then, do not fill a desk. Where there are fewer than
    FEWEST_WEEKS whole weeks everybody counts.
    """
    codes = log.events["team"].cat.codes.to_numpy()
    there = log.events["person"].notna().to_numpy() & (codes >= 0)
    people = np.full(len(log.teams), np.nan)
    if there.any():
        person = log.events["person"].to_numpy(np.int64, na_value=0)
        pair, times = np.unique(person[there] * len(log.teams) + codes[there], return_counts=True)
        order = np.lexsort((-times, pair // len(log.teams)))
        who = pair[order] // len(log.teams)
        new = np.r_[True, who[1:] != who[:-1]]
        main = np.full(person.max() + 1, -1)
        main[who[new]] = pair[order][new] % len(log.teams)
        ever = np.bincount(main[main >= 0], minlength=len(log.teams)).astype(float)
        in_use = np.bincount(codes[codes >= 0], minlength=len(log.teams)) > 0
        none = in_use & (ever == 0)
        a_week = _a_week(log, period, person, main)
        people = ever if a_week is None else a_week
        said = {"n": int(ever.sum()), "none": int(none.sum()), "share": float(none.sum() / in_use.sum())}
        if a_week is None:
            notes.assumed("headcount_short", **said)
        else:
            notes.assumed("headcount", week=float(a_week.sum()), **said)
    return people


def _a_week(log: EventLog, period: Period, person: np.ndarray, main: np.ndarray) -> np.ndarray | None:
    """People of each team who appear in a week, on average over ordinary weeks: those with at least half as many
    people as the one in the middle, which leaves holidays out. None with too few weeks."""
    day = log.local(log.events["time"]).to_numpy().astype("datetime64[D]")
    week = (day.astype(np.int64) + 3) // 7  # from Monday
    first = -((-(period.whole_first.astype(np.int64) + 3)) // 7)
    last = (period.whole_last.astype(np.int64) + 1 + 3) // 7 - 1
    inside = (week >= first) & (week <= last) & log.events["person"].notna().to_numpy() & (main[person] >= 0)
    if last - first + 1 < FEWEST_WEEKS or not inside.any():
        return None
    seen = np.unique(np.stack([week[inside] - first, person[inside]]), axis=1)
    each = np.bincount(seen[0], minlength=int(last - first + 1))
    ordinary = each >= 0.5 * np.median(each)
    count = np.bincount(main[seen[1]][ordinary[seen[0]]], minlength=len(log.teams))
    return count / ordinary.sum()


def effort_of(log: EventLog, people: np.ndarray) -> Effort:
    """Changes by people and hours entered, visit by visit, up to the first resolution."""
    routes, events = log.routes, log.events
    case = events["case"].to_numpy()
    visit = _visit_of_event(log)
    counts = events["until_first"].to_numpy() & (visit >= 0) & ~events["system"].to_numpy()
    touches = np.bincount(visit[counts], minlength=len(routes.team)).astype(float)
    ended = np.r_[-1, visit[:-1]]
    ended[np.r_[True, case[1:] != case[:-1]]] = -1
    ended = np.where(ended >= 0, ended, visit)
    hours = events["worked"].to_numpy()
    entered = (hours > 0) & (ended >= 0) & events["until_first"].to_numpy()
    worked = np.bincount(ended[entered], weights=hours[entered], minlength=len(routes.team))
    return Effort(people, np.maximum(touches, 1.0), worked, first_visits(log))


def _visit_of_event(log: EventLog) -> np.ndarray:
    """The visit each event is part of: that of its team, or, without a team, the one that goes on; -1 before any."""
    case = log.events["case"].to_numpy()
    codes = log.events["team"].cat.codes.to_numpy()
    here = np.flatnonzero(log.events["until_first"].to_numpy() & (codes >= 0))
    new = np.ones(len(here), bool)
    new[1:] = (case[here[1:]] != case[here[:-1]]) | (codes[here[1:]] != codes[here[:-1]])
    visit = np.zeros(len(case), np.int64)
    visit[here[new]] = 1
    visit = np.cumsum(visit) - 1
    mine = (visit >= 0) & (log.routes.case[np.maximum(visit, 0)] == case) if len(log.routes.case) else visit < -1
    return np.where(mine, visit, -1)


def group_people(log: EventLog, journeys: Journeys, effort: Effort, said: dict[str, int], other: tuple[str, ...],
                 total: int | None, arrivals: float, load: float, notes: Notes) -> tuple[np.ndarray, np.ndarray]:
    """(people of every group, whole and at least 1; whether they were guessed): the kept teams, then the merged."""
    merged = any(-1 in sequence for sequence in journeys.sequences)
    place = np.where(journeys.group >= 0, journeys.group, len(journeys.kept))
    n = len(journeys.kept) + merged
    guessed = np.zeros(n, bool)
    if np.isnan(effort.people).all():
        guessed[:] = total is None
        visits = _visits(journeys, n)
        need = arrivals * visits * HOURS_A_VISIT / (WEEK_HOURS * load)
        people = need if total is None else total * visits / visits.sum()
        in_all = float(np.maximum(1, people.round()).sum())
        notes.doubt("people_guessed" if total is None else "people_shared", n=in_all, hours=HOURS_A_VISIT)
    else:
        people = np.bincount(place, weights=effort.people, minlength=n)[:n]
        if total is not None:
            people = np.maximum(people, 1)
            people = people * total / people.sum()
            notes.assumed("people_scaled", n=total)
    names = {log.teams[t].casefold(): k for k, t in enumerate(journeys.kept)}
    if merged:
        names |= {name.casefold(): n - 1 for name in other}
    small = {name.casefold(): name for name in log.teams}
    for name, heads in said.items():
        if name.casefold() not in names:
            merged_away = " (it is among the merged teams)" if name.casefold() in small else ""
            raise InvalidInput(f"headcount: {unknown_name('team', name, names)}{merged_away}")
        people[names[name.casefold()]] = heads
        guessed[names[name.casefold()]] = False
    if said:
        notes.found("headcount_said", teams=listed(said))
    return np.maximum(1, np.round(people)).astype(int), guessed


def _visits(journeys: Journeys, n: int) -> np.ndarray:
    """First visits per case to every group, by the journeys."""
    visits = np.zeros(n)
    for sequence, share in zip(journeys.sequences, journeys.share, strict=True):
        for g in sequence:
            visits[g if g >= 0 else n - 1] += share
    return visits


def stage_hours(log: EventLog, journeys: Journeys, effort: Effort, people: np.ndarray, guessed: np.ndarray,
                arrivals: float, load: float, notes: Notes) -> list[list[float]]:
    """Mean hours of work of every stage of every journey; a visit takes an hour where the people are guessed."""
    n = len(people)
    use = effort.first & (journeys.of_case[log.routes.case] >= 0)
    entered = float((effort.worked[effort.first] > 0).mean()) if effort.first.any() else 0.0
    from_log = entered >= ENTERED
    weight = _means(log, journeys, effort.worked if from_log else effort.touches, use, n)
    if from_log:
        spread = float(np.log(effort.worked[effort.worked > 0]).std())
        notes.found("hours_entered", share=entered, spread=spread)
        return [[_within(x, notes) for x in row] for row in weight]
    asked = np.zeros(n)
    for sequence, share, row in zip(journeys.sequences, journeys.share, weight, strict=True):
        for g, x in zip(sequence, row, strict=True):
            asked[g] += arrivals * share * x  # of the merged ones the last place, which is -1
    scale = people * WEEK_HOURS * load / asked
    if guessed.any():
        scale = np.where(guessed, arrivals * _visits(journeys, n) * HOURS_A_VISIT / asked, scale)
    if not guessed.all():
        notes.assumed("hours_from_capacity", load=load)
    visits = arrivals * _visits(journeys, n).sum()
    mean = float((scale * asked).sum() / visits)
    notes.assumed("hours_mean", hours=mean)
    held = holds(log)[use]
    had = float(np.median(held[held > 0])) if (held > 0).any() else np.inf
    if not guessed.any() and mean > had:
        notes.doubt("hours_too_long", hours=mean, had=had, load=load * had / mean)
    return [[_within(float(scale[g] * x), notes) for g, x in zip(sequence, row, strict=True)]
            for sequence, row in zip(journeys.sequences, weight, strict=True)]


def _means(log: EventLog, journeys: Journeys, values: np.ndarray, use: np.ndarray, n: int) -> list[list[float]]:
    """Mean of a value of visits per stage, over cases that went exactly so; with few of them, the team's mean."""
    group = journeys.group[log.routes.team]
    group = np.where(group >= 0, group, n - 1)
    per_case = np.bincount(journeys.of_case[journeys.of_case >= 0], minlength=len(journeys.sequences))
    key = journeys.of_case[log.routes.case[use]] * n + group[use]
    sums = np.bincount(key, weights=values[use], minlength=len(journeys.sequences) * n).reshape(-1, n)
    some = values > 0
    team = np.bincount(group[some], weights=values[some], minlength=n)
    team = team / np.maximum(np.bincount(group[some], minlength=n), 1)
    return [[float(sums[j, g] / per_case[j]) if per_case[j] >= FEW and sums[j, g] > 0 else float(max(team[g], 1e-3))
             for g in sequence] for j, sequence in enumerate(journeys.sequences)]


def _within(hours: float, notes: Notes) -> float:
    if not SHORTEST <= hours <= LONGEST:
        notes.doubt("hours_limited", low=SHORTEST, high=LONGEST)
    return min(LONGEST, max(SHORTEST, hours))


def holds(log: EventLog) -> np.ndarray:
    """Hours that each visit of `log.routes` lasted; NaN where it did not end."""
    return (log.routes.end - log.routes.begin) / HOUR
