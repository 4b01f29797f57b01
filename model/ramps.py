"""Ramps: a parameter that moves to a target week by week, written out as the switches that everything else knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from silosim.model.parameters import PARAMETERS, InvalidInput

APPOINTING = ("board_conviction", "manager_conviction")  # every new value appoints other people
Switches = tuple[tuple[int, dict[str, float | str]], ...]


def ramp(first: int, last: int, start: Mapping, target: Mapping) -> Switches:
    """((week, {name: value}), ...): from `start` at week `first` in equal weekly steps to `target` at week `last`.

    start, target  values by name; names that are in `start` only are left alone
    A whole number steps when its line comes nearest; a week without change is no switch. Raises InvalidInput for a
    parameter that cannot move by steps, a value out of range and a ramp of no weeks.
    """
    if last <= first:
        raise InvalidInput(f"the ramp ends in week {last}: it must end after its start, in week {first + 1} or later")
    steps: dict[int, dict[str, float | str]] = {}
    for name, goal in PARAMETERS.checked(target).items():
        _check_rampable(name)
        parameter = PARAMETERS[name]
        begin = before = parameter.value(parameter.code(start[name]))
        for week in range(first + 1, last + 1):
            share = (week - first) / (last - first)
            value = round(begin + share * (goal - begin), None if parameter.whole else 12) if week < last else goal
            if value != before:
                steps.setdefault(week, {})[name] = value
            before = value
    return tuple(sorted(steps.items()))


def _check_rampable(name: str) -> None:
    parameter = PARAMETERS[name]
    if parameter.choices:
        raise InvalidInput(f"{name} is a choice and cannot ramp; switch it in a week")
    if name in APPOINTING:
        raise InvalidInput(f"{name} changes when other people are appointed and cannot ramp; switch it in a week")


def holds_at(week: int, start: Mapping, switches: Iterable[tuple[int, Mapping]]) -> dict[str, float | str]:
    """Every parameter's value once the switches up to and including `week` have been made; defaults where not set."""
    values = {**PARAMETERS.defaults(), **start}
    for when, changed in sorted(switches, key=lambda switch: switch[0]):
        if when <= week:
            values.update(changed)
    return values


def merged(*parts: Iterable[tuple[int, Mapping]]) -> Switches:
    """Switches of several sources as one list, a week once; of one name in one week the last source counts."""
    weeks: dict[int, dict[str, float | str]] = {}
    for part in parts:
        for week, values in part:
            weeks.setdefault(week, {}).update(values)
    return tuple(sorted(weeks.items()))
