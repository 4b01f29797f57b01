"""Laboratory worlds: tiny organisations with the frictions off, driven through the doors.

A test builds an organisation in code, founds it with everything off that it is not about, sets a limit in the
record (also outside a parameter's accepted range, where a theory's limit lies there) and drives the real schedule.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from silosim.experiments.checks.worlds import people, put, set_effort
from silosim.model import doors, schedule
from silosim.model.layout import (
    ACTIVITIES,
    CLASSES,
    DAYS_PER_WEEK,
    FIELDS,
    QUEUED,
    SLOTS,
)
from silosim.model.maths import BINS
from silosim.model.measures import MEASURES
from silosim.model.organisation_spec import JourneySpec, OrganisationSpec, StageSpec, TeamSpec
from silosim.model.simulation import Simulation

__all__ = [
    "ACTIVITIES",
    "OFF",
    "OrganisationSpec",
    "Simulation",
    "all_waiting",
    "best_effort",
    "exponential_hours",
    "found",
    "live_days",
    "live_week",
    "live_weeks",
    "organisation",
    "people",
    "put",
    "set_effort",
    "small",
    "total",
    "waiting_by_journey",
]

# Every friction off: work takes the hours the journey says, nothing goes wrong, and nobody changes.
OFF = {"work_in_progress": 1.0}
OFF |= dict.fromkeys(
    [
        "hours_spread",
        "exception_rate",
        "learning_slow",
        "defect_rate",
        "give_up",
        "context_loss",
        "call_rate",
        "strictness",
        "sanction",
        "coordination",
        "switching",
        "inertia",
        "norm_weight",
        "quit_rate",
        "bonus",
        "gaming_belief",
        "imitation",
        "trait_pull",
        "social_pull",
        "impact_gain",
        "gap_loss",
        "pay_perception",
        "capability_start",
        "capability_decay",
        "improve_effect",
        "risk_aversion",
    ],
    0.0,
)


def organisation(
    headcounts=(1,), journeys=(((0, 8.0),),), shares=None, a_day=1.0, patience=100.0, customers=200, meets=None
) -> OrganisationSpec:
    """Teams by headcount; each journey a sequence of (team, hours); `a_day` questions a day on average."""
    shares = shares or [1.0 / len(journeys)] * len(journeys)
    meets = meets or [True] * len(headcounts)
    teams = tuple(TeamSpec(f"team{k}", "", "", n, m) for k, (n, m) in enumerate(zip(headcounts, meets, strict=True)))
    routes = tuple(
        JourneySpec(f"journey{k}", "", "", share, tuple(StageSpec(*stage) for stage in route))
        for k, (route, share) in enumerate(zip(journeys, shares, strict=True))
    )
    return OrganisationSpec("laboratory", "", "", teams, routes, a_day * DAYS_PER_WEEK, patience, customers)


def small(load=0.56, headcounts=(5, 4, 3), **more) -> OrganisationSpec:
    """Three teams and three journeys that cross them, at a given load: a whole organisation in miniature."""
    journeys = (((0, 1.5), (1, 2.5)), ((0, 1.0), (1, 2.0), (2, 2.0)), ((0, 1.0), (2, 3.0), (0, 0.5)))
    shares = (0.5, 0.3, 0.2)
    hours = sum(share * sum(h for _, h in route) for share, route in zip(shares, journeys, strict=True))
    a_day = load * sum(headcounts) * 8.0 / hours
    return organisation(headcounts, journeys, shares, a_day, **{"patience": 10.0, "customers": 300, **more})


def found(spec: OrganisationSpec, seed=1, replicate=0, **values) -> Simulation:
    """A world with every friction off, except `values`; everybody works there long enough to know the work."""
    sim = Simulation(spec, seed, replicate, **{**OFF, **values})
    assert sim.capacity == CLASSES[0], (
        "a laboratory world must not need a larger capacity class: each compiles for a minute"
    )
    people(sim)["tenure"] = 1000.0
    doors.everyone_settles(sim.worlds, 0)
    return sim


def best_effort(sim: Simulation, i=0) -> SimpleNamespace:
    """What employee i chooses under the pay, norms and time of the record (inertia 1), by the real rules."""
    sim.worlds["par"]["inertia"] = 1.0
    doors.teams_set_pay(sim.worlds, 0)
    doors.weigh_motives(sim.worlds, 0, i)
    doors.choose_effort(sim.worlds, 0, i)
    e = sim.record["emp"][i]
    return SimpleNamespace(
        **dict(zip(ACTIVITIES, map(float, e["effort"]), strict=True)),
        effort=e["effort"].copy(),
        motive=e["motive"].copy(),
        price=float(e["price"]),
        budget=float(e["budget"]),
    )


def exponential_hours(sim: Simulation) -> Simulation:
    """Stage hours exponential around their mean instead of lognormal: quantiles, scaled to mean 1 exactly."""
    table = -np.log1p(-np.arange(BINS) / BINS)
    table = np.append(table, table[-1] + 2.0)  # E[x | x > q] = q + 1: the last bin, linear, has that mean
    sim.worlds["hours"] = table / np.mean((table[:-1] + table[1:]) / 2)
    return sim


def total(sim: Simulation, field: str, closed: bool = False) -> float:
    """A sum of the organisation since its founding: closed weeks, and the running one unless it is `closed` already."""
    row = int(sim.record["org"])
    k = FIELDS.index(field)
    return float(sim.record["window"][row, k]) + (0.0 if closed else float(sim.record["sums"][row, k]))


def live_days(sim: Simulation, days: int) -> tuple[np.ndarray, np.ndarray]:
    """Live days through the doors, without weekends; after each, cases in the system and waiting by journey."""
    n = len(people(sim))
    in_system, waiting = np.zeros(days, np.int64), np.zeros((days, int(sim.record["journeys"])), np.int64)
    for d in range(days):
        _live_day(sim.worlds, n)
        in_system[d], waiting[d] = sim.record["in_system"], waiting_by_journey(sim)
    return in_system, waiting


def live_weeks(sim: Simulation, weeks: int, count=None) -> np.ndarray:
    """Live weeks of the compiled schedule; after each, what `count(sim)` gives (default: cases in the system)."""
    count = count or (lambda sim: sim.record["in_system"])
    series, seen = np.empty((1, len(MEASURES))), []
    for _ in range(weeks):
        schedule.advance(sim.worlds, 0, 1, series)
        seen.append(count(sim))
    return np.array(seen)


def waiting_by_journey(sim: Simulation) -> np.ndarray:
    """Cases in a queue, by journey."""
    rows = sim.record["case"][: int(sim.record["high"])]
    return np.bincount(rows["journey"][rows["status"] == QUEUED], minlength=int(sim.record["journeys"]))


def all_waiting(sim: Simulation) -> int:
    """Cases in a queue, of all teams."""
    return sim.record["team"]["waiting"][: int(sim.record["teams"])].sum()


def live_week(sim: Simulation, after_day=lambda: None, after_days=lambda: None) -> None:
    """A week of the schedule, phase by phase through the doors; equal to a week of `run` (which a test asserts)."""
    x = sim.worlds
    n = int(x["employees"][0])
    doors.clear_week(x, 0)
    for _ in range(DAYS_PER_WEEK):
        _live_day(x, n)
        after_day()
    after_days()
    doors.teams_take_stock(x, 0)
    doors.teams_set_pay(x, 0)
    for i in range(n):
        doors.weigh_motives(x, 0, i)
        doors.choose_effort(x, 0, i)
    doors.everyone_settles(x, 0)
    for i in range(n):
        doors.reflect(x, 0, i)
    for i in range(n):
        doors.consider_leaving(x, 0, i)
    doors.organisation_learns(x, 0)
    if doors.quarter_ends(x, 0):
        doors.teams_are_appraised(x, 0)
        for i in range(n):
            doors.look_around(x, 0, i)
        doors.quarter_closes(x, 0)
    doors.close_accounts(x, 0)


def _live_day(x, n: int) -> None:
    doors.new_cases(x, 0)
    doors.due_back(x, 0)
    doors.impatience(x, 0)
    for slot in range(SLOTS):
        for k in range(int(x["cycle"][0])):
            i = doors.work_order(x, 0, slot, k)
            if i < n:
                doors.work_slot(x, 0, i)
    doors.end_day(x, 0)
