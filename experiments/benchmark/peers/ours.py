"""silosim as a contender: what `silosim sweep` does with its runs, from planning to the closed database."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from silosim.experiments.benchmark.peers.contenders import Contender

DATABASE = "silosim.db"
POLICY, ARM = "today", "as_is"


class Silosim(Contender):
    """Runs are planned, keyed, made, reduced, stored and hashed. A new database for every batch, closed at its end.

    The compiled model is run by threads and a plain Python run by processes, as silosim itself chooses. What `make`
    gives is read from the database only when somebody looks at it.
    """

    keeps = "database"
    goes_on = True

    def open(self):
        self._crew = None
        self._batches = 0
        self._own = None if self.folder else tempfile.TemporaryDirectory()

    def close(self):
        if self._crew:
            self._crew.close()
        if self._own:
            self._own.cleanup()

    def make(self, work, numbers):
        folder = Path(self.folder or self._own.name)
        self._batches += 1
        path = folder / f"{self._batches}.db"
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
        from silosim.experiments.store import Store

        if not self.path.exists():
            return {}
        planned = plan(self.work, self.numbers)
        with Store(self.path) as store:  # one that was killed left a log that a reader alone could not put in place
            stored = store.finished([one.key for one in planned])
            there = [one for one in planned if one.key in stored]
            rows = store.outcome_array([one.key for one in there]).tolist() if there else []
        return {one.replicate: row for one, row in zip(there, rows, strict=True)}

    def __getitem__(self, number):
        return self._found[number]

    def __iter__(self):
        return iter(self._found)

    def __len__(self):
        return len(self._found)


def sweep(path: Path, work, numbers, crew):
    """Makes what the database lacks; returns what became of the runs."""
    from silosim.experiments.running.make import Orders, make_runs
    from silosim.experiments.store import Store
    from silosim.experiments.store.keep import SUMMARY

    planned = plan(work, numbers)
    with Store(path) as store:
        number = store.begin_sweep("bench", {"keep": {"series": [], "levels": []}}, seed=1)
        store.plan(number, planned)
        made = make_runs(store, planned, number, orders=Orders(keep=SUMMARY, crew=crew, live=work.live),
                         total=len(planned))
        store.end_sweep(number, "done", store.content_hash(number))
    return made


def plan(work, numbers) -> list:
    """The runs as silosim plans them; those that differ only in their number share a setting."""
    from silosim.experiments.runkey import Setting
    from silosim.experiments.scenarios import Planned

    points: dict = {}
    planned = []
    for number in numbers:
        levers = work.levers(number)
        if levers not in points:
            points[levers] = len(points), Setting(work.job(number))
        point, setting = points[levers]
        planned.append(Planned(point, POLICY, ARM, number, setting.key(number), setting))
    return planned
