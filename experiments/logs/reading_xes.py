"""XES (IEEE 1849), read as a stream: no tree in memory, and no document type or entity, which no log needs.

pm4py, the best known reader, is under the AGPL, and rustxes brings a data frame library of its own along; the parser
that comes with Python does all that is asked here.
"""

from __future__ import annotations

from array import array
from pathlib import Path
from xml.parsers import expat

import numpy as np

from silosim.experiments.logs.assumptions import Notes
from silosim.experiments.logs.reading_bytes import PIECE, opened, place
from silosim.experiments.logs.reading_csv import MOST_ROWS, SAMPLE, Codes, Column
from silosim.model.organisation_fields import one_line
from silosim.model.parameters.registry import InvalidInput

VALUES = {"string", "date", "int", "float", "boolean", "id"}
OF_CASE = "case:"
LONGEST_TOKEN = 32 << 20
MOST_KEYS = 500
DEEPEST = 100


class _Enough(Exception):
    """The sample is complete."""


class Reader:
    """Hears an XES file; `columns` then holds what its events say, those of a trace under 'case:'."""

    def __init__(self, where: str, wanted: list[str] | None = None, most: int = MOST_ROWS):
        self.where, self.most = where, most
        self.wanted = None if wanted is None else set(wanted)
        self.codes: dict[str, Codes] = {}
        self.rows: dict[str, array] = {}
        self.n = self.traces = self.depth = 0
        self.root = ""
        self.inside = ""  # 'trace' or 'event'
        self.level = 0  # at which depth values of what we are inside stand
        self.trace: dict[str, str] = {}
        self.event: dict[str, str] = {}

    def read(self, path: Path) -> None:
        """Reads a file, or its first `most` events."""
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        parser.buffer_text = True
        behind = 0
        try:
            with opened(path) as stream:
                while piece := stream.read(PIECE):
                    behind += len(piece)
                    parser.Parse(piece, False)
                    if behind - max(parser.CurrentByteIndex, 0) > LONGEST_TOKEN:
                        raise InvalidInput(f"{self.where}: one value is larger than {LONGEST_TOKEN >> 20} MiB")
                parser.Parse(b"", True)
        except _Enough:
            pass
        except expat.ExpatError as problem:
            what = expat.errors.messages.get(problem.code, "not valid XML")
            cut = " (is the file cut off?)" if "no element" in what or "unclosed" in what else ""
            raise InvalidInput(f"{self.where}: line {problem.lineno}: {one_line(what)}{cut}") from None
        if not self.n:
            raise InvalidInput(f"{self.where}: an XES file without any event")

    @property
    def columns(self) -> dict[str, Column]:
        """Every key as a column; events that do not have it say nothing."""
        return {key: Column(np.frombuffer(_padded(self.rows[key], self.n), np.int32).copy(), list(values))
                for key, values in self.codes.items()}

    # -- what the parser hears -----------------------------------------------------------------------------------------

    def _refuse(self, *_declared) -> None:
        raise InvalidInput(f"{self.where}: declares a document type or entities, which no event log needs and which "
                           "can be harmful; remove the <!DOCTYPE ...> part")

    def _start(self, tag: str, given: dict) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise InvalidInput(f"{self.where}: elements are nested more than {DEEPEST} deep")
        tag = tag.rpartition(":")[2]
        if not self.root:
            self.root = tag
            if tag != "log":
                raise InvalidInput(f"{self.where}: is XML, but not an event log: it begins with <{one_line(tag)[:40]}> "
                                   "instead of <log>")
        elif tag == "trace" and self.depth == 2:
            self.inside, self.level, self.trace = "trace", 3, {}
            self.traces += 1
        elif tag == "event" and self.depth == 3 and self.inside == "trace":
            self.inside, self.level, self.event = "event", 4, {}
        elif tag in VALUES and self.depth == self.level and "key" in given and "value" in given:
            into = self.event if self.inside == "event" else self.trace
            key = given["key"] if self.inside == "event" else OF_CASE + given["key"]
            if self.wanted is None or key in self.wanted:
                into[key] = given["value"][:2000]

    def _end(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "event" and self.depth == 3 and self.inside == "event":
            self._keep()
            self.inside, self.level = "trace", 3
        elif tag == "trace" and self.depth == 2:
            self.inside, self.level = "", 0
        self.depth -= 1

    def _keep(self) -> None:
        if not any(key.endswith("concept:name") for key in self.trace):
            self.trace[OF_CASE + "concept:name"] = f"trace {self.traces}"
        for values in (self.trace, self.event):
            for key, value in values.items():
                if key not in self.codes:
                    if len(self.codes) >= MOST_KEYS:
                        continue
                    self.codes[key], self.rows[key] = Codes(), array("i")
                row = self.rows[key]
                if len(row) < self.n:
                    row.extend(array("i", [-1]) * (self.n - len(row)))
                row.append(self.codes[key][value])
        self.n += 1
        if self.n >= self.most:
            if self.most < MOST_ROWS:
                raise _Enough
            raise InvalidInput(f"{self.where}: has more than {MOST_ROWS:,} events; give a part of it")


def _padded(row: array, n: int) -> array:
    row.extend(array("i", [-1]) * (n - len(row)))
    return row


def read_xes(path: Path, wanted: list[str] | None, notes: Notes, most: int = MOST_ROWS) -> dict[str, Column]:
    """The columns of an XES file. Raises InvalidInput with one line for anything that is not one."""
    reader = Reader(place(path), wanted, most)
    reader.read(path)
    if most == MOST_ROWS and reader.traces:
        notes.found("traces", n=reader.traces)
    return reader.columns


def sample_of(path: Path) -> dict[str, list[str]]:
    """The first events, by key."""
    columns = read_xes(path, None, Notes(), SAMPLE)
    return {key: [column.values[c] if c >= 0 else "" for c in column.codes] for key, column in columns.items()}
