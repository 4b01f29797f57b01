"""Ways of running a batch, each as its own documentation shows it. Each library is imported only where it is used.

A contender is opened (`with`), asked to `make` runs once or more, and closed. `make` is the fast way; `rescue` is the
way that saves most when something goes wrong, filling `got` as results come in.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice

CHUNK = 50  # runs handed out at once
SMALL_CHUNK = 10  # where a hundred runs must show what is lost

Results = dict[int, Sequence[float]]


class Contender:
    """`modules` are what must be installed; `keeps` is what is on disk afterwards: 'nothing', 'table' or 'database'."""

    modules: tuple[str, ...] = ()
    keeps = "nothing"
    returns = True  # its results
    goes_on = False  # where it was, when killed and started again
    chunk = CHUNK

    def __init__(self, workers: int, folder: str | None = None):
        self.workers, self.folder = workers, folder

    def __enter__(self):
        self.open()
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def open(self) -> None:
        """Starts what lasts from one batch to the next."""

    def close(self) -> None:
        """Ends it."""

    def make(self, work: Callable, numbers: Sequence[int]) -> Results:
        """All runs."""
        raise NotImplementedError

    def rescue(self, work: Callable, numbers: Sequence[int], got: Results) -> list[str]:
        """The runs that can be had, into `got`; a line for each failure it tells of. Raises what stops everything."""
        got.update(self.make(work, numbers))
        return []

    @classmethod
    def left_behind(cls, folder: str, work: Callable, numbers: Sequence[int]) -> Results:
        """The results that are on disk after its process was killed."""
        return {}


class MesaBatch(Contender):
    """mesa.batch_run. It starts its processes anew for every batch."""

    modules = ("mesa",)
    model = "OneRun"

    def make(self, work, numbers):
        from mesa.batchrunner import batch_run

        from silosim.experiments.benchmark.peers import mesa_models

        rows = batch_run(getattr(mesa_models, self.model), {"work": [work], "number": list(numbers)},
                         number_processes=self.workers, display_progress=False)
        return {row["number"]: row["values"] for row in rows}


class MesaFace(MesaBatch):
    """mesa.batch_run of the organisation's Mesa face; only for the real model."""

    model = "ByDay"


class Ema(Contender):
    """EMA Workbench with its MultiprocessingEvaluator, which belongs to a model and so starts anew for every batch."""

    modules = ("ema_workbench",)

    def make(self, work, numbers):
        import ema_workbench as ema

        scenario = getattr(ema, "Scenario", None) or ema.Sample  # up to 2.5, from 3.0
        model = ema.Model("peer", function=partial(self.live, work))
        model.uncertainties = [ema.IntegerParameter("number", 0, max(numbers) + 1)]
        model.outcomes = [ema.ArrayOutcome("values")]
        with ema.MultiprocessingEvaluator(model, n_processes=self.workers) as evaluator:
            cases, outcomes = evaluator.perform_experiments([scenario(str(n), number=n) for n in numbers])
        return dict(zip((int(n) for n in cases["number"]), outcomes["values"].tolist(), strict=True))

    @staticmethod
    def live(work, number):
        """One run as the workbench wants it."""
        return {"values": work(int(number))}


class EmaCase(Ema):
    """EMA Workbench with the exception it documents for a run that fails."""

    @staticmethod
    def live(work, number):
        """One run, its failure told in the workbench's way."""
        from ema_workbench.util import ema_exceptions

        failed = getattr(ema_exceptions, "CaseError", None) or ema_exceptions.ExperimentError
        try:
            return {"values": work(int(number))}
        except RuntimeError as problem:
            raise failed(str(problem), {"number": number}) from None


class Joblib(Contender):
    """joblib with its own processes, which it keeps, and its own choice of batches."""

    modules = ("joblib",)

    def make(self, work, numbers):
        from joblib import Parallel, delayed

        found = Parallel(n_jobs=self.workers)(delayed(work)(number) for number in numbers)
        return dict(zip(numbers, found, strict=True))

    def rescue(self, work, numbers, got):
        from joblib import Parallel, delayed

        for number, values in Parallel(n_jobs=self.workers, return_as="generator_unordered")(
                delayed(_with_number)(work, number) for number in numbers):
            got[number] = values
        return []


class Dask(Contender):
    """Dask on a local cluster, run by run."""

    modules = ("distributed",)

    def open(self):
        from distributed import Client, LocalCluster

        self.cluster = LocalCluster(n_workers=self.workers, threads_per_worker=1, dashboard_address=None)
        self.client = Client(self.cluster)

    def close(self):
        self.client.close()
        self.cluster.close()

    def make(self, work, numbers):
        found = self.client.gather(self.client.map(work, numbers, pure=False))
        return dict(zip(numbers, found, strict=True))

    def rescue(self, work, numbers, got):
        return self._collect([self.client.submit(run_chunk, work, [number], pure=False) for number in numbers], got)

    def _collect(self, futures, got):
        told = []
        for future in futures:
            try:
                got.update(future.result())
            except Exception as problem:
                told.append(repr(problem))
        return told


class DaskChunks(Dask):
    """Dask on a local cluster, a chunk of runs at a time."""

    def make(self, work, numbers):
        done = self.client.gather(self.client.map(partial(run_chunk, work), list(chunks(numbers, self.chunk)),
                                                  pure=False))
        return {number: values for part in done for number, values in part.items()}

    def rescue(self, work, numbers, got):
        parts = chunks(numbers, SMALL_CHUNK)
        return self._collect([self.client.submit(run_chunk, work, part, pure=False) for part in parts], got)


class Pool(Contender):
    """A bare ProcessPoolExecutor, a chunk of runs at a time."""

    def open(self):
        from concurrent.futures import ProcessPoolExecutor

        self.pool = ProcessPoolExecutor(self.workers)

    def close(self):
        self.pool.shutdown()

    def make(self, work, numbers):
        return dict(zip(numbers, self.pool.map(work, numbers, chunksize=self.chunk), strict=True))

    def rescue(self, work, numbers, got):
        from concurrent.futures import as_completed

        told = []
        for future in as_completed([self.pool.submit(run_chunk, work, part) for part in chunks(numbers, SMALL_CHUNK)]):
            try:
                got.update(future.result())
            except Exception as problem:
                told.append(repr(problem))
        return told


def chunks(things: Iterable, size: int) -> Iterator[list]:
    """`things` in lists of `size`, the last one shorter."""
    rest = iter(things)
    while part := list(islice(rest, size)):
        yield part


def run_chunk(work: Callable, numbers: Sequence[int]) -> Results:
    """Several runs in one call."""
    return {number: work(number) for number in numbers}


def _with_number(work: Callable, number: int) -> tuple[int, Sequence[float]]:
    return number, work(number)


def not_installed(contender: type[Contender]) -> list[str]:
    """Which of the modules it needs are missing."""
    return [module for module in contender.modules if importlib.util.find_spec(module) is None]
