"""The schedule's second face: lived day by day, and row by row where somebody's rules say so.

Nothing of the order of a day or a week is written here. The code of `schedule.day` and `schedule.week` runs as it
stands, in Python, with the names of its phases bound anew: a phase whose rules are the standard ones goes through
its door to compiled code, and a phase that a row rule belongs to runs in Python too, calling people's own methods.
"""

from __future__ import annotations

import dis
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from types import FunctionType

from silosim.model import doors, schedule
from silosim.model.interpreted import readable
from silosim.model.layout import DAYS_PER_WEEK
from silosim.model.simulation import Simulation

# A rule of one employee in the rulebook -> what the employee's method is called
ROW_RULES = {
    "work_slot": "work",
    "weigh_motives": "weigh_motives",
    "choose_effort": "choose_effort",
    "reflect": "reflect",
    "consider_leaving": "consider_leaving",
    "look_around": "look_around",
}


def python_of(rule: Callable) -> FunctionType:
    """The Python function behind a rule, compiled or not."""
    return getattr(rule, "py_func", rule)


@cache
def rules_called(rule: Callable) -> dict[str, Callable]:
    """The rules on a world `w` that `rule` calls by name: what a face may bind anew."""
    python = python_of(rule)
    names = {step.argval for step in dis.get_instructions(python.__code__) if step.opname == "LOAD_GLOBAL"}
    found = {name: python_of(python.__globals__.get(name)) for name in sorted(names)}
    return {name: python.__globals__[name] for name, f in found.items() if _on_a_world(f)}


def _on_a_world(f) -> bool:
    return isinstance(f, FunctionType) and f.__module__.startswith("silosim.") and f.__code__.co_varnames[:1] == ("w",)


@cache
def calls_any(rule: Callable, names: frozenset[str]) -> bool:
    """Whether `rule` calls one of the rules named, directly or through others."""
    return bool(names) and any(name in names or calls_any(f, names) for name, f in rules_called(rule).items())


class DayByDay(Simulation):
    """A simulation that lives one day at a time. Between weeks it is to the bit what Simulation.run makes of it.

    people    by row, objects with the methods of ROW_RULES; () while nobody is looking
    chosen    gives the rulebook names of the rules to be lived row by row (asked anew every day)
    switching, switched  called before levers or world parameters change (with their values), and after
    """

    people: Sequence = ()
    chosen: Callable[[], frozenset[str]] = staticmethod(lambda: frozenset())
    switching: Callable[[Mapping], None] = staticmethod(lambda values: None)
    switched: Callable[[], None] = staticmethod(lambda: None)
    _bound: tuple = (None, None, None)

    @property
    def day(self) -> int:
        """Working days lived since the founding."""
        return int(self.worlds["day"][0])

    @property
    def between_weeks(self) -> bool:
        """Whether the last week has been closed and the next has not begun."""
        return self.day % DAYS_PER_WEEK == 0

    @property
    def pending(self) -> list[tuple[int, dict]]:
        """(week, values) of the switches still to come."""
        return list(self._pending)

    def live_day(self) -> bool:
        """One day; after the fifth also what closes a week. True when a week was closed."""
        if self.between_weeks:
            self._switch_if_due()
            doors.clear_week(self.worlds, 0)
        active = self.chosen()
        if active != self._bound[0]:
            self._bound = (active, *self._bind(active))
        _, day, rest_of_week = self._bound
        day()
        if self.between_weeks:
            rest_of_week()
        return self.between_weeks

    def _apply(self, values) -> None:
        self.switching(values)
        super()._apply(values)
        self.switched()

    def _bind(self, active: frozenset[str]) -> Iterator[Callable[[], None]]:
        """A day, and what `week` has after its days, for the given row rules."""
        w = self.worlds.view(readable(self.worlds.dtype))[0]
        for phase in (self._phase("day", schedule.day, active), self._in_python(schedule.week, active, lived=("day",))):
            yield lambda phase=phase: phase(w)

    def _phase(self, name: str, rule: Callable, active: frozenset[str]) -> Callable:
        """What the name of a phase stands for: Python where a row rule is called, else the door to compiled code."""
        if calls_any(rule, active):
            return self._in_python(rule, active)
        door = getattr(doors, name, None)
        if door is None:
            raise LookupError(f"the schedule calls {name}, which has no door in model/doors.py")
        worlds = self.worlds
        return lambda w, *arguments: door(worlds, 0, *arguments)

    def _in_python(self, rule: Callable, active: frozenset[str], lived: tuple[str, ...] = ()) -> Callable:
        """The rule's own code with its phases bound; phases in `lived` are over already and do nothing.

        The arguments of the phase (the slot of the day) go to the people's methods.
        """
        arguments: tuple = ()
        people = self.people

        def activate(name: str) -> Callable:
            method = ROW_RULES[name]
            return lambda w, i: getattr(people[i], method)(*arguments)

        names = {}
        for name, called in rules_called(rule).items():
            if name in lived:
                names[name] = lambda w: None
            else:
                names[name] = activate(name) if name in active else self._phase(name, called, active)
        python = python_of(rule)
        bound = FunctionType(python.__code__, {**python.__globals__, **names}, python.__name__)

        def phase(w, *given):
            nonlocal arguments
            arguments = given
            return bound(w, *given)

        return phase
