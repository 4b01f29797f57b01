"""The one loop that makes runs: chunks out to the crew, results in as they land, whoever the crew is.

When a worker dies, nobody knows which run of its chunk killed it. Those runs are then made one by one, and alone where
workers share a fate: a run that its worker does not survive then is given up as 'crashed', the others are none the
worse. The same for a chunk that could not be sent there and back, which is then 'failed'; unless no chunk ever could.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from typing import NamedTuple

from silosim.experiments.running.chunks import Cutter
from silosim.experiments.running.crews import CrewLostError
from silosim.experiments.running.work import Failure, Landed, Work, failure
from silosim.model.parameters import InvalidInput

AHEAD = 3  # chunks in flight for each worker
TICK = 0.5  # seconds after which an empty batch is given, so that those who wait can look at the clock
UNREAD = 8  # runs that fail on their way there or back, before any other came back, until that is nobody's accident
CANCELLED = 5  # times that a chunk may be cancelled by others (a scheduler that starts anew) before giving up
PATIENCE = 30.0  # seconds to wait for chunks at work once stopped
GLANCE = 0.1  # seconds between looks at whether the user is in a hurry


class Chunk(NamedTuple):
    """Items that are made together.

    alone      one item under suspicion
    deaths     workers it took down while alone
    cancelled  times it was cancelled by others
    """

    items: list
    alone: bool = False
    deaths: int = 0
    cancelled: int = 0


class Stream:
    """Iterating gives batches of (item, result), some of them empty; `stop` gives what was finished after that.

    crew      Threads, Processes or Cluster, open
    items     what to run, as far ahead as needed
    work      what a worker does with a chunk of jobs
    job_of    item -> its job
    group_of  item -> which burn-in it needs
    Every item gets one result, whatever happens to workers. Raises CrewLostError when they are gone for good, after
    giving what had landed.
    """

    def __init__(self, crew, items: Iterable, work: Work, job_of: Callable = lambda item: item,
                 group_of: Callable = lambda item: item.burn_in_key(), total: int | None = None):
        self.crew, self.work, self.job_of = crew, work, job_of
        self._cutter = Cutter(items, group_of, crew.workers, total)
        self._flying: dict[Future, Chunk] = {}
        self._again: deque[Chunk] = deque()
        self._problem: InvalidInput | None = None
        self._stopping = False
        self._anything = False  # whether a chunk ever came back
        self._unread: list[tuple] = []  # what failed on its way before that
        crew.begin()

    def __iter__(self) -> Iterator[list[tuple]]:
        while self._problem is None:
            more = self._fill()
            if not self._flying:
                if not more:
                    break
                self.crew.check()
                time.sleep(TICK)
                yield []
                continue
            done, _ = wait(self._flying, timeout=TICK, return_when=FIRST_COMPLETED)
            if not done:
                self.crew.check()
            yield self._collect(done)
        if self._unread and self._problem is None:
            self._problem = self._nothing_works()
        if self._problem is not None:
            raise self._problem

    def stop(self, hurry: Callable[[], bool] = lambda: False) -> list[tuple]:
        """Ends the chunks at work after their run at hand; gives what had been finished and not handed out.

        hurry  whether to wait no longer for those at work
        """
        self._stopping = True
        self.crew.stop()
        for future in list(self._flying):
            if future.cancel():
                del self._flying[future]
        landed = []
        until = time.monotonic() + PATIENCE
        while self._flying and time.monotonic() < until and not hurry():
            done, _ = wait(self._flying, timeout=GLANCE)
            landed += self._collect(done)
        return landed

    def _fill(self) -> bool:
        """Gives the crew enough to do; whether there is more to do than that."""
        while self.crew.ready and len(self._flying) < AHEAD * self.crew.workers and not self._one_alone():
            chunk = self._again.popleft() if self._again else Chunk(self._cutter.cut())
            if not chunk.items:
                return False
            self._submit(chunk)
        return True

    def _one_alone(self) -> bool:
        """Whether a suspect is at work that must be alone, or waits until it can be."""
        if not self.crew.shared_fate or not self._flying:
            return False
        return next(iter(self._flying.values())).alone or bool(self._again and self._again[0].alone)

    def _submit(self, chunk: Chunk) -> None:
        self._flying[self.crew.submit(self.work, [self.job_of(item) for item in chunk.items])] = chunk

    def _collect(self, done: Iterable[Future]) -> list[tuple]:
        """What landed; a problem that ends everything is kept until that has been handed out."""
        landed = []
        for future in done:
            chunk = self._flying.pop(future)
            try:
                landed += self._land(future, chunk)
            except InvalidInput as problem:
                self._problem = problem
        return landed

    def _land(self, future: Future, chunk: Chunk) -> list[tuple]:
        try:
            landed: Landed = future.result()
        except CancelledError as words:
            self._fly_again(chunk, words)
            return []
        except InvalidInput:  # nothing can be run there at all
            raise
        except Exception as problem:
            return self._suspect(chunk, problem)
        self._anything = True
        unread, self._unread = self._unread, []
        self._cutter.took(len(landed.results), landed.seconds)
        if len(landed.results) < len(chunk.items) and not self._stopping:
            self._problem = CrewLostError("the workers were stopped by somebody else")
        return [*unread, *zip(chunk.items, landed.results, strict=False)]

    def _fly_again(self, chunk: Chunk, words: BaseException) -> None:
        if chunk.cancelled >= CANCELLED and not self._stopping:
            raise CrewLostError(f"the same work was cancelled {CANCELLED} times over ({' '.join(str(words).split())})")
        if not self._stopping:
            self.crew.begin()
        self._again.appendleft(chunk._replace(cancelled=chunk.cancelled + 1))

    def _suspect(self, chunk: Chunk, problem: Exception) -> list[tuple]:
        """A chunk whose worker died, or that got lost otherwise: to be made again, run by run; or given up."""
        died = isinstance(problem, self.crew.broken_by)
        alone = chunk.alone or (len(chunk.items) == 1 and not self.crew.shared_fate)
        deaths = chunk.deaths + alone
        if deaths < (self.crew.trials if died else 1):
            self._again.extendleft(Chunk([item], True, deaths) for item in reversed(chunk.items))
            return []
        if died:
            words = f"the worker died while making this run and nothing else ({_first_sentence(problem)})"
            return [(chunk.items[0], Failure("crashed", type(problem).__name__, words))]
        pair = chunk.items[0], failure(problem)
        if self._anything:
            return [pair]
        self._unread.append(pair)  # perhaps not the run's fault: a worker that cannot read any
        if len(self._unread) >= UNREAD:
            raise self._nothing_works()
        return []

    def _nothing_works(self) -> CrewLostError:
        _, problem = self._unread[0]
        return CrewLostError(f"the workers can make no run at all ({problem.line})")


def _first_sentence(problem: BaseException) -> str:
    return " ".join(str(problem).split()).partition(". ")[0]
