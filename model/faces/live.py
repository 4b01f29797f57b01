"""Live attributes: what an agent shows is the row of the state itself, so reading and writing need no copying.

Numbers with a decimal point are state and may be written. Whole numbers say who sits where and which case follows
which; they are read only, because the rules keep them consistent with one another.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from silosim.model.layout import ACTIVITIES, A
from silosim.model.parameters import InvalidInput, unknown

Columns = dict[str, np.ndarray]


def columns_of(table: np.ndarray) -> Columns:
    """A view of every field of a table of rows: name -> [rows, ...]."""
    return {name: table[name] for name in table.dtype.names if name != "filler"}


def live(table: np.dtype, taken: type):
    """Class decorator: a live property for every field of `table` that the class does not define itself.

    The class has `_columns` and `row`. A field named like something of `taken` (Mesa's own class) is refused.
    """

    def decorate(cls: type) -> type:
        for name in table.names:
            if name == "filler" or name in vars(cls):
                continue
            if hasattr(taken, name):
                raise TypeError(f"field {name!r} would hide what {taken.__name__} calls {name!r}")
            setattr(cls, name, _property(name, table.fields[name][0]))
        return cls

    return decorate


def _property(name: str, kind: np.dtype) -> property:
    if kind.shape == (A,):
        return _activities(name)
    if kind.shape:
        return property(lambda agent: agent._columns[name][agent.row], doc=f"float64{list(kind.shape)}, live.")
    if kind.kind in "iu":
        return property(lambda agent: agent._columns[name].item(agent.row), doc="Whole number, read only.")

    def write(agent, value):
        agent._columns[name][agent.row] = finite(name, value)

    return property(lambda agent: agent._columns[name].item(agent.row), write, doc="Number, live: read and write.")


def _activities(name: str) -> property:
    def write(agent, values):
        Activities(agent._columns[name][agent.row]).update(values)

    return property(lambda agent: Activities(agent._columns[name][agent.row]), write, doc="Per activity, live.")


def finite(name: str, value) -> float:
    """`value` as a float; InvalidInput for what is no finite number."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise InvalidInput(f"{name} = {value!r} must be a finite number")
    return number


class Activities(Mapping):
    """Six numbers, one per activity, live: `employee.effort.care`, `employee.effort["care"] = .1`, `dict(...)`.

    np.asarray(employee.effort) is the row itself, float64[6], in the order of layout.ACTIVITIES.
    """

    __slots__ = ("_values",)

    def __init__(self, values: np.ndarray):
        object.__setattr__(self, "_values", values)

    def __getitem__(self, activity: str) -> float:
        return self._values.item(_number(activity))

    def __setitem__(self, activity: str, value: float) -> None:
        self._values[_number(activity)] = finite(activity, value)

    def __getattr__(self, activity: str) -> float:
        if activity not in ACTIVITIES:
            raise AttributeError(f"no activity {activity!r}; activities: {', '.join(ACTIVITIES)}")
        return self[activity]

    def __setattr__(self, activity: str, value: float) -> None:
        self[activity] = value

    def __iter__(self):
        return iter(ACTIVITIES)

    def __len__(self) -> int:
        return A

    def __array__(self, dtype=None, copy=None):
        return np.array(self._values, dtype=dtype, copy=copy)

    def __deepcopy__(self, memo) -> dict[str, float]:
        return dict(self)

    def __reduce__(self):  # what is kept elsewhere are the numbers of this moment
        return dict, (dict(self),)

    def __repr__(self) -> str:
        return f"Activities({', '.join(f'{name}={value:.4g}' for name, value in self.items())})"

    def update(self, values) -> None:
        """Take over all six numbers of a sequence, or those that a mapping names."""
        if isinstance(values, Mapping):
            for activity, value in values.items():
                self[activity] = value
            return
        numbers = [finite(name, value) for name, value in zip(ACTIVITIES, values, strict=False)]
        if len(numbers) != A or len(values) != A:
            raise InvalidInput(f"{A} numbers are needed, one per activity: {', '.join(ACTIVITIES)}")
        self._values[:] = numbers


def _number(activity: str) -> int:
    if activity not in ACTIVITIES:
        raise unknown("activity", str(activity), ACTIVITIES)
    return ACTIVITIES.index(activity)
