"""Times as companies write them: ISO, epoch, day or month first, with names of months, with or without a zone.

Whether 3/4 is in March or in April is decided from the data and said, and refused where they cannot tell.
"""

from __future__ import annotations

import re
import zoneinfo
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from silosim.experiments.logs.assumptions import Notes
from silosim.model.organisation_fields import show
from silosim.model.parameters.registry import InvalidInput

TIME = "datetime64[us]"
ORDERS = {"dmy": "day first", "mdy": "month first"}
EARLIEST, LATEST = np.datetime64("1980-01-01", "us"), np.datetime64("2100-01-01", "us")
UNREADABLE = 0.1  # above this share of different values something else is wrong

_CLOCK = r"(?:[T\s,]+(\d{1,2})[:.h](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?\s*([AaPp]\.?[Mm]\.?)?)?"
_ZONE = r"\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?"
ISO = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_CLOCK}{_ZONE}")
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[T ]?(\d{2})(\d{2})(\d{2})?)?(Z)?")
NUMBERS = re.compile(rf"(\d{{1,2}})[-/.\s](\d{{1,2}})[-/.\s](\d{{4}}|\d{{2}}){_CLOCK}{_ZONE}")
NAMED = re.compile(r"(?:[^\W\d]{2,9}\.?,?\s+)?(\d{1,2})[-/.\s]+([^\W\d]{3,9})\.?[-/,\s]+(\d{4}|\d{2})"
                   rf"{_CLOCK}{_ZONE}")
NAMED_FIRST = re.compile(rf"([^\W\d]{{3,9}})\.?\s+(\d{{1,2}}),?\s+(\d{{4}}){_CLOCK}{_ZONE}")
EPOCH = re.compile(r"(\d{10}|\d{13}|\d{16})(?:\.0+)?")
OFFSET = re.compile(r"\d[:.]\d{2}.*?(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})$")
MOST_TRIED = 500
ALIKE = 0.98
SUMMER_TIME = ("Europe/Amsterdam", "Europe/London", "Europe/Helsinki", "America/New_York", "America/Chicago",
               "America/Denver", "America/Los_Angeles", "Australia/Sydney")
MONTHS = {name: month for month, names in enumerate((
    "jan", "feb fév", "mar mrt maa mär mae", "apr avr", "may mei mai", "jun juin", "jul juil", "aug aoû", "sep",
    "oct okt", "nov", "dec dez déc"), start=1) for name in names.split()}  # English, Dutch, German, French


@dataclass(frozen=True)
class Asked:
    """What the user says about times: 'dmy' or 'mdy' (None: decide), and the zone of times without one (None: UTC)."""

    order: str | None = None
    zone: str | None = None

    def __post_init__(self):
        if self.order is not None and self.order not in ORDERS:
            raise InvalidInput(f"dates {show(self.order)} must be dmy (day first) or mdy (month first)")
        if self.zone is not None:
            try:
                zoneinfo.ZoneInfo(self.zone)
            except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
                raise InvalidInput(f"zone {show(self.zone)} is unknown; for example Europe/Amsterdam or UTC") from None


def shape(value: str) -> str:
    """What a value looks like, without what it says: 9 for digits, a for letters."""
    return re.sub(r"\d", "9", re.sub(r"[^\W\d_]", "a", value))[:40]


def readable(value: str, order: str | None) -> bool:
    """Whether a value can be read as a time, with the day or the month first."""
    return _read(value, order) is not None


def parse(columns: dict[str, list[str]], asked: Asked, notes: Notes, where: str) -> dict[str, np.ndarray]:
    """Different values of each column of times -> times in UTC; NaT where one cannot be read ('' is no value).

    Raises InvalidInput where day and month cannot be told apart, or too many values are no times.
    """
    orders = _orders(columns, asked, notes, where)
    return {name: _column(name, values, orders.get(name), asked, notes, where) for name, values in columns.items()}


