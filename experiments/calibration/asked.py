"""What is asked of a fit: target figures with tolerances, parameters with ranges, and the organisation they are of.

On the command line 'grade=7.2±0.1' (or +-) and 'u_base' or 'u_base=0..2'; in a file

    organisation = "insurer"
    [targets]
    grade = { value = 7.2, tolerance = 0.1 }
    turnover = "18% ± 2%"
    [parameters]
    u_base = {}                            # the declared prior's range
    rework_share = { low = 0.6, high = 1.2 }
    [set]
    demand = 1.05                          # held at this value
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from silosim.experiments.calibration.prior import range_of
from silosim.model.measures.declared import MEASURES, measure
from silosim.model.parameters import PARAMETERS, InvalidInput, unknown

MOST = 12  # parameters at once: more than that takes designs of another size
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*%?"
_FIGURE = re.compile(rf"\s*({_NUMBER})\s*(?:(?:±|\+-|\+/-)\s*({_NUMBER}))?\s*")
_RANGE = re.compile(rf"\s*({_NUMBER})\s*\.\.\s*({_NUMBER})\s*")
_TABLES = ("targets", "parameters", "set", "organisation")


@dataclass(frozen=True)
class Target:
    """A figure of today's organisation, over a year.

    tolerance  standard deviation of what may separate figure and model: measuring, definitions, a year's luck
    """

    measure: str
    value: float
    tolerance: float

    def __post_init__(self):
        measure(self.measure)
        if not math.isfinite(self.value):
            raise InvalidInput(f"target {self.measure} = {self.value} is not a number that can be aimed at")
        if not (math.isfinite(self.tolerance) and self.tolerance > 0):
            raise InvalidInput(f"target {self.measure}: its tolerance {self.tolerance:g} must be above 0, "
                               f"for example {MEASURES[self.measure].matters:g}")


@dataclass(frozen=True)
class Unknown:
    """A world parameter to fit, believed to lie from `low` to `high`.

    Every value between is equally likely beforehand: on a log scale where the parameter is a positive quantity, as
    history matching draws it, otherwise on its own scale. u is its place in the range on that scale, from 0 to 1.
    """

    name: str
    low: float
    high: float

    def __post_init__(self):
        p = PARAMETERS[self.name]
        if p.role != "world":
            raise InvalidInput(f"{self.name} is a {p.role}: management chooses levers, and amounts of money are known; "
                               "fitted are world parameters (silosim list world)")
        if p.choices or p.whole:
            raise InvalidInput(f"{self.name} takes {p.valid()}, and only parameters that may be any number are fitted")
        for value in (self.low, self.high):
            p.code(value)
        if not self.low < self.high:
            raise InvalidInput(f"range of {self.name}: the low end {self.low:g} must be below the high end "
                               f"{self.high:g}")

    @property
    def log(self) -> bool:
        """Whether its scale is logarithmic."""
        return self.low > 0 and PARAMETERS[self.name].low >= 0

    def value(self, u):
        """The parameter at place u (number or array)."""
        u = np.asarray(u)
        return self.low * (self.high / self.low) ** u if self.log else self.low + (self.high - self.low) * u

    def place(self, value):
        """The place of a value: the inverse of `value`."""
        value = np.asarray(value)
        if self.log:
            return np.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def rounded(self, u: float) -> float:
        """A value that can be typed: six digits, within the range."""
        return min(max(float(f"{float(self.value(u)):.6g}"), self.low), self.high)


@dataclass(frozen=True)
class Asked:
    """Everything a fit follows from.

    set      levers and other world parameters that are held
    runs     replicates of each point of a wave; check: fresh ones that validate the best world
    waves    at most; points of each wave: 0 chooses by the number of parameters
    """

    targets: tuple[Target, ...]
    unknowns: tuple[Unknown, ...]
    organisation: str = "insurer"
    set: Mapping[str, float | str] = field(default_factory=dict)
    weeks: int = 52
    burn_in: int = 104
    runs: int = 8
    waves: int = 4
    points: int = 0
    check: int = 32
    seed: int = 1

    def __post_init__(self):
        if not self.targets:
            raise InvalidInput("a fit needs a target, for example --target grade=7.2±0.1")
        if not self.unknowns:
            raise InvalidInput("a fit needs a world parameter to fit, for example u_base (silosim list world)")
        if len(self.unknowns) > MOST:
            raise InvalidInput(f"{len(self.unknowns)} parameters to fit; at most {MOST} can be fitted at once")
        _once("target", [t.measure for t in self.targets])
        _once("parameter", [u.name for u in self.unknowns])
        for unknown_ in self.unknowns:
            if unknown_.name in self.set:
                raise InvalidInput(f"{unknown_.name} is to be fitted and set at once: leave out one of the two")
        least = len(self.unknowns) + 6
        if self.points and self.points < least:
            raise InvalidInput(f"points = {self.points}: a wave needs at least {least} points for "
                               f"{len(self.unknowns)} parameters")
        if self.runs < 2:
            raise InvalidInput(f"runs = {self.runs}: a fit needs at least 2 runs of each point, to know its chance")

    @property
    def size(self) -> int:
        """Points of a wave."""
        return self.points or max(24, 12 * len(self.unknowns))

    @property
    def names(self) -> list[str]:
        """What is looked for, in order."""
        return [u.name for u in self.unknowns]

    @property
    def measures(self) -> list[str]:
        """What has a target, in order."""
        return [t.measure for t in self.targets]

    def document(self) -> dict:
        """As the database keeps it."""
        return {"targets": {t.measure: [t.value, t.tolerance] for t in self.targets},
                "parameters": {u.name: [u.low, u.high] for u in self.unknowns}, "organisation": self.organisation,
                "set": dict(self.set), "weeks": self.weeks, "burn_in": self.burn_in, "runs": self.runs,
                "waves": self.waves, "points": self.size, "check": self.check, "seed": self.seed}


def _once(kind: str, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise InvalidInput(f"{kind} {name} is given {names.count(name)} times")


def parse_target(word: str) -> Target:
    """The target of 'grade=7.2±0.1', 'grade=7.2+-0.1', 'turnover=18%±2%' or 'grade=7.2' (tolerance: what matters)."""
    name, equals, figure = word.partition("=")
    if not equals:
        raise InvalidInput(f"target {word!r} must be written as MEASURE=VALUE±TOLERANCE, for example grade=7.2±0.1")
    return _target(name.strip(), figure)


def _target(name: str, figure) -> Target:
    declared = measure(name)
    if isinstance(figure, Mapping):
        for key in figure:
            if key not in ("value", "tolerance"):
                raise unknown(f"entry of target {name}", str(key), ("value", "tolerance"))
        if "value" not in figure:
            raise InvalidInput(f"target {name} needs a value, for example {{ value = 7.2, tolerance = 0.1 }}")
        return Target(name, _plain(name, figure["value"]), _plain(name, figure.get("tolerance", declared.matters)))
    if isinstance(figure, str):
        found = _FIGURE.fullmatch(figure)
        if not found:
            raise InvalidInput(f"target {name} = {figure!r} must be written as VALUE±TOLERANCE, for example 7.2±0.1")
        return Target(name, _float(found[1]), declared.matters if found[2] is None else _float(found[2]))
    return Target(name, _plain(name, figure), declared.matters)


def parse_unknown(word: str, prior: str) -> Unknown:
    """The parameter of 'u_base' (the range of the prior) or 'u_base=0..2'."""
    name, equals, span = word.partition("=")
    name = name.strip()
    if not equals:
        return _unknown(name, {}, prior)
    found = _RANGE.fullmatch(span)
    if not found:
        raise InvalidInput(f"range {word!r} must be written as NAME=LOW..HIGH, for example u_base=0..2")
    return _unknown(name, {"low": _float(found[1]), "high": _float(found[2])}, prior)


def _unknown(name: str, span, prior: str) -> Unknown:
    p = PARAMETERS[name]
    if isinstance(span, str):
        return parse_unknown(f"{name}={span}", prior)
    if isinstance(span, (list, tuple)) and len(span) == 2:
        span = dict(zip(("low", "high"), span, strict=True))
    if not isinstance(span, Mapping):
        raise InvalidInput(f"range of {name} = {span!r} must be written as {{ low = ..., high = ... }} or {{}}")
    for key in span:
        if key not in ("low", "high"):
            raise unknown(f"entry of parameter {name}", str(key), ("low", "high"))
    low, high = range_of(name, prior) if p.role == "world" and not p.choices else (p.low, p.high)
    return Unknown(name, _plain(name, span.get("low", low)), _plain(name, span.get("high", high)))


def read_asked(path: str | Path, prior: str, **more) -> Asked:
    """The fit that a TOML file asks for; `more` are fields of Asked, and targets, unknowns and set add to the file's.

    Raises InvalidInput with what, where and what would be valid.
    """
    try:
        document = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as problem:
        raise InvalidInput(f"{path}: {problem.strerror or problem}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise InvalidInput(f"{path}: not a TOML file ({problem})") from None
    try:
        return _asked(document, prior, more)
    except InvalidInput as problem:
        raise InvalidInput(f"{path}: {problem}") from None


def _asked(document: Mapping, prior: str, more: dict) -> Asked:
    for key in document:
        if key not in _TABLES:
            raise unknown("entry", key, _TABLES)
    targets, unknowns, held = (_table(document, name) for name in ("targets", "parameters", "set"))
    found = {"targets": tuple(_target(name, figure) for name, figure in targets.items()),
             "unknowns": tuple(_unknown(name, span, prior) for name, span in unknowns.items())}
    for name in found:
        found[name] += tuple(more.pop(name, ()))
    held = {**PARAMETERS.checked(held), **more.pop("set", {})}
    organisation = more.pop("organisation", None) or document.get("organisation", Asked.organisation)
    if not isinstance(organisation, str):
        raise InvalidInput(f"organisation = {organisation!r} must be a name or a file")
    return Asked(**found, organisation=organisation, set=held, **more)


def _table(document: Mapping, name: str) -> Mapping:
    table = document.get(name, {})
    if not isinstance(table, Mapping):
        raise InvalidInput(f"{name} must be a table: [{name}]")
    return table


def _plain(name: str, value) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InvalidInput(f"{name}: {value!r} is not a number")
    return float(value)


def _float(words: str) -> float:
    words = words.strip()
    return float(words[:-1]) / 100 if words.endswith("%") else float(words)

