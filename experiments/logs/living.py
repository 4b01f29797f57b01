"""A run lived phase by phase, with every change of a case noticed: what the event log of a simulated run rests on.

No rule is written again here. The code of `schedule` runs with each phase's name bound to its compiled door, as a
trace does it; after a phase that can touch cases, the rows it can have touched are compared with how they were.
The run is the engine's to the last bit. Recording every rule with its twin, as a trace does, would take an hour for a
year; comparing weeks or days would lose the order of events, and who did what.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from silosim.experiments.trace.replay import in_python
from silosim.model import doors, schedule
from silosim.model.ensemble import Job, burn_in
from silosim.model.interpreted import readable
from silosim.model.jit import rule
from silosim.model.layout import CASE
from silosim.model.simulation import Simulation


class Step(NamedTuple):
    """One phase, and what it changed.

    phase    'new_cases', 'due_back', 'impatience', 'stop_clocks', 'work_slot', 'consider_leaving' or 'switch'
    day      working days since the end of the burn-in; slot 0..3 of it where it is work
    who      the employee's seat in `work_slot` and `consider_leaving`, else -1
    hand     row of the case that employee had in hand before, or -1
    used     hours of work in it
    changes  (row of the case table, its copy before, its copy after) of every case that changed, in working order
    """

    phase: str
    day: int
    slot: int
    who: int
    hand: int
    used: float
    changes: list[tuple[int, np.void, np.void]]


class Living:
    """A run from its job, from the end of the burn-in on; `tell` hears of each step, in order.

    tell  called with the Step after every phase that changed a case, and after every slot somebody worked in
    """

    def __init__(self, job: Job, tell: Callable[[Step], None]):
        self.job, self.tell = job, tell
        self.sim = Simulation.branch(burn_in(job), **job.levers)
        for week, values in job.switches:
            self.sim.at(job.burn_in + week, **values)
        self.worlds = self.sim.worlds
        self.w = self.worlds.view(readable(self.worlds.dtype))[0]
        self.cases = self.worlds["case"][0].view(CASE)
        self.employees = self.worlds["emp"][0]
        self._hand, self._team, self._worked = (self.employees[name] for name in ("hand", "team", "worked"))
        self._heads = self.worlds["team"][0]["head"]
        self._day = self.worlds["day"]
        self._first_day = int(self._day[0])
        self._seen = self.cases.copy()
        self._rows = np.arange(len(self.cases), dtype=np.int64)
        self._found = np.empty(len(self.cases), np.int64)
        self._slot = 0
        self._week = in_python(schedule.week, self._phase)

    def run(self, weeks: int) -> None:
        """Lives some weeks, switching policy where the job says so."""
        for _ in range(weeks):
            self._compare("switch", self._switch)
            doors.clear_week(self.worlds, 0)
            self._week(self.w)

    def _switch(self) -> None:
        self.sim._switch_if_due()

    def _phase(self, name: str) -> Callable:
        """What the name of a phase stands for."""
        door, worlds = getattr(doors, name), self.worlds
        if name == "work_slot":
            return lambda w, i: self._work(door, i)
        if name == "consider_leaving":
            return lambda w, i: self._consider(door, i)
        if name in ("new_cases", "due_back", "impatience", "stop_clocks"):
            return lambda w: self._compare(name, lambda: door(worlds, 0))

        def phase(w, *arguments):
            if name == "work_order":
                self._slot = arguments[0]
            return door(worlds, 0, *arguments)

        return phase

    def _compare(self, name: str, live: Callable[[], None]) -> None:
        """A phase that may touch any case."""
        live()
        n = int(self.worlds["high"][0])
        self._report(Step(name, self.day, 0, -1, -1, 0.0, []), n, self._rows)

    def _work(self, door, i: int) -> None:
        """A slot of employee i: only the case in hand and the team's queue can change, in the order of that list."""
        hand = int(self._hand[i])
        n = reachable(self.cases, self._heads[self._team[i]], hand, self._found)
        if n == 0:
            return door(self.worlds, 0, i)
        if hand >= 0:
            self._seen[hand]["left"] = self.cases[hand]["left"]
        worked = float(self._worked[i])
        door(self.worlds, 0, i)
        used = float(self._worked[i]) - worked
        return self._report(Step("work_slot", self.day, self._slot, i, hand, used, []), n, self._found)

    def _consider(self, door, i: int) -> None:
        """Only the case in hand can change, when its employee leaves."""
        hand = int(self._hand[i])
        door(self.worlds, 0, i)
        if hand >= 0:
            self._found[0] = hand
            self._report(Step("consider_leaving", self.day, 0, i, hand, 0.0, []), 1, self._found)

    @property
    def day(self) -> int:
        """Working days since the end of the burn-in."""
        return int(self._day[0]) - self._first_day

    def _report(self, step: Step, n: int, rows: np.ndarray) -> None:
        """Tells of a step: of the first n rows those that changed."""
        for row in self._found[:compare(self.cases, self._seen, rows, n, self._found)].tolist():
            before, after = self._seen[row].copy(), self.cases[row].copy()
            self._seen[row] = after
            step.changes.append((row, before, after))
        if step.changes or step.used:
            self.tell(step)


@rule
def reachable(cases, heads, hand, rows):
    """Rows that a slot of work can change, in the order in which it would come to them; returns how many."""
    n = 0
    if hand >= 0:
        rows[n] = hand
        n += 1
    for lane in range(2):
        c = heads[lane]
        while c >= 0:
            rows[n] = c
            n += 1
            c = cases[c]["next"]
    return n


@rule
def compare(cases, seen, rows, n, found):
    """Which of the first n rows differ in what an event log tells; `found` may be `rows` itself. Returns how many."""
    changed = 0
    for k in range(n):
        c = rows[k]
        a, b = cases[c], seen[c]
        if (a["status"] != b["status"] or a["key"] != b["key"] or a["team"] != b["team"] or a["stage"] != b["stage"]
                or a["attempt"] != b["attempt"] or a["contacts"] != b["contacts"] or a["bounces"] != b["bounces"]
                or a["handoffs"] != b["handoffs"] or a["mending"] != b["mending"] or a["excepted"] != b["excepted"]):
            found[changed] = c
            changed += 1
    return changed
