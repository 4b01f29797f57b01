"""The one loop that makes runs: chunks out to the crew, results in as they land, whoever the crew is.

When a worker dies, nobody knows which of the runs in flight killed it. Those are then made one at a time, alone: a
run during which the worker dies twice more is given up as 'crashed', the others are none the worse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait

from silosim.experiments.running.chunks import Cutter
from silosim.experiments.running.work import Failure, Landed, Work, failure
from silosim.model.parameters import InvalidInput

AHEAD = 3  # chunks in flight for each worker
TICK = 0.5  # seconds after which an empty batch is given, so that those who wait can look at the clock
ALONE = 2  # times a run may take down its worker while alone with it
PATIENCE = 30.0  # seconds to wait for chunks at work once stopped


class Stream:
    """Iterating gives batches of (item, result), some of them empty; `stop` gives what was finished after that.

    crew      Threads, Processes or Cluster, open
    items     what to run, as far ahead as needed
    work      what a worker does with a chunk of jobs
    job_of    item -> its job
    group_of  item -> which burn-in it needs
    """

    def __init__(self, crew, items: Iterable, work: Work, job_of: Callable = lambda item: item,
                 group_of: Callable = lambda item: item.burn_in_key(), total: int | None = None):
        self.crew, self.work, self.job_of = crew, work, job_of
        self._cutter = Cutter(items, group_of, crew.workers, total)
        self._flying: dict[Future, list] = {}
        self._again: list[list] = []  # chunks whose future was cancelled under us
        self._suspects: list = []
        self._alone: dict[int, int] = {}  # id of a suspect -> how often it took its worker down while alone
        self._lonely = False  # whether the chunk in flight is a suspect

    def __iter__(self) -> Iterator[list[tuple]]:
        while True:
            self._fill()
            if not self._flying:
                return
            done, _ = wait(self._flying, timeout=TICK, return_when=FIRST_COMPLETED)
            if not done:
                self.crew.check()
            yield [pair for future in done for pair in self._land(future)]

    def stop(self) -> list[tuple]:
        """Ends the chunks at work after their run at hand; gives what had been finished and not handed out."""
        self.crew.stop()
        for future in list(self._flying):
            if future.cancel():
                del self._flying[future]
        done, _ = wait(self._flying, timeout=PATIENCE)
        return [pair for future in done for pair in self._land(future)]

    def _fill(self) -> None:
        if self.crew.broken:
            if self._flying:  # the others will say that they are lost, too
                return
            self.crew.rebuild()
        if self._suspects:
            if not self._flying:
                self._lonely = True
                self._submit([self._suspects.pop()])
            return
        self._lonely = False
        while len(self._flying) < AHEAD * self.crew.workers and (chunk := self._next()):
            self._submit(chunk)
            if self.crew.broken:
                return

    def _next(self) -> list:
        return self._again.pop() if self._again else self._cutter.cut()

    def _submit(self, chunk: list) -> None:
        try:
            future = self.crew.submit(self.work, [self.job_of(item) for item in chunk])
        except self.crew.broken_by:
            self._lose(chunk)
        else:
            self._flying[future] = chunk

    def _land(self, future: Future) -> list[tuple]:
        chunk = self._flying.pop(future)
        try:
            landed: Landed = future.result()
        except CancelledError:
            self._again.append(chunk)
            self.crew.check()
            return []
        except self.crew.broken_by as death:
            return self._lose(chunk, death)
        except InvalidInput:  # nothing can be run there at all
            raise
        except Exception as problem:  # the chunk never got to its runs, or its results could not be sent
            return [(item, failure(problem)) for item in chunk]
        self._cutter.took(len(landed.results), landed.seconds)
        return list(zip(chunk, landed.results, strict=False))

    def _lose(self, chunk: list, death: BaseException | None = None) -> list[tuple]:
        """A chunk whose worker died: to be made again, run by run; or given up."""
        self.crew.broken = True
        if self._lonely and len(chunk) == 1:
            item = chunk[0]
            times = self._alone[id(item)] = self._alone.get(id(item), 0) + 1
            if times >= ALONE:
                words = "the worker died while making this run and nothing else"
                return [(item, Failure("crashed", type(death).__name__ if death else "died", words))]
        self._suspects += chunk
        return []
