"""What pages are made of: prose, findings, answers, tables and pictures, without any markup of their own."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from silosim.experiments.commands.tables import SYMBOLS
from silosim.experiments.report.facts.tables import WORD, Cell, Column, Table
from silosim.experiments.report.words import Words
from silosim.model.text import text

GOOD, BAD = ("better", "slightly_better"), ("worse", "slightly_worse")


@dataclass(frozen=True)
class Prose:
    """A paragraph; style: '', 'lead', 'note', 'answer', 'before' (goes with what follows) or 'command'."""

    words: Markup | str
    style: str = ""
    kind: str = "prose"


@dataclass(frozen=True)
class Title:
    """A heading within a page."""

    words: Markup | str
    kind: str = "title"


@dataclass(frozen=True)
class Items:
    """A list of sentences; style '' or 'caveats'."""

    items: Sequence[Markup]
    style: str = ""
    kind: str = "items"


@dataclass(frozen=True)
class Finding:
    """One finding with its badge: what the model supports, on what evidence, and how sure that makes us."""

    words: Markup
    level: str
    confidence: str
    support: Markup | str
    evidence: Markup | str


@dataclass(frozen=True)
class Findings:
    """The findings of the first page."""

    items: Sequence[Finding]
    kind: str = "findings"


@dataclass(frozen=True)
class Answer:
    """A question and its answer; `name` identifies it."""

    name: str
    question: str
    words: Markup


@dataclass(frozen=True)
class Answers:
    """Questions with their answers."""

    items: Sequence[Answer]
    kind: str = "answers"


@dataclass(frozen=True)
class View:
    """One cell to show: id of its number, words, and how it looks ('good', 'bad', 'flat', 'word', 'h3' ...).

    extra  (id, words) of a second line, smaller
    """

    words: str
    id: str = ""
    look: str = ""
    extra: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Grid:
    """A table to show.

    name      file name of its CSV
    headings  of the columns, the first that of the row headings
    rows      (row heading, cells)
    style     '' or 'wide' (a page of its own in print), 'heat'
    """

    name: str
    caption: Markup | str
    headings: Sequence[str]
    rows: Sequence[tuple[str, Sequence[View]]]
    style: str = ""
    note: Markup | str = ""
    kind: str = "grid"


@dataclass(frozen=True)
class Picture:
    """A picture by the name of its file, with what it shows in words."""

    name: str
    alt: str
    caption: Markup | str
    kind: str = "picture"


@dataclass(frozen=True)
class Page:
    """One page: number, short name for the contents, title and blocks; one that flows begins where the last ended."""

    number: int
    name: str
    short: str
    title: Markup | str
    blocks: Sequence = field(default_factory=tuple)
    flows: bool = False


def heading(words: Words, column: Column) -> str:
    """The heading of a column."""
    if not column.label:
        return words.measure(column.name.split(".")[0])
    named = {"policy": words.policy, "measure": words.measure}
    fields = {name: named[name](value) if name in named else value for name, value in column.fields.items()}
    return text(column.label, words.lang, **fields)


def look_of(verdict: str) -> str:
    """How a cell with this verdict looks."""
    return "good" if verdict in GOOD else "bad" if verdict in BAD else "flat"


def view(words: Words, cell: Cell, look: str = "", extra: Sequence[tuple[str, str]] = (), sign: str = "") -> View:
    """A number as a table shows it; undefined is a dash."""
    shown = words.short(cell.value, cell.fmt, cell.kind) if cell else "–"
    return View(f"{shown} {sign}".strip(), cell.id, look, extra)


def grid(words: Words, table: Table, caption, columns: Sequence[str] | None = None, rows: Sequence[str] | None = None,
         first: str = "", style: str = "", note: Markup | str = "", looks: Mapping[str, str] | None = None) -> Grid:
    """A table as it stands in the facts.

    columns, rows  which of them, all by default
    first          heading of the row headings
    looks          column -> column whose verdict colours it
    """
    chosen = [table.columns[name] for name in columns or table.columns]
    lines = []
    for key in rows if rows is not None else table.rows:
        row = table.rows[key]
        cells = []
        for column in chosen:
            if column.kind == WORD:
                cells.append(View(_word(words, column.name, row), look="word"))
                continue
            by = (looks or {}).get(column.name, "")
            verdict = row.values.get(by, "") if by else ""
            cells.append(view(words, table.cell(key, column.name), look_of(verdict) if verdict else "",
                              sign=SYMBOLS.get(verdict, "")))
        lines.append((words.label(row.what, key), cells))
    return Grid(table.name, caption, [first, *(heading(words, column) for column in chosen)], lines, style, note)


def _word(words: Words, column: str, row) -> str:
    """A text in a table, in the reader's language."""
    value = row.values.get(column, "")
    column = column.split(".")[-1]
    if column == "verdict" and words.there(f"cli.verdict.{value}"):
        return text(f"cli.verdict.{value}", words.lang)
    if column == "verdict" and words.there(f"claims.verdict.{value}"):
        return text(f"claims.verdict.{value}", words.lang)
    if column == "evidence":
        return words.label("evidence", value)
    if column in ("team", "from", "to"):
        return words.team(value)
    if column == "policy":
        return words.policy(value)
    if column == "lever":
        return words.param(value)
    if column in ("today", "value", "default"):
        name = row.values.get("lever", row.key)
        return words.setting(name, value)
    if column in ("kind", "status", "fragile", "clear") and words.there(f"report.word.{value.replace(' ', '_')}"):
        return text(f"report.word.{value.replace(' ', '_')}", words.lang)
    return str(value)


def defined(*cells: Cell) -> bool:
    """Whether all of them have a number."""
    return all(cell is not None and math.isfinite(cell.value) for cell in cells)
