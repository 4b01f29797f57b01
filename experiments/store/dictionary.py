"""What every table and column of the results database means, in both languages, from one place.

Tables and columns have their words in model/strings/data_*.toml, measures and parameters in their registries. The data
dictionary of the README, of an export and of Datasette all come from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from sqlite_utils import Database

from silosim.experiments.store import schema
from silosim.model.measures.declared import MEASURES
from silosim.model.parameters import PARAMETERS
from silosim.model.text import catalogue, text
from silosim.model.text import unit as unit_of

TABLES = ("sweep", "point", "member", "run", "outcome", "series", "detail", "layout", "organisation", "band",
          "check_outcome", "claim", "pay_vector", "sweep_outcome")


FLOAT32 = "REAL of 32 bits"  # in exported files only


class Column(NamedTuple):
    """A column: where it is, its SQL type, what it is called (empty: its name), its unit (empty: none), its meaning."""

    table: str
    name: str
    type: str
    label: str
    unit: str
    meaning: str


def columns(db, lang: str = "en") -> Iterator[Column]:
    """Every column of every table that a database (a connection) has, in order."""
    for table in TABLES:
        for _, name, kind, *_ in db.execute(f"PRAGMA table_info({table})").fetchall():
            yield column(table, name, kind, lang)


def usual_columns(lang: str = "en") -> list[Column]:
    """The columns of a database in which nothing was stored yet: none of measures and parameters."""
    db = Database(memory=True)
    try:
        schema.MIGRATIONS.apply(db)
        return list(columns(db.conn, lang))
    finally:
        db.close()


@cache
def _usual_types() -> dict[tuple[str, str], str]:
    return {(c.table, c.name): c.type for c in usual_columns()}


def column(table: str, name: str, kind: str | None = None, lang: str = "en") -> Column:
    """One column; KeyError when nobody described it. The type is by default that of a new database."""
    if kind is None:
        kind = _usual_types().get((table, name), "TEXT")
    if table in ("outcome", "sweep_outcome") and name in MEASURES:
        return measure(table, name, kind, lang)
    if table == "run" and name in PARAMETERS:
        label = text(f"param.{name}.label", lang)
        return Column(table, name, kind, label, unit_of(PARAMETERS[name].unit, lang),
                      text("data.parameter", lang, label=label))
    keys = [f"data.column.{place}.{name}" for place in (table, *_LENT.get(table, ()), "every")]
    key = next((key for key in keys if key in catalogue(lang)), keys[0])
    return Column(table, name, kind, "", "", text(key, lang))


# Tables whose columns are another one's.
_LENT = {"sweep_outcome": ("outcome",)}


def measure(table: str, name: str, kind: str = "REAL", lang: str = "en") -> Column:
    """A column that holds a measure."""
    return Column(table, name, kind, text(f"measure.{name}.label", lang), unit_of(MEASURES[name].unit, lang),
                  text(f"measure.{name}.help", lang))


def about(table: str, lang: str = "en") -> str:
    """What one row of a table is."""
    return text(f"data.table.{table}", lang)
