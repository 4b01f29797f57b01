"""Checks that the parts of a design share: a value that can be used, or one line that says what would be.

`where` begins every message: the file, the table and, where there is one, the key.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from silosim.experiments import engine
from silosim.model.organisation_fields import BIDIRECTIONAL, known_keys, one_line, show, unknown_name
from silosim.model.organisation_fields import whole as table_whole
from silosim.model.parameters import DIALS, PARAMETERS, InvalidInput

MAX_NAME = 200
LAST_WEEK = 5200
Value = float | int | str
Switches = tuple[tuple[int, Mapping[str, Value]], ...]


def table(given, keys: Iterable[str], where: str) -> Mapping:
    """`given`, a table that has no other keys than `keys`."""
    if not isinstance(given, Mapping):
        raise InvalidInput(f"{where} must be a table of key = value, not {show(given)}")
    known_keys(given, tuple(keys), where)
    return given


def rows(given, where: str) -> Sequence:
    """`given`, a list."""
    if isinstance(given, (str, bytes, Mapping)) or not isinstance(given, Sequence):
        raise InvalidInput(f"{where} must be a list, not {show(given)}")
    return given


def whole(given: Mapping, key: str, low: int, high: int, where: str, default: int | None = None) -> int:
    """A whole number of a table; 8 and 8.0 are accepted, true and "8" are not."""
    value = given.get(key, default)
    if isinstance(value, np.integer):
        given = {**given, key: int(value)}
    return table_whole(given, key, low, high, where, default)


def line(value, where: str, empty: bool = False) -> str:
    """A text of one line, in any script."""
    if not isinstance(value, str) or len(value) > MAX_NAME or not (empty or value.strip()):
        raise InvalidInput(f"{where} = {show(value)} must be a text of 1 to {MAX_NAME} characters")
    if any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") or c in BIDIRECTIONAL for c in value):
        raise InvalidInput(f"{where} = {show(value)} must be one line without control characters")
    return value


def one_of(value, valid: Iterable[str], kind: str, where: str) -> str:
    """`value`, one of the names in `valid`."""
    valid = tuple(valid)
    if not isinstance(value, str) or value not in valid:
        raise InvalidInput(f"{where}: {unknown_name(kind, value, valid)}")
    return value


def parameter(name, where: str, role: str = ""):
    """The declaration of a parameter; `role` 'lever' or 'world' asks for one of that side."""
    if name in DIALS:
        raise InvalidInput(f"{where}: {name} is a dial that moves several levers; name them: "
                           f"{', '.join(DIALS[name].sets)}")
    valid = [p for p in PARAMETERS if not role or side(p) == role]
    if name in PARAMETERS and name not in valid:
        other = "a lever, which policies set" if role == "world" else "no lever but part of the world"
        raise InvalidInput(f"{where}: {name} is {other}")
    return PARAMETERS[one_of(name, valid, "lever" if role == "lever" else "parameter", where)]


def side(name: str) -> str:
    """'lever' or 'world': on which side of a run a parameter is set (constants of the accounts are of the world)."""
    return "lever" if PARAMETERS[name].role == "lever" else "world"


def value_of(name: str, value, where: str) -> Value:
    """A value of the parameter `name` in its declared type."""
    declared = PARAMETERS[name]
    text_for_number = isinstance(value, (str, bytes)) and not declared.choices
    if text_for_number or isinstance(value, (bool, np.bool_)):
        raise InvalidInput(f"{where}: {name} = {show(value)} is not a number: {declared.valid()}"
                           if not declared.choices else f"{where}: {name} = {show(value)} is not {declared.valid()}")
    try:
        return declared.value(declared.code(value) + 0.0)  # + 0.0 makes one zero of -0.0 and 0.0
    except OverflowError:
        raise InvalidInput(f"{where}: {name} = {show(value)} is out of range: {declared.valid()}") from None
    except InvalidInput as error:
        raise InvalidInput(f"{where}: {one_line(str(error))}") from None


def values(given, role: str, where: str) -> dict[str, Value]:
    """{name: value} of a table of levers or of world parameters, in order of name, without what equals the default."""
    if not isinstance(given, Mapping):
        raise InvalidInput(f"{where} must be a table of name = value, not {show(given)}")
    found = {parameter(name, where, role).name: value_of(name, value, where) for name, value in given.items()}
    return {name: found[name] for name in sorted(found) if found[name] != PARAMETERS[name].default}


def switches(given, role: str, weeks: int, where: str) -> Switches:
    """((week, {name: value}), ...) by week of [[week, {name: value}], ...]; weeks count from the end of the burn-in.

    role   'lever' or 'world'
    weeks  weeks of a run: a switch after the last one would silently do nothing, so it is refused
    """
    found: dict[int, dict[str, Value]] = {}
    for entry in rows(given, where):
        if isinstance(entry, (str, Mapping)) or not isinstance(entry, Sequence) or len(entry) != 2:
            raise InvalidInput(f"{where} must be written as [[26, {{ name = value }}], ...], not {show(entry)}")
        week = whole({"week": entry[0]}, "week", 0, LAST_WEEK, where)
        if week >= weeks:
            raise InvalidInput(f"{where}: week {week} comes after the last week, {weeks - 1}")
        if week in found:
            raise InvalidInput(f"{where}: week {week} is there twice; put all its values in one")
        found[week] = _switched(entry[1], role, f"{where}, week {week}")
    return tuple(sorted(found.items()))


def _switched(given, role: str, where: str) -> dict[str, Value]:
    if not isinstance(given, Mapping) or not given:
        raise InvalidInput(f"{where} must have a table of name = value")
    found = {parameter(name, where, role).name: value_of(name, value, where) for name, value in given.items()}
    if role == "world":
        try:
            engine.check_switchable(found)
        except InvalidInput as error:
            raise InvalidInput(f"{where}: {error}") from None
    return {name: found[name] for name in sorted(found)}
