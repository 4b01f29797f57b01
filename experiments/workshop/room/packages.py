"""From what people in the room decide to settings of the model: the sum of departments, and what ten points buy."""

from __future__ import annotations

import math
from collections.abc import Mapping

from silosim.experiments.workshop.dials import SLIDERS
from silosim.experiments.workshop.room.declared import CHOICES, ITEMS, PAID_FROM, POINTS
from silosim.model.parameters import PARAMETERS, InvalidInput, unknown


def sum_of(departments: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """The levers of the whole house when every department decides for itself.

    departments  department -> choice -> share of its people (as Exercise.shares). A department where nobody decided
                 stays as it is. The model has one setting for the house: every department brings its equal part.
    """
    levers: dict[str, float] = {}
    for name in dict.fromkeys(lever for choice in CHOICES.values() for lever in choice.levers):
        today = PARAMETERS[name].default
        moved = math.fsum(share * (CHOICES[choice].levers.get(name, today) - today)
                          for shares in departments.values() for choice, share in shares.items())
        if abs(moved) > 1e-12:
            levers[name] = round(today + moved / len(departments), 6)
    return levers


def checked(points: object) -> dict[str, int]:
    """A package as item -> steps, without zeros. InvalidInput when it cannot be bought with ten points."""
    if not isinstance(points, Mapping):
        raise InvalidInput("a package must be a table of item: steps")
    for name, steps in points.items():
        if name not in ITEMS:
            raise unknown("item", str(name)[:40], ITEMS)
        if isinstance(steps, bool) or not isinstance(steps, int) or not 0 <= steps <= ITEMS[name].most:
            raise InvalidInput(f"{name} takes 0 to {ITEMS[name].most} steps, not {str(steps)[:40]}")
    if cost(points) > POINTS:
        raise InvalidInput(f"this costs {cost(points)} points; a group has {POINTS}")
    return {name: points[name] for name in ITEMS if points.get(name)}


def cost(points: Mapping[str, int]) -> int:
    """Points that a package costs."""
    return sum(ITEMS[name].cost * steps for name, steps in points.items())


def settings(points: Mapping[str, int]) -> dict[str, dict]:
    """{'dials': slider -> positions, 'levers': lever -> value} of a package; only what it moves."""
    dials: dict[str, list[float]] = {}
    levers: dict[str, float] = {}
    for name, steps in points.items():
        item = ITEMS[name]
        if item.lever is not None:
            levers[item.lever] = PARAMETERS[item.lever].default + item.step * steps
            continue
        slider, part = item.slider
        at = dials.setdefault(slider, list(SLIDERS[slider].dial.default))
        at[part] += item.step * steps
        if slider in PAID_FROM:
            at[PAID_FROM[slider]] -= item.step * steps
    return {"dials": dials, "levers": levers}


def spread_of(packages: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, float]]:
    """Least, mean and most steps that the groups put into each item, and how many groups put in any."""
    found = {}
    for name in ITEMS:
        steps = [package.get(name, 0) for package in packages.values()]
        if steps:
            found[name] = {"min": min(steps), "mean": sum(steps) / len(steps), "max": max(steps),
                           "groups": sum(1 for n in steps if n)}
    return found
