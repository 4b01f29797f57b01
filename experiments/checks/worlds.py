"""Laboratory worlds: tiny organisations with the frictions off, set to the limit a theory is about."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from silosim.model import doors
from silosim.model.layout import ACTIVITIES, DAYS_PER_WEEK, QUEUED, F
from silosim.model.maths import BINS
from silosim.model.organisation_spec import JourneySpec, OrganisationSpec, StageSpec, TeamSpec
from silosim.model.simulation import Simulation

# Every friction off: work takes the hours the journey says, nothing goes wrong, and nobody changes.
OFF = {"work_in_progress": 1.0, **dict.fromkeys((
    "hours_spread", "exception_rate", "learning_slow", "defect_rate", "give_up", "context_loss", "call_rate",
    "strictness", "sanction", "coordination", "switching", "inertia", "norm_weight", "quit_rate", "bonus",
    "gaming_belief", "imitation", "trait_pull", "social_pull", "impact_gain", "gap_loss", "pay_perception",
    "capability_start", "capability_decay", "improve_effect", "risk_aversion"), 0.0)}


def laboratory(headcounts=(1,), journeys=(((0, 8.0),),), a_day=1.0, customers=200) -> OrganisationSpec:
    """Teams by headcount; journeys, equally frequent, as sequences of (team, hours); `a_day` questions a day."""
    teams = tuple(TeamSpec(f"team{k}", "", "", n, True) for k, n in enumerate(headcounts))
    routes = tuple(JourneySpec(f"journey{k}", "", "", 1.0 / len(journeys), tuple(StageSpec(*stage) for stage in route))
                   for k, route in enumerate(journeys))
    return OrganisationSpec("laboratory", "", "", teams, routes, a_day * DAYS_PER_WEEK, 100.0, customers)


def found(spec: OrganisationSpec, seed: int = 1, **values) -> Simulation:
    """A world with every friction off, except `values`; everybody has worked there long enough to know the work."""
    sim = Simulation(spec, seed, **{**OFF, **values})
    people(sim)["tenure"] = 1000.0
    return put(sim)


def put(sim: Simulation, **values) -> Simulation:
    """Write parameters straight into the record, unchecked: a theory's limit may lie outside a sensible range."""
    for name, value in values.items():
        sim.worlds["par"][name] = value
    doors.everyone_settles(sim.worlds, 0)
    return sim


def people(sim: Simulation) -> np.ndarray:
    """The rows of the employees (a live view)."""
    return sim.record["emp"][: int(sim.record["employees"])]


def set_effort(sim: Simulation, **shares) -> Simulation:
    """Everybody spends these shares of the day, nothing on the rest; without inertia's way it stays so."""
    people(sim)["effort"] = [shares.get(a, 0.0) for a in ACTIVITIES]
    doors.everyone_settles(sim.worlds, 0)
    return sim


def choose(sim: Simulation) -> None:
    """Pay is set and everybody chooses, by the real rules."""
    doors.teams_set_pay(sim.worlds, 0)
    for i in range(len(people(sim))):
        doors.weigh_motives(sim.worlds, 0, i)
        doors.choose_effort(sim.worlds, 0, i)


def best_effort(sim: Simulation, i: int = 0) -> SimpleNamespace:
    """What employee i chooses at once under the pay, norms and time of the record."""
    sim.worlds["par"]["inertia"] = 1.0
    choose(sim)
    e = people(sim)[i]
    return SimpleNamespace(effort=e["effort"].copy(), motive=e["motive"].copy(), price=float(e["price"]),
                           budget=float(e["budget"]))


def vector(**values) -> np.ndarray:
    """float64 by activity."""
    return np.array([values.get(a, 0.0) for a in ACTIVITIES])


def exponential_hours(sim: Simulation) -> Simulation:
    """Stage hours exponential around their mean instead of lognormal: quantiles, scaled to mean 1."""
    table = -np.log1p(-np.arange(BINS) / BINS)
    table = np.append(table, table[-1] + 2.0)  # E[x | x > q] = q + 1: the last bin, linear, has that mean
    sim.worlds["hours"] = table / np.mean((table[:-1] + table[1:]) / 2)
    return sim


def live(sim: Simulation, weeks: int, count) -> np.ndarray:
    """What `count(sim)` gives at the end of each of these weeks."""
    seen = np.empty(weeks)
    for k in range(weeks):
        sim.run(1)
        seen[k] = count(sim)
    return seen


def in_system(sim: Simulation) -> int:
    """Cases in the system."""
    return sim.record["in_system"]


def waiting(sim: Simulation) -> int:
    """Cases in a queue."""
    rows = sim.record["case"][: int(sim.record["high"])]
    return np.count_nonzero(rows["status"] == QUEUED)


def total(sim: Simulation, field: str) -> float:
    """A sum of the organisation over the closed weeks of its window."""
    return float(sim.record["window"][int(sim.record["org"]), getattr(F, field)])
