"""The ideal: processes that only make runs. Nothing is handed out, sent back or kept."""

from __future__ import annotations

import multiprocessing

from silosim.experiments.benchmark.peers.contenders import Contender


class Bare(Contender):
    """As many processes as workers, each told once which runs are its own."""

    returns = False

    def open(self):
        context = multiprocessing.get_context("spawn")
        self.pipes, self.processes = [], []
        for _ in range(self.workers):
            here, there = context.Pipe()
            process = context.Process(target=_make_runs, args=(there,), daemon=True)
            process.start()
            self.pipes.append(here)
            self.processes.append(process)

    def close(self):
        for pipe in self.pipes:
            pipe.send(None)
        for process in self.processes:
            process.join()

    def make(self, work, numbers):
        for k, pipe in enumerate(self.pipes):
            pipe.send((work, numbers[k::self.workers]))
        made = sum(pipe.recv() for pipe in self.pipes)
        if made != len(numbers):
            raise RuntimeError(f"{made} of {len(numbers)} runs were made")
        return {}


def _make_runs(pipe) -> None:
    while asked := pipe.recv():
        work, numbers = asked
        for number in numbers:
            work(number)
        pipe.send(len(numbers))
