"""What the user asks for, in words, turned into runs: policies, settings on top, switches at a week, the world."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from silosim.experiments import engine
from silosim.experiments.runkey import Setting
from silosim.model.parameters import DIALS, PARAMETERS, InvalidInput, unknown
from silosim.model.policies import Policy, load_policy

TODAY = "today"
LONGEST = 5200  # weeks


@dataclass(frozen=True)
class Scenario:
    """A policy with settings on top. `name` is what the user typed for it."""

    name: str
    policy: Policy
    levers: Mapping[str, float | str]
    switches: tuple[tuple[int, Mapping], ...] = ()

    def label(self, lang: str) -> str:
        """Its name for people: the policy's label, and what was set on top."""
        extra = self.name.removeprefix(self.policy.name)
        return self.policy.label(lang) + (f" {extra}" if extra.startswith("+") else "")

    def with_levers(self, **levers) -> Scenario:
        """The same with other values for some levers."""
        return replace(self, levers={**self.levers, **levers})


@dataclass(frozen=True)
class Frame:
    """What all runs of one command have in common: `spec` is the organisation, weeks count after the burn-in."""

    spec: object
    world: Mapping[str, float | str] = field(default_factory=dict)
    runs: int = 50
    weeks: int = 156
    burn_in: int = 104
    start: str = "branch"
    seed: int = 1


class Planned(NamedTuple):
    """One run of a sweep.

    point    number of its setting in the sweep, from 0
    key      names everything that determines the run
    setting  everything but the replicate
    """

    point: int
    policy: str
    arm: str
    replicate: int
    key: str
    setting: Setting

    @property
    def job(self):
        """The run as the engine takes it."""
        return self.setting.job(self.replicate)


def scenario(term: str, settings: Mapping | None = None, switches: Iterable[tuple[int, Mapping]] = ()) -> Scenario:
    """The scenario for NAME, FILE.toml or NAME+lever=value+lever=value, with `settings` and `switches` on top."""
    name, *extras = re.split(r"\+(?=[A-Za-z_]\w*=)", term)
    policy = load_policy(name)
    levers = dict(policy.levers)
    for extra in extras:
        levers.update(only_levers(parse_setting(extra)))
    levers.update(settings or {})
    shown = policy.name + term[len(name):]
    return Scenario(shown, policy, levers, tuple(policy.switches) + tuple(switches))


def scenarios(terms: Sequence[str]) -> list[Scenario]:
    """One scenario a term, today first whether or not it was asked for, none twice."""
    found = {}
    for term in (TODAY, *terms):
        one = scenario(term)
        found.setdefault(one.name, one)
    return list(found.values())


def parse_setting(word: str) -> dict[str, float | str]:
    """{name: value} of 'name=value'; a dial ('reward_mix=60,20,20,0') gives the values of all its levers."""
    name, equals, value = word.partition("=")
    name, value = name.strip(), value.strip()
    if not equals or not name or not value:
        raise InvalidInput(f"setting {word!r} must be written as name=value, for example bonus=0.5")
    if name in DIALS:
        return DIALS[name].levers(*_numbers(name, value))
    if name not in PARAMETERS:
        raise unknown("parameter", name, [*PARAMETERS, *DIALS])
    return PARAMETERS.checked({name: value})


def _numbers(dial: str, value: str) -> list[float]:
    try:
        return [float(part) for part in value.split(",")]
    except ValueError:
        parts = ",".join(DIALS[dial].parts)
        raise InvalidInput(f"dial {dial} = {value!r} must be numbers, written as {dial}={parts}") from None


def parse_settings(words: Iterable[str]) -> tuple[dict, dict]:
    """(levers, world) of 'name=value' words; of one name the last word counts."""
    levers, world = {}, {}
    for word in words:
        for name, value in parse_setting(word).items():
            (levers if PARAMETERS[name].role == "lever" else world)[name] = value
    return levers, world


def only_levers(values: Mapping) -> Mapping:
    """`values`, or InvalidInput when one of them is no lever."""
    for name in values:
        if PARAMETERS[name].role != "lever":
            raise InvalidInput(f"{name} is not a lever but a {PARAMETERS[name].role} parameter: "
                               f"it holds for every policy, so set it with --set {name}=...")
    return values


def parse_switches(words: Iterable[str], weeks: int) -> list[tuple[int, dict]]:
    """(week, values) of 'WEEK:name=value' words, by week; weeks count from the end of the burn-in."""
    found: dict[int, dict] = {}
    for word in words:
        week, colon, setting = word.partition(":")
        if not colon or not week.strip().isdigit():
            raise InvalidInput(f"switch {word!r} must be written as WEEK:name=value, for example 26:bonus=0.5")
        if not int(week) < weeks:
            raise InvalidInput(f"switch {word!r} comes after the last week: the week must be from 0 to {weeks - 1}")
        values = parse_setting(setting)
        engine.check_switchable(values)
        found.setdefault(int(week), {}).update(values)
    return sorted(found.items())


def plan(frame: Frame, chosen: Sequence[Scenario], arm: str = "as_is", runs: int | None = None,
         first: int = 0) -> list[Planned]:
    """Every run of every scenario, replicate by replicate, so that a part of a sweep is a balanced sweep.

    first   number of the first scenario's point in the sweep
    """
    settings = [Setting(engine.job(spec=frame.spec, levers=dict(one.levers), world=dict(frame.world),
                                   switches=one.switches, burn_in=frame.burn_in, start=frame.start,
                                   weeks=frame.weeks, seed=frame.seed)) for one in chosen]
    return [Planned(first + k, one.name, arm, replicate, setting.key(replicate), setting)
            for replicate in range(frame.runs if runs is None else runs)
            for k, (one, setting) in enumerate(zip(chosen, settings, strict=True))]
