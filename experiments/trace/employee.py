"""`trace_employee`: one person week by week: motives, choice, conviction, fear, leaving, appraisal."""

from __future__ import annotations

from dataclasses import dataclass, field

from silosim.experiments.trace.recorder import Call
from silosim.experiments.trace.replay import Event, Replay
from silosim.model.ensemble import Job
from silosim.model.parameters import InvalidInput

OF_ONE = ("weigh_motives", "choose_effort", "reflect", "consider_leaving", "look_around")
OF_TEAM = ("teams_take_stock", "teams_set_pay", "everyone_settles", "teams_are_appraised")
COUNTED = ("worked", "done", "timely", "polished", "sent", "lost", "graded", "grades", "points")
FELT = ("conviction", "fear", "belief", "impact", "gap", "price", "budget", "tenure")


@dataclass
class Week:
    """A week of one person.

    worked  what was counted: hours worked, stages done, timely, polished, handoffs sent and lost, grades heard of,
            points
    felt    conviction, fear, belief and the rest as the week closes; `effort` by activity
    left    whether the person left (the next weeks are a recruit's)
    """

    week: int
    worked: dict[str, float] = field(default_factory=dict)
    felt: dict[str, float] = field(default_factory=dict)
    effort: tuple[float, ...] = ()
    left: bool = False
    events: list[Event] = field(default_factory=list)


@dataclass
class EmployeeTrace:
    """Some weeks of the person in a seat; `team` and `structure` as the first of them begins."""

    employee: int
    team: int
    structure: str
    weeks: list[Week]
    outcome_hash: str | None = None


def trace_employee(job: Job, employee: int, first: int = 0, weeks: int = 13, verify: bool = True) -> EmployeeTrace:
    """Lives a run again and follows one seat for some weeks, by the rules themselves.

    employee  number of the seat, from 0, as in the stored outcomes per employee
    first     first week to tell, counted from the end of the burn-in
    verify    also live the rest of the run and return the hash of its outcome, to compare with the stored one
    Raises InvalidInput for a seat or a week that this run does not have.
    """
    if not 0 <= employee < job.spec.headcount:
        raise InvalidInput(f"employee {employee} must be a whole number from 0 to {job.spec.headcount - 1}")
    if not 0 <= first < job.weeks:
        raise InvalidInput(f"week {first} must be a whole number from 0 to {job.weeks - 1}")
    if weeks < 1:
        raise InvalidInput(f"weeks = {weeks} must be 1 or more")
    replay = Replay(job)
    while replay.week < first:
        replay.live_week()
    follower = _Follower(replay, employee)
    trace = EmployeeTrace(employee, follower.team, replay.structure, [])
    while replay.week < min(first + weeks, job.weeks):
        trace.weeks.append(follower.live_week())
    if verify:
        trace.outcome_hash = replay.outcome_hash()
    return trace


class _Follower:
    """Watches one seat."""

    def __init__(self, replay: Replay, employee: int):
        self.replay, self.employee = replay, employee
        replay.watch = self._watch
        replay.recorder.wanted = self._wanted

    @property
    def me(self):
        return self.replay.w.emp[self.employee]

    @property
    def team(self) -> int:
        return self.me.team

    def live_week(self) -> Week:
        """One week of the run, and what became of the person."""
        week, recruits, self.counts = Week(self.replay.week), self.me.recruits, {}
        self.replay.watched_week()
        week.events, self.replay.events = self.replay.events, []
        week.left = self.me.recruits != recruits
        week.worked = self.counts
        week.felt = {name: float(self.me[name]) for name in FELT}
        week.effort = tuple(float(x) for x in self.me.effort)
        return week

    def _watch(self, phase: str, arguments: tuple):
        """See Replay."""
        if phase == "teams_take_stock":  # before the week's counts and the quarter's points start again
            self.counts = {name: float(self.me[name]) for name in COUNTED}
        mine = phase in OF_ONE and arguments == (self.employee,)
        return dict if mine or phase in OF_TEAM else None

    def _wanted(self, rule: str, arguments: dict) -> bool | None:
        """Of what a phase does for everybody, only what is about the person or the team."""
        if self.replay.recorder.depth != 1:
            return None
        if "i" in arguments:
            return arguments["i"] == self.employee
        if "team" in arguments:
            return arguments["team"] == self.team
        return False


def one(week: Week, rule: str) -> Call | None:
    """The call of a rule in a week, or None."""
    for event in week.events:
        for call in event.calls:
            for found in ([call] if call.rule == rule else []) + call.calls(rule):
                return found
    return None
