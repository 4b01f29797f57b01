"""A batch of runs, sorted out against what is stored: what is new, what adds, what contradicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from silosim.experiments.store import checksums, rows
from silosim.experiments.store.errors import StoreError
from silosim.experiments.store.keep import Kept, kept_text, parts_of
from silosim.model.measures.declared import MEASURES

ROW_BYTES = 8 * len(MEASURES)
UNDEFINED = np.full(len(MEASURES), np.nan).tobytes()


@dataclass(slots=True)
class Run:
    """A run to be stored.

    attempts  how often it was tried; Batch adds the attempts that are stored
    layouts   level -> JSON of the names along its last axis, where those are not this silosim's
    number    its id in the database, given out by Batch
    """

    planned: object
    kept: Kept
    sweep: int | None
    finished: str
    status: str = "ok"
    attempts: int = 1
    error: str | None = None
    trace: str | None = None
    layouts: Mapping[str, str] | None = None
    number: int = 0

    @property
    def own(self) -> tuple:
        """The values of checksums.OWN."""
        planned, kept = self.planned, self.kept
        return (planned.key, planned.policy, planned.replicate, self.status, self.attempts, self.error, self.trace,
                kept.seconds, kept.host, kept.outcome_hash, self.finished)


class Stored(NamedTuple):
    """What the `run` table says of a run; `kept` is a text of `Keep`, None for a run that failed."""

    id: int
    status: str
    attempts: int
    outcome_hash: str | None
    kept: str | None


class Batch:
    """The batch taken apart.

    new             runs to insert, in the order given
    parts           (number, series, details, layouts): what to add to new and stored runs
    kept            (text, number) of stored runs that are kept in more detail from now on
    contradictions  (stored, run) whose outcome is another one than the stored run's
    """

    def __init__(self, runs: Iterable[Run], stored: Mapping[str, Stored], next_number: int, path: Path):
        self.new: list[Run] = []
        self.parts: list[tuple] = []
        self.kept: list[tuple] = []
        self.contradictions: list[tuple[Stored, Run]] = []
        known = dict(stored)
        for run in runs:
            planned, kept = run.planned, run.kept
            if len(kept.summary) != ROW_BYTES or len(kept.path) != ROW_BYTES:
                raise StoreError(f"{path}: run {planned.key[:12]} does not have the {len(MEASURES)} measures of this "
                                 "silosim: it was made by another version")
            there = known.get(planned.key)
            if there is None or there.status != "ok":
                number, attempts = (next_number, 0) if there is None else (there.id, there.attempts)
                next_number += there is None
                run.number, run.attempts = number, attempts + run.attempts
                self.new.append(run)
                if kept.series or kept.details:
                    self.parts.append((number, kept.series, kept.details, run.layouts))
                known[planned.key] = Stored(number, run.status, run.attempts, kept.outcome_hash,
                                            kept_text(tuple(kept.series), tuple(kept.details)))
            elif run.status == "ok":
                if there.outcome_hash != kept.outcome_hash:
                    self.contradictions.append((there, run))
                else:
                    known[planned.key] = self._add(there, run)

    def _add(self, there: Stored, run: Run) -> Stored:
        """Adds the series and details that the stored run lacks."""
        series, levels = parts_of(there.kept)
        more = {name: numbers for name, numbers in run.kept.series.items() if name not in series}
        details = {level: numbers for level, numbers in run.kept.details.items() if level not in levels}
        if not more and not details:
            return there
        text = kept_text((*series, *more), (*levels, *details))
        self.parts.append((there.id, more, details, run.layouts))
        self.kept.append((text, there.id))
        return there._replace(kept=text)

    @cached_property
    def defined(self) -> list[bytes]:
        """What `checksums.defined` gives of each new run."""
        return checksums.defined(self.outcomes)

    @cached_property
    def outcomes(self) -> np.ndarray:
        """float64 [new runs, 2 periods, measures], every NaN and every zero alike, as SQLite gives them back."""
        numbers = np.frombuffer(b"".join([run.kept.summary + run.kept.path for run in self.new])) + 0.0
        numbers[np.isnan(numbers)] = np.nan
        return numbers.reshape(len(self.new), 2, len(MEASURES))


def run_row(run: Run, checksum: int) -> tuple:
    """The columns rows.EACH_RUN."""
    kept = run.kept
    text = kept_text(tuple(kept.series), tuple(kept.details)) if run.status == "ok" else None
    return (run.number, run.sweep, *run.own, _json(tuple(kept.warnings)), text, checksum)


@lru_cache(maxsize=1024)
def _json(words: tuple[str, ...]) -> str:
    return rows.compact(words)
