"""Factors: what a design varies, each a lever or a parameter of the world, over listed values or over a range.

    bonus = [0, 0.35, 0.7]                              # listed values
    bonus = { low = 0, high = 1, steps = 5 }            # evenly spaced values, ends included
    bonus = { low = 0.1, high = 1, log = true }         # a range, log-uniform
    bonus = {}                                          # the whole range that the registry declares
    kpi = {}                                            # all choices; of a whole number, all its values
    demand = { low = 0.9, high = 1.2, group = "world" } # varied together with the rest of its group

A factor ends up either with `values` (levels) or, for a number over a range without steps, with `low` and `high`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from silosim.experiments.sweeps.checks import Value, line, parameter, rows, table, value_of, whole
from silosim.model.organisation_fields import show
from silosim.model.parameters import PARAMETERS, InvalidInput

KEYS = ("values", "low", "high", "steps", "log", "group")
MOST_VALUES = 10_000
GROUPED = ("lhs", "sobol", "morris", "shapley")
BY_VALUES = ("grid", "one_at_a_time")


@dataclass(frozen=True)
class Factor:
    """One thing that is varied.

    values     levels, in the order given; empty for a number that varies over its whole range
    low, high  that range, inclusive; 0 and 0 where there are levels
    log        the range is sampled evenly in the logarithm
    group      name of the factors it is sampled and judged together with, or ''
    """

    name: str
    values: tuple[Value, ...] = ()
    low: float = 0.0
    high: float = 0.0
    log: bool = False
    group: str = ""

    @property
    def unit(self) -> str:
        """The group it belongs to; on its own, its own name."""
        return self.group or self.name

    def codes(self) -> list[float]:
        """The levels as numbers: of a choice its place in the registry."""
        return [PARAMETERS[self.name].code(value) for value in self.values]

    def plain(self) -> dict:
        """As in a design file."""
        spread = {"values": list(self.values)} if self.values else {"low": self.low, "high": self.high}
        return spread | ({"log": True} if self.log else {}) | ({"group": self.group} if self.group else {})


def read_factors(given, method: str, where: str) -> tuple[Factor, ...]:
    """The factors of a [factors] table, in order of name: a table has no order of its own, and columns need one."""
    where = f"{where}, [factors]"
    if isinstance(given, Sequence) and all(isinstance(one, Factor) for one in given):
        given = {one.name: one.plain() for one in given}
    if not isinstance(given, Mapping):
        raise InvalidInput(f"{where} must be a table of name = values, not {show(given)}")
    if given and method == "points":
        raise InvalidInput(f"{where}: method = \"points\" lists its values in [[points]]; leave [factors] out")
    for name in given:
        parameter(name, where)
    factors = tuple(_factor(name, given[name], method, where) for name in sorted(given))
    if not factors and method not in ("grid", "points"):
        raise InvalidInput(f"{where}: method = \"{method}\" needs at least one factor")
    _check_groups(factors, where)
    return factors


def _factor(name: str, given, method: str, where: str) -> Factor:
    at = f"{where}, {name}"
    if not isinstance(given, Mapping):
        given = {"values": given}
    table(given, KEYS, at)
    group = line(given["group"], f"{at}: group") if "group" in given else ""
    if group and method not in GROUPED:
        raise InvalidInput(f"{at}: group has no meaning for method = \"{method}\"; groups are for {', '.join(GROUPED)}")
    log = given.get("log", False)
    if not isinstance(log, bool):
        raise InvalidInput(f"{at}: log = {show(log)} must be true or false")
    factor = _listed(name, given, group, at) if "values" in given else _ranged(name, given, log, group, method, at)
    if len(factor.values) == 1 and method in GROUPED:
        raise InvalidInput(f"{at} has one value, which is nothing to vary; give more, or set it in a policy or a world")
    return factor


def _listed(name: str, given: Mapping, group: str, at: str) -> Factor:
    for key in ("low", "high", "steps", "log"):
        if key in given:
            raise InvalidInput(f"{at}: {key} cannot go together with listed values")
    return Factor(name, _levels(name, rows(given["values"], f"{at}: the values"), at), group=group)


def _levels(name: str, given: Sequence, at: str) -> tuple[Value, ...]:
    if not 1 <= len(given) <= MOST_VALUES:
        raise InvalidInput(f"{at} has {len(given):,} values; from 1 to {MOST_VALUES:,} are possible")
    found: dict[Value, None] = {}
    for value in given:
        value = value_of(name, value, at.replace(f", {name}", "", 1))  # the message names it again
        if value in found:
            raise InvalidInput(f"{at}: {show(value)} is listed twice")
        found[value] = None
    return tuple(found)


def _ranged(name: str, given: Mapping, log: bool, group: str, method: str, at: str) -> Factor:
    declared = PARAMETERS[name]
    if declared.choices:
        for key in ("low", "high", "steps", "log"):
            if key in given:
                raise InvalidInput(f"{at}: {key} is for numbers; list the choices, or write {{}} for all: "
                                   f"{', '.join(declared.choices)}")
        return Factor(name, declared.choices, group=group)
    low = value_of(name, given.get("low", declared.low), f"{at}, low")
    high = value_of(name, given.get("high", declared.high), f"{at}, high")
    if not low < high:
        raise InvalidInput(f"{at}: low = {low:g} must be below high = {high:g}")
    if log and (declared.whole or not low > 0):
        problem = f"{name} is a whole number" if declared.whole else f"low = {low:g} is not above 0"
        raise InvalidInput(f"{at}: log = true is not possible, because {problem}")
    if "steps" in given:
        steps = whole(given, "steps", 2, MOST_VALUES, at)
        return Factor(name, _levels(name, spaced(low, high, steps, log), f"{at}, steps = {steps}"), group=group)
    if declared.whole:
        _bounded(int(high) - int(low) + 1, at)
        return Factor(name, tuple(range(int(low), int(high) + 1)), group=group)
    if method in BY_VALUES:
        raise InvalidInput(f"{at}: method = \"{method}\" needs values; write {name} = [...], or add steps = 5")
    return Factor(name, (), float(low), float(high), log, group)


def _bounded(count: int, at: str) -> None:
    if count > MOST_VALUES:
        raise InvalidInput(f"{at} has {count:,} values; at most {MOST_VALUES:,} are possible")


def spaced(low: float, high: float, steps: int, log: bool = False) -> list[float]:
    """`steps` numbers from low to high, ends included, evenly spaced (or with equal ratios).

    Exact decimals: five steps from 0 to 0.4 give 0.3 and not 0.30000000000000004, so a value that is also listed
    by hand is the same value. Ratios are rounded to twelve digits, so that every machine gets the same.
    """
    if log:
        inner = [rounded(low * (high / low) ** (k / (steps - 1))) for k in range(1, steps - 1)]
        return [low, *inner, high]
    first, last = Fraction(repr(low)), Fraction(repr(high))
    return [float(first + (last - first) * k / (steps - 1)) for k in range(steps)]


def rounded(x: float) -> float:
    """x to twelve digits: powers and logarithms may differ in the last digit between machines."""
    return float(f"{x:.12g}")


def _check_groups(factors: Sequence[Factor], where: str) -> None:
    alone = {factor.name for factor in factors if not factor.group}
    for factor in factors:
        if factor.group in alone:
            raise InvalidInput(f"{where}, {factor.name}: group {factor.group!r} has the name of a factor outside it")
