"""The period in which a log saw everything, and signs that it did not: snapshots, cut ends, long cases only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from silosim.experiments.logs.assumptions import Notes
from silosim.experiments.logs.log import EventLog
from silosim.model.parameters.registry import InvalidInput

QUIET = 0.1  # of an ordinary day: below it, cases opened then were not all taken into the log
LONGEST_GAP = 14  # days without arrivals that may be holidays
SPARSE = 3.0  # and times the usual gap, where cases arrive now and then only
PARTIAL = 0.6  # a first or last day with less than this of its weekday's median is not a whole day
DAY = np.timedelta64(1, "D")
SNAPSHOT = 0.6  # share of cases that are open at one and the same moment
HALF = 0.5
MUCH = 0.2  # of all cases outside the period: is it the right one?
SHORT = 28  # whole days: with fewer, weekdays and weeks say little


@dataclass(frozen=True)
class Period:
    """Days from `first` to `last` inclusive (on the log's clock); `whole` are those that were seen entirely."""

    first: np.datetime64
    last: np.datetime64
    whole_first: np.datetime64
    whole_last: np.datetime64

    @property
    def days(self) -> int:
        """Whole days."""
        return int((self.whole_last - self.whole_first) / DAY) + 1


def main_period(log: EventLog, first: str | None, last: str | None, notes: Notes) -> Period:
    """The longest run of days with an ordinary number of arrivals, or the days that were asked for."""
    days = log.local(log.cases["opened"]).to_numpy().astype("datetime64[D]")
    start, end = _run(days)
    given = [_day(x, which) for x, which in ((first, "--from"), (last, "--until"))]
    start, end = (x if x is not None else y for x, y in zip(given, (start, end), strict=True))
    inside = (days >= start) & (days <= end)
    if not inside.any():
        raise InvalidInput(f"no case was opened from {start} to {end}; the log has cases from {days.min()} to "
                           f"{days.max()}")
    outside = len(days) - int(inside.sum())
    notes.found("period", first=str(start), last=str(end), n=int(inside.sum()))
    if outside:
        tell = notes.doubt if given == [None, None] and outside > MUCH * len(days) else notes.found
        tell("outside", n=outside, share=outside / len(days))
    whole_first, whole_last = _whole(days[inside], start, end)
    if whole_first > whole_last:
        whole_first, whole_last = start, end
    if (whole_first, whole_last) != (start, end):
        notes.found("whole_days", first=str(whole_first), last=str(whole_last))
    period = Period(start, end, whole_first, whole_last)
    if period.days < SHORT:
        notes.doubt("short_period", n=period.days)
    return period


def _day(given: str | None, which: str) -> np.datetime64 | None:
    if given is None:
        return None
    try:
        return np.datetime64(pd.Timestamp(given).date(), "D")
    except (ValueError, TypeError):
        raise InvalidInput(f"{which} {given!r} must be a day like 2024-03-31") from None


def _run(days: np.ndarray) -> tuple[np.datetime64, np.datetime64]:
    """First and last day of the run that holds the most cases; gaps that may be holidays are part of it."""
    day, count = np.unique(days, return_counts=True)
    order = np.argsort(count)
    half = np.searchsorted(np.cumsum(count[order]), count.sum() / 2)
    busy = count >= QUIET * count[order][min(half, len(count) - 1)]
    day, count = day[busy], count[busy]
    gap = np.diff(day) / DAY
    longest = max(LONGEST_GAP, SPARSE * float(np.median(gap))) if len(gap) else LONGEST_GAP
    run = np.cumsum(np.r_[0, gap > longest])
    best = np.argmax(np.bincount(run, weights=count))
    return day[run == best][0], day[run == best][-1]


def _whole(days: np.ndarray, start, end) -> tuple[np.datetime64, np.datetime64]:
    every = np.arange(start, end + DAY)
    count = np.bincount(((days - start) / DAY).astype(int), minlength=len(every))
    weekday = every.astype(int) % 7
    if len(every) < 28:
        return start, end
    low = [count[k] < PARTIAL * np.median(count[weekday == weekday[k]]) for k in (0, -1)]
    return start + DAY * int(low[0]), end - DAY * int(low[1])


# -- signs that not everything was seen --------------------------------------------------------------------------------

def look_for_bias(log: EventLog, cohort: EventLog, notes: Notes) -> None:
    """Says in which ways the cases of a log are no fair sample of those that arrived."""
    n, cases = len(log), cohort.cases
    if not log.changes:
        notes.doubt("one_event", n=n)
    begin, end = log.events["time"].min(), log.events["time"].max()
    before = float((log.cases["opened"] < begin.normalize()).mean())
    if before > 0.02:
        notes.doubt("began_before", share=before)
    open_ = cases["resolved_first"].isna().to_numpy()
    if open_.mean() > HALF:
        notes.doubt("mostly_open", share=float(open_.mean()))
    elif open_.any():
        notes.found("unresolved", share=float(open_.mean()), n=int(open_.sum()))
    together, moment = _most_at_once(log, end)
    if together >= SNAPSHOT and n >= 20:
        notes.doubt("snapshot", share=together, day=str(moment.astype("datetime64[D]")))
    if len(cases) >= 200:
        _ends(cohort, open_, notes)


def _most_at_once(log: EventLog, end) -> tuple[float, np.datetime64]:
    """Largest share of cases open at one moment, and when."""
    opened = log.cases["opened"].to_numpy()
    closed = log.cases["resolved_final"].fillna(end).to_numpy()
    moment = np.concatenate([opened, closed])
    step = np.repeat([1, -1], len(opened))
    order = np.lexsort((-step, moment))
    open_ = np.cumsum(step[order])
    best = int(np.argmax(open_))
    return float(open_[best] / len(opened)), moment[order][best]


def _ends(cohort: EventLog, open_: np.ndarray, notes: Notes) -> None:
    """Compares the first and the last quarter of the period with its middle."""
    opened = cohort.cases["opened"].to_numpy()
    if opened[0] == opened[-1]:
        return
    place = (opened - opened[0]) / max(opened[-1] - opened[0], np.timedelta64(1, "s"))
    hours = cohort.hours()
    begin, middle, last = place < 0.25, (place >= 0.25) & (place < 0.75), place >= 0.75
    n, typical = middle.sum() / 2, np.nanmedian(hours[middle]) if (~np.isnan(hours[middle])).any() else np.nan
    if begin.sum() < HALF * n and _median(hours[begin]) > 2 * typical:
        notes.doubt("long_at_first", share=float(begin.sum() / n), times=float(_median(hours[begin]) / typical))
    if last.sum() < HALF * n and _median(hours[last]) < HALF * typical:
        notes.doubt("short_at_last", share=float(last.sum() / n))
    late, early = open_[place >= 0.8].mean(), open_[place < 0.8].mean()
    if late > 0.05 and late > 2 * early:
        notes.doubt("cut_end", late=float(late), early=float(early))


def _median(x: np.ndarray) -> float:
    x = x[~np.isnan(x)]
    return float(np.median(x)) if len(x) else float("nan")
