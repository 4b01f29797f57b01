"""Many worlds: jobs in, outcomes out. Runs share nothing and release the GIL.

A burn-in is lived once per (organisation, world, seed, replicate) and every policy branches from it, so
policies are compared from the same organisation of today, with the same luck. Outcomes do not depend on
the order or on which other jobs are in the batch.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

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
    silo_map  float64[teams, teams, 5]: handoffs, lost, bounced, helped; familiarity
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


def run_from(job: Job, today: Snapshot) -> Outcome:
    """The run `job` from `today`, the end of its burn-in, in a world that this thread uses again and again."""
    return _from_snapshot(job, today, _own_world(today))


def _warnings(sums: np.ndarray) -> list[str]:
    """What a reader of the outcome should know, from the sums of the whole path."""
    turned_away = int(sums[0, F.turned_away])
    return [f"{turned_away} customers were turned away because the case table was full"] if turned_away else []


def live(jobs: Iterable[Job], stopped: Callable[[], bool] = lambda: False) -> Iterator[Outcome | Exception]:
    """The outcome of each job, in order, or the exception that stopped it; one failing run does not stop the others.

    Jobs next to each other that share a burn-in branch from one. Ends early once `stopped()`. Nothing is shared with
    other threads, and the machine code releases the GIL.
    """
    today, key = None, None
    for job in jobs:
        if stopped():
            return
        try:
            if today is None or job.burn_in_key() != key:
                today = None
                key = job.burn_in_key()
                today = burn_in(job)
            outcome = run_from(job, today)
        except Exception as error:
            outcome = error
        yield outcome


_local = threading.local()


def _own_world(today: Snapshot) -> np.ndarray:
    """A world per thread and capacity, used again and again: allocating one costs as much as a month of running."""
    kept = getattr(_local, "worlds", None)
    if kept is None or kept.dtype != world_dtype(today.capacity):
        kept = _local.worlds = np.zeros(1, world_dtype(today.capacity))
    return kept
