"""A model that is a formula: designs are run, stored and analysed as always, and the answer is known beforehand."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field

import numpy as np

from silosim.experiments import engine
from silosim.experiments.analysis.data import SweepData, load
from silosim.experiments.running.make import Orders
from silosim.experiments.sweeps.design import Design
from silosim.experiments.sweeps.run import run_sweep
from silosim.model.measures.declared import INDEX, MEASURES

NOTHING = np.zeros((1, len(MEASURES)))
UNIT = {"low": 0.0, "high": 1.0}
SMALL = {"weeks": 1, "burn_in": 0, "replications": {"runs": 1}}


@dataclass(frozen=True)
class Job:
    """What the engine takes."""

    spec: object = None
    levers: dict = field(default_factory=dict)
    world: dict = field(default_factory=dict)
    switches: tuple = ()
    burn_in: int = 0
    start: str = "branch"
    weeks: int = 1
    replicate: int = 0
    seed: int = 1

    @property
    def settings(self) -> dict:
        """Levers and world in one."""
        return {**self.levers, **self.world}

    def noise(self, *more: int) -> float:
        """A standard normal draw of this replicate, the same at all points unless `more` differs between them."""
        return float(np.random.default_rng((self.seed, self.replicate, *more)).normal())


@dataclass
class Outcome:
    """What the engine gives, with nothing in it but the summary."""

    summary: np.ndarray
    path: np.ndarray
    weekly: np.ndarray = field(default_factory=lambda: NOTHING)
    team: np.ndarray = field(default_factory=lambda: NOTHING)
    employee: np.ndarray = field(default_factory=lambda: NOTHING)
    silo_map: np.ndarray = field(default_factory=lambda: np.zeros((1, 1, 5)))
    warnings: tuple = ()
    outcome_hash: str = "formula"
    seconds: float = 0.0


def outcome(formula, job: Job) -> Outcome:
    """The formula's {measure: value} of a job; every other measure is 0."""
    summary = np.zeros(len(MEASURES))
    for name, value in formula(job).items():
        summary[INDEX[name]] = value
    return Outcome(summary, summary)


def live(jobs, stopped, formula):
    """The engine's way of handing out outcomes."""
    for job in jobs:
        try:
            yield outcome(formula, job)
        except ZeroDivisionError as problem:  # a formula's way of failing
            yield problem


def swept(store, monkeypatch, formula, **design) -> int:
    """Runs a design on the formula (job -> {measure: value}); the sweep's number."""
    monkeypatch.setattr(engine, "job", Job)
    monkeypatch.setattr(engine, "warm_up", lambda spec: None)
    orders = Orders(live=functools.partial(live, formula=formula))
    return run_sweep(store, Design(**SMALL | design), orders).sweep


def grade(job: Job) -> dict[str, float]:
    """Bonus helps a little, demand hurts, customer time helps more where demand is low; a draw of the replicate."""
    s = job.settings
    demand = s.get("demand", 1)
    value = 7 + 0.2 * s.get("bonus", 0.7) - (demand - 1) + s.get("customer_time", 0) * (2 - demand)
    return {"grade": value + 0.1 * job.noise(), "nps": 10 * value}


def loaded(store, monkeypatch, formula=grade, outcome="grade", **design) -> SweepData:
    """The same, as analysis takes it."""
    return load(store, swept(store, monkeypatch, formula, **design), outcome)
