"""The same work on a running Dask cluster. Only this file knows Dask.

Every worker needs the same silosim; runs are small to send (a setting there, a kilobyte or two back), and workers
never see the database. A worker that dies is Dask's to replace; when the scheduler dies, the sweep stops with what is
stored, and goes on where it was when it is started again.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future

from silosim.experiments.extras import need
from silosim.experiments.runkey import current_rulebook
from silosim.experiments.running.crews import CrewLostError
from silosim.experiments.running.work import Work

CONNECT = 15.0  # seconds to find the scheduler
PATIENCE = 30.0  # seconds without scheduler or without any worker before giving up


class Cluster:
    """Workers of the Dask scheduler at `address`, such as tcp://10.0.0.5:8786.

    Raises CrewLostError when there is no scheduler, it has no workers, or a worker has another silosim.
    """

    in_process = False

    def __init__(self, address: str):
        distributed = need("distributed", "cluster")
        self.address = address
        self.broken_by = (distributed.scheduler.KilledWorker,)
        self.broken = False
        self._away: float | None = None  # since when there is nobody
        try:
            self._client = distributed.Client(address, timeout=CONNECT, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as problem:
            raise CrewLostError(f"no Dask scheduler answers at {address!r} ({_line(problem)}); "
                                "give its address as tcp://host:port") from None
        try:
            self._check_rules()
        except BaseException:
            self._client.close()
            raise
        # pure=False: equal chunks are different work, so that nothing is taken from a cache
        self._executor = self._client.get_executor(pure=False)

    @property
    def workers(self) -> int:
        """Threads of all workers together."""
        return max(1, sum(self._client.ncores().values())) if self._running() else 1

    def submit(self, work: Work, jobs: Sequence) -> Future:
        return self._executor.submit(work, jobs)

    def check(self) -> None:
        if self._running() and self._client.scheduler_info().get("workers"):
            self._away = None
            return
        now = time.monotonic()
        self._away = now if self._away is None else self._away
        if now - self._away > PATIENCE:
            what = "has no workers any more" if self._running() else "does not answer any more"
            raise CrewLostError(f"the Dask cluster at {self.address} {what}; what was finished is stored: "
                                "the same command goes on where it stopped")

    def rebuild(self) -> None:
        """Dask replaces its workers itself."""
        self.broken = False

    def stop(self) -> None:
        """Chunks at work on other machines are left to themselves; nobody waits for them."""

    def close(self) -> None:
        self._executor.shutdown(wait=False)
        self._client.close(timeout=5)

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def _running(self) -> bool:
        return self._client.status == "running"

    def _check_rules(self) -> None:
        try:
            self._client.wait_for_workers(1, timeout=CONNECT)
            found = self._client.run(current_rulebook, on_error="return")
        except TimeoutError:
            raise CrewLostError(f"the Dask cluster at {self.address} has no workers: start some with "
                                f"'dask worker {self.address}'") from None
        for worker, rules in found.items():
            if isinstance(rules, BaseException):
                raise CrewLostError(f"worker {worker} cannot run silosim ({_line(rules)}): install it there")
            if rules != current_rulebook():
                raise CrewLostError(f"worker {worker} has other rules ({rules}) than this machine "
                                    f"({current_rulebook()}): install the same silosim on both")


def _line(problem: BaseException) -> str:
    return " ".join(f"{type(problem).__name__}: {problem}".split())