def _orders(columns: dict[str, list[str]], asked: Asked, notes: Notes, where: str) -> dict[str, str]:
    """Day or month first, for every column that has dates of numbers only."""
    evidence = {}
    for name, values in columns.items():
        pairs = [(int(found[1]), int(found[2])) for value in values if (found := NUMBERS.fullmatch(value))]
        if pairs:
            days = sum(a > 12 for a, b in pairs if b <= 12)
            months = sum(b > 12 for a, b in pairs if a <= 12)
            evidence[name] = (days, months)
    if asked.order:
        return dict.fromkeys(evidence, asked.order)
    orders = {}
    for name, (days, months) in evidence.items():
        if days and months:
            raise InvalidInput(f"{where}: column {show(name)} has dates with the day first ({days}) and with the month "
                               f"first ({months}); give --dates dmy or --dates mdy, or repair the column")
        if days or months:
            orders[name] = "dmy" if days else "mdy"
            notes.found("dates_" + orders[name], column=name, n=days or months)
    known = set(orders.values())
    for name in evidence.keys() - orders.keys():
        if len(known) != 1:
            raise InvalidInput(f"{where}: column {show(name)} has dates like {_example(columns[name])} where day and "
                               "month cannot be told apart; give --dates dmy or --dates mdy")
        orders[name] = next(iter(known))
        notes.assumed("dates_as_others", column=name, order=orders[name])
    return orders


def _example(values: list[str]) -> str:
    return show(next((value for value in values if NUMBERS.fullmatch(value)), ""))


def _column(name: str, values: list[str], order: str | None, asked: Asked, notes: Notes, where: str) -> np.ndarray:
    read = [_read(value, order) for value in values]
    naive = np.array([found[0] if found else "NaT" for found in read], TIME)
    shift = np.array([found[1] if found else 0.0 for found in read])
    local = np.array([found is not None and found[1] != found[1] for found in read], bool)
    wrong = [value for value, found in zip(values, read, strict=True) if value and found is None]
    given = sum(bool(value) for value in values)
    if wrong and len(wrong) > UNREADABLE * given:
        raise InvalidInput(f"{where}: column {show(name)} should hold times, but {len(wrong)} of {given} different "
                           f"values are none, for example of the form {show(shape(wrong[0]))}; times look like "
                           "2024-01-31 14:05 or 31-1-2024 14:05")
    if wrong:
        notes.doubt("unreadable_times", column=name, n=len(wrong), form=shape(wrong[0]))
    times = naive - (np.nan_to_num(shift) * 60e6).astype("timedelta64[us]")
    if given and 0 < local.sum() < given:
        notes.doubt("zone_half", column=name, share=float(local.sum() / given), zone=asked.zone or "UTC")
    if local.any() and asked.zone and asked.zone != "UTC":
        times[local] = _to_utc(naive[local], asked.zone)
    elif local.any() and not asked.zone:
        notes.assumed("zone_unknown")
    elif given and not local.any() and not asked.zone:
        zone, share = zone_of(values) or ("UTC", 1.0)
        notes.assumed("zone_utc" if zone == "UTC" else "zone_written", zone=zone, share=share)
    with np.errstate(invalid="ignore"):
        odd = (times < EARLIEST) | (times > LATEST)
    if odd.any():
        notes.doubt("odd_times", column=name, n=int(odd.sum()))
        times[odd] = np.datetime64("NaT", "us")
    return times


