"""A log file, whatever its kind: what columns it has, a sample of them, and then all of those that matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from silosim.experiments.logs import reading_csv, reading_xes
from silosim.experiments.logs.assumptions import Notes
from silosim.experiments.logs.reading_bytes import scan
from silosim.experiments.logs.reading_csv import Column, Form
from silosim.model.parameters.registry import InvalidInput


@dataclass(frozen=True)
class Source:
    """A file that was looked at: its kind ('csv' or 'xes'), its columns and their first values.

    joined  columns that stand for some of the file's, one after the other: a date and a time of the day
    """

    path: Path
    kind: str
    sample: dict[str, list[str]]
    form: Form | None = None
    joined: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def columns(self) -> list[str]:
        """The headings, or the keys of an XES file (those of traces under 'case:')."""
        return list(self.sample)

    def read(self, wanted: list[str], skip_bad: bool, notes: Notes) -> tuple[dict[str, Column], np.ndarray | None]:
        """(the wanted columns, a number per row that is equal for equal rows: None for XES)."""
        there = list(dict.fromkeys(part for name in wanted for part in self.joined.get(name, (name,))))
        found, hashes = self._read(there, skip_bad, notes)
        return {name: _join([found[part] for part in self.joined[name]]) if name in self.joined else found[name]
                for name in wanted}, hashes

    def join(self, name: str, parts: Sequence[str]) -> None:
        """Makes `name` a column that says what the columns `parts` say, one after the other."""
        self.joined[name] = tuple(parts)
        rows = zip(*(self.sample[part] for part in parts), strict=True)
        self.sample[name] = [" ".join(row).strip() for row in rows]

    def _read(self, wanted: list[str], skip_bad: bool, notes: Notes) -> tuple[dict[str, Column], np.ndarray | None]:
        if self.form is not None:
            return reading_csv.read_columns(self.path, self.form, wanted, skip_bad, notes)
        found = reading_xes.read_xes(self.path, wanted, notes)
        n = max(len(column.codes) for column in found.values())
        nothing = Column(np.full(n, -1, np.int32), [])
        return {name: found.get(name, nothing) for name in wanted}, None


def _join(parts: Sequence[Column]) -> Column:
    """One column of several: their values with a space between; of a row in which one is missing, the others."""
    rows, codes = np.unique(np.stack([part.codes for part in parts]), axis=1, return_inverse=True)
    values = [" ".join(part.values[c] for part, c in zip(parts, row, strict=True) if c >= 0).strip()
              for row in rows.T.tolist()]
    return Column(codes.reshape(-1).astype(np.int32), values)


def look_at(path: str | Path, notes: Notes, encoding: str | None = None, delimiter: str | None = None) -> Source:
    """Opens a CSV or XES file, packed with gzip or not. Raises InvalidInput with one line when it cannot be read."""
    path = Path(path)
    try:
        found = scan(path)
    except ValueError as problem:
        if isinstance(problem, InvalidInput):
            raise
        raise InvalidInput(f"the path of the log cannot be used: {problem}") from None  # a null character
    start = found.head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<") or start.startswith((b"\xff\xfe<", b"\xfe\xff\0<")):
        return Source(path, "xes", reading_xes.sample_of(path))
    form = reading_csv.form_of(path, found, encoding, _delimiter(delimiter), notes)
    return Source(path, "csv", reading_csv.read_sample(path, form), form)


def _delimiter(given: str | None) -> str | None:
    if given is None:
        return None
    words = {name: mark for mark, name in reading_csv.DELIMITERS.items()} | {"\\t": "\t"}
    mark = words.get(given, given)
    if len(mark) != 1 or mark in "\"'\r\n\0" or mark.isalnum():
        known = ", ".join(reading_csv.DELIMITERS.values())
        raise InvalidInput(f"delimiter {given!r} must be one character or one of {known}")
    return mark
