"""Reading design files: TOML text and lists of points in CSV, or one line saying what is wrong where."""

from __future__ import annotations

import csv
import io
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from silosim.experiments.sweeps.checks import Value, line, parameter, rows, table, value_of
from silosim.model.organisation_fields import one_line, show
from silosim.model.parameters import PARAMETERS, InvalidInput

MOST_BYTES = 100_000_000


@dataclass(frozen=True)
class Listed:
    """A listed point: what it sets, and what it is called, if anything."""

    values: Mapping[str, Value] = field(default_factory=dict)
    name: str = ""

    def plain(self) -> dict:
        """As in a design file."""
        return {"values": dict(self.values)} | ({"name": self.name} if self.name else {})


def read_toml(path: Path, where: str) -> dict:
    """The tables of a TOML file."""
    try:
        return tomllib.loads(_text(path, where))
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{where} is not valid TOML: {one_line(' '.join(str(error).split()))}") from None


def _text(path: Path, where: str) -> str:
    try:
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):
            raise InvalidInput(f"{where} is a folder or a device, not a file")
        if state.st_size > MOST_BYTES:
            raise InvalidInput(f"{where} is larger than {MOST_BYTES:,} bytes")
        return path.read_bytes().decode("utf-8-sig")  # Windows editors put a byte order mark in front: harmless
    except OSError as error:
        raise InvalidInput(f"{where} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise InvalidInput(f"{where} is not text in UTF-8") from None
    except InvalidInput:
        raise
    except ValueError as error:  # a null character in the path
        raise InvalidInput(f"{where} cannot be read: {one_line(str(error))}") from None


def read_points(given, file, method: str, folder: Path, where: str) -> tuple[Listed, ...]:
    """The listed points: of the [[points]] tables, then of the CSV file that [sample] names.

    A point may leave out what others set: there it keeps the value of its policy and world.
    """
    here = f"{where}, [[points]]"
    found = [_point(one, f"{here}, {k}") for k, one in enumerate(rows(given, here), start=1)]
    if file is not None:
        name = line(file, f"{where}, [sample], file")
        found += _from_csv(folder / name, f"{where}, [sample], file {one_line(repr(name))}")
    if found and method != "points":
        raise InvalidInput(f"{here}: listed points are for method = \"points\", not {show(method)}")
    if not found and method == "points":
        raise InvalidInput(f"{where}: method = \"points\" needs [[points]] tables, or file = \"...\" in [sample]")
    names = [point.name for point in found if point.name]
    if len(set(names)) < len(names):
        twin = next(name for k, name in enumerate(names) if name in names[:k])
        raise InvalidInput(f"{here}: name {show(twin)} is there twice")
    return tuple(found)


def _point(given, where: str) -> Listed:
    if isinstance(given, Listed):
        given = given.plain()
    table(given, ("values", "name"), where)
    name = line(given.get("name", ""), f"{where}: name", empty=True)
    given = given.get("values", {})
    if not isinstance(given, Mapping):
        raise InvalidInput(f"{where}: values must be a table of name = value, not {show(given)}")
    values = {key: value_of(parameter(key, where).name, given[key], where) for key in given}
    return Listed({key: values[key] for key in sorted(values)}, name)


def _from_csv(path: Path, where: str) -> list[Listed]:
    """One point a line; the first line names the parameters, and `name` for what a point is called."""
    try:
        lines = list(csv.reader(io.StringIO(_text(path, where), newline=""), strict=True))
    except csv.Error as error:
        raise InvalidInput(f"{where} is no list of values separated by commas: {error}") from None
    lines = [(k, cells) for k, cells in enumerate(lines, start=1) if any(cell.strip() for cell in cells)]
    if len(lines) < 2:
        raise InvalidInput(f"{where} has no points: write names of parameters in the first line, values below")
    head = [name.strip() for name in lines[0][1]]
    for name in head:
        if head.count(name) > 1:
            raise InvalidInput(f"{where}: column {show(name)} is there twice")
        if name != "name":
            parameter(name, where)
    return [_cells(head, cells, f"{where}, line {k}") for k, cells in lines[1:]]


def _cells(head: list[str], cells: list[str], where: str) -> Listed:
    if len(cells) != len(head):
        raise InvalidInput(f"{where} has {len(cells)} values for {len(head)} columns")
    given = {name: cell.strip() for name, cell in zip(head, cells, strict=True) if cell.strip()}
    name = given.pop("name", "")
    return _point({"name": name, "values": {key: _number(key, cell) for key, cell in given.items()}}, where)


def _number(name: str, cell: str):
    """The cell as a number where the parameter is one; what is no number is refused by name later."""
    if PARAMETERS[name].choices:
        return cell
    try:
        return float(cell)
    except ValueError:
        return cell
