"""Who does the work: threads (the default), processes, or a cluster. All behind `concurrent.futures`.

Threads are right for the compiled engine: it releases the GIL, nothing is copied, and a burn-in costs no memory twice.
Processes are right for rules in plain Python, and for rules that may take their process down with them.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor, ThreadPoolExecutor

from silosim.experiments.running.work import Landed, Work
from silosim.model.parameters import InvalidInput


class CrewLostError(InvalidInput):
    """The workers cannot be reached any more; what they finished before is stored."""


class Threads:
    """Workers in this process."""

    broken_by: tuple = ()  # exceptions that mean: the worker died
    in_process = True

    def __init__(self, workers: int | None = None):
        self.workers = workers or usable_cores()
        self.broken = False
        self._stopped = threading.Event()
        self._pool = ThreadPoolExecutor(self.workers, thread_name_prefix="silosim")

    def submit(self, work: Work, jobs: Sequence) -> Future:
        """Starts a chunk; the future gives its Landed."""
        return self._pool.submit(work, jobs, self._stopped.is_set)

    def check(self) -> None:
        """Raises CrewLostError when the workers are gone for good."""

    def rebuild(self) -> None:
        """New workers for dead ones."""

    def stop(self) -> None:
        """Chunks at work end after the run at hand."""
        self._stopped.set()

    def close(self) -> None:
        self.stop()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        self.close()


class Processes(Threads):
    """Workers in processes of their own. They end when this process ends, however it ends, and leave Ctrl-C to it."""

    broken_by = (BrokenExecutor,)
    in_process = False

    def __init__(self, workers: int | None = None):
        import multiprocessing

        self.workers = workers or usable_cores()
        self._context = multiprocessing.get_context("spawn")  # a fork would copy locks that threads hold
        # One raw byte and not an Event: a worker killed while it holds an Event's lock would stop the others for ever.
        self._byte = self._context.RawValue("b", 0)
        self._start()

    def _start(self) -> None:
        self.broken = False
        self._pool = ProcessPoolExecutor(self.workers, self._context, _begin, (self._byte,))

    def submit(self, work: Work, jobs: Sequence) -> Future:
        return self._pool.submit(_in_process, work, jobs)

    def rebuild(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._start()

    def stop(self) -> None:
        self._byte.value = 1

    @property
    def pids(self) -> list[int]:
        """The workers' process numbers."""
        return list(self._pool._processes or ())


_byte = None


def _begin(byte) -> None:
    """In a new worker process, before anything else."""
    import multiprocessing
    import signal

    global _byte
    _byte = byte
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(multiprocessing.parent_process(),), daemon=True).start()


def _end_with(parent) -> None:
    parent.join()
    os._exit(1)


def _in_process(work: Work, jobs: Sequence) -> Landed:
    return work(jobs, lambda: _byte.value == 1)


def usable_cores() -> int:
    """Cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1
