"""`trace_case`: the n-th question after the burn-in, from the customer's first contact to the grade it left."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from silosim.experiments.trace.replay import Event, Replay
from silosim.model.ensemble import Job
from silosim.model.layout import DAYS_PER_WEEK, FREE, GONE, QUEUED, F
from silosim.model.parameters import InvalidInput
from silosim.model.simulation import Simulation

LISTED = ("status", "stage", "team", "left", "contacts", "bounces", "handoffs", "attempt", "lost", "mending",
          "polished", "excepted", "audited", "held", "astray", "todo", "defects", "extra", "warmth")


@dataclass
class CaseTrace:
    """The life of one case.

    number       which arrival after the burn-in, from 1
    opened       week and day of its arrival
    events       the calls that touched it, in order
    ended        whether it ended before the run did
    outcome_hash of the run as it was lived again, where that was asked for
    """

    number: int
    journey: int = -1
    customer: int = -1
    opened: tuple[int, int] = (-1, -1)
    turned_away: bool = False
    ended: bool = False
    events: list[Event] = field(default_factory=list)
    outcome_hash: str | None = None


def trace_case(job: Job, number: int, verify: bool = True) -> CaseTrace:
    """Lives a run again and follows its `number`-th arrival after the burn-in (from 1), by the rules themselves.

    job     as `replay.stored_job` gives it for a stored run
    verify  also live the rest of the run and return the hash of its outcome, to compare with the stored one
    Raises InvalidInput when fewer cases arrived.
    """
    replay = Replay(job)
    before = _find(replay, number)
    follower = _Follower(replay, number - before)
    replay.watch = follower.watch
    while not follower.done and replay.week < job.weeks:
        replay.watched_week()
    trace = follower.trace
    trace.number, trace.events = number, replay.events
    if verify:
        trace.outcome_hash = replay.outcome_hash()
    return trace


def _find(replay: Replay, number: int) -> int:
    """Lives up to the week of its arrival, which a copy lives first; returns the arrivals before that week."""
    if number < 1:
        raise InvalidInput(f"case {number} must be a whole number from 1: the first case to arrive after the burn-in")
    arrived = 0
    while replay.week < replay.job.weeks:
        copy = Simulation.branch(replay.sim.snapshot())
        copy.run(1)
        during = int(copy.record["sums"][int(copy.record["org"])][F.arrived])
        if arrived + during >= number:
            return arrived
        replay.live_week()
        arrived += during
    raise InvalidInput(f"case {number}: only {arrived} cases arrived in the {replay.job.weeks} weeks of this run")


class _Follower:
    """Watches one case: the `nth` to arrive from now on."""

    def __init__(self, replay: Replay, nth: int):
        self.replay, self.left_to_come = replay, nth
        self.trace = CaseTrace(0)
        self.key = self.row = self.seen = None
        self.done = False
        replay.recorder.wanted = self._wanted

    # --- which calls concern the case ------------------------------------------------------------------------

    def watch(self, phase: str, arguments: tuple):
        """See Replay."""
        if self.done:
            return None
        if self.key is None:
            return self._wait() if phase == "new_cases" else None
        if phase == "new_cases":
            self._look_for_a_switch()
        before = self._now()
        if _bare(before) != _bare(self.seen):
            raise RuntimeError(f"case {self.row} changed before {phase} without being watched")
        return (lambda: self._changed(before)) if self._may_touch(phase, arguments) else None

    def _may_touch(self, phase: str, arguments: tuple) -> bool:
        if phase in ("work_slot", "consider_leaving"):
            employee, case = self.replay.w.emp[arguments[0]], self.replay.w.case[self.row]
            waits_there = case.status == QUEUED and case.team == employee.team
            return employee.hand == self.row or (phase == "work_slot" and waits_there)
        return phase in ("due_back", "impatience", "stop_clocks")

    def _changed(self, before) -> dict | None:
        self.seen = self._now()
        if _bare(before) == _bare(self.seen):
            return None
        self.done = self.trace.ended = self.seen["status"] in (FREE, GONE)
        return self._differences(before)

    def _differences(self, before) -> dict:
        pairs = {name: (before[name].item(), self.seen[name].item()) for name in LISTED}
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}

    def _look_for_a_switch(self) -> None:
        """A policy that switches on before the week may move waiting cases to other teams."""
        before, self.seen = self.seen, self._now()
        if _bare(before) != _bare(self.seen):
            event = self.replay.event("switch")
            event.changed, event.structure = self._differences(before), ""  # the teams before are others than after
            self.replay.events.append(event)

    def _now(self):
        return self.replay.sim.worlds["case"][0, self.row].copy()

    # --- its arrival -----------------------------------------------------------------------------------------

    def _wait(self):
        """Counts the day's arrivals; the twin then tells which of them is the one."""
        sums = self.replay.w.sums[self.replay.w.org]
        before = sums[F.arrived]

        def arrived() -> dict | None:
            come = int(sums[F.arrived] - before)
            if come < self.left_to_come:
                self.left_to_come -= come
                return None
            return {}

        return arrived

    def _wanted(self, rule: str, arguments: dict) -> bool | None:
        """Of what the twin does, only what is about the case."""
        if self.key is None:
            if rule != "open_case":
                return None
            self.left_to_come -= 1
            if self.left_to_come:
                return False
            self.key = int(arguments["key"])
            self._arrive()
            return True
        if "c" in arguments:
            return None if arguments["c"] == self.row else False
        if "k" in arguments:
            return None if int(arguments["k"]["key"]) == self.key else False
        return False if rule == "open_case" else None

    def _arrive(self) -> None:
        """The compiled door has put it in the case table already, or turned it away."""
        worlds = self.replay.sim.worlds
        found = np.flatnonzero(worlds["case"][0]["key"] == np.uint64(self.key))
        self.trace.opened = (self.replay.week, int(worlds["day"][0]) % DAYS_PER_WEEK + 1)
        if not len(found):
            self.done = self.trace.turned_away = True
            return
        self.row = int(found[0])
        self.seen = self._now()
        self.trace.journey, self.trace.customer = int(self.seen["journey"]), int(self.seen["customer"])


def _bare(row) -> bytes:
    """A case's row without the link to the case that waits behind it."""
    row = row.copy()
    row["next"] = 0
    return row.tobytes()
