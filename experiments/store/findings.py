"""What stands in a damaged database, sorted by table by the form of each row.

Which table a page belongs to is written in the pages above it, which may be gone. A row's own form tells as well: how
many values it has, of which types, and what they say.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator

import numpy as np
from sqlite_utils import Database

from silosim.experiments.runkey import organisation_hash
from silosim.experiments.store import rows, schema
from silosim.experiments.store.copying import Document
from silosim.experiments.store.keep import LEVELS
from silosim.experiments.store.pages import Pages, Row
from silosim.model.measures.declared import MEASURES

_NAMED = ("run", "outcome", "sweep")  # tables whose columns differ between databases
# What each value of a row is; 'none' stands in place of a row's own number. After '*' there may be any number more.
_WITH_NUMBER = {
    "run": "none str int? str str? str str str int str int int int str str int str? str? num? str str? str str * any",
    "check_outcome": "none int? str str str num? num? num? str str str",
    "sweep": "none str str str? str str str str str? str int * any",
    "detail": "int int blob * int?", "layout": "none str str", "organisation": "str str str",
    "schema": "str str str int str?",
}
_WITHOUT_NUMBER = {
    "series": "str int blob * int?", "outcome": "int str * num?", "member": "int int int str",
    "point": "int int str str str? str str str? str?",
    "claim": "int str str str int str int str str str",
    "band": "int str str str int num? num? num? num? num? num? int",
}
_TYPES = {"none": (), "int": (int,), "str": (str,), "num": (int, float), "blob": (bytes,),
          "any": (int, float, str, bytes)}
_OTHER = ("organisation", "pay_vector", "check_outcome", "point", "member", "band", "claim")
_CHECKED = ("run", "detail", "organisation", "series", "outcome", "schema")  # by a checksum, or in another way


def _form(words: str) -> tuple[list, tuple | None]:
    first, _, more = words.partition(" * ")
    return [_kind(word) for word in first.split()], _kind(more) if more else None


def _kind(word: str) -> tuple[tuple, bool]:
    """(types, whether it may be NULL)."""
    name = word.rstrip("?")
    return _TYPES[name], word.endswith("?") or name in ("none", "any")


_FORMS = {True: {name: _form(words) for name, words in _WITH_NUMBER.items()},
          False: {name: _form(words) for name, words in _WITHOUT_NUMBER.items()}}


def table_of(row: Row) -> str | None:
    """The table that a row has the form of."""
    for name, (kinds, more) in _FORMS[row.rowid is not None].items():
        if len(row.values) < len(kinds) or (len(row.values) > len(kinds) and more is None):
            continue
        wanted = kinds + [more] * (len(row.values) - len(kinds))
        if all(nullable if value is None else isinstance(value, types)
               for value, (types, nullable) in zip(row.values, wanted, strict=True)):
            return name
    return None


class Findings:
    """All rows of the file that have the form of one of our tables.

    columns   table -> names of its columns, of those whose columns differ between databases
    runs      number -> where its row stands
    sweeps    number -> values of its row
    layouts   number -> (level, JSON of names)
    other     table -> rows, of the small tables; only from pages that are sound from end to end
    """

    def __init__(self, pages: Pages):
        self.pages = pages
        self.runs: dict[int, int] = {}
        self.sweeps: dict[int, tuple] = {}
        self.layouts: dict[int, tuple[str, str]] = {}
        self.other: dict[str, list[tuple]] = {name: [] for name in _OTHER}
        self._outcomes: dict[int, dict[str, int]] = {}
        self._series: dict[int, dict[str, int]] = {}
        self._details: dict[int, dict[int, int]] = {}
        self._sql: dict[str, str] = {}
        free, sound_pages = pages.free(), 0
        for number in range(1, pages.count + 1):
            if number not in free:
                found, sound = pages.rows(number)
                sound_pages += sound
                for row in found:
                    self._sort(row, sound)
            else:
                sound_pages += 1
        self.pages_read = (sound_pages, pages.claimed)
        self.columns = _columns(self._sql)

    @property
    def last_run(self) -> int:
        """The highest number of a run: they are given out one by one, so all below were there."""
        return max(max(some, default=0) for some in (self.runs, self._outcomes, self._series, self._details))

    def run(self, number: int) -> dict:
        """The row of a run by column; a column that was added after the run was stored is missing."""
        return dict(zip(self.columns["run"], (number, *self.pages.row(self.runs[number])[1:]), strict=False))

    def outcome(self, number: int) -> np.ndarray | None:
        """float64 [2 periods, measures] of a run; None unless both are there."""
        places = self._outcomes.get(number, {})
        if len(places) < len(rows.PERIODS):
            return None
        found = [dict(zip(self.columns["outcome"], self.pages.row(places[period]), strict=False))
                 for period in rows.PERIODS]
        return np.array([[one.get(name) for name in MEASURES] for one in found], dtype=float)

    def series_of(self, number: int) -> Iterator[tuple]:
        """(measure, numbers, checksum) of a run's series."""
        for name, place in self._series.get(number, {}).items():
            yield (name, *(*self.pages.row(place)[2:4], None)[:2])

    def details_of(self, number: int) -> Iterator[tuple]:
        """(layout, numbers, checksum) of a run's details."""
        for layout, place in self._details.get(number, {}).items():
            yield (layout, *(*self.pages.row(place)[2:4], None)[:2])

    def left_over(self, saved: set[int]) -> dict[str, int]:
        """How many series and details there are of other runs than these."""
        return {table: sum(len(some) for run, some in found.items() if run not in saved)
                for table, found in (("series", self._series), ("detail", self._details))}

    def _sort(self, row: Row, sound: bool) -> None:
        """Puts a row in its place. Rows that nothing proves count only on pages that are sound."""
        table, values = table_of(row), row.values
        if table is None or not (sound or table in _CHECKED):
            return
        if table == "series":
            self._series.setdefault(values[1], {})[values[0]] = row.place
        elif table == "outcome" and values[1] in rows.PERIODS:
            self._outcomes.setdefault(values[0], {})[values[1]] = row.place
        elif table == "detail":
            self._details.setdefault(values[0], {})[values[1]] = row.place
        elif table == "run":
            if row.rowid not in self.runs or "ok" in values:  # an earlier attempt that failed may still stand somewhere
                self.runs[row.rowid] = row.place
        elif table == "sweep":
            self.sweeps[row.rowid] = values
        elif table == "layout" and values[1] in LEVELS:
            self.layouts[row.rowid] = values[1:]
        elif table == "schema":
            if values[0] == "table" and values[1] in _NAMED:
                self._sql[values[1]] = max(self._sql.get(values[1], ""), values[4] or "", key=len)
        elif table == "organisation" and not _is_organisation(values):
            if sound and (_is_hash(values[1]) or not _is_hash(values[0])):  # two tables have this form
                self.other["pay_vector"].append(values)
        elif table in self.other:
            self.other[table].append(values)


def _is_organisation(values: tuple) -> bool:
    """Whether (hash, name, JSON) is an organisation, and what it was: its hash says so."""
    try:
        return organisation_hash(Document(json.loads(values[2]))) == values[0]
    except (ValueError, TypeError):
        return False


def _is_hash(text: str) -> bool:
    return len(text) == 32 and not text.strip("0123456789abcdef")


def _columns(sql: dict[str, str]) -> dict[str, list[str]]:
    """table -> columns as the file's own schema has them, or as this silosim would make them."""
    usual = Database(memory=True)
    schema.MIGRATIONS.apply(usual)
    schema.add_columns(usual, "outcome", dict.fromkeys(MEASURES, "REAL"))
    result = {}
    for table in _NAMED:
        own = sqlite3.connect(":memory:")
        try:
            own.execute(sql.get(table, ""))
            result[table] = [row[1] for row in own.execute(f"PRAGMA table_info({table})")]
        except sqlite3.Error:
            result[table] = []
        finally:
            own.close()
        result[table] = result[table] or [row[1] for row in usual.execute(f"PRAGMA table_info({table})")]
    usual.close()
    return result
