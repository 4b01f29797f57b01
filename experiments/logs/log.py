"""An event log: what happened to every case, real or simulated, in the one shape that all statistics take.

Definitions, the same for every log: an event without a team changes no route; consecutive events at the same team are
one visit; a handoff is a change of team, counted up to and with the first resolving event; elapsed time runs from
opened to the final resolution; a case belongs to the cohort in which it was opened.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from silosim.experiments.logs.per_case import case_table, ordered
from silosim.model.parameters.registry import InvalidInput

TIME = "datetime64[us]"
HOUR = np.timedelta64(3600, "s")
MORE_THAN_ONE = 1.05  # events per case, below which a log is a list of cases


@dataclass(frozen=True)
class Routes:
    """Team sequences of all cases, end to end: case i visited `team[start[i]:start[i + 1]]`.

    team   codes in `EventLog.teams`, no two consecutive ones of a case equal; begin, end are the visit's times,
           `end` the beginning of the next visit or of the case's last event that counts (NaT where never left)
    case   the case of each visit
    """

    team: np.ndarray
    case: np.ndarray
    start: np.ndarray
    begin: np.ndarray
    end: np.ndarray

    @property
    def length(self) -> np.ndarray:
        """Visits per case; 0 for a case without any team."""
        return np.diff(self.start)

    def of(self, case: int) -> np.ndarray:
        """The teams of one case, in order."""
        return self.team[self.start[case]:self.start[case + 1]]


@dataclass(frozen=True, eq=False)
class EventLog:
    """A log. Make one with `EventLog.make`; part of one with `cohort` or `select`.

    events   one row per event, by case and then in order: case (number of the row of `cases`), time (UTC, without a
             zone), team and state (categories; missing where unknown), person (nullable whole number, no name),
             system (done by a program), worked (hours of work entered with it, which belong to what it ends; NaN
             where unknown), until_first (up to and with the first resolving event)
    cases    one row per case, by opening: id, opened, resolved_first, resolved_final, due (UTC; NaT where unknown),
             type, priority (categories), in_term (nullable boolean), reopened (nullable whole number)
    zone     the time zone that weekdays and hours of the day are counted in
    resolved, waiting, closed   names of states that mean so
    """

    events: pd.DataFrame
    cases: pd.DataFrame
    name: str = "log"
    zone: str = "UTC"
    resolved: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()

    @classmethod
    def make(cls, events: pd.DataFrame, *, name: str = "log", zone: str = "UTC", resolved: tuple[str, ...] = (),
             waiting: tuple[str, ...] = (), closed: tuple[str, ...] = (), last_resolves: bool = False,
             activities: bool = False) -> EventLog:
        """The log of a plain frame with one row per event, in any order of cases, events of a case in file order.

        case and time (datetime64, UTC) must be there; team, person, state, system, worked may be. Facts of a case may
        stand on its events: type, priority, in_term, reopened, opened, due, resolved_at (a time); the last that is not
        missing counts (of opened the first, of reopened the highest).
        The first resolution is the first event whose state is among `resolved`, the final one `resolved_at` or else
        the last such event; `last_resolves` takes a case's last event where there is neither. With `activities`, state
        says what was done and not what holds: what follows a resolution reopens a case only if it is resolved again.
        Persons become numbers in order of appearance. Raises InvalidInput for a frame without a usable event.
        """
        for column in ("case", "time"):
            if column not in events:
                raise InvalidInput(f"{name}: an event log needs a column {column!r}; found {', '.join(events)[:200]}")
        usable = events["case"].notna().to_numpy() & events["time"].notna().to_numpy()
        if not usable.any():
            raise InvalidInput(f"{name}: no event has both a case and a time")
        frame = ordered(events if usable.all() else events[usable])
        cases, until_first = case_table(frame, resolved, closed, last_resolves, activities)
        n = len(frame)
        tidy = pd.DataFrame({
            "case": frame["case"].to_numpy(np.int32), "time": frame["time"].to_numpy(TIME),
            "team": _category(frame.get("team"), n), "person": _numbers(frame.get("person"), n),
            "state": _category(frame.get("state"), n), "system": _flags(frame.get("system"), n),
            "worked": _hours(frame.get("worked"), n), "until_first": until_first})
        return cls(tidy, cases, name, zone, tuple(resolved), tuple(waiting), tuple(closed))

    # -- size and parts ------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        """Number of cases."""
        return len(self.cases)

    def select(self, cases: np.ndarray) -> EventLog:
        """The log of some cases: a mask over `cases`. Team codes stay the same."""
        mask = np.asarray(cases, bool)
        number = np.cumsum(mask, dtype=np.int32) - 1
        at = self.events["case"].to_numpy()
        kept = self.events[mask[at]].reset_index(drop=True)
        kept["case"] = number[kept["case"].to_numpy()]
        return replace(self, events=kept, cases=self.cases[mask].reset_index(drop=True))

    def cohort(self, first=None, last=None) -> EventLog:
        """Cases opened from the day `first` to the day `last`, both included, on the calendar of `zone`."""
        opened = self.local(self.cases["opened"])
        mask = np.ones(len(self), bool)
        if first is not None:
            mask &= (opened >= pd.Timestamp(first)).to_numpy()
        if last is not None:
            mask &= (opened < pd.Timestamp(last).normalize() + pd.Timedelta(days=1)).to_numpy()
        return self.select(mask)

    def local(self, times: pd.Series) -> pd.Series:
        """UTC times on the clock of `zone`, without a zone."""
        if self.zone == "UTC":
            return times
        return times.dt.tz_localize("UTC").dt.tz_convert(self.zone).dt.tz_localize(None)

    # -- derived, one value per case -----------------------------------------------------------------------------------

    @property
    def teams(self) -> tuple[str, ...]:
        """Names of the teams; codes everywhere are places in it."""
        return tuple(self.events["team"].cat.categories)

    @property
    def changes(self) -> bool:
        """Whether it tells what happened to cases: a log of one event per case knows no routes."""
        return len(self.events) >= MORE_THAN_ONE * len(self)

    @cached_property
    def routes(self) -> Routes:
        """Visits up to and with the first resolution."""
        return self._routes(self.events["until_first"].to_numpy())

    @cached_property
    def whole_routes(self) -> Routes:
        """Visits to the end of the log, also after a reopening."""
        return self._routes(np.ones(len(self.events), bool))

    @cached_property
    def handoffs(self) -> np.ndarray:
        """Handoffs up to the first resolution; -1 for a case without any team."""
        return self.routes.length - 1

    @cached_property
    def first_team(self) -> np.ndarray:
        """Code of the first team; -1 without any."""
        return self._end(first=True)

    @cached_property
    def resolving_team(self) -> np.ndarray:
        """Code of the team that had the case at its first resolution; -1 without any team or resolution."""
        return np.where(self.cases["resolved_first"].notna().to_numpy(), self._end(first=False), -1)

    @cached_property
    def holding_team(self) -> np.ndarray:
        """Code of the last team known before the first resolving event, which may write a team of its own; else -1.

        Where no state says that an event resolves, `resolving_team`.
        """
        state, until = self.events["state"].isin(self.resolved).to_numpy(), self.events["until_first"].to_numpy()
        if not state.any():
            return self.resolving_team
        before = self._routes(until & ~state)
        found = np.full(len(self), -1, np.int32)
        some = (before.length > 0) & self.cases["resolved_first"].notna().to_numpy()
        found[some] = before.team[before.start[1:][some] - 1]
        return found

    def hours(self, to: str = "final") -> np.ndarray:
        """Elapsed hours from opened to the 'final' or the 'first' resolution; NaN where there is none."""
        if to not in ("final", "first"):
            raise InvalidInput(f"hours to {to!r}; known: final, first")
        elapsed = self.cases[f"resolved_{to}"] - self.cases["opened"]
        return (elapsed / pd.Timedelta(hours=1)).to_numpy(float)

    @cached_property
    def state_hours(self) -> np.ndarray:
        """Hours that each event's state lasted: to the next event of its case; NaN for the last one."""
        time, case = self.events["time"].to_numpy(), self.events["case"].to_numpy()
        hours = np.full(len(time), np.nan)
        hours[:-1] = np.where(case[1:] == case[:-1], (time[1:] - time[:-1]) / HOUR, np.nan)
        return hours

    def is_waiting(self) -> np.ndarray:
        """Whether each event's state is one of waiting for somebody else."""
        return self.events["state"].isin(self.waiting).to_numpy()

    # -- inside --------------------------------------------------------------------------------------------------------

    def _routes(self, counts: np.ndarray) -> Routes:
        case, team = self.events["case"].to_numpy(), self.events["team"].cat.codes.to_numpy()
        time = self.events["time"].to_numpy()
        here = np.flatnonzero(counts & (team >= 0))
        new = np.ones(len(here), bool)
        new[1:] = (case[here[1:]] != case[here[:-1]]) | (team[here[1:]] != team[here[:-1]])
        at = here[new]
        start = np.searchsorted(case[at], np.arange(len(self) + 1))
        last = np.full(len(self), np.datetime64("NaT", "us"), time.dtype)
        last[case[counts]] = time[counts]  # of equal places the last assignment stays
        end = last[case[at]]
        same = case[at[1:]] == case[at[:-1]]
        end[:-1][same] = time[at[1:]][same]
        return Routes(team[at].astype(np.int32), case[at], start, time[at], end)

    def _end(self, first: bool) -> np.ndarray:
        found = np.full(len(self), -1, np.int32)
        some = self.routes.length > 0
        place = self.routes.start[:-1] if first else self.routes.start[1:] - 1
        found[some] = self.routes.team[place[some]]
        return found


def _category(column, n: int) -> pd.Categorical:
    if column is None:
        return pd.Categorical([None] * n)
    found = column.astype("category")
    return found.cat.remove_unused_categories().array


def _numbers(column, n: int):
    """Persons as numbers from 1, in order of appearance."""
    if column is None:
        return pd.array([None] * n, dtype="Int32")
    code = pd.factorize(column)[0]
    return pd.arrays.IntegerArray((code + 1).astype(np.int32), code < 0)


def _hours(column, n: int) -> np.ndarray:
    return np.full(n, np.nan) if column is None else pd.to_numeric(column, errors="coerce").to_numpy(float)


def _flags(column, n: int) -> np.ndarray:
    return np.zeros(n, bool) if column is None else column.fillna(False).to_numpy(bool)
