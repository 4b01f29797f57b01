"""Who does the work: threads (the default), processes (processes.py) or a cluster (cluster.py).

All are used alike. A crew has

    workers      how many runs it can make at once
    in_process   whether they are in this process
    shared_fate  whether a worker that dies may have been making several chunks; if so, a suspect run is made alone
    broken_by    exceptions of a future that mean: its worker died
    trials       how often a run may take down its worker while nothing else was with it
    ready        False while there is nobody to give a chunk to, which may pass: `check` knows when to stop hoping

Threads are right for the compiled engine: it releases the GIL, nothing is copied, and a burn-in costs no memory twice.
Processes are right for rules in plain Python, and for rules that may take their process down with them.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from silosim.experiments.running.work import Work
from silosim.model.parameters import InvalidInput


class CrewLostError(InvalidInput):
    """The workers cannot be reached any more; what they finished before is stored."""


class Threads:
    """Workers in this process."""

    in_process = True
    shared_fate = False
    broken_by: tuple = ()
    trials = 1
    ready = True

    def __init__(self, workers: int | None = None):
        self.workers = workers or usable_cores()
        self._stopped = threading.Event()
        self._pool = ThreadPoolExecutor(self.workers, thread_name_prefix="silosim")

    def submit(self, work: Work, jobs: Sequence) -> Future:
        """Starts a chunk; the future gives its Landed."""
        return self._pool.submit(work, jobs, self._stopped.is_set)

    def check(self) -> None:
        """Raises CrewLostError when the workers are gone for good."""

    def begin(self) -> None:
        """Chunks are given out anew: after a `stop`, or after all were cancelled by others."""
        self._stopped.clear()

    def stop(self) -> None:
        """Chunks at work end after the run at hand."""
        self._stopped.set()

    def close(self) -> None:
        """Ends the workers, each after its run at hand."""
        self.stop()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        self.close()


def usable_cores() -> int:
    """Cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1
