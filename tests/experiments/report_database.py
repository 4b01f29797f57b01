"""Makes results databases for the report in no time: base values, chance by replicate, and what is planted.

Every policy shares the chance of a replicate with today, so a planted shift is the paired difference, give or take a
little of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from fake_engine import FakeJob, FakeOrganisation, FakeOutcome, FakeTeam

from silosim.experiments.runkey import Setting
from silosim.experiments.scenarios import Planned
from silosim.experiments.store import Store
from silosim.experiments.store.keep import EVERYTHING, Keep
from silosim.experiments.store.rows import SILO_MAP
from silosim.model.measures.declared import INDEX, MEASURES

BASE = {"grade": 7.0, "share_green": 0.9, "cost_total": 100_000.0, "nps": -10.0, "lead_time": 4.0, "contacts": 1.7,
        "cost_per_solved": 600.0, "backlog": 1.0}
LEVERS = {"better": {"customer_time": 0.1}, "worse": {"bonus": 1.0}, "mixed": {"okr": 0.5}, "same": {"audit": 0.2}}
RULES = "report-rules"
SETTLES = 20  # weeks after which a planted shift is whole


@dataclass(frozen=True)
class Planted:
    """What a policy does: measure -> shift; `dip` what the grade loses in the first 8 weeks; fails: replicates.

    noise  chance of a replicate in the grade that is its own: with much of it nothing is clear
    """

    shift: dict
    dip: float = 0.0
    fails: tuple[int, ...] = ()
    levers: dict | None = None
    noise: float = 0.0


def outcome(planted: Planted, replicate: int, weeks: int, teams: int, people: int, undefined=()) -> FakeOutcome:
    """One run."""
    chance = np.random.default_rng([7, replicate])
    base = np.array([BASE.get(name, 0.5) for name in MEASURES])
    scale = np.array([MEASURES[name].matters for name in MEASURES])
    weekly = base + 0.3 * scale * chance.normal(size=(weeks, len(MEASURES)))
    own = np.random.default_rng([8, replicate, len(planted.shift)])
    shift = np.array([planted.shift.get(name, 0.0) for name in MEASURES])
    grows = np.minimum(1.0, np.arange(1, weeks + 1) / SETTLES)[:, None]
    weekly += grows * shift * (1 + 0.02 * own.normal())
    weekly[:8, INDEX["grade"]] -= planted.dip
    weekly[:, INDEX["grade"]] += planted.noise * (-1) ** replicate
    for name in undefined:
        weekly[:, INDEX[name]] = np.nan
    summary, path = weekly[-52:].mean(axis=0), weekly.mean(axis=0)
    of_teams = summary + 0.05 * scale * chance.normal(size=(teams, len(MEASURES)))
    of_people = summary + 0.05 * scale * chance.normal(size=(people, len(MEASURES)))
    silo = np.random.default_rng(3).uniform(1, 2, size=(teams, teams, len(SILO_MAP)))
    silo[..., 0] *= 100
    return FakeOutcome(weekly, summary, path, of_teams, of_people, silo, [], f"{replicate}", 0.01)


def make(path, policies: dict[str, Planted], runs: int = 6, weeks: int = 65, spec=None, undefined=(),
         keep: Keep = EVERYTHING, today_fails=(), worlds: dict | None = None) -> str:
    """A database with one comparison of today with `policies`; returns its path.

    worlds  policy -> {world: shift of the grade}, stored as the sweep of other worlds
    """
    spec = spec or FakeOrganisation(teams=(FakeTeam("front", 3), FakeTeam("back", 2)))
    every = {"today": Planted({}, fails=tuple(today_fails)), **policies}
    teams, people = len(spec.teams), spec.headcount
    with Store(path) as store:
        settings = {"policies": list(every), "organisation": "fake", "world": {}, "runs": runs, "weeks": weeks,
                    "burn_in": 104, "start": "branch", "equal_cost": False}
        sweep = store.begin_sweep("compare", settings, 1, {"silosim": "0.1.0"}, rulebook=RULES)
        planned, made = [], []
        for k, (name, one) in enumerate(every.items()):
            levers = one.levers if one.levers is not None else LEVERS.get(name, {})
            setting = Setting(FakeJob(spec=spec, levers=levers, weeks=weeks, seed=k + 1 if not levers else 1), RULES)
            for r in range(runs):
                run = Planned(k, name, "as_is", r, setting.key(r), setting)
                planned.append(run)
                if r in one.fails:
                    continue
                made.append((run, keep.reduce(outcome(one, r, weeks, teams, people, undefined))))
        store.plan(sweep, planned)
        store.write(made, sweep)
        for run in planned:
            if run.replicate in every[run.policy].fails:
                store.record_failure(run, "ZeroDivisionError: went wrong", "failed", sweep, "")
        store.end_sweep(sweep, "done")
        if worlds:
            _worlds(store, spec, every, worlds, weeks)
    return str(path)


def _worlds(store, spec, every, worlds, weeks: int) -> None:
    """The policies in worlds that differ in one parameter, `duty`: world k has .3 + .01 k."""
    from silosim.experiments.runkey import organisation_hash

    names = list(next(iter(worlds.values())))
    settings = {"organisation": organisation_hash(spec), "weeks": weeks, "start": "branch", "around": {}}
    sweep = store.begin_sweep("report", settings, 1, rulebook=RULES)
    points, planned, made, keep = [], [], [], Keep((), ())
    for w, world in enumerate(names):
        for k, name in enumerate(every):
            number = w * len(every) + k
            setting = Setting(FakeJob(spec=spec, levers=every[name].levers or LEVERS.get(name, {}), weeks=weeks,
                                      world={"duty": round(0.3 + 0.01 * w, 4)}, seed=900 + k), RULES)
            points.append((number, name, "as_is", setting, world, {}))
            run = Planned(number, name, "as_is", 0, setting.key(0), setting)
            planned.append(run)
            shift = Planted({"grade": worlds.get(name, {}).get(world, 0.0)})
            made.append((run, keep.reduce(outcome(shift, 0, weeks, len(spec.teams), spec.headcount))))
    store.plan_points(sweep, points)
    store.plan(sweep, planned)
    store.write(made, sweep)
    store.end_sweep(sweep, "done")
