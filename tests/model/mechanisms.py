"""Every mechanism as a pair of worlds that differ in one thing, and the direction in which a reading must move.

A world is today's organisation in miniature with habits frozen, so that a reading shows one mechanism and not what
people make of it afterwards. What differs is written `parameter`, `effort.<activity>`, `person.<field>`,
`team.<field>`, `manager.<field>` (of every layer) or `world.<field>` (for everybody).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from worlds import ACTIVITIES, Simulation, best_effort, people, put, small

from silosim.model import doors
from silosim.model.layout import FIELDS, LEADERS
from silosim.model.measures import INDEX
from silosim.model.parameters import PARAMETERS

FROZEN = dict.fromkeys(
    (
        "inertia",
        "quit_rate",
        "imitation",
        "trait_pull",
        "social_pull",
        "impact_gain",
        "gap_loss",
        "capability_decay",
        "improve_effect",
        "familiarity_gain",
        "familiarity_loss",
        "pay_perception",
        "adoption_loss",
        "forgetting",
        "fear_spread",
    ),
    0.0,
)
EFFORT = {"handle": 0.7, "care": 0.06, "connect": 0.04, "improve": 0.03, "game": 0.06, "help": 0.04}
PAYS = [0.1, 0.6, 0.7, 0.3, 0.0, 0.0]  # a customer measure's pay vector
UNMEASURED = ("customer_weight", "driver_weight", "process_pay")  # written down, so that no vector is measured for it


@dataclass(frozen=True)
class Mechanism:
    """`read` of the world with `high` is above (up) or below (not up) that with `low`; `given` holds in both."""

    low: Mapping
    high: Mapping
    read: Callable[[Simulation], float]
    up: bool
    given: Mapping = field(default_factory=dict)

    def readings(self, seed: int) -> tuple[float, float]:
        return tuple(self.read(world(seed, {**self.given, **arm})) for arm in (self.low, self.high))

    def touches(self) -> set[str]:
        """The parameters that differ between the two worlds."""
        return {name for name in {*self.low, *self.high} if name in PARAMETERS}


def world(seed: int, settings: Mapping) -> Simulation:
    settings = dict(settings)
    load = settings.pop("load", 0.56)
    parameters = {n: v for n, v in settings.items() if "." not in n and n not in UNMEASURED}
    sim = Simulation(small(load), seed=seed, **{**FROZEN, **parameters})
    put(sim, **{n: settings[n] for n in UNMEASURED if n in settings})
    sim.record["pay_vector"][:] = PAYS
    sim.record["driver_vector"][:] = PAYS
    people(sim)["tenure"] = 1000.0
    people(sim)["effort"] = [settings.get(f"effort.{a}", EFFORT[a]) for a in ACTIVITIES]
    rows = {"person": people(sim), "team": sim.record["team"][: int(sim.record["teams"])], "world": sim.record,
            "manager": sim.record["manager"]}
    for name, value in settings.items():
        kind, _, what = name.partition(".")
        if kind in rows:
            rows[kind][what] = value
    doors.everyone_settles(sim.worlds, 0)
    return sim


def more(name, low, high, *reads, **given):
    """The reading rises from `low` to `high` of one setting (a parameter, or effort.x, person.x, team.x, world.x)."""
    return [Mechanism({name: low}, {name: high}, read, True, given) for read in reads]


def less(name, low, high, *reads, **given):
    """The reading falls from `low` to `high`."""
    return [Mechanism({name: low}, {name: high}, read, False, given) for read in reads]


def dotted(**settings):
    """Settings whose names have a dot, written with two underscores."""
    return {name.replace("__", "."): value for name, value in settings.items()}


# --- readings --------------------------------------------------------------------------------------------------------


def motive(activity: str) -> Callable:
    """What an activity is worth to the first employee this week."""
    return lambda sim: float(best_effort(sim).motive[ACTIVITIES.index(activity)])


def effort(*activities: str) -> Callable:
    """The first employee's best response: share of the day on these activities."""
    return lambda sim: sum(getattr(best_effort(sim), a) for a in activities)


def chosen(what: str) -> Callable:
    """`price` of time or `budget` of the day of the first employee."""
    return lambda sim: getattr(best_effort(sim), what)


def settled(what: str) -> Callable:
    """What the week's effort means for a case of the first employee."""
    return lambda sim: float(people(sim)[what][0])


def paid(what: str) -> Callable:
    """A part of the first team's pay."""

    def read(sim):
        doors.teams_set_pay(sim.worlds, 0)
        return float(sim.record["team"][what][0])

    return read


def after(weeks: int, read: Callable[[Simulation], float]) -> Callable:
    """A reading after some weeks of the real schedule."""

    def later(sim):
        sim.run(weeks)
        return float(read(sim))

    return later


def counted(what: str, per: str | None = None, weeks: int = 13) -> Callable:
    """A sum over some weeks, alone or per another."""

    def read(sim):
        row = sim.sums()[0]
        return row[FIELDS.index(what)] / (row[FIELDS.index(per)] if per else 1.0)

    return after(weeks, read)


def measured(name: str, weeks: int = 13) -> Callable:
    """A measure over some weeks."""
    return after(weeks, lambda sim: sim.measures()[INDEX[name]])


def person(what: str, weeks: int = 1) -> Callable:
    """Mean of a field over employees after some weeks."""
    return after(weeks, lambda sim: np.mean(people(sim)[what]))


def team(what: str, weeks: int = 1) -> Callable:
    """Mean of a field over teams after some weeks."""
    return after(weeks, lambda sim: np.mean(sim.record["team"][what][: int(sim.record["teams"])]))


def state(what: str, weeks: int = 1) -> Callable:
    """Mean of a field of the world after some weeks."""
    return after(weeks, lambda sim: np.mean(sim.record[what]))


def board(what: str, weeks: int = 1) -> Callable:
    """A field of the highest layer above the team managers after some weeks."""
    return after(weeks, lambda sim: sim.record["manager"][what][0])


def manager(what: str, weeks: int = 1) -> Callable:
    """Mean of a field over the team managers after some weeks."""
    return after(weeks, lambda sim: np.mean(sim.record["manager"][what][LEADERS : LEADERS + int(sim.record["teams"])]))


def capability(sim: Simulation) -> float:
    return float(sim.record["journey"]["capability"][: int(sim.record["journeys"])].mean())


def newcomers(what: str) -> Callable:
    """A field of the people who were recruited during a year in which many leave."""

    def read(sim):
        sim.run(52)
        e = people(sim)
        return float(e[what][e["recruits"] > 0].mean())

    return read


def moving_costs(sim: Simulation) -> float:
    """What is booked for people when everyone moves to another team."""
    sim.set(structure="pool").run(1)
    return float(sim.sums()[0, FIELDS.index("cost_people")])


def imitated(sim: Simulation) -> float:
    """Mean belief after people looked around in teams where whoever scores higher believes more in gaming."""
    e = people(sim)
    e["points"] = np.arange(len(e))
    e["belief"] = np.arange(len(e)) / 10.0
    for i in range(len(e)):
        doors.look_around(sim.worlds, 0, i)
    doors.quarter_closes(sim.worlds, 0)
    return float(e["belief"].mean())
