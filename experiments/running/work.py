"""The worker's side: a chunk of jobs in, for each what is kept of its outcome, or why there is none.

Everything that comes in and goes out is plain, so that the worker may be a thread, a process or another machine.
A worker never sees the database.
"""

from __future__ import annotations

import platform
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from silosim.experiments import engine
from silosim.experiments.runkey import current_rulebook
from silosim.model.parameters import InvalidInput


class Failure(NamedTuple):
    """Why a run has no outcome.

    status  'failed' (it raised) or 'crashed' (it took its worker down with it)
    kind    name of the exception
    """

    status: str
    kind: str
    words: str
    trace: str = ""

    @property
    def line(self) -> str:
        """One line."""
        return " ".join(f"{self.kind}: {self.words}".split())


class Landed(NamedTuple):
    """What came of a chunk: a result for each job lived, in order (fewer when stopped), and how long it took."""

    results: list
    seconds: float


class NoOutcomeError(Exception):
    """An engine gave fewer outcomes than there were jobs."""


def never() -> bool:
    """Nobody asks to stop."""
    return False


@dataclass(frozen=True)
class Work:
    """What to do with a chunk of jobs.

    reduce  outcome -> what is sent back (None: the outcome itself, and exceptions as they are)
    live    (jobs, stopped) -> outcomes or exceptions in order; None: the compiled engine
    rules   hash of the rules that the worker must have, where it may be another machine
    """

    reduce: Callable | None = None
    live: Callable | None = None
    rules: str | None = None

    def __call__(self, jobs: Sequence, stopped: Callable[[], bool] = never) -> Landed:
        if self.rules is not None and self.rules != current_rulebook():
            raise InvalidInput(f"worker {platform.node()} has other rules ({current_rulebook()}) than this machine "
                               f"({self.rules}): install the same silosim on both")
        started = time.perf_counter()
        results: list = []
        while len(results) < len(jobs) and not stopped():
            results += self._from(jobs[len(results):], stopped)
        return Landed(results, time.perf_counter() - started)

    def _from(self, jobs: Sequence, stopped: Callable[[], bool]) -> Iterator:
        """Results up to the first job over which the engine itself ends, instead of handing out an exception."""
        made = 0
        try:
            for outcome in (self.live or engine.live)(jobs, stopped):
                yield self._result(outcome)
                made += 1
            problem = NoOutcomeError("the engine ended without an outcome")
        except (Exception, SystemExit) as raised:
            problem = raised
        if made < len(jobs) and not stopped():
            yield self._result(problem)

    def _result(self, outcome):
        if self.reduce is None:
            return outcome
        try:
            if isinstance(outcome, BaseException):
                raise outcome
            return self.reduce(outcome)
        except (Exception, SystemExit) as problem:
            return failure(problem)


def failure(problem: BaseException, status: str = "failed") -> Failure:
    """The plain form of an exception: some exceptions do not survive a journey between processes."""
    try:
        words, trace = str(problem), "".join(traceback.format_exception(problem))
    except Exception:  # its own text fails
        words, trace = "it has no words", ""
    return Failure(status, type(problem).__name__, words, trace)
