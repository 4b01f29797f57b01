"""From the columns of a file to an event log: what is missing, doubled, in the wrong order or done by programs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from silosim.experiments.logs import dates, values
from silosim.experiments.logs.actors import system_actors
from silosim.experiments.logs.assumptions import Notes
from silosim.experiments.logs.doubts import look_closer
from silosim.experiments.logs.guesses import HEADINGS, TIMES, meaning, plain
from silosim.experiments.logs.log import EventLog
from silosim.experiments.logs.mapping import MEANINGS, UNITS, Asks
from silosim.experiments.logs.reading import Source
from silosim.experiments.logs.reading_bytes import place
from silosim.experiments.logs.values import Names
from silosim.model.organisation_fields import show, unknown_name
from silosim.model.parameters.registry import InvalidInput

NONE = np.timedelta64(0, "us")
MOSTLY = 0.5
CODE = re.compile(r"(value|group|team|role|unit|code)[ _.-]*\d+", re.IGNORECASE)
NAMES = ("case", "team", "person", "state", "type", "priority")


@dataclass(frozen=True)
class Cleaned:
    """A log, what each state was taken to mean, and how many rows the file had."""

    log: EventLog
    meanings: dict[str, tuple[str, ...]]
    rows: int


def cleaned(source: Source, mapping: Mapping[str, str], asks: Asks, notes: Notes, *, skip_bad: bool = False,
            keep_repeated: bool = False) -> Cleaned:
    """Reads the mapped columns and makes the log. Raises InvalidInput when nothing usable is left."""
    where = place(source.path)
    columns, hashes = source.read(list(dict.fromkeys(mapping.values())), skip_bad, notes)
    given = {field: columns[column] for field, column in mapping.items()}
    rows = len(given["case"].codes)
    named = {field: values.names(given[field]) for field in NAMES if field in given}
    times = _times(given, mapping, asks, notes, where)
    keep = _keep(named["case"], times["time"], hashes, keep_repeated, notes, where)
    _hide_people(named, mapping, notes)
    _count_missing(named, keep, mapping, notes)
    look_closer(named, times, keep, mapping, notes)
    frame = _frame(given, named, times, mapping, asks, notes, where)
    frame["system"] = system_actors(named.get("person"), named.get("state"), frame, keep, asks.system, notes)
    if "person" in frame:
        frame["person"] = frame["person"].mask(frame["system"])
    frame = frame[keep]
    if _newest_first(frame):
        frame = frame.iloc[::-1]
        notes.found("newest_first")
    meanings = state_meanings(named.get("state"), keep, asks, notes)
    last = not meanings["resolved"] and "resolved_at" not in frame
    if last:
        notes.assumed("last_resolves")
    log = EventLog.make(frame, name=source.path.name.split(".")[0], zone=asks.zone or _zone(given["time"]),
                        last_resolves=last, activities=_are_activities(mapping), **meanings)
    if "due" in mapping and "in_term" not in mapping:
        notes.assumed("term_from_due", column=mapping["due"])
    _count_reopened(log, mapping, meanings, notes)
    if "resolved_at" in mapping and any(word in plain(mapping["resolved_at"]) for word in ("clos", "afgesloten")):
        notes.doubt("closed_column", column=mapping["resolved_at"])
    return Cleaned(log, meanings, rows)


def _times(given, mapping, asks: Asks, notes: Notes, where: str) -> dict[str, np.ndarray]:
    """Every column of times, in UTC, per row."""
    by_column = {mapping[field]: values.names(given[field]) for field in TIMES if field in given}
    parsed = dates.parse({name: found.values for name, found in by_column.items()}, asks.times, notes, where)
    nothing = np.array(["NaT"], dates.TIME)
    return {field: np.r_[parsed[mapping[field]], nothing][by_column[mapping[field]].codes]
            for field in TIMES if field in given}


def _zone(times) -> str:
    """The zone in which most times are written; UTC where they name none."""
    found = dates.zone_of(times.values)
    return found[0] if found else "UTC"


def _keep(case: Names, time: np.ndarray, hashes, keep_repeated: bool, notes: Notes, where: str) -> np.ndarray:
    """Rows that can be used: with a case and a time, and not the same as another one."""
    no_case, no_time = case.codes < 0, np.isnat(time)
    keep = ~no_case & ~no_time
    for key, missing in (("no_case_rows", no_case), ("no_time_rows", no_time & ~no_case)):
        if missing.any():
            notes.doubt(key, n=int(missing.sum()), share=float(missing.mean()))
    if hashes is not None:
        repeated = pd.Series(hashes).duplicated().to_numpy() & keep
        if repeated.any():
            notes.found("repeated_kept" if keep_repeated else "repeated", n=int(repeated.sum()))
            keep = keep if keep_repeated else keep & ~repeated
    if not keep.any():
        raise InvalidInput(f"{where}: no row has both a case and a time; are these the right columns? (--dry-run)")
    return keep


def _hide_people(named: dict[str, Names], mapping: Mapping[str, str], notes: Notes) -> None:
    """A team, type or state with the name of a person gets a number for a name; 'Value 7' of a log in which all
    names were replaced names nobody."""
    people = {name.casefold() for name in named["person"].values} if "person" in named else set()
    for field in ("team", "type", "state", "priority"):
        if field not in named:
            continue
        found = named[field].values
        of_people = plain(mapping[field]) in HEADINGS["person"].split()
        hidden = [k for k, name in enumerate(found)
                  if of_people or (name.casefold() in people and not CODE.fullmatch(name))]
        for number, k in enumerate(hidden, start=1):
            found[k] = f"{field} {number}"
        if hidden:
            notes.doubt("people_as_" + ("team" if field == "team" else "other"), n=len(hidden), field=field)


def _count_missing(named: dict[str, Names], keep: np.ndarray, mapping, notes: Notes) -> None:
    for field in ("team", "person", "state", "type"):
        if field in named:
            missing = float((named[field].codes[keep] < 0).mean())
            if missing > 0:
                notes.found(f"missing_{field}", share=missing, column=mapping[field])
        else:
            notes.doubt(f"without_{field}")
    if not len(named["team"].values):
        raise InvalidInput(f"column {show(mapping['team'])} is empty: no row has a team; give --column team=COLUMN")


def _frame(given, named, times, mapping, asks: Asks, notes: Notes, where: str) -> pd.DataFrame:
    """A frame that `EventLog.make` takes, still with every row."""
    found: dict[str, object] = {
        field: pd.Categorical.from_codes(column.codes, column.values)
        for field, column in named.items() if field != "person"}
    if "person" in named:
        codes = named["person"].codes
        found["person"] = pd.arrays.IntegerArray(codes.astype(np.int32), codes < 0)
    found |= times
    if "in_term" in given:
        found["in_term"], other = values.answers(values.names(given["in_term"]))
        if other:
            notes.doubt("not_yes_or_no", n=other, column=mapping["in_term"])
    for field in ("reopened", "worked"):
        if field in given:
            found[field] = _numbers(given[field], mapping[field], field, asks, notes, where)
    return pd.DataFrame(found)


def _numbers(column, name: str, field: str, asks: Asks, notes: Notes, where: str) -> np.ndarray:
    found, wrong, mark = values.numbers(values.names(column), asks.decimal, name, where)
    negative = found < 0
    found[negative] = np.nan
    if wrong or negative.any():
        notes.doubt("no_numbers", n=wrong + int(negative.sum()), column=name)
    if mark == "," and not asks.decimal:
        notes.found("decimal_comma", column=name)
    if field == "worked":
        unit = asks.worked_unit or "hours"
        notes.assumed("worked_unit", column=name, unit=unit)
        found = found * UNITS[unit]
    return found


def _are_activities(mapping: Mapping[str, str]) -> bool:
    """Whether the column of states says what was done, by its heading."""
    return bool({"activity", "activiteit", "concept"} & set(plain(mapping.get("state", "")).split("_")))


def _count_reopened(log: EventLog, mapping, meanings, notes: Notes) -> None:
    """A doubt where most cases leave the states that were taken for the end."""
    again = log.cases["reopened"].dropna()
    share = float((again > 0).mean()) if len(again) else 0.0
    if "reopened" not in mapping and share > MOSTLY:
        notes.doubt("mostly_reopened", share=share, states=", ".join(meanings["resolved"]))


def _newest_first(frame: pd.DataFrame) -> bool:
    """Whether the events of a case stand in the file with the newest on top."""
    case, time = frame["case"].cat.codes.to_numpy(), frame["time"].to_numpy()
    order = np.argsort(case, kind="stable")
    same = case[order][1:] == case[order][:-1]
    step = (time[order][1:] - time[order][:-1])[same]
    return int((step < NONE).sum()) > 4 * int((step > NONE).sum())


def state_meanings(state: Names | None, keep: np.ndarray, asks: Asks, notes: Notes) -> dict[str, tuple[str, ...]]:
    """Which states mean resolved, waiting and closed: as said, else by their words."""
    if state is None:
        return dict.fromkeys(MEANINGS, ())
    there = np.flatnonzero(np.bincount(state.codes[keep & (state.codes >= 0)], minlength=len(state.values)))
    by_fold = {state.values[k].casefold(): state.values[k] for k in there}
    said = {name: tuple(_state(one, by_fold) for one in asks.states[name]) for name in asks.states}
    taken = {one for names in said.values() for one in names}
    found = {name: said.get(name, tuple(v for v in by_fold.values() if v not in taken and meaning(v) == name))
             for name in MEANINGS}
    if not found["resolved"] and found["closed"]:
        found["resolved"] = found["closed"]
        notes.doubt("closed_is_resolved")
    for name, names in found.items():
        if names and name not in said:
            notes.assumed(f"states_{name}", states=", ".join(names))
    if not found["resolved"]:
        notes.doubt("no_resolved")
    return found


def _state(name: str, by_fold: dict[str, str]) -> str:
    if name.casefold() not in by_fold:
        raise InvalidInput(unknown_name("state", name, by_fold.values()))
    return by_fold[name.casefold()]