def zone_of(values: list[str]) -> tuple[str, float] | None:
    """(zone in which times are written, share of them written so) from their offsets; None where some name none.

    Offsets that follow a clock with summer time give its zone, for example Europe/Amsterdam; else the most common
    offset, as UTC+01:00.
    """
    tried = [(value, found[1]) for value in values[::max(1, len(values) // MOST_TRIED)]
             if (found := OFFSET.search(value.strip()))]
    said = sum(bool(value) for value in values[::max(1, len(values) // MOST_TRIED)])
    if not tried or len(tried) < ALIKE * said:
        return None
    offsets = Counter(_minutes(written) for _, written in tried)
    common, times = offsets.most_common(1)[0]
    if len(offsets) == 1:
        return _fixed(common), 1.0
    moments = [(moment - timedelta(minutes=minutes), minutes) for value, _ in tried
               for moment, minutes in [_read(value.strip(), "dmy") or (None, 0.0)] if moment and minutes == minutes]
    for name in SUMMER_TIME:
        zone = zoneinfo.ZoneInfo(name)
        fits = sum(zone.utcoffset(m.replace(tzinfo=UTC).astimezone(zone)).total_seconds() == 60 * o for m, o in moments)
        if moments and fits >= ALIKE * len(moments):
            return name, fits / len(moments)
    return _fixed(common), times / len(tried)


def _fixed(minutes: float) -> str:
    if not minutes:
        return "UTC"
    hours, rest = divmod(int(abs(minutes)), 60)
    return f"UTC{'+' if minutes > 0 else '-'}{hours:02d}:{rest:02d}"


def _to_utc(naive: np.ndarray, zone: str) -> np.ndarray:
    """Times on the clock of a zone in UTC; an hour that comes twice is taken as the second, one that is left out
    as the hour after."""
    index = pd.DatetimeIndex(naive)
    aware = index.tz_localize(zone, ambiguous=np.zeros(len(index), bool), nonexistent="shift_forward")
    return aware.tz_convert("UTC").tz_localize(None).to_numpy().astype(TIME)


def _read(value: str, order: str | None) -> tuple[datetime, float] | None:
    """(time on the clock, minutes ahead of UTC: NaN where the value does not say) of one value; None if it is none."""
    try:
        if found := ISO.fullmatch(value):
            year, month, day, *rest = found.groups()
            return _moment(int(year), int(month), int(day), *rest)
        if order and (found := NUMBERS.fullmatch(value)):
            a, b, year, *rest = found.groups()
            day, month = (a, b) if order == "dmy" else (b, a)
            return _moment(_year(year), int(month), int(day), *rest)
        if found := NAMED.fullmatch(value):
            day, month, year, *rest = found.groups()
            return _moment(_year(year), _month(month), int(day), *rest)
        if found := NAMED_FIRST.fullmatch(value):
            month, day, year, *rest = found.groups()
            return _moment(int(year), _month(month), int(day), *rest)
        if found := EPOCH.fullmatch(value):
            digits = found[1]
            stamp = int(digits) / 10 ** (len(digits) - 10)
            return datetime(1970, 1, 1) + pd.Timedelta(seconds=stamp).to_pytimedelta(), 0.0
        if found := COMPACT.fullmatch(value):
            year, month, day, hour, minute, second, zone = found.groups()
            return _moment(int(year), int(month), int(day), hour, minute, second, None, None, zone)
    except (ValueError, KeyError, OverflowError):
        return None
    return None


def _moment(year: int, month: int, day: int, hour, minute, second, fraction, half, zone) -> tuple[datetime, float]:
    hours = int(hour or 0)
    if half:
        if not 1 <= hours <= 12:
            raise ValueError("a clock of twelve hours")
        hours = hours % 12 + (12 if half[0] in "pP" else 0)
    micro = int((fraction or "0")[:6].ljust(6, "0"))
    return datetime(year, month, day, hours, int(minute or 0), int(second or 0), micro), _minutes(zone)


def _minutes(zone: str | None) -> float:
    if not zone:
        return float("nan")
    if zone[0] not in "+-":
        return 0.0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    return (1 if zone[0] == "+" else -1) * (60.0 * int(digits[:2]) + int(digits[2:]))


def _year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _month(name: str) -> int:
    return MONTHS[name.lower()] if name.lower() in MONTHS else MONTHS[name.lower()[:3]]
