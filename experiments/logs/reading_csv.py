"""CSV: encoding and delimiter from the data, then rows in blocks, each column as codes into its different values."""

from __future__ import annotations

import contextlib
import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from silosim.experiments.logs.assumptions import Notes
from silosim.experiments.logs.reading_bytes import LONGEST_LINE, Scan, opened, place
from silosim.model.organisation_fields import one_line, show
from silosim.model.parameters.registry import InvalidInput

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
BLOCK = 50_000
MOST_ROWS = 50_000_000
LONGEST_FIELD = 1 << 20
SAMPLE = 2000


class Codes(dict):
    """A number for every different value, in order of appearance."""

    def __missing__(self, value):
        self[value] = number = len(self)
        return number


@dataclass(frozen=True)
class Column:
    """One column: `values[codes[i]]` is what row i says; -1 where it says nothing."""

    codes: np.ndarray
    values: list[str]


@dataclass(frozen=True)
class Form:
    """How a CSV file is written: its encoding, delimiter, headings; lines and then rows that stand before these."""

    encoding: str
    delimiter: str
    headings: list[str]
    before: int
    above: int


def form_of(path: Path, found: Scan, encoding: str | None, delimiter: str | None, notes: Notes) -> Form:
    """Encoding, delimiter and headings of a file, decided from the data where they are not given."""
    where = place(path)
    if found.longest > LONGEST_LINE:
        raise InvalidInput(f"{where}: has a line of more than {LONGEST_LINE >> 20} MiB; is it a CSV file?")
    encoding = _encoding(found, encoding, where, notes)
    try:
        head = found.head.decode(encoding, "replace" if len(found.head) < found.size else "strict")
    except (UnicodeDecodeError, LookupError) as problem:
        raise InvalidInput(f"{where}: is not {encoding} text ({one_line(str(problem))[:80]}); "
                           "give --encoding") from None
    before = 0
    if head[:4].lower() == "sep=" and len(head) > 5:  # what Excel writes to tell the delimiter
        delimiter = delimiter or head[4]
        head, before = head.split("\n", 1)[-1], 1
    if delimiter is None:
        delimiter = _delimiter(head, where)
        notes.found("delimiter", delimiter="tab" if delimiter == "\t" else delimiter)
    headings, above = _headings(head, delimiter, where)
    if above:
        notes.found("above_heading", n=above)
    return Form(encoding, delimiter, headings, before, above)


def _encoding(found: Scan, given: str | None, where: str, notes: Notes) -> str:
    if given:
        try:
            "".encode(given)
        except LookupError:
            raise InvalidInput(f"encoding {show(given)} is unknown; for example utf-8, cp1252, utf-16") from None
        return given
    if found.mark:
        return found.mark
    if found.nul:
        raise InvalidInput(f"{where}: is a binary file, or UTF-16 without a mark; save it as CSV (UTF-8), "
                           "or give --encoding utf-16-le")
    if found.utf8:
        return "utf-8"
    notes.assumed("encoding", encoding="cp1252")
    return "cp1252"


def _delimiter(head: str, where: str) -> str:
    """The delimiter that gives the most columns in the heading, and as many in most of the first rows."""
    best = (False, 1, "")
    lines = head.splitlines(keepends=True)[:300]
    for mark in DELIMITERS:
        widths = list(_widths(lines, mark))
        first = next((w for w in widths if not _is_above(w, widths)), 0)
        same = bool(widths) and 2 * widths.count(first) >= len(widths)
        best = max(best, (same, first, mark), key=lambda found: (found[1] > 1, found[:2]))
    if best[1] < 2:
        raise InvalidInput(f"{where}: no delimiter (comma, semicolon, tab, bar) makes columns of it; give --delimiter")
    return best[2]


def _widths(lines: list[str], mark: str) -> Iterator[int]:
    """Fields of each row, as far as it can be read."""
    with contextlib.suppress(csv.Error):
        yield from (len(row) for row in csv.reader(lines, delimiter=mark) if any(row))


def _is_above(width: int, widths: list[int]) -> bool:
    """Whether a row of that width above the others is a title rather than the heading: less than half as wide."""
    usual = Counter(widths).most_common(1)[0][0]
    return 2 * width < usual


def _headings(head: str, delimiter: str, where: str) -> tuple[list[str], int]:
    """(names of the columns, each once; rows above the heading)."""
    rows = []
    with contextlib.suppress(csv.Error):
        rows.extend(row for row in islice(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter), 300) if any(row))
    widths = [len(row) for row in rows]
    above = next((k for k, width in enumerate(widths) if not _is_above(width, widths)), 0)
    names: list[str] = []
    for k, name in enumerate(rows[above] if rows else [], start=1):
        name = one_line(" ".join(name.split()))[:80] or f"column {k}"
        names.append(name if name not in names else f"{name} ({k})")
    if len(names) < 2:
        raise InvalidInput(f"{where}: has one column; an event log needs a case, a time and a team; give --delimiter")
    return names, above


