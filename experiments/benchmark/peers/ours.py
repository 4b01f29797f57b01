"""silosim as a contender: `run_sweep` itself, from the design to the closed database."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from silosim.experiments.benchmark.peers.contenders import Contender

DATABASE = "silosim.db"


class Silosim(Contender):
    """A design of one point with as many replicates as there are runs, in a new database for every batch.

    Runs are planned, keyed, made, reduced and stored, and the whole is hashed. The compiled model is run by threads
    and a plain Python run by processes, as silosim itself chooses. What `make` gives is read from the database only
    when somebody looks at it.
    """

    keeps = "database"
    goes_on = True

    def open(self):
        self._crew = None
        self._batches = 0
        self._own = tempfile.TemporaryDirectory()

    def close(self):
        if self._crew:
            self._crew.close()
        self._own.cleanup()

    def make(self, work, numbers):
        self._batches += 1
        path = Path(self._own.name) / f"{self._batches}.db"
        sweep(path, work, numbers, self._crew_for(work))
        return Stored(path, work, numbers)

    def rescue(self, work, numbers, got):
        path = Path(self.folder) / DATABASE
        try:
            return list(sweep(path, work, numbers, self._crew_for(work)).failed.values())
        finally:
            got.update(Stored(path, work, numbers))

    @classmethod
    def left_behind(cls, folder, work, numbers):
        return dict(Stored(Path(folder) / DATABASE, work, numbers))

    def _crew_for(self, work):
        from silosim.experiments.running import Processes, Threads

        if self._crew is None:
            self._crew = (Processes if work.live else Threads)(self.workers)
        return self._crew


class Stored(Mapping):
    """number -> what is stored of its run, for those of `numbers` that are; read when first looked at."""

    def __init__(self, path: Path, work, numbers):
        self.path, self.work, self.numbers = path, work, numbers

    @cached_property
    def _found(self) -> dict:
        from silosim.experiments.runkey import Setting
        from silosim.experiments.store import Store

        if not self.path.exists():
            return {}
        setting = Setting(self.work.job(0))
        with Store(self.path) as store:  # to write: one that was killed left a log that has to be put in place
            keys = {setting.key(number): number for number in self.numbers}
            there = list(store.finished(keys))
            rows = store.outcome_array(there).tolist() if there else []
        return {keys[key]: row for key, row in zip(there, rows, strict=True)}

    def __getitem__(self, number):
        return self._found[number]

    def __iter__(self):
        return iter(self._found)

    def __len__(self):
        return len(self._found)


def sweep(path: Path, work, numbers: range, crew):
    """Makes what the database lacks; returns what became of the runs."""
    from silosim.experiments.running.make import Orders
    from silosim.experiments.store import Store
    from silosim.experiments.sweeps.design import Design
    from silosim.experiments.sweeps.run import run_sweep

    job = work.job(0)
    design = Design(name="peers", organisations=(job.spec,), weeks=job.weeks, burn_in=job.burn_in,
                    replications={"runs": len(numbers)})
    with Store(path) as store:
        return run_sweep(store, design, Orders(crew=crew, live=work.live)).made
