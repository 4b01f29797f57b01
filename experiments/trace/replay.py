"""A run lived once more, week by week as the engine does, or phase by phase with somebody watching.

The order of a day, a week and a quarter is not written here: the code of `schedule` runs as it stands, with the name
of each phase standing for its door to compiled code. Around a watched call the state is copied before; if what is
watched has changed, the rule's twin lives the same call on the copy and tells what happened, and both states must
then be the same to the last bit.
"""

from __future__ import annotations

import dis
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FunctionType

import numpy as np

from silosim.experiments.trace.recorder import Call, Recorder
from silosim.experiments.trace.twin import Twins
from silosim.model import doors, schedule
from silosim.model.ensemble import LAST_YEAR, Job, burn_in
from silosim.model.interpreted import readable
from silosim.model.layout import DAYS_PER_WEEK
from silosim.model.measures import MEASURES
from silosim.model.parameters import PARAMETERS
from silosim.model.simulation import Simulation, measures_of


@dataclass
class Event:
    """A call of a phase or rule that touched what is watched.

    week     since the end of the burn-in; day 1..5 of it, 0 when the week is closed
    slot     1..4 of the day where it is work, else 0
    who      the employee whose rule it is, or -1; `team` that person's, under the structure in force
    changed  fields of what is watched: name -> (before, after)
    """

    week: int
    day: int
    slot: int
    who: int
    team: int
    structure: str
    phase: str
    calls: list[Call]
    changed: dict[str, tuple] = field(default_factory=dict)


class Replay:
    """A run from its job: burned in, branched, and lived again.

    watch  called as watch(phase, arguments) around every call of a week lived by `watched_week`: None when it cannot
           concern what is watched, else a function that says after the call what it changed (None: it did not
           concern what is watched after all)
    """

    def __init__(self, job: Job):
        self.job = job
        self.sim = Simulation.branch(burn_in(job), **job.levers)
        for week, values in job.switches:
            self.sim.at(job.burn_in + week, **values)
        self.weekly = np.full((job.weeks, len(MEASURES)), np.nan)
        self.sums: list[np.ndarray] = []
        self.recorder = Recorder()
        self.twins = Twins(self.recorder)
        self.shadow = np.zeros_like(self.sim.worlds)
        self.events: list[Event] = []
        self.watch: Callable = lambda phase, arguments: None
        self.slot = 0
        self.w = self.sim.worlds.view(readable(self.sim.worlds.dtype))[0]
        self._shadow_row = self.shadow.view(readable(self.shadow.dtype))[0]
        self._week = in_python(schedule.week, self._phase)

    @property
    def week(self) -> int:
        """Weeks lived since the end of the burn-in."""
        return self.sim.week - self.job.burn_in

    # --- weeks ---------------------------------------------------------------------------------------------

    def live_week(self) -> None:
        """One week as the engine lives it."""
        self._begin_week()
        week = self.week
        self.weekly[week] = self.sim.run(1)[0]

    def watched_week(self) -> None:
        """The same week phase by phase, to the same state."""
        self._begin_week()
        week = self.week
        self.sim._switch_if_due()
        doors.clear_week(self.sim.worlds, 0)
        self._week(self.w)
        self.weekly[week] = measures_of(self.sim.record["sums"][int(self.sim.record["org"])][None])[0]

    def _begin_week(self) -> None:
        if self.week in (0, max(0, self.job.weeks - LAST_YEAR)):
            self.sums.append(self.sim.sums())
            self.sim.open_window()

    def outcome_hash(self) -> str:
        """Lives what is left of the run and returns the hash its outcome had when it was stored."""
        while self.week < self.job.weeks:
            self.live_week()
        early = self.sums[-1] if len(self.sums) > 1 else np.zeros_like(self.sim.sums())
        summary = measures_of(np.concatenate([self.sim.sums(), early + self.sim.sums()]))[0]
        return hashlib.blake2b(self.weekly.tobytes() + summary.tobytes(), digest_size=16).hexdigest()

    # --- phases --------------------------------------------------------------------------------------------

    def _phase(self, name: str) -> Callable:
        """What the name of a phase stands for: its door, with the watcher in front."""
        door = getattr(doors, name)
        rule = getattr(schedule, name)

        def phase(w, *arguments):
            if name == "work_order":
                self.slot = arguments[0] + 1
            elif name != "work_slot":
                self.slot = 0
            concerns = self.watch(name, arguments)
            if concerns is None:
                return door(self.sim.worlds, 0, *arguments)
            self.keep()
            event = self.event(name, arguments[0] if len(arguments) == 1 else -1)
            answer = door(self.sim.worlds, 0, *arguments)
            event.changed = concerns()
            if event.changed is not None:
                self.tell(event, rule, arguments)
            return answer

        return phase

    def keep(self) -> None:
        """Copy the state, so that a twin can live what comes next."""
        self._bytes(self.shadow)[:] = self._bytes(self.sim.worlds)

    def event(self, phase: str, who: int = -1) -> Event:
        """An event of now, in which nothing has happened yet."""
        day = self.w.day - DAYS_PER_WEEK * self.w.week
        team = self.w.emp[who].team if who >= 0 else -1
        day = day + 1 if day < DAYS_PER_WEEK else 0
        return Event(self.week, day, self.slot, who, team, self.structure, phase, [])

    @property
    def structure(self) -> str:
        """The structure in force."""
        return PARAMETERS["structure"].value(self.w.par.structure)

    def tell(self, event: Event, rule, arguments) -> None:
        """Let the twin live on the copy what compiled code did, compare, and keep what it says."""
        self.twins.run(rule, self._shadow_row, *arguments)
        if not np.array_equal(self._bytes(self.shadow), self._bytes(self.sim.worlds)):
            raise RuntimeError(f"the twin of {event.phase} does not do what the compiled rule does")
        event.calls = self.recorder.take()
        self.events.append(event)

    def _bytes(self, worlds: np.ndarray) -> np.ndarray:
        """All bytes of a world up to the last row of the case table that was ever used."""
        dtype = worlds.dtype
        used = dtype.fields["case"][1] + int(self.sim.worlds["high"][0] + 64) * dtype["case"].base.itemsize
        return worlds.view(np.uint8)[: min(used, dtype.itemsize)]


def in_python(rule, phase: Callable[[str], Callable]) -> FunctionType:
    """The schedule's own code, with the phases it names bound to `phase(name)`.

    A phase that has no door, or that goes through people whose rules have doors, is taken apart in the same way.
    """
    python = rule.py_func
    names = dict(vars(schedule))
    for name in _phases_of(rule):
        inner = getattr(schedule, name)
        names[name] = in_python(inner, phase) if _opens(inner) else phase(name)
    return FunctionType(python.__code__, names, python.__name__)


def _phases_of(rule) -> list[str]:
    """Names of the rules that a function of the schedule calls on a world."""
    code = rule.py_func.__code__
    called = {step.argval for step in dis.get_instructions(code) if step.opname == "LOAD_GLOBAL"}
    rules = {name: getattr(getattr(schedule, name, None), "py_func", None) for name in called}
    return sorted(name for name, f in rules.items() if f is not None and f.__code__.co_varnames[:1] == ("w",))


def _opens(rule) -> bool:
    """Whether everything a function of the schedule calls has a door or opens up itself."""
    inner = _phases_of(rule)
    return bool(inner) and rule.py_func.__module__ == schedule.__name__ and all(
        hasattr(doors, name) or _opens(getattr(schedule, name)) for name in inner)
