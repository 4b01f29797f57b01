"""Values of a column, as texts, into names, numbers and yes or no: once for every different value."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass

import numpy as np

from silosim.experiments.logs.guesses import is_nothing
from silosim.experiments.logs.reading_csv import Codes, Column
from silosim.model.organisation_fields import BIDIRECTIONAL, show
from silosim.model.parameters.registry import InvalidInput

LONGEST_NAME = 200
_YES = "true yes y t 1 1.0 ja j waar met made achieved within within_sla sla_met on_time binnen op_tijd gehaald wahr"
_NO = "false no n f 0 0.0 nee onwaar missed breached sla_violated late te_laat buiten niet_gehaald falsch nein"
YES, NO = frozenset(_YES.split()), frozenset(_NO.split())


@dataclass(frozen=True)
class Names:
    """A column of names: `values[codes[i]]`, -1 where missing."""

    codes: np.ndarray
    values: list[str]

    def counts(self) -> np.ndarray:
        """How often each value occurs."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.values))


def clean(value: str) -> str:
    """A name as it may be shown: one line, composed, without control or direction characters, not endless."""
    value = unicodedata.normalize("NFC", value) if not value.isascii() else value
    if not value.isprintable():
        value = "".join(" " if c.isspace() else c for c in value
                        if c.isspace() or not (unicodedata.category(c) in ("Cc", "Cs", "Cf") or c in BIDIRECTIONAL))
    value = " ".join(value.split())
    return value if len(value) <= LONGEST_NAME else value[:LONGEST_NAME - 1] + "…"


def names(column: Column) -> Names:
    """A column's names, cleaned; values that differ only in white space are the same."""
    found, where = Codes(), np.full(len(column.values) + 1, -1, np.int32)
    for k, value in enumerate(column.values):
        name = clean(value)
        if not is_nothing(name):
            where[k] = found[name]
    return Names(where[column.codes], list(found))


def answers(given: Names) -> tuple[np.ndarray, int]:
    """(1 yes, 0 no, NaN unknown of every row, how many rows say something else)."""
    by_value = np.full(len(given.values) + 1, np.nan)
    other = np.zeros(len(given.values) + 1, bool)
    for k, value in enumerate(given.values):
        word = value.lower().replace(" ", "_")
        by_value[k] = 1.0 if word in YES else 0.0 if word in NO else math.nan
        other[k] = math.isnan(by_value[k])
    return by_value[given.codes], int(other[given.codes].sum())


def numbers(given: Names, decimal: str | None, column: str, where: str) -> tuple[np.ndarray, int, str | None]:
    """(number of every row, NaN where there is none; how many rows are no number; the decimal mark that was decided).

    h:mm and h:mm:ss are hours. Raises InvalidInput where 1,234 may be one thousand or one and a bit.
    """
    mark = {"comma": ",", "point": "."}.get(decimal, decimal) or _mark(given.values, column, where)
    by_value = np.full(len(given.values) + 1, np.nan)
    for k, value in enumerate(given.values):
        by_value[k] = _number(value, mark or ".")
    found = by_value[given.codes]
    wrong = int((np.isnan(found) & (given.codes >= 0)).sum())
    return found, wrong, mark


def _mark(values: list[str], column: str, where: str) -> str | None:
    """The decimal mark, from values that tell; None when no value has any mark."""
    marks, doubtful = set(), None
    for value in values:
        found = re.fullmatch(r"[-+]?[\d.,' ]*?([.,])(\d+)", value)
        if not found:
            continue
        mark, digits = found[1], found[2]
        other = "." if mark == "," else ","
        if other in value or (len(digits) != 3 and value.count(mark) == 1) or value.lstrip("-+").startswith("0"):
            marks.add(mark)
        elif value.count(mark) > 1:
            marks.add(other)
        else:
            doubtful = doubtful or value
    if len(marks) > 1:
        raise InvalidInput(f"{where}: column {show(column)} has numbers with a decimal comma and with a decimal point; "
                           "give --decimal comma or --decimal point")
    if not marks and doubtful:
        raise InvalidInput(f"{where}: column {show(column)}: is {show(doubtful)} a thousand or a bit more than one? "
                           "Give --decimal comma or --decimal point")
    return marks.pop() if marks else None


def _number(value: str, mark: str) -> float:
    if clock := re.fullmatch(r"(\d{1,5}):([0-5]\d)(?::([0-5]\d))?", value):
        return int(clock[1]) + int(clock[2]) / 60 + int(clock[3] or 0) / 3600
    plain = re.sub(r"[\s'" + ("." if mark == "," else ",") + "]", "", value).replace(mark, ".")
    if not re.fullmatch(r"[-+]?(\d{1,18}\.?\d*|\.\d+)", plain):
        return math.nan
    return float(plain)
