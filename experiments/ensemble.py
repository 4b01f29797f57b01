"""Making runs: those not stored yet are simulated and stored as they finish; a stop loses nothing that finished."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from silosim.experiments import engine
from silosim.experiments.runkey import run_key
from silosim.experiments.scenarios import Planned
from silosim.experiments.store import Store
from silosim.experiments.store.keep import EVERYTHING
from silosim.model.measures.declared import MEASURES
from silosim.model.parameters import InvalidInput

BATCH = 100  # runs
EVERY = 1.0  # seconds


class Stopped(KeyboardInterrupt):
    """The user stopped a sweep: `done` of its `total` runs are stored."""

    def __init__(self, done: int, total: int):
        super().__init__(f"{done} of {total} runs")
        self.done, self.total = done, total


@dataclass
class Made:
    """What became of a sweep's runs: how many were new, which keys failed with what, and what runs warned of."""

    total: int
    new: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    warnings: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0


def make_runs(store: Store, planned: Sequence[Planned], sweep: int | None = None, workers: int | None = None,
              progress: Callable[[int, int], None] = lambda done, total: None) -> Made:
    """Simulates what `store` lacks of `planned`, storing every 100 runs or every second.

    progress   called with (runs done, runs in all), stored ones included
    Raises Stopped on Ctrl-C, after storing what had finished. One run that fails does not stop the others.
    """
    jobs: dict[str, Planned] = {}
    for one in planned:
        jobs.setdefault(one.key, one)
    stored = store.finished(jobs)
    missing = [one for key, one in jobs.items() if key not in stored]
    made = Made(total=len(jobs))
    writer = _Writer(store, jobs, sweep, made)
    started = time.perf_counter()
    progress(len(stored), made.total)
    try:
        for job, outcome in engine.simulate([one.job for one in missing], workers=workers) if missing else ():
            writer.add(job, outcome)
            progress(len(stored) + made.new + len(writer.waiting) + len(made.failed), made.total)
        writer.flush()
    except KeyboardInterrupt:
        writer.flush()
        raise Stopped(len(store.finished(jobs)), made.total) from None
    made.seconds = time.perf_counter() - started
    return made


class _Writer:
    """Collects outcomes and stores them in batches. What waits is dropped only after it was stored."""

    def __init__(self, store: Store, planned: dict[str, Planned], sweep: int | None, made: Made):
        self.store, self.planned, self.sweep, self.made = store, planned, sweep, made
        self.waiting: list[tuple] = []
        self.last = time.perf_counter()

    def add(self, job, outcome) -> None:
        key = run_key(job)
        if isinstance(outcome, InvalidInput):  # what the user asked for cannot be run at all
            self.flush()
            raise outcome
        if isinstance(outcome, BaseException):
            self.store.record_failure(self.planned[key], outcome, sweep=self.sweep)
            self.made.failed[key] = " ".join(f"{type(outcome).__name__}: {outcome}".split())
            return
        for warning in outcome.warnings:
            self.made.warnings[warning] = self.made.warnings.get(warning, 0) + 1
        self.waiting.append((self.planned[key], EVERYTHING.reduce(outcome)))
        if len(self.waiting) >= BATCH or time.perf_counter() - self.last >= EVERY:
            self.flush()

    def flush(self) -> None:
        self.made.new += self.store.write(self.waiting, sweep=self.sweep)
        self.waiting = []
        self.last = time.perf_counter()


def outcome_arrays(store: Store, planned: Sequence[Planned], period: str = "last_year") -> dict[str, np.ndarray]:
    """policy -> float64 [replicates, measures] in order of replicate; NaN for a run that failed."""
    return {policy: _with_gaps(store, keys, lambda some: store.outcome_array(some, period), len(MEASURES))
            for policy, keys in by_policy(planned).items()}


def series_arrays(store: Store, planned: Sequence[Planned], name: str) -> dict[str, np.ndarray]:
    """policy -> float64 [replicates, weeks] of one measure; NaN for a run that failed."""
    weeks = max(one.job.weeks for one in planned)
    return {policy: _with_gaps(store, keys, lambda some: store.series(some, name), weeks)
            for policy, keys in by_policy(planned).items()}


def by_policy(planned: Sequence[Planned]) -> dict[str, list[str]]:
    """policy -> keys in order of replicate."""
    result: dict[str, list[str]] = {}
    for one in sorted(planned, key=lambda one: one.job.replicate):
        result.setdefault(one.policy, []).append(one.key)
    order = dict.fromkeys(one.policy for one in planned)
    return {policy: result[policy] for policy in order}


def _with_gaps(store: Store, keys: list[str], read, width: int) -> np.ndarray:
    there = store.finished(keys)
    result = np.full((len(keys), width), np.nan)
    rows = [k for k, key in enumerate(keys) if key in there]
    if rows:
        result[rows] = read([keys[k] for k in rows])
    return result
