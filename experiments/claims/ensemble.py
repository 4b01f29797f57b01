"""The worlds a claim is judged in, chosen by a seed before anything runs, and our own choices laid over them.

Worlds are the published admissible ones of the narrow prior; some of the wide prior are run as well and told apart.
Which ones, and which of our choices each gets, follows from the seed, so another seed is another sample of everything:

    dilution  how fast a pooled reward loses pull with the number sharing it: 0, .5 or 1
    kpi       which of the four KPI definitions teams are steered on, in every arm
    dose      by how much every lever moves: half, once or twice what the claim's file says

Each level of a choice gets an equal share of the worlds, in an order drawn by itself (a Latin hypercube of levels).
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from silosim.experiments.calibration.run import load_worlds
from silosim.experiments.claims.declared import TODAY, Arm, Claim, Context
from silosim.experiments.sweeps.checks import Value
from silosim.model.parameters import PARAMETERS

CHOICES = {"dilution": (0.0, 0.5, 1.0), "kpi": ("closures", "first_closures", "within_norm", "per_paid_hour"),
           "dose": (0.5, 1.0, 2.0)}
HOURS = "hours"  # an arm that every call makes: today with a little more paid hours
MORE_HOURS = 1.02
NARROW, WIDE = "narrow", "wide"


@dataclass(frozen=True)
class Size:
    """How many worlds of each prior, replicates in each, and (for C1) pairs of random settings in each world."""

    narrow: int
    wide: int
    runs: int
    burn_in: int = 104
    rows: int = 2


SIZES = {"quick": Size(40, 8, 2), "full": Size(120, 30, 6, rows=4)}


@dataclass(frozen=True)
class Case:
    """One world of the ensemble, with our choices laid over it.

    name      the prior and the number among its admissible worlds
    choices   level of each of CHOICES
    """

    name: str
    prior: str
    world: Mapping[str, float]
    choices: Mapping[str, Value] = field(default_factory=dict)
    number: int = 0


def cases(size: Size, seed: int) -> list[Case]:
    """The worlds of the ensemble, narrow ones first."""
    found: list[Case] = []
    for k, (prior, count) in enumerate(((NARROW, size.narrow), (WIDE, size.wide))):
        rng = np.random.default_rng([seed, k])
        worlds = load_worlds(prior) if count else []
        picked = rng.permutation(len(worlds))[:count]
        levels = {name: balanced(values, len(picked), rng) for name, values in CHOICES.items()}
        found += [Case(f"{prior} {number}", prior, worlds[number], {name: levels[name][i] for name in CHOICES},
                       len(found) + i) for i, number in enumerate(picked)]
    return found


def balanced(levels: Sequence, count: int, rng) -> list:
    """`count` of the levels in random order, each equally often but for what does not divide."""
    return [levels[k] for k in rng.permutation(np.arange(count) % len(levels))]


def own_choices(claim: Claim, among: Sequence[Case], seed: int) -> list[dict[str, Value]]:
    """For each case the level of every choice that counts for this claim: the ensemble's and its own."""
    own = {name: balanced(levels, len(among), np.random.default_rng([seed, zlib.crc32(f"{claim.id} {name}".encode())]))
           for name, levels in claim.variants.items()}
    return [{**{name: level for name, level in case.choices.items() if name not in claim.without},
             **{name: levels[k] for name, levels in own.items()}} for k, case in enumerate(among)]


def values_of(claim: Claim, arm: Arm, name: str, case: Case, chosen: Mapping[str, Value], under: Context,
              factor: float = 1.0) -> tuple[dict, dict, tuple]:
    """(levers, world, switches) of one arm in one case, with `factor` times the paid hours."""
    chosen = {**chosen, **under.variants}
    dose = float(chosen.get("dose", 1.0))
    levers, world = dict(under.levers), {**case.world, **under.world}
    for parameter, level in chosen.items():
        if parameter == "dose":
            continue
        if PARAMETERS[parameter].role != "lever":
            world[parameter] = level
        elif parameter in CHOICES or name != TODAY:
            levers[parameter] = level
    for parameter, value in arm.fixed.items():
        (levers if PARAMETERS[parameter].role == "lever" else world)[parameter] = value
    for lever, value in arm.levers.items():
        levers[lever] = dosed(lever, value, dose, under.levers.get(lever))
    if factor != 1.0:
        declared = PARAMETERS["paid_hours"]
        hours = float(levers.get("paid_hours", declared.default)) * factor
        levers["paid_hours"] = round(min(max(hours, declared.low), declared.high), 5)
    return levers, world, arm.switches


def dosed(lever: str, value: Value, dose: float, today: Value | None = None) -> Value:
    """today + dose (value - today), within the lever's range; a choice or a whole number has no dose."""
    declared = PARAMETERS[lever]
    if declared.choices or declared.whole or isinstance(value, str):
        return value
    today = float(declared.default if today is None else today)
    return round(min(max(today + dose * (float(value) - today), declared.low), declared.high), 9)
