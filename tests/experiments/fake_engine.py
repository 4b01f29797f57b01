"""A stand-in for the engine: same shapes and types, numbers by a hash, no simulation.

Tests of storing and comparing need outcomes by the hundred in no time; tests of the real engine are elsewhere.
"""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np

from silosim.experiments.runkey import Setting
from silosim.experiments.scenarios import Planned
from silosim.experiments.store.keep import EVERYTHING
from silosim.model.measures.declared import INDEX, MEASURES
from silosim.model.parameters import PARAMETERS

RULEBOOK = "fake-rulebook"
M = len(MEASURES)


@dataclass(frozen=True)
class FakeTeam:
    name: str
    headcount: int


@dataclass(frozen=True)
class FakeOrganisation:
    name: str = "fake"
    teams: tuple[FakeTeam, ...] = (FakeTeam("front", 3), FakeTeam("back", 2))
    arrivals: float = 40.0

    @property
    def headcount(self) -> int:
        return sum(team.headcount for team in self.teams)

    def canonical(self) -> dict:
        return {"name": self.name, "arrivals": self.arrivals,
                "team": [{"name": team.name, "headcount": team.headcount} for team in self.teams]}


@dataclass(frozen=True)
class FakeJob:
    spec: FakeOrganisation = field(default_factory=FakeOrganisation)
    levers: dict = field(default_factory=dict)
    world: dict = field(default_factory=dict)
    switches: tuple = ()
    burn_in: int = 104
    start: str = "branch"
    weeks: int = 60
    replicate: int = 0
    seed: int = 1


@dataclass
class FakeOutcome:
    weekly: np.ndarray
    summary: np.ndarray
    path: np.ndarray
    team: np.ndarray
    employee: np.ndarray
    silo_map: np.ndarray
    warnings: list
    outcome_hash: str
    seconds: float


def effect(job) -> float:
    """What the levers do: a number that is 0 for today."""
    checked = PARAMETERS.checked(job.levers)
    return sum(PARAMETERS[name].code(value) - PARAMETERS[name].code(PARAMETERS[name].default)
               for name, value in checked.items())


def outcome_of(job) -> FakeOutcome:
    """Common random numbers: noise by replicate alone; levers add their effect. The last measure is undefined."""
    noise = np.random.default_rng((job.seed, job.replicate))
    teams, people = len(job.spec.teams), job.spec.headcount
    weekly = noise.normal(size=(job.weeks, M)) + effect(job)
    weekly[:, INDEX["attainment"]] = np.where(np.arange(job.weeks) % 13 == 12, weekly[:, INDEX["attainment"]], np.nan)
    weekly[:, -1] = np.nan
    summary, path = weekly[-52:].mean(0), weekly.mean(0)
    cost = 1e5 * job.levers.get("paid_hours", 1.0) + 1e3 * effect(job)
    summary[INDEX["cost_total"]] = path[INDEX["cost_total"]] = cost
    return FakeOutcome(weekly, summary, path, noise.normal(size=(teams, M)), noise.normal(size=(people, M)),
                       noise.uniform(size=(teams, teams, 5)), ["a warning"],
                       blake2b(weekly.tobytes() + summary.tobytes(), digest_size=16).hexdigest(), 0.01)


def planned(job, policy="today", arm="as_is", point=0, rulebook=RULEBOOK):
    """A job as a run of a sweep."""
    setting = Setting(job, rulebook)
    return Planned(point, policy, arm, job.replicate, setting.key(job.replicate), setting)


def batch(jobs, keep=EVERYTHING, **how):
    """(Planned, Kept) of each job."""
    return [(planned(job, **how), keep.reduce(outcome_of(job))) for job in jobs]


def sweep_runs(levers=({}, {"bonus": 0.2}, {"bonus": 0.2, "customer_time": 0.1}), runs=4, weeks=20, keep=EVERYTHING,
               rulebook=RULEBOOK):
    """(points as `Store.plan_points` takes them, batch of all runs): a point a set of levers and world parameters."""
    roles = [{"levers": {name: value for name, value in some.items() if PARAMETERS[name].role == "lever"},
              "world": {name: value for name, value in some.items() if PARAMETERS[name].role != "lever"}}
             for some in levers]
    settings = [Setting(FakeJob(**some, weeks=weeks), rulebook) for some in roles]
    points = [(k, "mine" if some else "today", "as_is", settings[k], "calm" if k else "", dict(some))
              for k, some in enumerate(levers)]
    rows = [Planned(k, points[k][1], "as_is", r, setting.key(r), setting)
            for r in range(runs) for k, setting in enumerate(settings)]
    return points, [(one, keep.reduce(outcome_of(one.job))) for one in rows]


def write_sweep(store, points, batch, design="a design", name="mine", keep=EVERYTHING, rulebook=RULEBOOK, more=(),
                content=True):
    """Stores these runs as a sweep; returns its number."""
    settings = {"name": name, "keep": {"series": list(keep.series), "levels": list(keep.levels)}, **dict(more)}
    sweep = store.begin_sweep("sweep", settings, 1, rulebook=rulebook, name=name, design=design)
    store.plan_points(sweep, points)
    store.plan(sweep, [one for one, _ in batch])
    store.write(batch, sweep)
    store.end_sweep(sweep, "done", store.content_hash(sweep) if content else None)
    return sweep


def live(jobs, stopped, seconds=0.0, failing=()):
    """The engine's way of handing out outcomes; replicates in `failing` fail."""
    for job in jobs:
        if stopped():
            return
        time.sleep(seconds)
        if job.replicate in failing:
            yield ZeroDivisionError(f"replicate {job.replicate}\nwent wrong")
        else:
            yield outcome_of(job)


def install(**how) -> None:
    """Puts the stand-in in the place of the engine, in this process."""
    from silosim.experiments import engine

    engine.job = FakeJob
    engine.live = functools.partial(live, **how)
    engine.warm_up = lambda spec: None
