"""What a parameter is, and how values are checked.

A parameter is declared once (name, default, unit, range, role, source, evidence grade); sliders,
sweeps, validation, documentation and the compiled record all derive from the declaration.
This module imports neither NumPy nor Numba, so that listing parameters is instant.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass

ROLES = ("lever", "world", "constant")
EVIDENCE = ("published", "plausible", "free")


class InvalidInput(ValueError):
    """A value a user gave that cannot be used: one line saying what, where and what is valid."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number (or choice) of the model.

    name      flat keyword, also the field of the compiled parameter record
    default   number, or one of `choices`
    low, high inclusive range that is accepted (and swept)
    unit      plain words
    role      'lever' (management chooses), 'world' (it does not) or 'constant' (by definition)
    source    where the default comes from
    evidence  'published', 'plausible' or 'free'
    choices   names of the values of an enumeration, stored as 0, 1, 2 ...
    whole     only whole numbers make sense
    group     heading under which lists and forms show it
    lever_id  the article lever (L1..L21) it belongs to, where there is one
    neutral   the value at which the mechanism is switched off, where there is one
    """

    name: str
    default: float | str
    low: float
    high: float
    unit: str
    role: str
    group: str
    source: str
    evidence: str = "free"
    choices: tuple[str, ...] = ()
    whole: bool = False
    lever_id: str = ""
    neutral: float | str | None = None

    def code(self, value) -> float:
        """The number stored for `value`; raises InvalidInput with what would be valid."""
        if self.choices:
            return self._code_of_choice(value)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            value = self._number_from(value)
        value = float(value)
        if not math.isfinite(value) or not self.low <= value <= self.high:
            raise InvalidInput(f"{self.name} = {value:g} is out of range: {self.valid()}")
        if self.whole and value != int(value):
            raise InvalidInput(f"{self.name} = {value:g} must be a whole number: {self.valid()}")
        return value

    def _number_from(self, value) -> float:
        if isinstance(value, bool):
            raise InvalidInput(f"{self.name} = {value!r} is not a number: {self.valid()}")
        try:
            return float(value)
        except (TypeError, ValueError):
            raise InvalidInput(f"{self.name} = {value!r} is not a number: {self.valid()}") from None

    def _code_of_choice(self, value) -> float:
        if isinstance(value, str) and value in self.choices:
            return float(self.choices.index(value))
        near = nearest(str(value), self.choices)
        hint = f" (did you mean {near}?)" if near else ""
        raise InvalidInput(f"{self.name} = {value!r} is not one of {', '.join(self.choices)}{hint}")

    def value(self, code: float):
        """The user's value for a stored number: the inverse of `code`."""
        if self.choices:
            return self.choices[int(code)]
        return int(code) if self.whole else float(code)

    def valid(self) -> str:
        """What would be accepted, in words."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        kind = "a whole number" if self.whole else "a number"
        return f"{kind} from {self.low:g} to {self.high:g} ({self.unit})"


def nearest(name: str, names) -> str | None:
    """The name most like `name`, or None when nothing is near."""
    found = difflib.get_close_matches(name, list(names), n=1, cutoff=0.5)
    return found[0] if found else None


def unknown(kind: str, name: str, names) -> InvalidInput:
    """The error for a name that does not exist, with the nearest one that does."""
    near = nearest(name, names)
    hint = f"did you mean {near!r}?" if near else f"known: {', '.join(sorted(names))}"
    return InvalidInput(f"unknown {kind} {name!r}; {hint}")


class Registry(Mapping[str, Parameter]):
    """All parameters by name, in order of declaration."""

    def __init__(self, parameters):
        self._all: dict[str, Parameter] = {}
        for p in parameters:
            self._add(p)

    def _add(self, p: Parameter) -> None:
        if p.name in self._all:
            raise ValueError(f"parameter {p.name} is declared twice")
        if p.role not in ROLES or p.evidence not in EVIDENCE:
            raise ValueError(f"parameter {p.name}: role {p.role!r}, evidence {p.evidence!r}")
        p.code(p.default)
        self._all[p.name] = p

    def __getitem__(self, name: str) -> Parameter:
        try:
            return self._all[name]
        except KeyError:
            raise unknown("parameter", name, self._all) from None

    def __contains__(self, name) -> bool:
        return name in self._all

    def __iter__(self):
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def of_role(self, role: str) -> list[Parameter]:
        """All 'lever', 'world' or 'constant' parameters, in the order of their declaration."""
        return [p for p in self._all.values() if p.role == role]

    def defaults(self) -> dict[str, float | str]:
        """Every parameter's default as declared: a choice by its name."""
        return {p.name: p.default for p in self._all.values()}

    def codes(self, values: Mapping[str, object]) -> dict[str, float]:
        """Every parameter's stored number: defaults overridden by `values` (checked)."""
        for name in values:
            self[name]
        return {p.name: p.code(values.get(p.name, p.default)) for p in self._all.values()}

    def checked(self, values: Mapping[str, object]) -> dict[str, float | str]:
        """`values` with every entry checked and brought to its canonical type."""
        return {name: self[name].value(self[name].code(v)) for name, v in values.items()}
