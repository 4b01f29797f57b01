"""Tables: every number of a report stands in a cell of one, and prose refers to cells, never to bare numbers."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

VALUE, CHANGE, WORD = "value", "change", "word"
SHARE = "share"


@dataclass(frozen=True)
class Column:
    """One column.

    name    unique in its table
    fmt     a Python format, or 'share'; '' for words
    kind    'value', 'change' (signed, of shares in points) or 'word' (text)
    label   key of its heading; '' when the heading is that of the measure `name`
    fields  what the heading is filled in with
    """

    name: str
    fmt: str = ""
    kind: str = VALUE
    label: str = ""
    fields: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Cell:
    """A number with the place where it stands: `id` is that of the table cell."""

    id: str
    value: float
    fmt: str
    kind: str

    def __bool__(self) -> bool:
        return self.value is not None and math.isfinite(self.value)


@dataclass(frozen=True)
class Row:
    """One row: `key` is its name in the facts, `what` says how its heading is found ('policy', 'team', 'text' ...).

    fmts  column -> format, where it is not the column's own
    """

    key: str
    what: str
    values: Mapping[str, object]
    fmts: Mapping[str, str] = field(default_factory=dict)


class Table:
    """Named columns and rows.

    name  unique in the report, also the name of its CSV file
    """

    def __init__(self, name: str, columns: Sequence[Column], what: str = "text"):
        self.name, self.what = name, what
        self.columns = {column.name: column for column in columns}
        self.rows: dict[str, Row] = {}
        self._slugs: dict[str, str] = {}

    def add(self, key: str, values: Mapping[str, object], what: str = "",
            fmts: Mapping[str, str] | None = None) -> None:
        """Adds a row; columns it does not name are empty."""
        strange = set(values) - set(self.columns)
        if strange or key in self.rows:
            raise ValueError(f"table {self.name}, row {key}: {sorted(strange) or 'twice'}")
        self.rows[key] = Row(key, what or self.what, values, fmts or {})
        slug = re.sub(r"[^a-z0-9]+", "-", key.lower()).strip("-") or "row"
        taken = set(self._slugs.values())
        self._slugs[key] = slug if slug not in taken else f"{slug}-{len(taken)}"

    def id_of(self, key: str, column: str) -> str:
        """The id of a cell, unique in the document and fit for HTML."""
        return f"c-{self.name}-{self._slugs[key]}-{column}".replace("_", "-")

    def cell(self, key: str, column: str) -> Cell:
        """One number. KeyError when there is no such row or column."""
        of = self.columns[column]
        row = self.rows[key]
        value = row.values.get(column)
        fmt = row.fmts.get(column, of.fmt)
        return Cell(self.id_of(key, column), math.nan if value is None else float(value), fmt, of.kind)

    def word(self, key: str, column: str) -> str:
        """One text."""
        return str(self.rows[key].values.get(column, ""))

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows.values())

    def csv(self) -> str:
        """Everything as CSV, numbers in full; an undefined number is empty."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["row", *self.columns])
        for row in self:
            writer.writerow([_plain(row.key), *(_plain(row.values.get(name)) for name in self.columns)])
        return out.getvalue()

    def plain(self) -> list[dict]:
        """For JSON."""
        return [{"row": row.key, **{name: _finite(row.values.get(name)) for name in self.columns}} for row in self]


def _finite(value):
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _plain(value) -> str:
    value = _finite(value)
    if value is None:
        return ""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@"):
        return "'" + value  # a spreadsheet would take it for a formula
    return f"{value:.8g}" if isinstance(value, float) else str(value)
