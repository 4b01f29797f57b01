"""Saving what can be saved of a damaged database into a new one.

The file is read page by page without SQLite, which gives up at the first page that makes no sense. Whatever is found is
saved only when it proves to be what was stored: runs with their measures, series and details by their checksum,
organisations by their hash, everything else by standing on a page that is sound from end to end.
"""

from __future__ import annotations

import contextlib
import json
import mmap
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from silosim.experiments.store import checksums, rows
from silosim.experiments.store.batch import Run
from silosim.experiments.store.copying import run_of
from silosim.experiments.store.errors import StoreError, in_plain_words
from silosim.experiments.store.findings import Findings
from silosim.experiments.store.keep import parts_of
from silosim.experiments.store.pages import Pages
from silosim.experiments.store.store import Store
from silosim.experiments.store.writing import LOST, LOST_JSON
from silosim.model.measures.declared import MEASURES

_AT_ONCE = 500
UNKNOWN = np.full((2, len(MEASURES)), np.nan)


@dataclass
class Salvaged:
    """What came of it.

    saved, lost   table -> rows; lost are those that are known to have been there
    pages         pages that could be read, of how many there were
    unchecked     whether runs had no checksums (a database of an older silosim): then only their form was checked
    """

    saved: dict[str, int] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)
    pages: tuple[int, int] = (0, 0)
    unchecked: bool = False

    def count(self, table: str, saved: int, lost: int = 0) -> None:
        """Adds to the counts of a table."""
        self.saved[table] = self.saved.get(table, 0) + saved
        self.lost[table] = self.lost.get(table, 0) + lost


def salvage(damaged: str | Path, target: str | Path) -> Salvaged:
    """Reads what can be read of `damaged`, which stays as it is, and stores it in the new database `target`.

    Raises StoreError when there is nothing to read, or `target` exists already.
    """
    damaged, target = Path(damaged), Path(target)
    if target.exists():
        raise StoreError(f"{target}: this file exists already; name a new one")
    with in_plain_words(damaged), _settled_copy(damaged) as copy, copy.open("rb") as file, \
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        findings = Findings(Pages(content))
        if not findings.runs and not findings.other["organisation"]:
            raise StoreError(f"{damaged}: nothing of a results database can be read in this file")
        try:
            with Store(target) as store:
                return _Saving(findings, store).result
        except BaseException:  # half a rescue is none
            target.unlink(missing_ok=True)
            raise


@contextlib.contextmanager
def _settled_copy(damaged: Path) -> Iterator[Path]:
    """A copy with what its write-ahead log or journal still held, as far as SQLite manages to put that in."""
    if not damaged.is_file() or damaged.stat().st_size == 0:
        raise StoreError(f"{damaged}: there is no file here, or nothing in it")
    logs = [damaged.with_name(damaged.name + end) for end in ("-wal", "-journal")]
    if not any(log.exists() for log in logs):
        yield damaged
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / damaged.name
        for path in (damaged, *(log for log in logs if log.exists())):
            shutil.copyfile(path, copy.with_name(path.name))
        with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(copy)) as db:
            db.execute("SELECT count(*) FROM sqlite_master").fetchall()
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        yield copy


