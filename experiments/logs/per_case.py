"""From events to one row per case: when it was opened, first and finally resolved, and what was known about it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from silosim.experiments.logs.guesses import says_again

TIME = "datetime64[us]"
NEVER = np.datetime64("NaT", "us")


def ordered(events: pd.DataFrame) -> pd.DataFrame:
    """Events by case and then time, ties in file order; `case` becomes a number by opening and `id` the name."""
    code, names = pd.factorize(events["case"])
    time = events["time"].to_numpy(TIME)
    first = np.full(len(names), np.iinfo(np.int64).max)
    np.minimum.at(first, code, time.astype(np.int64))
    order = np.argsort(first, kind="stable")
    rank = np.empty(len(names), np.int64)
    rank[order] = np.arange(len(names))
    number = rank[code]
    place = np.lexsort((time, number))  # stable, so ties stay as they were
    frame = events.iloc[place].reset_index(drop=True)
    frame["id"] = frame["case"]
    frame["case"] = number[place]
    return frame


def case_table(frame: pd.DataFrame, resolved, closed, last_resolves: bool,
               activities: bool = False) -> tuple[pd.DataFrame, np.ndarray]:
    """(one row per case, whether each event is up to and with the first resolving one) of ordered events."""
    case, time = frame["case"].to_numpy(), frame["time"].to_numpy(TIME)
    start = np.flatnonzero(np.r_[True, case[1:] != case[:-1]])
    stop = np.r_[start[1:], len(case)]
    first, last = _resolving(frame, case, len(start), resolved)
    if last_resolves:
        first, last = (np.where(found < 0, stop - 1, found) for found in (first, last))
    known = first >= 0
    resolved_first = np.where(known, time[first], NEVER)
    resolved_final = np.where(known, time[last], NEVER)
    opened = time[start]
    if "opened" in frame:
        said = _first(frame["opened"], case, len(start)).to_numpy(TIME)
        opened = np.where(said < opened, said, opened)  # not a time is never earlier
    until = np.where(known, first, stop - 1)
    if "resolved_at" in frame and not last_resolves:
        said = _last(frame["resolved_at"], case, len(start)).to_numpy(TIME)
        usable = ~np.isnat(said) & (said >= opened)
        resolved_final = np.where(usable, said, resolved_final)
        resolved_first = np.where(usable & ~known, said, resolved_first)
        at_once = usable & ~known
        until = np.where(at_once, _until_time(time, start, stop, said), until)
    table = pd.DataFrame({
        "id": frame["id"].to_numpy()[start], "opened": opened.astype(TIME),
        "resolved_first": resolved_first.astype(TIME), "resolved_final": resolved_final.astype(TIME)})
    n = len(start)
    table["type"] = _last(frame.get("type"), case, n).astype("category")
    table["priority"] = _last(frame.get("priority"), case, n).astype("category")
    table["in_term"] = _last(frame.get("in_term"), case, n).astype("boolean")
    table["reopened"] = _reopened(frame, case, n, resolved, closed, last if activities else None)
    table["due"] = pd.to_datetime(_last(frame.get("due"), case, n)).astype(TIME)
    if "in_term" not in frame and "due" in frame:
        table["in_term"] = met_term(resolved_final, table["due"].to_numpy(), time.max())
    return table, np.arange(len(case)) <= until[case]


def met_term(resolved: np.ndarray, due: np.ndarray, end: np.datetime64) -> pd.array:
    """Whether each case was resolved by its target date. One that is still open is late once the log goes on after
    that date; before that, and without a target date, nobody knows."""
    open_ = np.isnat(resolved)
    unknown = np.isnat(due) | (open_ & ~(due < end))
    return pd.arrays.BooleanArray(~open_ & (resolved <= due), unknown)


def _resolving(frame, case, n: int, resolved) -> tuple[np.ndarray, np.ndarray]:
    """Places of the first and the last resolving event of each case; -1 without one."""
    first, last = np.full(n, -1), np.full(n, -1)
    if "state" in frame and resolved:
        at = np.flatnonzero(frame["state"].isin(list(resolved)).to_numpy())
        last[case[at]] = at
        first[case[at[::-1]]] = at[::-1]
    return first, last


def _until_time(time, start, stop, said) -> np.ndarray:
    """Place of the last event of each case that is not after `said`; its first event when all are."""
    late = np.repeat(said, stop - start) < time
    before = np.add.reduceat((~late).astype(np.int64), start)
    return start + np.maximum(before, 1) - 1


def _first(column, case, n: int) -> pd.Series:
    return _pick(column, case, n, slice(None, None, -1))


def _last(column, case, n: int) -> pd.Series:
    return _pick(column, case, n, slice(None))


def _pick(column, case, n: int, order: slice) -> pd.Series:
    """One value per case: of those that are not missing the last in `order`."""
    if column is None:
        return pd.Series([None] * n, dtype=object)
    at = np.flatnonzero(column.notna().to_numpy())[order]
    place = np.full(n, -1)
    place[case[at]] = at
    return column.take(np.maximum(place, 0)).reset_index(drop=True).where(pd.Series(place >= 0))


def _reopened(frame, case, n: int, resolved, closed, last) -> pd.array:
    """How often each case was reopened: the highest count the log gives, else times it left the resolved states.

    last  place of the last resolution of each case where the states are activities: what comes after it, such as
          filling in a cause, reopens nothing unless it says so
    """
    if "reopened" in frame:
        counts = pd.to_numeric(frame["reopened"], errors="coerce").to_numpy(float)
        highest = np.full(n, -1.0)
        at = np.isfinite(counts)
        np.maximum.at(highest, case[at], counts[at])
        return pd.arrays.IntegerArray(np.maximum(highest, 0).astype(np.int32), highest < 0)
    if "state" not in frame or not resolved:
        return pd.array([None] * n, dtype="Int32")
    done = frame["state"].isin([*resolved, *closed]).to_numpy()
    again = done[:-1] & ~done[1:] & frame["state"].notna().to_numpy()[1:] & (case[1:] == case[:-1])
    if last is not None:
        place = np.arange(len(case))
        names = [name for name in frame["state"].unique() if says_again(str(name))]
        says = frame["state"].isin(names).to_numpy() & (last[case] >= 0) & (place > last[case])
        says[1:] &= ~(says[:-1] & (case[1:] == case[:-1]))
        again = (again & (place[1:] < last[case[1:]])) | says[1:]
    counts = np.bincount(case[1:][again], minlength=n).astype(np.int32)
    return pd.arrays.IntegerArray(counts, np.zeros(n, bool))
