"""A sweep as CSV or Parquet files that stand on their own, with a dictionary of every column beside them.

    points, outcomes (last 52 weeks), outcomes_whole_path    a row a point, a row a run
    series      Parquet: a row a run and week, a column a measure; CSV: a file a measure, a row a run, a column a week,
                since rows of single weeks are ten times as large and longer than spreadsheets read
    bands       a row a policy, measure and week
    team, employee, silo_map    a row a team, employee or pair of teams of a run
    dictionary  a row a column: type, label, unit, meaning; also as JSON
    sweep       JSON: what was asked, by which program, on which machine, and the content hash
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from silosim.experiments.store import details, dictionary, rows
from silosim.experiments.store.dictionary import FLOAT32, Column
from silosim.experiments.store.errors import in_plain_words
from silosim.experiments.store.keep import LEVELS, parts_of
from silosim.experiments.store.sweep_reading import BAND, POINT
from silosim.experiments.store.tables import SINKS, write_table
from silosim.model.measures.declared import MEASURES
from silosim.model.parameters import PARAMETERS, unknown
from silosim.model.text import text
from silosim.model.text import unit as unit_of

FORMATS = tuple(SINKS)
_AT_ONCE = 2000  # runs
ABOUT = ("name", "command", "status", "content", "design", "settings", "rulebook", "seed", "started", "finished",
         "versions", "git", "machine", "command_line")
_WHO = ("point", "replicate", "policy", "arm", "world_name")


def export(store, sweep: int, folder: str | Path, fmt: str = "csv", lang: str = "en") -> list[Path]:
    """Writes the files and returns their paths; files of these names that are there already are replaced.

    lang   of labels and meanings in the dictionary; names of columns and values are the same in both
    Raises InvalidInput for an unknown format, or when Parquet is asked and pyarrow is not installed; StoreError.
    """
    if fmt not in SINKS:
        raise unknown("format", fmt, FORMATS)
    folder = Path(folder)
    with in_plain_words(folder):
        folder.mkdir(parents=True, exist_ok=True)
        return _Export(store, sweep, folder, fmt, lang).write()


class _Export:
    """The files of one sweep."""

    def __init__(self, store, sweep: int, folder: Path, fmt: str, lang: str):
        self.store, self.sweep, self.folder, self.fmt, self.lang = store, sweep, folder, fmt, lang
        self.points = store.points(sweep)
        self.members = store.members(sweep).join(self.points["world_name"], on="point")
        self.described: list[Column] = []
        self.paths: list[Path] = []

    def write(self) -> list[Path]:
        """All files."""
        self._points()
        for period, name in (("last_year", "outcomes"), ("whole_path", "outcomes_whole_path")):
            self._outcomes(name, period)
        kept, levels = self._kept()
        if kept:
            self._series(kept)
            self._bands(kept)
        for level in levels:
            self._details(level)
        self._dictionary()
        self._json("sweep", self._about())
        return self.paths

    def _kept(self) -> tuple[list[str], list[str]]:
        """Series and levels that any run of the sweep keeps."""
        found = self.store.fetch("SELECT DISTINCT kept FROM member JOIN run ON run.key = member.key "
                                 "AND run.status = 'ok' WHERE member.sweep = ?", [self.sweep])
        series, levels = (set().union(*some) for some in zip(*(parts_of(row[0]) for row in found), strict=True)) \
            if found else (set(), set())
        return [name for name in rows.WEEKLY if name in series], [level for level in LEVELS if level in levels]

    # One table after another

    def _points(self) -> None:
        columns = self._columns("point", "point", "policy", "arm", "world_name", "organisation")
        self._table("points", [*columns, *self._factors()],
                    [self.points.rename(columns=self._factor_names()).reset_index()])

    def _outcomes(self, name: str, period: str) -> None:
        factors = self.points.drop(columns=list(POINT)).rename(columns=self._factor_names())
        runs = self.members.join(factors, on="point").join(
            self.store.sweep_outcomes(self.sweep, period), on=["point", "replicate"])
        self._table(name, [*self._who(), *self._factors(), *self._columns("run", "key", "status"),
                           *(dictionary.measure("outcome", measure, lang=self.lang) for measure in MEASURES)], [runs])

    def _series(self, kept: list[str]) -> None:
        if self.fmt == "parquet":
            columns = [*self._who(), *self._columns("band", "week"), *(self._weekly(name, name) for name in kept)]
            self._table("series", columns, self._long_series(kept))
            return
        import pandas as pd

        for name in kept:
            who, weeks = self.store.sweep_series(self.sweep, name)
            columns = [self._weekly(name, f"week_{k}", k) for k in range(weeks.shape[1])]
            frame = pd.DataFrame(weeks, columns=[c.name for c in columns])
            self._table(f"series_{name}", [*self._who(), *columns],
                        [who.join(self.points["world_name"], on="point").join(frame)])

    def _weekly(self, name: str, column: str, week: int | None = None) -> Column:
        found = dictionary.measure("", name, FLOAT32, self.lang)
        if week is None:
            return found
        return found._replace(name=column, meaning=text("data.column.export.week_number", self.lang, week=week))

    def _long_series(self, kept: list[str]) -> Iterator:
        """One row a run and week, some runs at a time; NaN for a run that does not keep a series."""
        import numpy as np

        there = self.members[self.members["status"] == "ok"]
        for first in range(0, len(there), _AT_ONCE):
            some = there.iloc[first:first + _AT_ONCE]
            found = {name: self.store.series_by_key(list(some["key"]), name) for name in kept}
            longest = max((len(blob) for blobs in found.values() for blob in blobs.values()), default=0)
            weeks = longest // rows.FLOAT.itemsize
            frame = some.loc[some.index.repeat(weeks), list(_WHO)].reset_index(drop=True)
            frame["week"] = np.tile(np.arange(weeks), len(some))
            nothing = np.full(weeks, np.nan, dtype=rows.FLOAT).tobytes()
            for name, blobs in found.items():
                frame[name] = rows.week_array([blobs.get(key, nothing) for key in some["key"]]).ravel()
            yield frame

    def _bands(self, kept: list[str]) -> None:
        columns = self._columns("band", "policy", "arm", "measure", "week", *BAND)
        self._table("bands", columns, (self.store.sweep_band(self.sweep, name).assign(measure=name) for name in kept))

    def _details(self, level: str) -> None:
        names = {"team": ("team",), "employee": ("employee",), "silo_map": ("from_team", "to_team")}[level]
        kind = "INTEGER" if level == "employee" else "TEXT"
        own = [dictionary.column("export", name, kind, self.lang) for name in names]
        values = [dictionary.measure("", name, FLOAT32, self.lang) if name in MEASURES else
                  dictionary.column("export", name, FLOAT32, self.lang) for name in rows.level_names(level)]
        self._table(level, [*self._who(), *own, *values], details.frames(self.store, self.sweep, level))

    def _dictionary(self) -> None:
        import pandas as pd

        kinds = {"INTEGER": "integer", "REAL": "number", FLOAT32: "number"}
        parts = ("type", "label", "unit", "meaning")
        found = pd.DataFrame([(c.table, c.name, kinds.get(c.type, "text"), c.label, c.unit, c.meaning)
                              for c in self.described], columns=["table", "column", *parts])
        write_table(self._path("dictionary", "csv"), [Column("", name, "TEXT", "", "", "") for name in found], [found])
        self._json("dictionary", {table: {row["column"]: {part: row[part] for part in parts}
                                          for row in some.to_dict("records")}
                                  for table, some in found.groupby("table", sort=False)})

    def _about(self) -> dict:
        about = dict(zip(("sweep", *ABOUT), self.store.fetch(
            f"SELECT id, {', '.join(ABOUT)} FROM sweep WHERE id = ?", [self.sweep])[0], strict=True))
        for name in ("settings", "versions"):
            about[name] = json.loads(about[name])
        return about

    # Columns and files

    def _columns(self, table: str, *names: str) -> list[Column]:
        return [dictionary.column(table, name, lang=self.lang) for name in names]

    def _who(self) -> list[Column]:
        """What every row of a run begins with."""
        point = self._columns("member", "point", "replicate")
        return [*point, *self._columns("point", *_WHO[2:])]

    def _factor_names(self) -> dict[str, str]:
        """The names of factors, other than those of measures."""
        return {name: f"{name}_factor" if name in MEASURES else name for name in self.points.columns[len(POINT):]}

    def _factors(self) -> list[Column]:
        result = []
        for name, column in self._factor_names().items():
            if name in PARAMETERS:
                label = text(f"param.{name}.label", self.lang)
                kind, unit = rows.column_type(name), unit_of(PARAMETERS[name].unit, self.lang)
            else:
                label, unit = name, ""
                kind = "TEXT" if self.points[name].dtype == object else "REAL"
            result.append(Column("", column, kind, label, unit, text("data.factor", self.lang, label=label)))
        return result

    def _table(self, name: str, columns: list[Column], frames: Iterable) -> None:
        write_table(self._path(name, self.fmt), columns, frames)
        self.described += [c._replace(table=name) for c in columns]

    def _json(self, name: str, document: dict) -> None:
        path = self._path(name, "json")
        part = path.with_name(path.name + ".part")
        part.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        part.replace(path)

    def _path(self, name: str, ending: str) -> Path:
        self.paths.append(self.folder / f"{name}.{ending}")
        return self.paths[-1]
