"""What a tipping experiment asks: a parameter and its levels, how long each holds, and perhaps a pulse."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from silosim.experiments import engine
from silosim.experiments.runkey import Setting
from silosim.model.organisation_file import OrganisationSpec
from silosim.model.parameters import DIALS, PARAMETERS, InvalidInput, unknown

LONGEST = 5200  # weeks
MOST_LEVELS = 50
READ = 13  # weeks at the end of a plateau that are averaged
DIGITS = 10  # of a level between two ends
UNDISTURBED, THERE_AND_BACK, PULSED = "undisturbed", "there_and_back", "pulsed"


@dataclass(frozen=True)
class Levels:
    """A numeric lever or parameter of the world, and the values it goes through, in order."""

    name: str
    values: tuple[float, ...]

    @classmethod
    def parse(cls, word: str, steps: int = 6) -> Levels:
        """The levels of 'demand=1..1.2' (`steps` of them, evenly) or 'demand=1,1.1,1.15'. Raises InvalidInput."""
        name, value = _parts(word, "levels", "demand=1..1.2 or demand=1,1.1,1.2")
        ends = re.split(r"\.\.\.?", value)
        if len(ends) == 2:
            low, high = (_number(name, end, word) for end in ends)
            values = [round(low + (high - low) * k / (steps - 1), DIGITS) for k in range(steps)]
        else:
            values = [_number(name, part, word) for part in value.split(",")]
        values = [float(PARAMETERS[name].value(PARAMETERS[name].code(x))) for x in values]
        rising = all(a < b for a, b in pairwise(values))
        falling = all(a > b for a, b in pairwise(values))
        if not (rising or falling) or len(values) > MOST_LEVELS:
            raise InvalidInput(f"levels {word!r} must be up to {MOST_LEVELS} different values that only rise or only "
                               f"fall, of {name}: {PARAMETERS[name].valid()}")
        return cls(name, tuple(values))


@dataclass(frozen=True)
class Pulse:
    """A value that holds for some weeks. Of the parameter that has levels it is a multiple of the level."""

    name: str
    value: float
    weeks: int

    @classmethod
    def parse(cls, word: str) -> Pulse:
        """The pulse of 'demand=1.3:8': 1.3 for 8 weeks. Raises InvalidInput."""
        setting, colon, weeks = word.rpartition(":")
        if not colon or not re.fullmatch(r"\s*[0-9]{1,4}\s*", weeks) or not 1 <= int(weeks) <= LONGEST:
            raise InvalidInput(f"pulse {word!r} must be written as name=value:weeks, for example demand=1.3:8")
        name, value = _parts(setting, "pulse", "demand=1.3:8")
        return cls(name, _number(name, value, word), int(weeks))

    def at(self, levels: Levels, level: float) -> float:
        """What the parameter is during the pulse, at a level."""
        value = self.value * level if self.name == levels.name else self.value
        declared = PARAMETERS[self.name]
        if not declared.low <= value <= declared.high:
            raise InvalidInput(f"a pulse to {self.name} = {value:g} is out of range: {declared.valid()}")
        return value


@dataclass(frozen=True)
class Asked:
    """One experiment: there and back through the levels, or a pulse at each of them.

    hold   weeks of a plateau; with a pulse, weeks before it
    wait   weeks after a pulse
    stuck  days of backlog above the undisturbed twin, at the end, from which a run counts as stuck
    """

    spec: OrganisationSpec
    levels: Levels
    pulse: Pulse | None = None
    hold: int = 52
    wait: int = 104
    stuck: float = 1.0
    runs: int = 24
    burn_in: int = 104
    seed: int = 1
    levers: Mapping = field(default_factory=dict)
    world: Mapping = field(default_factory=dict)
    policy: str = "today"

    def __post_init__(self):
        names = {self.levels.name} | ({self.pulse.name} if self.pulse else set())
        for name in names & {*self.levers, *self.world}:
            raise InvalidInput(f"{name} is what changes in this experiment, so it cannot be set as well")
        engine.check_switchable(names)
        if self.pulse is None and len(self.levels.values) < 2:
            raise InvalidInput(f"there and back takes two levels at least, such as {self.levels.name}=1..1.2; "
                               "one level takes a --pulse")
        if self.weeks > LONGEST:
            raise InvalidInput(f"that takes {self.weeks:,} weeks a run; at most {LONGEST:,}: fewer levels or weeks")
        if self.pulse:
            for level in self.levels.values:
                self.pulse.at(self.levels, level)

    @property
    def weeks(self) -> int:
        """Weeks of a run."""
        if self.pulse:
            return self.hold + self.pulse.weeks + self.wait
        return self.hold * len(self.path)

    @property
    def path(self) -> tuple[float, ...]:
        """The plateaus of the way there and back: the last level is visited once."""
        return self.levels.values + self.levels.values[-2::-1]

    def arms(self) -> dict[tuple[str, float], Setting]:
        """(arm, level) -> the setting of its runs; the twin of a disturbed arm has everything equal but the change."""
        first = self.levels.values[0]
        if self.pulse is None:
            changes = tuple((k * self.hold, {self.levels.name: level}) for k, level in enumerate(self.path) if k)
            return {(UNDISTURBED, first): self._setting(first), (THERE_AND_BACK, first): self._setting(first, changes)}
        arms = {}
        for level in self.levels.values:
            before = level if self.pulse.name == self.levels.name else self._usual(self.pulse.name)
            changes = ((self.hold, {self.pulse.name: self.pulse.at(self.levels, level)}),
                       (self.hold + self.pulse.weeks, {self.pulse.name: before}))
            arms[UNDISTURBED, level] = self._setting(level)
            arms[PULSED, level] = self._setting(level, changes)
        return arms

    def document(self) -> dict:
        """What was asked, as plain JSON."""
        pulse = {"name": self.pulse.name, "value": self.pulse.value, "weeks": self.pulse.weeks} if self.pulse else None
        return {"organisation": self.spec.name, "policy": self.policy, "levels": {self.levels.name:
                list(self.levels.values)}, "pulse": pulse, "hold": self.hold, "wait": self.wait if pulse else None,
                "stuck": self.stuck, "runs": self.runs, "weeks": self.weeks, "burn_in": self.burn_in,
                "seed": self.seed, "levers": dict(self.levers), "world": dict(self.world)}

    def _usual(self, name: str):
        return {**self.levers, **self.world}.get(name, PARAMETERS[name].default)

    def _setting(self, level: float, changes: tuple = ()) -> Setting:
        levers, world = dict(self.levers), dict(self.world)
        (levers if PARAMETERS[self.levels.name].role == "lever" else world)[self.levels.name] = level
        return Setting(engine.job(spec=self.spec, levers=levers, world=world, switches=changes, burn_in=self.burn_in,
                                  start="branch", weeks=self.weeks, seed=self.seed))


def _parts(word: str, what: str, example: str) -> tuple[str, str]:
    """(name, value) of 'name=value', the name that of a numeric parameter."""
    name, equals, value = (part.strip() for part in word.partition("="))
    if not equals or not name or not value:
        raise InvalidInput(f"{what} {word!r} must be written like {example}")
    if name in DIALS:
        raise InvalidInput(f"{name} is a dial that moves several levers; name one of them: "
                           f"{', '.join(DIALS[name].sets)}")
    if name not in PARAMETERS:
        raise unknown("parameter", name, PARAMETERS)
    if PARAMETERS[name].choices:
        raise InvalidInput(f"{name} is a choice, without levels in between; a number is needed, such as demand")
    return name, value


def _number(name: str, given: str, word: str) -> float:
    try:
        value = float(given)
    except ValueError:
        raise InvalidInput(f"{given.strip()!r} in {word!r} is not a number: {PARAMETERS[name].valid()}") from None
    if value != value or abs(value) == float("inf"):
        raise InvalidInput(f"{given.strip()!r} in {word!r} is not a number: {PARAMETERS[name].valid()}")
    return value