class _Saving:
    """The steps from findings to a database."""

    def __init__(self, findings: Findings, store: Store):
        self.findings, self.store = findings, store
        self.result = Salvaged(pages=findings.pages_read, unchecked="checksum" not in findings.columns["run"])
        self._organisations()
        self._sweeps()
        self._runs()
        self._rest()
        self._settle()

    def _organisations(self) -> None:
        found = {row[0]: row for row in self.findings.other["organisation"]}
        self.store.write_organisations(found.values())
        self.organisations = set(found)
        self.result.count("organisation", len(found))

    def _make_places(self, organisations) -> None:
        """An empty place for each organisation that was lost: filled when a run of its is stored again."""
        lost = dict.fromkeys(name for name in organisations if name and name not in self.organisations)
        self.store.write_organisations([(name, LOST, LOST_JSON) for name in lost])
        self.organisations.update(lost)
        self.result.count("organisation", 0, len(lost))

    def _sweeps(self) -> None:
        """Sweeps under their own numbers, then points and members of those that are there."""
        columns = self.findings.columns["sweep"]
        sweeps = {number: dict(zip(columns, (number, *values[1:]), strict=False))
                  for number, values in self.findings.sweeps.items()}
        points = [row for row in self.findings.other["point"] if row[0] in sweeps]
        self._make_places(row[4] for row in points)
        with self.store._transaction() as db:
            for row in sweeps.values():
                db.execute(f"INSERT INTO sweep ({rows.quoted(row)}) VALUES ({rows.marks(len(row))})", [*row.values()])
            there = {row[:2] for row in points}
            members = [row for row in self.findings.other["member"] if row[:2] in there]
            bands, claims = ([row for row in self.findings.other[table] if row[0] in sweeps]
                             for table in ("band", "claim"))
            for table, some in (("point", points), ("member", members), ("band", bands), ("claim", claims)):
                if some:
                    db.conn.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({rows.marks(len(some[0]))})", some)
                self.result.count(table, len(some), len(self.findings.other[table]) - len(some))
        self.result.count("sweep", len(sweeps))
        self.sweeps = sweeps

    def _runs(self) -> None:
        numbers = sorted(self.findings.runs)
        saved: set[int] = set()
        for first in range(0, len(numbers), _AT_ONCE):
            saved |= self._some_runs(numbers[first:first + _AT_ONCE])
        known = self.findings.last_run
        self.result.count("run", len(saved), known - len(saved))
        for table, lost in self.findings.left_over(saved).items():
            self.result.count(table, 0, lost)

    def _some_runs(self, numbers: list[int]) -> set[int]:
        """Stores those of these runs that are whole; returns which."""
        read = [self.findings.run(number) for number in numbers]
        outcomes = [self.findings.outcome(number) for number in numbers]
        settings = [tuple(row.get(name) for name in rows.EACH_SETTING) for row in read]
        own = [tuple(row.get(name) for name in checksums.OWN) for row in read]
        saved: set[int] = set()
        sums = checksums.of_runs([checksums.of_values(values) for values in settings],
                                 checksums.defined(np.array([UNKNOWN if outcome is None else outcome
                                                             for outcome in outcomes])), own)
        runs: list[Run] = []
        for number, row, outcome, setting, mine, checksum in zip(
                numbers, read, outcomes, settings, own, sums, strict=True):
            proven = self.result.unchecked or row.get("checksum") == checksum
            run = self._run(number, row, outcome, setting, mine) if proven else None
            if run is not None:
                runs.append(run)
                saved.add(number)
            self.result.count("outcome", 2 * (run is not None and run.status == "ok"), 2 * (run is None))
        self._make_places(run.planned.setting.canonical["organisation"] for run in runs)
        self.store.write_runs(runs)
        return saved

    def _run(self, number: int, row: dict, outcome: np.ndarray | None, setting: tuple, own: tuple) -> Run | None:
        """The run as it can be stored; None when a part without which it is nothing is not there."""
        made = row["status"] == "ok"
        if made and outcome is None:
            return None
        sweep = row["sweep"] if row["sweep"] in self.sweeps else None
        try:
            return run_of(own, setting, UNKNOWN if outcome is None else outcome, _list(row["warnings"]), sweep,
                          *(self._parts(number, row) if made else ({}, {}, {})))
        except (ValueError, TypeError):  # settings that are no JSON: only where no checksum told so before
            return None

    def _parts(self, number: int, row: dict) -> tuple[dict, dict, dict]:
        """(series, details, names of their levels) of a run, those that are what they were."""
        series = {name: numbers for name, numbers, checksum in self.findings.series_of(number)
                  if len(numbers) == row["weeks"] * rows.FLOAT.itemsize
                  and (self.result.unchecked or checksums.of_part(name, number, numbers) == checksum)}
        details, named = {}, {}
        for layout, numbers, checksum in self.findings.details_of(number):
            meaning = self.findings.layouts.get(layout)
            if meaning and (self.result.unchecked or checksums.of_part(layout, number, numbers) == checksum):
                details[meaning[0]], named[meaning[0]] = numbers, meaning[1]
        due, levels = kept_parts(row.get("kept") or "")
        self.result.count("series", len(series), len(due - set(series)))
        self.result.count("detail", len(details), len(levels - set(details)))
        return series, details, named

    def _rest(self) -> None:
        checks = [(row[1] if row[1] in self.sweeps else None, *row[2:]) for row in self.findings.other["check_outcome"]]
        vectors = self.findings.other["pay_vector"]
        with self.store._transaction() as db:
            db.conn.executemany("INSERT INTO check_outcome (sweep, name, kind, status, value, low, high, detail, "
                                f"rulebook, finished) VALUES ({rows.marks(10)})", checks)
            db.conn.executemany("INSERT OR IGNORE INTO pay_vector (key, organisation, json) VALUES (?, ?, ?)", vectors)
        self.result.count("check_outcome", len(checks))
        self.result.count("pay_vector", len(vectors))

    def _settle(self) -> None:
        """A sweep that was done is so still when its content is; otherwise it can go on."""
        for number, row in self.sweeps.items():
            content = row.get("content")
            if content and self.store.content_hash(number) != content:
                self.store.end_sweep(number, "stopped")


def _list(text: str) -> str:
    """The warnings of a run, which its checksum does not cover: none when they are no list."""
    try:
        return text if isinstance(json.loads(text), list) else "[]"
    except ValueError:
        return "[]"


def kept_parts(text: str) -> tuple[frozenset, frozenset]:
    """(series, levels) that a run had, none when that cannot be read."""
    try:
        return parts_of(text)
    except (ValueError, KeyError, TypeError):
        return frozenset(), frozenset()
