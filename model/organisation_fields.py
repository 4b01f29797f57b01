"""Checks of single fields of a file that a user wrote: a value that can be used, or one line saying what would be.

In every function `where` names the file and the place in it, and begins the message of the InvalidInput it raises.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from silosim.model.parameters.registry import InvalidInput, unknown

MAX_LABEL = 80
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
BIDIRECTIONAL = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def tables(data: Mapping, key: str, most: int, where: str) -> list[tuple[Mapping, str]]:
    """The tables of a list, each with the words that point at it in a message."""
    inline = key == "stages"
    form = "stages = [{ team = \"...\", hours = 1.5 }]" if inline else f"[[{key}]]"
    rows = required(data, key, where, form)
    noun = "stage" if inline else key
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise InvalidInput(f"{where}: {key} must be a list of tables; write {form}")
    if not 1 <= len(rows) <= most:
        raise InvalidInput(f"{where}: {len(rows)} {noun}s; there must be from 1 to {most}")
    return [(row, f"{where}: {noun} {place}{_name_in_brackets(row)}") for place, row in enumerate(rows, start=1)]


def _name_in_brackets(row: Mapping) -> str:
    name = row.get("name")
    return f" ({name})" if isinstance(name, str) and NAME.fullmatch(name) else ""


def known_keys(table: Mapping, keys: tuple[str, ...], where: str) -> None:
    """Every key of `table` is one of `keys`; the nearest is offered for one that is not."""
    for key in table:
        if key not in keys:
            raise InvalidInput(f"{where}: {unknown_name('key', key, keys)}")


def required(table: Mapping, key: str, where: str, form: str = ""):
    """The value of a key that must be there; `form` shows how to write it."""
    if key not in table:
        raise InvalidInput(f"{where}: {key} is missing" + (f"; write {form}" if form else ""))
    return table[key]


def identifier(table: Mapping, where: str) -> str:
    """The `name` by which commands, policies and results refer to something."""
    name = required(table, "name", where)
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise InvalidInput(
            f"{where}: name = {show(name)} must be 1 to 40 small letters, digits or _, beginning with a letter"
        )
    return name


def labels(table: Mapping, name: str, where: str) -> tuple[str, str]:
    """The English and the Dutch label: English defaults to the name, Dutch to the English one."""
    english = _label(table, "en", name.replace("_", " ").capitalize(), where)
    return english, _label(table, "nl", english, where)


def _label(table: Mapping, key: str, default: str, where: str) -> str:
    label = table.get(key, default)
    if not isinstance(label, str) or not label.strip() or len(label) > MAX_LABEL:
        raise InvalidInput(f"{where}: {key} = {show(label)} must be a text of 1 to {MAX_LABEL} characters")
    if any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") or c in BIDIRECTIONAL for c in label):
        raise InvalidInput(f"{where}: {key} = {show(label)} must be one line without control characters")
    return label


def whole(table: Mapping, key: str, low: int, high: int, where: str, default: int | None = None) -> int:
    """A whole number from low to high; without a default the key must be there."""
    value = table.get(key, default) if default is not None else required(table, key, where)
    # The range is compared before the conversion, which would fail for an endless number.
    if not _is_number(value) or not low <= value <= high or value != int(value):
        raise InvalidInput(f"{where}: {key} = {show(value)} must be a whole number from {low} to {high}")
    return int(value)


def number(table: Mapping, key: str, low: float, high: float, where: str, default: float | None = None) -> float:
    """A finite number from low to high; without a default the key must be there."""
    value = table.get(key, default) if default is not None else required(table, key, where)
    if not _is_number(value) or not low <= value <= high:  # nan is within no range
        raise InvalidInput(f"{where}: {key} = {show(value)} must be a number from {low:g} to {high:g}")
    return float(value)


def _is_number(value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def unknown_name(kind: str, name, names) -> str:
    """The words for a name that does not exist, with the nearest one that does."""
    return one_line(str(unknown(kind, str(name)[:60], names)))


def one_line(message: str) -> str:
    """The message with line breaks and control characters written out."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in message)


def show(value) -> str:
    """A value as it may stand in a message: one line, not too long."""
    try:
        shown = repr(value)
    except ValueError:  # Python refuses to print integers of thousands of digits
        return "a number of thousands of digits"
    shown = one_line(shown)
    return shown if len(shown) <= 60 else shown[:57] + "..."
