"""Employees, teams and customers as Mesa agents: live views of rows of the state."""

from __future__ import annotations

import hashlib
import itertools
import weakref
from typing import TYPE_CHECKING

import mesa

from silosim.model import doors
from silosim.model.chance import uniform
from silosim.model.faces.by_day import ROW_RULES
from silosim.model.faces.live import live
from silosim.model.layout import CLASSES, CUSTOMER_TABLE, LEADERS, MANAGER_TABLE, world_dtype
from silosim.model.parameters import InvalidInput

if TYPE_CHECKING:
    from silosim.model.faces.organisation import Organisation

_WORLD = world_dtype(CLASSES[0])
_OF_EVERY_AGENT = ("model", "unique_id", "pos", "row", "_columns", "_worlds")
_OWN_DECISIONS = 1 << 32  # numbers of draws by name start here, out of the way of the rulebook's


class _CountersByModel(weakref.WeakKeyDictionary):
    """Where Mesa 3.3 counts the agents of each model. Its own counter keeps every model alive for ever."""

    def __getitem__(self, model):
        return self.setdefault(model, itertools.count(1))


class LiveAgent(mesa.Agent):
    """An agent that is a view of row `row` of one table of the state."""

    _ids = _CountersByModel()
    _table: str

    def __init__(self, model: Organisation, row: int):
        self.row = row
        self._columns = model.columns(self._table)
        super().__init__(model)

    def __reduce__(self):  # pickled along with its model
        return _agent_at, (self.model, self._table, self.row)

    def __deepcopy__(self, memo):  # a view: the copy's where the model is copied, else the same
        copied = memo.get(id(self.model))
        return _agent_at(copied, self._table, self.row) if copied is not None else self

    def own_state(self) -> dict:
        """Attributes that a subclass or a user gave it, beside its row."""
        return {name: value for name, value in vars(self).items() if name not in _OF_EVERY_AGENT}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.row}>"


def _agent_at(model: Organisation, table: str, row: int) -> LiveAgent:
    return model.rows(table)[row]


@live(_WORLD["emp"].base, mesa.Agent)
class Employee(LiveAgent):
    """One person. Every number of the person's row is an attribute: conviction, effort.care, motive.game, tenure.

    The six rules below are what a person does. Override one in a subclass, in plain Python, and give the class to
    Organisation(employee_class=...): that rule is then lived row by row, the rest stays compiled. Numbers drawn
    with `draw` keep runs paired and independent of the order of activation.
    """

    _table = "emp"

    def __init__(self, model: Organisation, row: int):
        super().__init__(model, row)
        self._worlds = model.worlds

    def work(self, slot: int) -> None:
        """One of the four slots of a day: the case in hand, then the team's queue, until the hours are used."""
        doors.work_slot(self._worlds, 0, self.row)

    def weigh_motives(self) -> None:
        """Once a week: what each activity is worth, into `motive`."""
        doors.weigh_motives(self._worlds, 0, self.row)

    def choose_effort(self) -> None:
        """Once a week: `effort` moves towards the best response to `motive` within the day."""
        doors.choose_effort(self._worlds, 0, self.row)

    def reflect(self) -> None:
        """Once a week: conviction, fear and experience follow what happened."""
        doors.reflect(self._worlds, 0, self.row)

    def consider_leaving(self) -> None:
        """Once a week: stay, or leave the seat to a recruit (`leave`)."""
        doors.consider_leaving(self._worlds, 0, self.row)

    def look_around(self) -> None:
        """Once a quarter: a team-mate who scored higher changes `next_belief`, that gaming pays."""
        doors.look_around(self._worlds, 0, self.row)

    def leave(self) -> None:
        """Leave now; a recruit takes the seat (and this row)."""
        doors.leave(self._worlds, 0, self.row)

    @property
    def team(self) -> Team:
        """The team this person works in."""
        return self.model.rows("team")[self._columns["team"].item(self.row)]

    def draw(self, decision: str) -> float:
        """Uniform on [0, 1), the same for this (world, decision, day, seat) whoever else draws what."""
        digest = hashlib.blake2b(decision.encode(), digest_size=4).digest()
        number = _OWN_DECISIONS + int.from_bytes(digest, "big")
        return uniform(self._worlds["key"][0], number, self.model.day, self.row)

    def remove(self) -> None:
        """Refused: seats are the organisation's."""
        raise InvalidInput("an employee cannot be removed from the organisation; leave() gives the seat to a recruit")

    def __setattr__(self, name, value):
        if name in STANDARD:
            raise AttributeError(f"{name} is a rule: override it in a subclass of Employee, for all who share it")
        super().__setattr__(name, value)


STANDARD = {method: getattr(Employee, method) for method in ROW_RULES.values()}


def overridden(employee_class: type[Employee]) -> frozenset[str]:
    """Rulebook names of the rules in which a class of employees differs from the rulebook."""
    return frozenset(
        rule for rule, method in ROW_RULES.items() if getattr(employee_class, method) is not STANDARD[method]
    )


@live(_WORLD["team"].base, mesa.Agent)
class Team(LiveAgent):
    """A team of the structure in force. After a change of structure it is gone, and keeps its last figures."""

    _table = "team"

    def __init__(self, model: Organisation, row: int, name: str, labels: tuple[str, str]):
        super().__init__(model, row)
        self.name = name
        self._labels = dict(zip(("en", "nl"), labels, strict=True))

    def label(self, lang: str = "en") -> str:
        """Its name for people, in 'en' or 'nl'."""
        return self._labels[lang]

    @property
    def members(self) -> list[Employee]:
        """The people in it, by row."""
        return [employee for employee in self.model.rows("emp") if employee.team is self]

    @property
    def manager(self) -> Manager:
        """Who leads it; without effect while `management_layers` is 0."""
        if self not in self.model.rows("team"):
            raise InvalidInput(f"team {self.name} is gone, and with it who led it")
        return Manager(self.model, LEADERS + self.row)

    def remove(self) -> None:
        """Leave the model, with the figures of this moment."""
        last = {name: column[self.row : self.row + 1].copy() for name, column in self._columns.items()}
        self._columns, self.row = last, 0
        super().remove()

    def __repr__(self) -> str:
        return f"<Team {self.name}>"


@live(MANAGER_TABLE, object)
class Manager:
    """A manager, as a live view of a row of the state: conviction, sight, customer and numbers (shares of the week).

    No agent of Mesa's: the layers of a line follow from `management_layers`, and there are no rules to override.
    """

    def __init__(self, model: Organisation, row: int):
        self.row = row
        self._columns = model.columns("manager")

    def __repr__(self) -> str:
        return f"<Manager {self.row}>"


@live(CUSTOMER_TABLE, mesa.Agent)
class Customer(LiveAgent):
    """Somebody who may come with a question: trait, expectation, the last grade given, cases so far."""

    _table = "customer"

    def remove(self) -> None:
        """Refused: the customers come with the organisation file."""
        raise InvalidInput("a customer cannot be removed; lower `customers` in the organisation file")
