"""Making runs: those not stored yet are simulated and stored as they finish; a stop loses nothing that finished."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from silosim.experiments.interrupts import Interrupts, held_interrupts
from silosim.experiments.running.crews import Threads
from silosim.experiments.running.stream import Stream
from silosim.experiments.running.work import Failure, Work
from silosim.experiments.scenarios import Planned
from silosim.experiments.store import Store, StoreError
from silosim.experiments.store.keep import EVERYTHING, Keep
from silosim.model.parameters import InvalidInput

BATCH = 500  # runs
EVERY = 1.0  # seconds
FIRST = 300  # runs
LOOKED_UP = 5000  # runs of which the database is asked at once; fewer at first, so that workers can begin


class Stopped(KeyboardInterrupt):
    """The user stopped a sweep: `done` of its `total` runs are stored."""

    def __init__(self, done: int, total: int):
        super().__init__(f"{done} of {total} runs")
        self.done, self.total = done, total


@dataclass
class Made:
    """What became of a sweep's runs.

    total    runs asked for, none twice
    new      runs made and stored
    failed   key -> error, of those that failed now
    skipped  runs that failed before and were not tried again
    warnings what runs warned of -> how many of them
    """

    total: int
    new: int = 0
    stored: int = 0
    skipped: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    warnings: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def done(self) -> int:
        """Runs that need no more doing."""
        return self.stored + self.new + self.skipped + len(self.failed)


@dataclass(frozen=True)
class Orders:
    """How runs are made.

    keep           what of a run is stored beside its summary
    crew           who makes them; None: threads of this process, `workers` of them
    retry_failed   whether runs that failed before are tried again
    go_on          whether runs that cannot be (InvalidInput) are noted as failed; otherwise the first one is raised
    live           another engine: (jobs, stopped) -> outcomes; see Work
    """

    keep: Keep = EVERYTHING
    workers: int | None = None
    crew: object = None
    retry_failed: bool = True
    go_on: bool = False
    live: Callable | None = None


def make_runs(store: Store, planned: Iterable[Planned], sweep: int | None = None, workers: int | None = None,
              progress: Callable[[int, int], None] = lambda done, total: None, orders: Orders | None = None,
              total: int | None = None) -> Made:
    """Simulates what `store` lacks of `planned`, storing every 500 runs or every second.

    planned   replicate by replicate; it may be a generator, which is read only a little ahead
    total     how many different runs that is; by default counted
    progress  called with (runs done, runs in all), stored ones included
    Raises Stopped on Ctrl-C, after storing what had finished. One run that fails does not stop the others.
    """
    orders = orders or Orders(workers=workers)
    if total is None:
        planned = list({one.key: one for one in planned}.values())
        total = len(planned)
    made = Made(total)
    started = time.perf_counter()
    try:
        with held_interrupts() as interrupts:
            progress(0, total)
            missing = _Missing(store, planned, made, orders, interrupts.heed)
            some = missing.some()
            progress(made.done, total)
            if some:
                with contextlib.nullcontext(orders.crew) if orders.crew else Threads(orders.workers) as crew:
                    work = Work(orders.keep.reduce, orders.live, _rules(crew))
                    stream = Stream(crew, missing, work, _job, _group, total)
                    _make(stream, _Writer(store, sweep, made, orders), progress, interrupts)
    except KeyboardInterrupt:
        raise Stopped(made.done, total) from None
    made.seconds = time.perf_counter() - started
    return made


def _make(stream: Stream, writer: _Writer, progress: Callable[[int, int], None], interrupts: Interrupts) -> None:
    """Stores what lands; also what had landed when something goes wrong, unless that is the database itself."""
    made = writer.made

    def tell() -> None:
        progress(made.done + len(writer.waiting), made.total)

    try:
        for batch in stream:
            writer.add(batch)
            tell()
            interrupts.heed()
        writer.flush()
    except BaseException as problem:
        landed = stream.stop(lambda: interrupts.times > 1)
        if not isinstance(problem, StoreError):
            writer.add(landed)
            writer.flush()
        raise


def _rules(crew) -> str | None:
    """The rules that workers elsewhere must have; those in this process have them."""
    from silosim.experiments.runkey import current_rulebook

    return None if crew.in_process else current_rulebook()


def _job(one: Planned):
    return one.job


def _group(one: Planned) -> tuple:
    return one.replicate, one.setting.burn_in_id


class _Missing:
    """What is not stored, asked a few thousand at a time; runs of a replicate that share a burn-in side by side."""

    def __init__(self, store: Store, planned: Iterable[Planned], made: Made, orders: Orders, heed: Callable[[], None]):
        self._store, self._made, self._orders, self._heed = store, made, orders, heed
        self._all = self._of(planned)
        self._first: list[Planned] = []

    def some(self) -> bool:
        """Whether there are any."""
        self._first = [one for one in [next(self._all, None)] if one]
        return bool(self._first)

    def __iter__(self) -> Iterator[Planned]:
        while self._first:
            yield self._first.pop()
        yield from self._all

    def _of(self, planned: Iterable[Planned]) -> Iterator[Planned]:
        for block in _blocks(planned):
            self._heed()  # all may be stored, and there are millions
            stored = self._store.finished([one.key for one in block], self._orders.keep)
            self._made.stored += len(stored)
            failed = () if self._orders.retry_failed else self._store.failed([one.key for one in block])
            self._made.skipped += len(failed)
            yield from (one for one in block if one.key not in stored and one.key not in failed)


def _blocks(planned: Iterable[Planned]) -> Iterator[list[Planned]]:
    """Whole replicates, sorted by burn-in, none twice, in blocks of a few thousand runs."""
    block: list[Planned] = []
    size = min(FIRST, LOOKED_UP)
    for _, group in groupby(planned, key=lambda one: one.replicate):
        block += _by_burn_in({one.key: one for one in group}.values())
        while len(block) >= size:
            yield block[:size]
            block = block[size:]
            size = min(2 * size, LOOKED_UP)
    if block:
        yield block


def _by_burn_in(planned: Iterable[Planned]) -> list[Planned]:
    groups: dict[str, list[Planned]] = {}
    for one in planned:
        groups.setdefault(one.setting.burn_in_id, []).append(one)
    return [one for group in groups.values() for one in group]


class _Writer:
    """Collects outcomes and stores them in batches. What waits is dropped only after it was stored."""

    def __init__(self, store: Store, sweep: int | None, made: Made, orders: Orders):
        self.store, self.sweep, self.made, self.orders = store, sweep, made, orders
        self.waiting: list[tuple] = []
        self.last = time.perf_counter()

    def add(self, batch: Sequence[tuple]) -> None:
        failed = []
        for one, result in batch:
            if isinstance(result, Failure):
                failed.append((one, result))
                continue
            for warning in result.warnings:
                self.made.warnings[warning] = self.made.warnings.get(warning, 0) + 1
            self.waiting.append((one, result))
        for one, failure in failed:  # the last, since one of them may end it all
            self._failed(one, failure)
        if len(self.waiting) >= BATCH or time.perf_counter() - self.last >= EVERY:
            self.flush()

    def _failed(self, one: Planned, failure: Failure) -> None:
        if failure.kind == InvalidInput.__name__ and not self.orders.go_on:
            self.flush()
            raise InvalidInput(failure.words)  # what the user asked for cannot be run at all
        self.store.record_failure(one, failure.line, failure.status, self.sweep, failure.trace)
        self.made.failed[one.key] = failure.line

    def flush(self) -> None:
        if not self.store.in_place:  # SQLite would go on writing to a file that has no name any more
            raise StoreError(f"{self.store.path}: the database was moved, removed or replaced while it was being "
                             "written; put it back and run the same command again")
        if self.waiting:
            self.store.write(self.waiting, sweep=self.sweep)
            self.made.new += len(self.waiting)
            self.waiting = []
        self.last = time.perf_counter()
