"""What every contender has to run: a run has a number, and gives 61 numbers that follow from it.

`Trivial` is a run in plain Python that keeps a core busy for a millisecond, so that what is left is the runner's own
cost. `Real` is a run of the model. `Faulty` is either of them with an accident in run 50.
"""

from __future__ import annotations

import hashlib
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from silosim.model.measures.declared import MEASURES

WIDTH = len(MEASURES)
ORGANISATION = "insurer"
BAD = 50  # number of the run that goes wrong
RAISE, KILL_ONCE, KILL_ALWAYS, PARENT = "raise", "kill_once", "kill_always", "parent"
FAULTS = (RAISE, KILL_ONCE, KILL_ALWAYS, PARENT)
ON_PURPOSE = "fails on purpose"


@dataclass(frozen=True)
class Trivial:
    """A run in plain Python.

    seconds  of a core's work (its own thread's, so a core that is shared does not shorten it)
    sleeps   wait that long instead, where only what happens matters and not how fast
    """

    seconds: float = 0.001
    sleeps: bool = False

    compared = 1  # every run is compared with what it should give

    def __call__(self, number: int) -> list[float]:
        """The outcome of one run."""
        if self.sleeps:
            time.sleep(self.seconds)
        else:
            until = time.thread_time() + self.seconds
            while time.thread_time() < until:
                pass
        return self.expected(number)

    def expected(self, number: int) -> list[float]:
        """What the run gives, without the work."""
        return [number + k / 64 for k in range(WIDTH)]

    def job(self, number: int):
        """The run as silosim plans it: its number is the replicate of a real, if short, job."""
        from silosim.model.ensemble import Job

        return Job(_organisation(ORGANISATION), burn_in=0, weeks=1, replicate=number)

    @property
    def live(self) -> Callable:
        """What silosim's workers call in place of the compiled engine."""
        return partial(live, self)


@dataclass(frozen=True)
class Real:
    """A run of the model: today's policy, the number as its luck, so that no two runs could share a burn-in."""

    weeks: int
    burn_in: int
    organisation: str = ORGANISATION

    def __call__(self, number: int) -> list[float]:
        """The 61 measures over the last year."""
        from silosim.model.ensemble import run_job

        return run_job(self.job(number)).summary.tolist()

    expected = __call__
    compared = 10  # one run in ten, since each has to be made again
    live = None  # silosim's workers use the compiled engine

    def job(self, number: int):
        """The run as the engine takes it."""
        from silosim.model.ensemble import Job

        return Job(_organisation(self.organisation), burn_in=self.burn_in, weeks=self.weeks, replicate=number)


@dataclass(frozen=True)
class Faulty:
    """`work` with an accident in run `bad`; every run that was made adds a byte to the file `made` in `folder`."""

    work: Trivial
    fault: str
    folder: str
    bad: int = BAD

    compared = 1

    def __call__(self, number: int) -> list[float]:
        """The outcome of one run, unless it is the bad one."""
        if number == self.bad:
            self._have_accident(number)
        outcome = self.work(number)
        with open(self.progress, "ab") as made:
            made.write(b".")
        return outcome

    def _have_accident(self, number: int) -> None:
        if self.fault == RAISE:
            raise RuntimeError(f"run {number} {ON_PURPOSE}")
        before = Path(self.folder) / "killed"
        if self.fault == KILL_ALWAYS or (self.fault == KILL_ONCE and not before.exists()):
            before.touch()
            os.kill(os.getpid(), signal.SIGKILL) if hasattr(signal, "SIGKILL") else os._exit(9)

    @property
    def progress(self) -> Path:
        """The file that is as many bytes long as runs were made."""
        return Path(self.folder) / "made"

    def made(self) -> int:
        """How many runs were made so far."""
        return self.progress.stat().st_size if self.progress.exists() else 0

    def expected(self, number: int) -> list[float]:
        """What the run gives when nothing happens to it."""
        return self.work.expected(number)

    def job(self, number: int):
        """As the work without the accident."""
        return self.work.job(number)

    @property
    def live(self) -> Callable:
        """As the work, with the accident."""
        return partial(live, self)


@dataclass(frozen=True)
class Muster:
    """`work` that ends only when as many workers are making runs as there are, so that the clock starts with all."""

    work: Trivial | Real
    workers: int
    folder: str
    patience: float = 20.0  # seconds

    def __call__(self, number: int) -> list[float]:
        """The outcome of one run, once everybody is there."""
        outcome = self.work(number)
        (Path(self.folder) / str(os.getpid())).touch()
        until = time.monotonic() + self.patience
        while len(os.listdir(self.folder)) < self.workers and time.monotonic() < until:
            time.sleep(0.005)
        return outcome

    def job(self, number: int):
        """As the work."""
        return self.work.job(number)

    @property
    def live(self) -> Callable | None:
        """As the work; threads of the compiled engine need no muster, since they start with their process."""
        return self.work.live and partial(live, self)


def live(work, jobs: Sequence, stopped: Callable[[], bool]) -> Iterator:
    """An Outcome for each job, in order, or the exception that stopped it."""
    for job in jobs:
        if stopped():
            return
        started = time.perf_counter()
        try:
            numbers = work(job.replicate)
        except Exception as problem:
            yield problem
        else:
            yield _outcome(numbers, time.perf_counter() - started)


def _outcome(numbers: Sequence[float], seconds: float):
    import numpy as np

    from silosim.model.ensemble import Outcome

    summary = np.array(numbers)
    nothing = np.empty((0, len(summary)))
    digest = hashlib.blake2b(summary.tobytes(), digest_size=16).hexdigest()
    return Outcome(summary[None], summary, summary, nothing, nothing, np.empty((0, 0, 4)), digest, seconds, [])


@lru_cache(maxsize=4)
def _organisation(name: str):
    from silosim.model.organisation_file import load_organisation

    return load_organisation(name)


def right(work, results: dict[int, Sequence[float]]) -> int:
    """How many of the results are what their run gives, to the bit (undefined measures included).

    Where making a run again takes long, of most it is only checked that there are 61 numbers.
    """
    return sum(_same(work.expected(number), found) if number % work.compared == 0 else len(found) == WIDTH
               for number, found in results.items())


def _same(one: Sequence[float], other: Sequence[float]) -> bool:
    return len(one) == len(other) and all(a == b or (a != a and b != b) for a, b in zip(one, other, strict=True))


def from_settings(settings: dict):
    """Trivial or Real from {'kind': 'trivial' | 'real', ...its fields}."""
    fields = dict(settings)
    return {"trivial": Trivial, "real": Real}[fields.pop("kind")](**fields)
