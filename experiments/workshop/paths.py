"""Moving cases: some weeks of one run, as it was lived, for the animation on the silo map.

`silosim.experiments.logs.living` lives the run phase by phase through the compiled rules and notices every change of a
case; here such a change only gets a place to come from and a place to go to. No rule is written again.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from silosim.experiments.logs.living import Living, Step
from silosim.model.ensemble import Job
from silosim.model.layout import AWAY, DAYS_PER_WEEK, FREE, GONE, IN_HAND, QUEUED, SLOTS

CUSTOMER = -1
INTACT, LOST, BOUNCED, SOLVED, UNSOLVED, NEW, BACK, MOVED = range(8)  # kinds of moves
SLOTS_A_WEEK = SLOTS * DAYS_PER_WEEK


def path(job: Job, first: int, weeks: int) -> dict:
    """{moves, queue} of the weeks `first` to `first + weeks - 1` of a run.

    moves  [t, case, from, to, kind] in the order in which they happened: t in quarters of a working day since the
           start of week `first`; case counted in order of appearance; places are teams, CUSTOMER is outside
    queue  as work begins on every day, cases waiting per team (under the structure of that day)
    """
    watch = _Watch(job, first)
    watch.living.run(weeks)
    watch.count_until(DAYS_PER_WEEK * weeks - 1)
    return {"slots": SLOTS_A_WEEK, "moves": watch.moves, "queue": watch.queue}


class _Watch:
    def __init__(self, job: Job, first: int):
        self.moves: list[list[int]] = []
        self.queue: list[list[int]] = []
        self.numbers: dict[int, int] = {}
        self.living = Living(replace(job, weeks=0), self._hear)
        self.living.sim.run(first)
        self.living._seen[:] = self.living.cases  # what happened before is not news
        self.start = self.living.day

    def _hear(self, step: Step) -> None:
        # A person who leaves does so when the day is over: its number is already the next one's.
        day = step.day - self.start - (1 if step.phase == "consider_leaving" else 0)
        self.count_until(day)
        t = SLOTS * max(day, 0) + (step.slot if step.phase == "work_slot" else SLOTS - 1
                                   if step.phase == "consider_leaving" else 0)
        for _, before, after in step.changes:
            move = _move(step.phase, before, after)
            if move:
                self.moves.append([t, self.numbers.setdefault(int(after["key"]), len(self.numbers)), *move])

    def count_until(self, day: int) -> None:
        """Count who waits, for each day up to `day` that was not counted yet."""
        while len(self.queue) <= day:
            teams = int(self.living.worlds["teams"][0])
            cases = self.living.cases
            waiting = cases["team"][cases["status"] == QUEUED].astype(np.int64)
            self.queue.append(np.bincount(waiting, minlength=teams)[:teams].tolist())


def _move(phase: str, before, after) -> tuple[int, int, int] | None:
    """(from, to, kind) of a change, or None when the case stayed where it was."""
    was, now = int(before["team"]), int(after["team"])
    status = int(after["status"])
    if phase == "new_cases":
        return CUSTOMER, now, NEW
    if phase == "due_back":
        return (CUSTOMER, now, BACK) if int(before["status"]) == AWAY and status == QUEUED else None
    if phase == "impatience":
        return (was, CUSTOMER, UNSOLVED) if status == GONE else None
    if status == AWAY or (status == FREE and int(before["status"]) != GONE):
        return was, CUSTOMER, UNSOLVED if status == FREE and after["defects"] else SOLVED
    if was == now or status not in (QUEUED, IN_HAND):
        return None
    if phase == "switch":
        return was, now, MOVED
    if after["bounces"] > before["bounces"]:
        return was, now, BOUNCED
    return was, now, LOST if after["lost"] else INTACT
