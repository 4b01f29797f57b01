"""A contender's processes: started with a mark that all they start inherit, so that every one can be found and ended.

A process group would not do: some libraries start their workers in groups of their own.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
import uuid

from silosim.experiments.extras import need

MARK = "SILOSIM_PEERS"


class WorkerLost(RuntimeError):
    """A contender's process ended, or said nothing for too long, without having answered."""


class Marked:
    """A process that answers in lines of JSON, and everything it starts. Leaving the `with` ends them all."""

    def __init__(self, *command: str):
        self.psutil = need("psutil", "cluster")
        self._mark = uuid.uuid4().hex
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  (closed in __exit__; a pipe would fill up)
        self.started = time.perf_counter()
        self.process = subprocess.Popen([sys.executable, *command], env={**os.environ, MARK: self._mark},
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self._errors)
        self._made_at = self.psutil.Process(self.process.pid).create_time()
        self._lines: queue.Queue = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def __enter__(self) -> Marked:
        return self

    def __exit__(self, *_) -> None:
        self.end()
        self._errors.close()

    def _listen(self) -> None:
        with contextlib.suppress(ValueError):  # closed while reading
            for line in self.process.stdout:
                self._lines.put((time.perf_counter(), line))
        self._lines.put((time.perf_counter(), b""))

    def answer(self, patience: float) -> tuple[dict, float]:
        """(its next answer, seconds since its start). WorkerLost when it has none within `patience` seconds."""
        until = time.perf_counter() + patience
        while True:
            try:
                at, line = self._lines.get(timeout=max(0.0, until - time.perf_counter()))
            except queue.Empty:
                raise WorkerLost(f"no answer in {patience:g} s") from None
            if not line:
                raise WorkerLost(self.complaint() or "ended without a word")
            if line.startswith(b"{"):  # a library may print, too
                return json.loads(line), at - self.started

    def complaint(self) -> str:
        """The last line on its error stream."""
        self._errors.seek(0)
        said = self._errors.read().decode(errors="replace").strip().splitlines()
        return said[-1].strip() if said else ""

    def alive(self) -> list:
        """Its own and all its descendants' processes that still run, however they were started."""
        found = []
        for process in self.psutil.process_iter():
            with contextlib.suppress(self.psutil.Error, OSError):
                if (process.create_time() >= self._made_at and process.environ().get(MARK) == self._mark
                        and process.status() != self.psutil.STATUS_ZOMBIE):
                    found.append(process)
        return found

    def left(self, grace: float) -> int:
        """How many still run `grace` seconds from now, the first process not counted."""
        until = time.perf_counter() + grace
        while True:
            count = sum(process.pid != self.process.pid for process in self.alive())
            if not count or time.perf_counter() > until:
                return count
            time.sleep(0.1)

    def kill(self) -> None:
        """Kills the first process only, as `kill -9` does."""
        self.process.kill()
        self.process.wait()

    def end(self) -> None:
        """Kills whatever still runs."""
        while running := self.alive():
            for process in running:
                with contextlib.suppress(self.psutil.Error):
                    process.kill()
            self.psutil.wait_procs(running, timeout=5)
        self.process.wait()
        self.process.stdout.close()

    def memory(self) -> tuple[float, float]:
        """(of the first process, of all of them) in MB now; what processes share is divided among them where known."""
        own = total = 0.0
        for process in self.alive():
            with contextlib.suppress(self.psutil.Error, OSError):
                full = process.memory_full_info()
                size = getattr(full, "pss", full.rss)
                total += size / 1e6
                if process.pid == self.process.pid:
                    own = size / 1e6
        return own, total


class MemoryWatch:
    """The most memory a contender's processes held, looked at ten times a second."""

    def __init__(self, marked: Marked, every: float = 0.1):
        self._marked, self._every = marked, every
        self._done = threading.Event()
        self.own = self.all = 0.0
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> MemoryWatch:
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(self._every):
            own, everything = self._marked.memory()
            self.own, self.all = max(self.own, own), max(self.all, everything)
