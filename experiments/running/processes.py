"""Workers in processes of their own, each at the end of a pipe of its own.

Not `ProcessPoolExecutor`: its workers share one pipe for their results, and when one of them is killed while it is
sending, the reader waits for the rest of that result for ever (seen with every fourth kill at results of 3 MB). Here a
worker that dies closes its own pipe and costs its own chunk; all others go on.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future

from silosim.experiments.running.crews import CrewLostError, Threads
from silosim.experiments.running.work import Failure, Landed, Work, failure
from silosim.model.parameters import InvalidInput

READY = b"ready"
TO_START = 120.0  # seconds
STARTS = 3  # times that a process may end before it is ready
KILLED = 10  # the same, when others end it (too little memory)
TO_END = 2.0  # seconds, before it is killed


class WorkerDiedError(BrokenExecutor):
    """A worker process ended in the middle of a chunk."""


class ChunkError(Exception):
    """A worker could not read its chunk, or not send what came of it."""


class Processes(Threads):
    """Workers in processes. They end when this process ends, however it ends, and leave Ctrl-C to it.

    A thread for each of them hands it its chunks and waits for what comes of them.
    """

    in_process = False
    broken_by = (WorkerDiedError,)
    trials = 2  # the first death may have been an accident

    def __init__(self, workers: int | None = None):
        import multiprocessing

        super().__init__(workers)
        self._context = multiprocessing.get_context("spawn")  # a fork would copy locks that threads hold
        # One raw byte and not an Event: a worker killed while it holds an Event's lock would stop the others for ever.
        self._byte = self._context.RawValue("b", 0)
        self._lock = threading.Lock()
        self._mine = threading.local()
        self._all: set[_Worker] = set()
        self._closed = False

    def submit(self, work: Work, jobs: Sequence) -> Future:
        return self._pool.submit(self._hand_over, pickle.dumps((work, list(jobs))))

    def begin(self) -> None:
        self._byte.value = 0

    def stop(self) -> None:
        self._byte.value = 1

    @property
    def pids(self) -> list[int]:
        """The workers' process numbers."""
        with self._lock:
            return [worker.process.pid for worker in self._all]

    def close(self) -> None:
        self.stop()
        with self._lock:
            self._closed = True
            for worker in self._all:
                if worker.busy:  # it was given time by those who asked it to stop
                    worker.process.kill()
        self._pool.shutdown(wait=True, cancel_futures=True)
        left = list(self._all)
        for worker in left:
            worker.pipe.close()  # all end at the same time
        for worker in left:
            self._end(worker)

    def _hand_over(self, message: bytes) -> Landed:
        """In a thread of the pool: its worker makes the chunk."""
        worker = self._worker()
        answer = worker.make(message)
        if answer is None:
            raise WorkerDiedError(self._end(worker))
        answer = pickle.loads(answer)
        if isinstance(answer, Failure):
            raise InvalidInput(answer.words) if answer.kind == InvalidInput.__name__ else ChunkError(answer.line)
        return answer

    def _worker(self) -> _Worker:
        """This thread's worker, a new one if there is none or it died while it had nothing to do."""
        worker = getattr(self._mine, "worker", None)
        if worker in self._all:
            if worker.process.is_alive():
                return worker
            self._end(worker)
        self._mine.worker = self._start()
        return self._mine.worker

    def _start(self) -> _Worker:
        left = {False: STARTS, True: KILLED}
        while all(left.values()):
            with self._lock:
                if self._closed:
                    raise WorkerDiedError("closed")
                worker = _Worker(self._context, self._byte)
                self._all.add(worker)
            if worker.begins():
                return worker
            words = self._end(worker)
            left[worker.was_killed] -= 1
        raise CrewLostError(f"worker processes do not start ({words}); leave out --processes to do without them")

    def _end(self, worker: _Worker) -> str:
        """Sees it out; says how it ended."""
        with self._lock:
            self._all.discard(worker)
        return worker.end()


class _Worker:
    """The parent's side of one process. `busy` while it starts and while it makes a chunk."""

    def __init__(self, context, byte):
        self.busy = True
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, byte), name="silosim", daemon=True)
        try:
            with _without_interrupts():
                self.process.start()
        except BaseException:
            self.pipe.close()
            raise
        finally:
            theirs.close()

    def begins(self) -> bool:
        """Waits until it is ready; False when it never will be."""
        ready = self._hear(TO_START) == READY
        self.busy = False
        return ready

    def make(self, message: bytes) -> bytes | None:
        """Its answer to a chunk; None when it died over it."""
        self.busy = True
        try:
            self.pipe.send_bytes(message)
            return self._hear(None)
        except OSError:  # the pipe broke
            return None
        finally:
            self.busy = False

    def _hear(self, patience: float | None) -> bytes | None:
        from multiprocessing.connection import wait

        if self.pipe in wait([self.pipe, self.process.sentinel], patience):
            with contextlib.suppress(EOFError, OSError):
                return self.pipe.recv_bytes()
        return None

    def end(self) -> str:
        """Lets it end by itself when it can; says how it ended."""
        self.pipe.close()  # it ends when it finds nobody there
        self.process.join(TO_END)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        return f"killed by signal {-self.process.exitcode}" if self.was_killed else f"exit code {self.process.exitcode}"

    @property
    def was_killed(self) -> bool:
        """Whether a signal ended it."""
        return (self.process.exitcode or 0) < 0


@contextlib.contextmanager
def _without_interrupts() -> Iterator[None]:
    """A process started meanwhile never sees Ctrl-C, not even before it has come to `_serve`, with a traceback."""
    if not hasattr(signal, "pthread_sigmask"):  # pragma: no cover - Windows
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # it would lift the mask when it is started with the first process
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(pipe, byte) -> None:
    """The worker: chunk after chunk, until nobody is there any more."""
    import multiprocessing

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(multiprocessing.parent_process(),), daemon=True).start()
    with contextlib.suppress(EOFError, OSError):
        pipe.send_bytes(READY)
        while True:
            pipe.send_bytes(_answer(pipe.recv_bytes(), byte))


def _answer(message: bytes, byte) -> bytes:
    try:
        work, jobs = pickle.loads(message)
        return pickle.dumps(work(jobs, lambda: byte.value == 1))
    except (Exception, SystemExit) as problem:
        return pickle.dumps(failure(problem))


def _end_with(parent) -> None:
    """A run may take minutes, and nobody waits for it any more."""
    parent.join()
    os._exit(1)
