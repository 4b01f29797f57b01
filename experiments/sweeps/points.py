"""Points: every setting of a design, in one fixed order.

for each organisation, for each world, for each policy, for each row of the sample. So with R rows, P policies and
W worlds, row r of policy p in world w of organisation o has the number ((o W + w) P + p) R + r.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from silosim.experiments import engine
from silosim.experiments.runkey import Setting
from silosim.experiments.sweeps.checks import Switches, Value
from silosim.model.parameters import PARAMETERS


@dataclass(frozen=True, slots=True)
class Point:
    """One setting of a design: everything that determines its runs but the replicate.

    Points share their tables, so do not change one.

    number        its place in the design, from 0
    policy        name of the policy
    organisation  the organisation (OrganisationSpec)
    levers        the policy's levers with the factors on top, in force from week 0
    world         the world's values with the factors on top, in force from the founding
    switches      ((week, {name: value}), ...): what changes later, of the policy and of the world
    world_name    '' when the design names no worlds
    factors       value in force of everything that the design varies, also where this row leaves it alone
    reference     number of the point with the first policy and everything else equal; None for that policy itself
    row           row of the sample
    name          what a listed point is called, or ''
    """

    number: int
    policy: str
    organisation: object = field(repr=False)  # long, and the same for many points
    levers: Mapping[str, Value]
    world: Mapping[str, Value]
    switches: Switches = ()
    world_name: str = ""
    factors: Mapping[str, Value] = field(default_factory=dict)
    reference: int | None = None
    row: int = 0
    name: str = ""
    weeks: int = 156
    burn_in: int = 104
    start: str = "branch"
    seed: int = 1

    def setting(self) -> Setting:
        """The run as the engine takes it, with the key of each of its replicates."""
        return Setting(engine.job(spec=self.organisation, levers=dict(self.levers), world=dict(self.world),
                                  switches=self.switches, burn_in=self.burn_in, start=self.start, weeks=self.weeks,
                                  seed=self.seed))


def all_points(design, rows: list[dict[str, Value]]) -> Iterator[Point]:
    """The points of a design whose sample has these rows, each row the values that it sets."""
    names = design.factor_names
    sides = [_sides(row) for row in rows]
    labels = [point.name for point in design.listed] or [""] * len(rows)
    frame = {"weeks": design.weeks, "burn_in": design.burn_in, "start": design.start, "seed": design.seed}
    number = 0
    for spec in design.organisations:
        for world in design.worlds:
            first = number
            for place, policy in enumerate(design.policies):
                base = {name: {**policy.levers, **world.values}.get(name, PARAMETERS[name].default) for name in names}
                switches = merged(policy.switches, world.switches)
                for r, (levers, around) in enumerate(sides):
                    yield Point(number, policy.name, spec, _over(policy.levers, levers), _over(world.values, around),
                                switches, world.name, _over(base, rows[r]), first + r if place else None, r, labels[r],
                                **frame)
                    number += 1


def _sides(row: dict[str, Value]) -> tuple[dict[str, Value], dict[str, Value]]:
    """(levers, world) of a row."""
    levers = {name: value for name, value in row.items() if PARAMETERS[name].role == "lever"}
    if len(levers) == len(row):
        return row, {}
    return levers, {name: value for name, value in row.items() if name not in levers}


def _over(base: Mapping, top: Mapping) -> Mapping:
    """`base` with `top` on it; one of the two itself where that says it all, since there may be a million points."""
    return top if base.keys() <= top.keys() else {**base, **top} if top else base


def merged(one: Switches, other: Switches) -> Switches:
    """Both lists of switches in one, by week; the two are about different parameters."""
    weeks = sorted({week for week, _ in (*one, *other)})
    return tuple((week, {**dict(one).get(week, {}), **dict(other).get(week, {})}) for week in weeks)
