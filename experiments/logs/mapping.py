"""What the user says about a log, in a file or with flags, and what is guessed where nothing is said."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from silosim.experiments.logs.assumptions import Notes, listed
from silosim.experiments.logs.dates import Asked
from silosim.experiments.logs.guesses import FIELDS, NEEDED, TIMES, guess_columns, guess_state, plain
from silosim.experiments.logs.guesses_words import guess_by_words, holds_times
from silosim.experiments.logs.reading import Source
from silosim.experiments.logs.reading_bytes import place
from silosim.model.organisation_fields import known_keys, one_line, show, unknown_name
from silosim.model.parameters.registry import InvalidInput

OPTIONS = {"zone": str, "dates": str, "encoding": str, "delimiter": str, "decimal": str, "worked_unit": str}
MEANINGS = ("resolved", "waiting", "closed")
UNITS = {"hours": 1.0, "minutes": 1 / 60, "seconds": 1 / 3600, "days": 8.0}
MOST_BYTES = 1_000_000


@dataclass(frozen=True)
class Asks:
    """Everything the user may say about reading a log.

    columns    field -> column ('' for: there is none); states: meaning -> names of states
    headcount  team -> people; front: teams that meet the customer; system: names of actors that are programs
    """

    columns: dict[str, str] = field(default_factory=dict)
    states: dict[str, tuple[str, ...]] = field(default_factory=dict)
    headcount: dict[str, int] = field(default_factory=dict)
    front: tuple[str, ...] = ()
    system: tuple[str, ...] = ()
    zone: str | None = None
    dates: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    worked_unit: str | None = None

    @property
    def times(self) -> Asked:
        """What is said about times."""
        return Asked(self.dates, self.zone)


def read_mapping(path: str) -> Asks:
    """A mapping file. Raises InvalidInput with the place of what cannot be used."""
    where = place(path)
    try:
        raw = Path(path).read_bytes()[:MOST_BYTES + 1]
        data = tomllib.loads(raw.decode("utf-8-sig"))
    except FileNotFoundError:
        raise InvalidInput(f"{where}: no such mapping file") from None
    except OSError as problem:
        raise InvalidInput(f"{where}: cannot be read: {one_line(problem.strerror or str(problem))}") from None
    except (ValueError, RecursionError) as problem:
        raise InvalidInput(f"{where}: not valid TOML (UTF-8): {one_line(str(problem))[:120]}") from None
    known_keys(data, ("columns", "states", "headcount", "front", "system", *OPTIONS), where)
    columns = _table(data, "columns", where)
    known_keys(columns, FIELDS, f"{where}: [columns]")
    states = _table(data, "states", where)
    known_keys(states, MEANINGS, f"{where}: [states]")
    return Asks(
        {name: _text(value, f"{where}: [columns] {name}") for name, value in columns.items()},
        {name: _texts(value, f"{where}: [states] {name}") for name, value in states.items()},
        {name: _people(value, f"{where}: [headcount] {one_line(name)[:60]}")
         for name, value in _table(data, "headcount", where).items()},
        _texts(data.get("front", []), f"{where}: front"), _texts(data.get("system", []), f"{where}: system"),
        **{name: _text(data[name], f"{where}: {name}") for name in OPTIONS if name in data})


def with_flags(asks: Asks, columns: Sequence[str] = (), states: Sequence[str] = (), headcount: Sequence[str] = (),
               front: Sequence[str] = (), system: Sequence[str] = (), **options: str | None) -> Asks:
    """The same with what flags say, which wins: FIELD=COLUMN, MEANING=STATE, TEAM=PEOPLE."""
    said = dict(asks.columns)
    for flag in columns:
        name, value = _pair(flag, "--column", "FIELD=COLUMN")
        if name not in FIELDS:
            raise InvalidInput(f"--column: {unknown_name('field', name, FIELDS)}")
        said[name] = value
    meant = dict(asks.states)
    for flag in states:
        name, value = _pair(flag, "--state", "MEANING=STATE")
        if name not in MEANINGS:
            raise InvalidInput(f"--state: {unknown_name('meaning', name, MEANINGS)}; known: {', '.join(MEANINGS)}")
        meant[name] = (*meant.get(name, ()), value)
    people = dict(asks.headcount)
    for flag in headcount:
        name, _, value = flag.rpartition("=")
        if not name.strip() or not value.strip().isdecimal():
            raise InvalidInput(f"--headcount {show(flag)} must be TEAM=PEOPLE, for example \"Service desk=12\"")
        people[name.strip()] = _people(int(value), f"--headcount {one_line(name)[:60]}")
    given = {name: value for name, value in options.items() if value is not None}
    return replace(asks, columns=said, states=meant, headcount=people, front=(*asks.front, *front),
                   system=(*asks.system, *system), **given)


def check(asks: Asks) -> None:
    """Refuses options that mean nothing."""
    asks.times  # noqa: B018 - refuses an unknown order or zone
    if asks.decimal not in (None, ",", ".", "comma", "point"):
        raise InvalidInput(f"decimal {show(asks.decimal)} must be comma or point")
    if asks.worked_unit not in (None, *UNITS):
        raise InvalidInput(f"worked_unit {show(asks.worked_unit)} must be one of {', '.join(UNITS)}")


def map_columns(source: Source, asks: Asks, notes: Notes) -> dict[str, str]:
    """field -> column of the file, as said or guessed; `check_needed` says whether it is enough."""
    where = place(source.path)
    taken = {}
    for name, column in asks.columns.items():
        if not column:
            continue
        exact = {c.casefold(): c for c in source.columns}
        parts = [exact.get(part.strip().casefold()) for part in column.split("+")]
        if column.casefold() not in exact and len(parts) > 1 and all(parts):
            source.join(column, parts)
            exact[column.casefold()] = column
        if column.casefold() not in exact:
            raise InvalidInput(f"{where}: {unknown_name('column', column, source.columns)}; "
                               f"there are: {listed(map(one_line, source.columns), 40)}")
        taken[name] = exact[column.casefold()]
    found = _guessed(source, taken, {name for name, column in asks.columns.items() if not column}, notes)
    if "state" not in taken:
        state = guess_state(source.columns, source.sample, {k: v for k, v in found.items() if k != "state"})
        found.pop("state", None)
        if state:
            found["state"] = state
    found = {name: column for name, column in found.items() if asks.columns.get(name) != ""}
    if "time" not in found and "opened" in found:
        found["time"] = found["opened"]
        notes.doubt("no_time")
    return found


def _guessed(source: Source, taken: dict[str, str], left_out: set[str], notes: Notes) -> dict[str, str]:
    """Columns by their headings, without those that should hold times and do not; then by words in headings."""
    found = guess_columns(source.columns, taken)
    wrong = {name: found.pop(name) for name in TIMES
             if name in found and name not in taken and not holds_times(source.sample[found[name]])}
    for name, column in guess_by_words(source.columns, source.sample, found, left_out).items():
        found[name] = column
        notes.doubt("by_word", field=name, column=column)
    if "time" in wrong and "time" not in found:
        found["time"] = wrong.pop("time")  # nothing better: reading it says what is wrong with it
    for name, column in wrong.items():
        notes.found("no_times_in_it", column=column, field=name)
    return found


def check_needed(source: Source, found: Mapping[str, str]) -> None:
    """Raises InvalidInput when what is needed was not found among the columns."""
    missing = [name for name in NEEDED if name not in found]
    if missing:
        raise InvalidInput(f"{place(source.path)}: which column is the {' and the '.join(missing)}? Say so with "
                           + " ".join(f"--column {name}=COLUMN" for name in missing)
                           + f"{_instead(source, missing)}; there are: {listed(map(one_line, source.columns), 40)}")


def _instead(source: Source, missing: list[str]) -> str:
    """What can be done with a log that records changes one field at a time, or that has no teams."""
    names = {plain(column): column for column in source.columns}
    if {"field", "field_event"} & names.keys() and {"to", "to_string", "new_value"} & names.keys():
        return (" (each row is a change of one field: make columns of case, time, team, state and person first, each "
                "row with what holds after the change)")
    stand_in = [names[name] for name in ("org_resource", "concept_name", "resource", "activity") if name in names]
    if missing == ["team"] and stand_in:
        return (f" (a log without teams can be read by person or by activity, as if each were a team: "
                f"--column team={one_line(stand_in[0])})")
    return ""


def _table(data: Mapping, key: str, where: str) -> Mapping:
    table = data.get(key, {})
    if not isinstance(table, Mapping):
        raise InvalidInput(f"{where}: {key} must be a table; write [{key}] and below it name = value")
    return table


def _text(value, where: str) -> str:
    if not isinstance(value, str):
        raise InvalidInput(f"{where} = {show(value)} must be a text in quotes")
    return value


def _texts(value, where: str) -> tuple[str, ...]:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise InvalidInput(f"{where} = {show(value)} must be a list of texts in quotes")
    return tuple(values)


def _people(value, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 4096:
        raise InvalidInput(f"{where} = {show(value)} must be a whole number of people from 1 to 4096")
    return value


def _pair(flag: str, option: str, form: str) -> tuple[str, str]:
    name, equals, value = flag.partition("=")
    if not equals or not name.strip():
        raise InvalidInput(f"{option} {show(flag)} must be {form}")
    return name.strip(), value.strip()
