"""The same work on a running Dask cluster. Only this file knows Dask.

Every worker needs the same silosim; runs are small to send (a setting there, a kilobyte or two back), and workers
never see the database. A worker that dies is Dask's to replace; when the scheduler dies, the sweep stops with what is
stored, and goes on where it was when it is started again.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Sequence
from concurrent.futures import Future, wait

from silosim.experiments.extras import need
from silosim.experiments.runkey import current_rulebook
from silosim.experiments.running.crews import CrewLostError
from silosim.experiments.running.work import Work
from silosim.model.parameters import InvalidInput

CONNECT = 15.0  # seconds to find the scheduler, or to find it again
PATIENCE = 20.0  # seconds without scheduler or without any worker before giving up
ANSWER = 5.0  # seconds for the scheduler to say how things are
COUNT = 10.0  # seconds after which workers are counted again
NOISY = ("distributed", "tornado", "asyncio")  # what they would log, the user is told in one line


class Cluster:
    """Workers of the Dask scheduler at `address`, such as tcp://10.0.0.5:8786.

    Raises CrewLostError when there is no scheduler, it has no workers, or a worker has another silosim.
    """

    in_process = False
    shared_fate = True  # a worker of several threads takes all their chunks along
    trials = 1  # Dask itself tries several times

    def __init__(self, address: str):
        distributed = need("distributed", "cluster")
        self.address = address
        self.broken_by = (distributed.scheduler.KilledWorker,)
        self._away: float | None = None  # since when there is nobody
        self._looked = self._counted = time.monotonic()
        self._levels = _hush()
        self._client = None
        try:
            self._client = _client(distributed, address)
            self._check_workers()
            self._scheduler: str | None = None  # which one has our work
            self._threads = self._count()
        except BaseException as problem:
            self.close()
            if isinstance(problem, InvalidInput) or not isinstance(problem, Exception):
                raise
            raise self._lost(f"does not answer any more ({_line(problem)})") from None
        # pure=False: equal chunks are different work, so that nothing is taken from a cache
        self._executor = self._client.get_executor(pure=False)

    @property
    def workers(self) -> int:
        """Threads of all workers together; they may come and go."""
        if time.monotonic() - self._counted > COUNT and self.ready:
            self._counted = time.monotonic()
            with contextlib.suppress(OSError, TimeoutError):
                self._threads = self._count()
        return self._threads

    @property
    def ready(self) -> bool:
        """Whether the scheduler is there, as far as is known."""
        return self._client.status == "running"

    def submit(self, work: Work, jobs: Sequence) -> Future:
        """Starts a chunk; the future gives its Landed."""
        try:
            if self._scheduler is None:
                self._scheduler = self._ask(self._client.scheduler.identity)["id"]
            return self._executor.submit(work, jobs)
        except Exception as problem:
            raise self._lost(f"takes no more work ({_line(problem)})") from None

    def check(self) -> None:
        """Raises CrewLostError when nobody was there for a while, or another scheduler came in place of ours."""
        now = time.monotonic()
        if self._client.status == "closed":
            raise self._lost("does not answer any more")
        if now - self._looked < ANSWER and self._away is None:
            return
        self._looked = now
        what = self._what_is_wrong()
        if what is None:
            self._away = None
        elif self._away is None:
            self._away = now
        elif now - self._away > PATIENCE:
            raise self._lost(what)

    def begin(self) -> None:
        """Chunks are given out anew: to whoever is the scheduler now."""
        self._scheduler = None

    def stop(self) -> None:
        """Chunks at work on other machines are left to themselves; nobody waits for them."""

    def close(self) -> None:
        """Leaves the cluster to others."""
        if self._client is not None:
            with contextlib.suppress(Exception):  # there may be nobody to say goodbye to
                if self._client.status == "running":
                    self._client.close(timeout=ANSWER)
        _unhush(self._levels)

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def _ask(self, what):
        return self._client.sync(what, callback_timeout=ANSWER)

    def _count(self) -> int:
        return max(1, sum(self._ask(self._client.scheduler.ncores).values()))

    def _what_is_wrong(self) -> str | None:
        if not self.ready:
            return "does not answer any more"
        try:
            found = self._ask(self._client.scheduler.identity)
        except (OSError, TimeoutError):
            return "does not answer any more"
        if self._scheduler not in (None, found["id"]):
            raise self._lost("was started anew and knows nothing of this sweep's work")
        return None if found["workers"] else "has no workers any more"

    def _lost(self, what: str) -> CrewLostError:
        return CrewLostError(f"the Dask cluster at {self.address} {what}; what was finished is stored: "
                             "the same command goes on where it stopped")

    def _check_workers(self) -> None:
        try:
            self._client.wait_for_workers(1, timeout=CONNECT)
        except TimeoutError:
            raise CrewLostError(f"the Dask cluster at {self.address} has no workers: start some with "
                                f"'dask worker {self.address}'") from None
        # Not `Client.run`, which waits for ever for a worker that hangs. Who does not answer now is asked again with
        # every chunk.
        asked = {self._client.get_executor(pure=False, workers=[worker]).submit(current_rulebook): worker
                 for worker in self._ask(self._client.scheduler.ncores)}
        answered, silent = wait(asked, timeout=ANSWER)
        for future in silent:
            future.cancel()
        for future in answered:
            if future.exception():
                raise CrewLostError(f"worker {asked[future]} cannot run silosim ({_line(future.exception())}): "
                                    "install it there")
            if future.result() != current_rulebook():
                raise CrewLostError(f"worker {asked[future]} has other rules ({future.result()}) than this machine "
                                    f"({current_rulebook()}): install the same silosim on both")


def _client(distributed, address: str):
    try:
        distributed.comm.get_address_host_port(address, strict=True)  # a client of nothing takes 30 s to be forgotten
        return distributed.Client(address, timeout=CONNECT, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as problem:
        raise CrewLostError(f"no Dask scheduler answers at {address!r} ({_line(problem)}); "
                            "give its address as tcp://host:port") from None


def _hush() -> dict[logging.Logger, int]:
    """Silences the libraries' log; gives the levels as they were."""
    names = [name for name in list(logging.root.manager.loggerDict) if name.partition(".")[0] in NOISY]
    levels = {logger: logger.level for logger in map(logging.getLogger, {*names, *NOISY})}
    for logger in levels:
        logger.setLevel(logging.CRITICAL + 1)
    return levels


def _unhush(levels: dict[logging.Logger, int]) -> None:
    for logger, level in levels.items():
        logger.setLevel(level)


def _line(problem: BaseException) -> str:
    return " ".join(f"{type(problem).__name__}: {problem}".split())