def blocks(path: Path, form: Form, skip_bad: bool) -> Iterator[tuple[list[list[str]], int, int]]:
    """(rows, empty rows left out, bad rows left out) block by block; a bad row is refused unless `skip_bad`."""
    where, width, total = place(path), len(form.headings), 0
    limit = csv.field_size_limit(LONGEST_FIELD)
    try:
        with opened(path) as stream, io.TextIOWrapper(stream, form.encoding, newline="") as lines:
            for _ in range(form.before):
                lines.readline()
            reader = csv.reader(lines, delimiter=form.delimiter, strict=True)
            for _ in range(form.above + 1):
                next((row for row in reader if any(row)), None)
            while rows := list(islice(reader, BLOCK)):
                full = [row for row in rows if any(row)]
                empty = len(rows) - len(full)
                bad = [row for row in full if any(row[width:])]
                if bad and not skip_bad:
                    line = _line_of(path, form)
                    raise InvalidInput(f"{where}: line {line} has {len(bad[0])} fields "
                                       f"and the heading {width}; is a delimiter not in quotes? "
                                       "(--skip-bad-rows leaves such rows out)")
                good = full if not bad else [row for row in full if not any(row[width:])]
                total += len(good)
                if total > MOST_ROWS:
                    raise InvalidInput(f"{where}: has more than {MOST_ROWS:,} rows; give a part of it")
                yield good, empty, len(full) - len(good)
    except csv.Error as problem:
        reason = one_line(str(problem))
        if "unexpected end of data" in reason:
            reason = "a quote is opened and never closed"
        raise InvalidInput(f"{where}: line {reader.line_num}: {reason}") from None
    except UnicodeDecodeError as problem:
        raise InvalidInput(f"{where}: is not {form.encoding} text (byte {problem.object[problem.start]:#x}); "
                           "give --encoding, for example cp1252 or cp850") from None
    finally:
        csv.field_size_limit(limit)


def _line_of(path: Path, form: Form) -> int:
    """The line on which the first row with too many fields ends."""
    with opened(path) as stream, io.TextIOWrapper(stream, form.encoding, newline="") as lines:
        reader = csv.reader(lines, delimiter=form.delimiter)
        rows = (row for row in reader if any(row))
        for _ in range(form.above + 1 + (form.before and 1)):
            next(rows, None)
        next((row for row in rows if any(row[len(form.headings):])), None)
        return reader.line_num


def read_columns(path: Path, form: Form, wanted: list[str], skip_bad: bool, notes: Notes):
    """(columns by heading, a number per row that is the same for the same rows)."""
    places = [form.headings.index(name) for name in wanted]
    codes: list[Codes] = [Codes() for _ in wanted]
    parts: list[list[np.ndarray]] = [[] for _ in wanted]
    hashes, empty, bad, short = [], 0, 0, 0
    width = len(form.headings)
    for rows, e, b in blocks(path, form, skip_bad):
        empty, bad = empty + e, bad + b
        short += sum(len(row) < width for row in rows)
        rows = [row if len(row) == width else (row + [""] * width)[:width] for row in rows]
        hashes.append(np.fromiter(map(hash, map(tuple, rows)), np.int64, len(rows)))
        for place_, numbers, part in zip(places, codes, parts, strict=True):
            part.append(np.fromiter((numbers[row[place_]] for row in rows), np.int32, len(rows)))
    for key, n in (("empty_rows", empty), ("short_rows", short)):
        if n:
            notes.found(key, n=n)
    if bad:
        notes.doubt("bad_rows", n=bad)
    if not hashes or not sum(map(len, hashes)):
        raise InvalidInput(f"{place(path)}: has a heading and no rows")
    return {name: Column(np.concatenate(part), list(numbers))
            for name, part, numbers in zip(wanted, parts, codes, strict=True)}, np.concatenate(hashes)


def read_sample(path: Path, form: Form) -> dict[str, list[str]]:
    """The first rows, by heading."""
    for rows, _, _ in blocks(path, form, skip_bad=True):
        width = len(form.headings)
        rows = [(row + [""] * width)[:width] for row in rows[:SAMPLE]]
        return {name: [row[k] for row in rows] for k, name in enumerate(form.headings)}
    return {name: [] for name in form.headings}
