"""Many worlds: jobs in, outcomes out, as they finish. Runs share nothing and release the GIL.

A burn-in is lived once per (organisation, world, seed, replicate) and every policy branches from it, so
policies are compared from the same organisation of today, with the same luck. Outcomes do not depend on
the number of workers, the order, or which other jobs are in the batch.
"""

from __future__ import annotations

import hashlib
import os
import queue
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np

from silosim.model.layout import F, world_dtype
from silosim.model.organisation_spec import OrganisationSpec
from silosim.model.parameters import InvalidInput
from silosim.model.simulation import Simulation, Snapshot, measures_of

LAST_YEAR = 52
STARTS = ("branch", "steady")


@dataclass(frozen=True)
class Job:
    """One run, by everything that determines it.

    levers, world  values by name, where they differ from the defaults
    switches       ((week, {name: value}), ...), weeks counted from the end of the burn-in
    start          'branch': today's organisation is burned in and the levers are switched on in week 0;
                   'steady': the burn-in already has the levers
    """

    spec: OrganisationSpec
    levers: Mapping = field(default_factory=dict)
    world: Mapping = field(default_factory=dict)
    switches: tuple = ()
    burn_in: int = 104
    start: str = "branch"
    weeks: int = 156
    replicate: int = 0
    seed: int = 1

    def __post_init__(self):
        if self.start not in STARTS:
            raise InvalidInput(f"start = {self.start!r} is not one of {', '.join(STARTS)}")

    def burned_in(self) -> dict:
        """What holds during the burn-in."""
        return {**self.world, **(self.levers if self.start == "steady" else {})}

    def burn_in_key(self) -> tuple:
        """Jobs with the same key share their burn-in."""
        return (self.spec, tuple(sorted(self.burned_in().items())), self.burn_in, self.seed, self.replicate)


@dataclass(frozen=True)
class Outcome:
    """What a run gave. M measures in the order of measures.INDEX; NaN where undefined.

    weekly    float64[weeks, M]
    summary   float64[M], the last 52 weeks; path float64[M], the whole path (the transition counts)
    team      float64[teams, M]; employee float64[employees, M]: the last 52 weeks
    silo_map  float64[teams, teams, 4]: handoffs, lost, bounced; familiarity
    outcome_hash  of the float64 outcomes, to check a replay
    """

    weekly: np.ndarray
    summary: np.ndarray
    path: np.ndarray
    team: np.ndarray
    employee: np.ndarray
    silo_map: np.ndarray
    outcome_hash: str
    seconds: float
    warnings: list[str]


def run_job(job: Job) -> Outcome:
    """One run, burn-in included."""
    return _from_snapshot(job, burn_in(job), None)


def burn_in(job: Job) -> Snapshot:
    """The organisation of today (or, 'steady', the policy's own) after the burn-in."""
    sim = Simulation(job.spec, job.seed, job.replicate, **job.burned_in())
    sim.run(job.burn_in)
    return sim.snapshot()


def _from_snapshot(job: Job, today: Snapshot, worlds: np.ndarray | None) -> Outcome:
    started = time.perf_counter()
    sim = Simulation.branch(today, worlds=worlds, **job.levers)
    for week, values in job.switches:
        sim.at(job.burn_in + week, **values)
    lead = max(0, job.weeks - LAST_YEAR)
    sim.open_window()
    first = sim.run(lead)
    early = sim.sums()
    sim.open_window()
    weekly = np.concatenate([first, sim.run(job.weeks - lead)])
    late = sim.sums()
    summary, path = measures_of(np.concatenate([late, early + late]))
    digest = hashlib.blake2b(weekly.tobytes() + summary.tobytes(), digest_size=16).hexdigest()
    return Outcome(weekly, summary, path, sim.measures("team"), sim.measures("employee"), sim.silo_map(),
                   digest, time.perf_counter() - started, _warnings(early + late))


def _warnings(sums: np.ndarray) -> list[str]:
    """What a reader of the outcome should know, from the sums of the whole path."""
    turned_away = int(sums[0, F.turned_away])
    return [f"{turned_away} customers were turned away because the case table was full"] if turned_away else []


def simulate(jobs: Iterable[Job], workers: int | None = None) -> Iterator[tuple[Job, Outcome | Exception]]:
    """(job, outcome, or the exception that stopped it) for every job, as they finish.

    Jobs next to each other that share a burn-in are run by one worker from one burn-in; memory holds a few
    burn-ins and outcomes at a time, however many jobs there are. Closing the iterator stops after the runs at hand.
    """
    workers = workers or os.cpu_count() or 1
    finished: queue.Queue = queue.Queue(maxsize=8 * workers + 64)
    stop = threading.Event()
    room = threading.Semaphore(2 * workers)
    feeder = threading.Thread(target=_feed, args=(jobs, workers, finished, stop, room), daemon=True)
    feeder.start()
    try:
        while True:
            item = finished.get()
            if item is None:
                return
            if isinstance(item, Exception):  # the jobs themselves could not be listed
                raise item
            yield item
    finally:
        stop.set()
        while feeder.is_alive():  # make room for those who still want to put something
            try:
                finished.get(timeout=0.05)
            except queue.Empty:
                pass


def _feed(jobs, workers, finished, stop, room) -> None:
    """Hands groups of jobs with a common burn-in to the workers, a few ahead of them."""
    local = threading.local()

    def work(group):
        try:
            _run_group(group, finished, stop, local)
        finally:
            room.release()

    try:
        with ThreadPoolExecutor(workers, thread_name_prefix="silosim") as pool:
            for _, group in groupby(jobs, key=Job.burn_in_key):
                room.acquire()
                if stop.is_set():
                    break
                pool.submit(work, list(group))
    except Exception as error:  # a list of jobs that breaks off must not leave the reader waiting for ever
        finished.put(error)
    else:
        finished.put(None)


def _run_group(group: list[Job], finished, stop, local) -> None:
    today = None
    for job in group:
        if stop.is_set():
            return
        try:
            if today is None:
                today = burn_in(job)
            finished.put((job, _from_snapshot(job, today, _own_world(today, local))))
        except Exception as error:  # one failing run does not stop the others; its error goes with it
            finished.put((job, error))


def _own_world(today: Snapshot, local) -> np.ndarray:
    """A world per worker and capacity, used again and again: allocating one costs as much as a month of running."""
    kept = getattr(local, "worlds", None)
    if kept is None or kept.dtype != world_dtype(today.capacity):
        kept = local.worlds = np.zeros(1, world_dtype(today.capacity))
    return kept
