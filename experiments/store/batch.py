"""A batch of finished runs, sorted out against what is stored: what is new, what adds, what contradicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from silosim.experiments.store import rows
from silosim.experiments.store.errors import StoreError
from silosim.experiments.store.keep import kept_text, parts_of
from silosim.model.measures.declared import MEASURES

ROW_BYTES = 8 * len(MEASURES)


class Stored(NamedTuple):
    """What the `run` table says of a run; `kept` is a text of `Keep`, None for a run that failed."""

    id: int
    status: str
    attempts: int
    outcome_hash: str | None
    kept: str | None


class Batch:
    """The batch taken apart.

    new             (number, attempts, planned, kept): runs to insert, in the order given
    parts           (number, series, details): what to add to new and stored runs
    kept            (text, number) of stored runs that are kept in more detail from now on
    contradictions  (stored, planned, kept) whose outcome is another one than the stored run's
    """

    def __init__(self, batch: Sequence[tuple], stored: Mapping[str, Stored], next_number: int, path: Path):
        self.new: list[tuple] = []
        self.parts: list[tuple] = []
        self.kept: list[tuple] = []
        self.contradictions: list[tuple] = []
        known = dict(stored)
        for planned, kept in batch:
            if len(kept.summary) != ROW_BYTES or len(kept.path) != ROW_BYTES:
                raise StoreError(f"{path}: run {planned.key[:12]} does not have the {len(MEASURES)} measures of this "
                                 "silosim: it was made by another version")
            there = known.get(planned.key)
            if there is None or there.status != "ok":
                number, attempts = (next_number, 1) if there is None else (there.id, there.attempts + 1)
                next_number += there is None
                self.new.append((number, attempts, planned, kept))
                if kept.series or kept.details:
                    self.parts.append((number, kept.series, kept.details))
                known[planned.key] = Stored(number, "ok", attempts, kept.outcome_hash,
                                            kept_text(tuple(kept.series), tuple(kept.details)))
            elif there.outcome_hash != kept.outcome_hash:
                self.contradictions.append((there, planned, kept))
            else:
                known[planned.key] = self._add(there, kept)

    def _add(self, there: Stored, kept) -> Stored:
        """Adds the series and details that the stored run lacks."""
        series, levels = parts_of(there.kept)
        more = {name: numbers for name, numbers in kept.series.items() if name not in series}
        details = {level: numbers for level, numbers in kept.details.items() if level not in levels}
        if not more and not details:
            return there
        text = kept_text((*series, *more), (*levels, *details))
        self.parts.append((there.id, more, details))
        self.kept.append((text, there.id))
        return there._replace(kept=text)


def each_run(number: int, attempts: int, planned, kept, sweep: int | None, finished: str) -> tuple:
    """The columns `rows.EACH_RUN` of a run that succeeded."""
    return (number, planned.key, sweep, planned.policy, planned.replicate, "ok", attempts, kept.seconds, kept.host,
            kept.outcome_hash, _json(tuple(kept.warnings)),
            kept_text(tuple(kept.series), tuple(kept.details)), finished)


@lru_cache(maxsize=1024)
def _json(words: tuple[str, ...]) -> str:
    return rows.compact(words)
