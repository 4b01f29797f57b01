"""A run as an event log: what a ticket system would have written down, with dates.

The calendar is made, the order is not. A week of the model is Monday to Friday, a day 9 to 17 h in four slots of two
hours; questions come before the day's work, in order. In a slot a person's cases follow one another as they were
worked on, each as long as its share of the slot's work: the first one's is exact, the others' are equal. A case is
never taken up before it was handed over. So dates are exact to the slot, order and hours per slot are exact.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from silosim.experiments.logs.living import Living, Step
from silosim.experiments.logs.log import EventLog
from silosim.model.ensemble import Job
from silosim.model.layout import AWAY, DAYS_PER_WEEK, ESCALATED, FREE, GONE, HELD, IN_HAND, QUEUED, SLOTS
from silosim.model.parameters import PARAMETERS, InvalidInput

MONDAY = dt.date(2025, 1, 6)
FOLLOW = 8  # weeks after the last week of arrivals in which its cases may still end
OPENS, SECONDS = 9 * 3600, 8 * 3600  # the working day
SLOT = SECONDS // SLOTS
BEFORE = {"switch": (7.9, 8.0), "new_cases": (8.0, 8.7), "due_back": (8.7, 8.8), "impatience": (8.8, 9.0),
          "stop_clocks": (17.0, 17.2)}  # hours
RESOLVED, WAITING, CLOSED = ("Resolved",), ("Awaiting decision", "Awaiting customer"), ("Closed", "Withdrawn")
COLUMNS = ("case", "time", "activity", "team", "person", "state", "type", "by", "hours_worked")


def simulated_log(job: Job, start: dt.date = MONDAY, follow: int = FOLLOW, states: bool = True) -> EventLog:
    """The log of a run: every case that arrives in its weeks, followed until `follow` weeks after them.

    Deadline and priority have no counterpart in the model: these are missing. Without `states` the log is one of which
    no state says that a case is resolved: the last event of a case is then its resolution.
    """
    frame = simulated_frame(job, start, follow)
    if not states:
        return EventLog.make(frame.drop(columns=["hours_worked"]), name=job.spec.name, waiting=WAITING,
                             last_resolves=True)
    return EventLog.make(frame.rename(columns={"hours_worked": "worked"}), name=job.spec.name, resolved=RESOLVED,
                         waiting=WAITING, closed=CLOSED)


def simulated_frame(job: Job, start: dt.date = MONDAY, follow: int = FOLLOW) -> pd.DataFrame:
    """The same as a plain frame, COLUMNS, by time: what `write_log` writes.

    person  who has the case then; by: who did it (a seat that changes hands is a new person)
    hours_worked  on what ends here, where something ends
    Raises InvalidInput when `start` is no Monday.
    """
    if start.weekday() != 0:
        monday = start + dt.timedelta(days=7 - start.weekday())
        raise InvalidInput(f"start {start}: a week begins on Monday, for example {monday}")
    told = _Teller(job)
    told.live(follow)
    return told.frame(start)


class _Teller:
    """Hears of every step and writes events: (case, seconds since the first Monday, activity, team, person, ...)."""

    def __init__(self, job: Job):
        self.job = job
        self.living = Living(job, self.hear)
        self.events: list[tuple] = []
        self.types: list[int] = []
        self.case: dict[int, int] = {}  # row of the case table -> number of the case, of those that are followed
        self.last: dict[int, float] = {}
        self.hours: dict[int, float] = {}
        self.people: dict[tuple[int, int], int] = {}
        self.open = True
        self.names: dict[float, list[str]] = {}
        self.recruits = self.living.employees["recruits"]
        self.slot_hours = self.living.employees["slot_hours"]
        self.team_of = self.living.employees["team"]

    def live(self, follow: int) -> None:
        """The weeks of arrivals, then those in which nobody new is followed."""
        self.living.run(self.job.weeks)
        self.open = False
        for _ in range(follow):
            if self.case:
                self.living.run(1)

    def frame(self, start: dt.date) -> pd.DataFrame:
        """Everything heard, by time and then in the order it was heard."""
        columns = ("case", "second", "activity", "team", "person", "state", "by", "hours_worked")
        found = pd.DataFrame(self.events, columns=columns)
        found = found.sort_values("second", kind="stable", ignore_index=True)
        whole = found["second"].round().astype("int64").to_numpy()
        found["time"] = np.datetime64(start, "s") + whole.astype("timedelta64[s]")
        journeys = np.array([journey.name for journey in self.job.spec.journeys])
        numbers = found["case"].to_numpy(np.int64)
        found["type"] = journeys[np.array(self.types, np.int64)[numbers]]
        width = len(str(max(len(self.types), 1)))
        found["case"] = [f"C{n + 1:0{width}d}" for n in numbers.tolist()]
        for column in ("person", "by"):
            found[column] = [None if p < 0 else f"P{p + 1}" for p in found[column].tolist()]
        return found[list(COLUMNS)]

    # -- steps ---------------------------------------------------------------------------------------------------------

    def hear(self, step: Step) -> None:
        """One step of the run."""
        if step.phase == "work_slot":
            self._work(step)
        elif step.phase == "consider_leaving":
            for row, _, after in step.changes:
                self._tell(row, self._second(step.day - 1, OPENS + SECONDS), "passed on", after, "Queued")
        else:
            begin, end = (3600 * hour for hour in BEFORE[step.phase])
            for k, (row, before, after) in enumerate(step.changes):
                second = self._second(step.day, begin + (end - begin) * k / len(step.changes))
                getattr(self, f"_{step.phase}")(row, before, after, second)

    def _new_cases(self, row: int, before, after, second: float) -> None:
        self.case.pop(row, None)
        if self.open:
            self.case[row] = len(self.types)
            self.types.append(int(after["journey"]))
            self.last[row] = -np.inf
            self.hours[row] = 0.0
            self._tell(row, second, "created", after, "New")

    def _due_back(self, row: int, before, after, second: float) -> None:
        if after["status"] == QUEUED:
            what = {AWAY: "reopened", HELD: "resumed"}.get(int(before["status"]), "decided")
            self._tell(row, second, what, after, "Queued")

    def _impatience(self, row: int, before, after, second: float) -> None:
        if after["contacts"] != before["contacts"]:
            state = {QUEUED: "Queued", IN_HAND: "Active", ESCALATED: "Awaiting decision",
                     HELD: "Awaiting customer"}
            status = int(before["status"])
            self._tell(row, second, "customer called", after, state[status], self._holder(row, status))
        if after["status"] == GONE:
            self._tell(row, second, "withdrawn", after, "Withdrawn")
            self.case.pop(row, None)

    def _stop_clocks(self, row: int, before, after, second: float) -> None:
        if after["status"] == HELD and before["status"] == QUEUED:
            self._tell(row, second, "put on hold", after, "Awaiting customer")
        elif after["contacts"] != before["contacts"]:
            self._tell(row, second, "customer called", after, "Awaiting customer")

    def _switch(self, row: int, before, after, second: float) -> None:
        if after["status"] == QUEUED and before["status"] == QUEUED:
            self._tell(row, second, "moved", after, "Queued")

    # -- work ----------------------------------------------------------------------------------------------------------

    def _work(self, step: Step) -> None:
        """A slot of one person: its cases one after the other."""
        who = self._person(step.who)
        changes = [change for change in step.changes if change[1]["status"] != GONE]  # withdrawn ones drop out here
        if step.hand >= 0 and not (changes and changes[0][0] == step.hand):  # all of it on a case that goes on
            self._add(step.hand, step.used)
            return
        first = min(float(changes[0][1]["left"]), step.used) if changes and step.hand >= 0 else 0.0
        others = len(changes) - (1 if step.hand >= 0 else 0)
        each = max(0.0, step.used - first) / others if others else 0.0
        if step.hand >= 0 and not others:
            first = step.used
        scale = SLOT / max(float(self.slot_hours[step.who]), 1e-9)
        now = self._second(step.day, OPENS + SLOT * step.slot)
        end = now + SLOT - 1.0
        for k, (row, before, after) in enumerate(changes):
            hours = first if k == 0 and step.hand >= 0 else each
            if before["status"] == QUEUED:
                now = self._tell(row, now, "started", before, "Active", who, who, team=int(self.team_of[step.who]))
            self._add(row, hours)
            now = max(now, min(now + hours * scale, end))
            if after["status"] != IN_HAND or before["status"] == IN_HAND:
                now = self._ended(row, before, after, now, who)

    def _ended(self, row: int, before, after, now: float, who: int) -> float:
        """What came of a case that somebody worked on; returns when."""
        status = int(after["status"])
        if status == IN_HAND:
            return self._tell(row, now, "next step", after, "Active", who, who, ends=True)
        if status == QUEUED:
            what = ("sent back" if after["bounces"] > before["bounces"] else
                    "mended" if before["mending"] == 1 and after["mending"] == 0 else
                    "handed over" if after["team"] != before["team"] else "passed on")
            return self._tell(row, now, what, after, "Queued", -1, who, ends=True)
        if status == ESCALATED:
            return self._tell(row, now, "put to others", after, "Awaiting decision", -1, who, ends=True)
        now = self._tell(row, now, "resolved", after, "Resolved", who, who, ends=True)
        if status == FREE:
            self._tell(row, now, "closed", after, "Closed")
            self.case.pop(row, None)
        return now

    # -- inside --------------------------------------------------------------------------------------------------------

    def _tell(self, row: int, second: float, activity: str, case, state: str, person: int = -1, by: int = -1,
              team: int | None = None, ends: bool = False) -> float:
        """One event, not before the last one of the same case; returns its time, for what comes next."""
        number = self.case.get(row)
        if number is None:
            return second
        second = max(second, self.last[row] + 1.0)
        self.last[row] = second
        hours = None
        if ends:
            hours, self.hours[row] = round(self.hours[row], 4), 0.0
        name = self._teams()[int(case["team"]) if team is None else team]
        self.events.append((number, second, activity, name, person, state, by, hours))
        return second

    def _add(self, row: int, hours: float) -> None:
        if row in self.hours:
            self.hours[row] += hours

    def _teams(self) -> list[str]:
        """Names of the teams under the structure in force."""
        code = float(self.living.worlds["par"][0]["structure"])
        if code not in self.names:
            structure, spec = PARAMETERS["structure"].value(code), self.job.spec
            self.names[code] = (["everyone"] if structure == "pool" else
                                [j.name for j in spec.journeys] if structure == "journey" else
                                [t.name for t in spec.teams])
        return self.names[code]

    def _person(self, seat: int) -> int:
        """The number of who sits there now, in order of first work."""
        return self.people.setdefault((seat, int(self.recruits[seat])), len(self.people))

    def _holder(self, row: int, status: int) -> int:
        if status != IN_HAND:
            return -1
        return self._person(int(np.flatnonzero(self.living.employees["hand"] == row)[0]))

    @staticmethod
    def _second(day: int, second: float) -> float:
        week, weekday = divmod(day, DAYS_PER_WEEK)
        return 86400.0 * (7 * week + weekday) + second
