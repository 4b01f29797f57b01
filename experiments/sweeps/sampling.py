"""Samples: the rows of a design, one method at a time. Every row follows from the factors and the seed alone.

A random sample is drawn in the unit cube, one column a factor in order of name, and then brought to values:

    a range           low + u (high - low); with log = true low (high / low)^u, to twelve digits
    levels, k of them the level with place floor(k u): every level takes an equal share (choices, whole numbers and
                      listed values alike)

Order of the rows (units are groups, and factors without one, in order of their first factor; k of them, n = size):

    grid          the last factor changes fastest
    one_at_a_time the baseline, which sets nothing, then factor by factor its values, each alone
    points        as listed
    lhs           n rows
    sobol         n blocks of A; A with unit 1 .. k from B; with second_order also B with unit 1 .. k from A; B
    morris        n trajectories of k + 1 rows; from one row to the next one unit moves
    shapley       n blocks of 2^k rows: for each of `shapley_subsets(k)` the units in it from A, the others from B
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product

import numpy as np

from silosim.experiments.extras import need
from silosim.experiments.runkey import LARGEST
from silosim.experiments.sweeps.checks import Value, one_of, table, whole
from silosim.experiments.sweeps.factors import Factor, rounded
from silosim.model.organisation_fields import show
from silosim.model.parameters import InvalidInput

KEYS = {  # method -> what its [sample] table may say
    "grid": (), "one_at_a_time": (), "points": ("file",),
    "lhs": ("size", "seed", "optimization"), "sobol": ("size", "seed", "second_order"),
    "morris": ("size", "seed", "levels"), "shapley": ("size", "seed"),
}
METHODS = tuple(KEYS)
DRAWN = ("lhs", "sobol", "morris", "shapley")
MOST_ROWS = 1_000_000
MOST_LEVELS = 1000
MOST_OPTIMIZED = 2000  # rows: ten seconds; the time grows with the square
MOST_UNITS = 6  # in a Shapley design: 64 rows for each row of the base sample
OPTIMIZATIONS = ("none", "random-cd")


@dataclass(frozen=True)
class Sample:
    """How a random sample is drawn; None where the method has no such thing.

    size          rows of the base sample (lhs, sobol, shapley) or trajectories (morris)
    seed          of the sample alone; by default the design's
    optimization  'random-cd': columns of a Latin hypercube exchanged until they fill space more evenly
    second_order  whether a Sobol sample also serves indices of pairs
    levels        of each factor in a Morris design
    """

    size: int | None = None
    seed: int | None = None
    optimization: str | None = None
    second_order: bool | None = None
    levels: int | None = None

    def plain(self) -> dict:
        """As in a design file."""
        return {key: value for key, value in asdict(self).items() if value is not None}


def read_sample(given, method: str, seed: int, factors: Sequence[Factor], where: str) -> Sample:
    """The [sample] table; the seed of the design where it gives none."""
    where = f"{where}, [sample]"
    if isinstance(given, Sample):
        given = given.plain()
    if isinstance(given, Mapping):
        for key in given:
            if key not in KEYS[method] and any(key in keys for keys in KEYS.values()):
                raise InvalidInput(f"{where}: {key} has no meaning for method = \"{method}\"")
    table(given, KEYS[method], where)
    if method not in DRAWN:
        return Sample()
    units = len(units_of(factors))
    if units < 2 < len(factors) + 1 and method != "lhs":
        raise InvalidInput(f"{where}: all factors are in one group, so method = \"{method}\" has nothing to compare")
    if method == "shapley" and units > MOST_UNITS:
        raise InvalidInput(f"{where}: {units} groups and factors outside groups; method = \"shapley\" takes at most "
                           f"{MOST_UNITS}, so take factors together in groups")
    return Sample(_size(given, method, where), whole(given, "seed", 0, LARGEST, where, seed),
                  _optimization(given, where) if method == "lhs" else None,
                  _flag(given, "second_order", where) if method == "sobol" else None,
                  _levels(given, where) if method == "morris" else None)


def _size(given: Mapping, method: str, where: str) -> int:
    if "size" not in given:
        meaning = "trajectories" if method == "morris" else "rows of the base sample"
        raise InvalidInput(f"{where}: size is missing; write size = 256 for 256 {meaning}")
    size = whole(given, "size", 1 if method == "lhs" else 2, MOST_ROWS, where)
    if method in ("sobol", "shapley") and size & (size - 1):
        lower = 1 << (size.bit_length() - 1)
        raise InvalidInput(f"{where}: size = {size} must be a power of two, such as {lower} or {2 * lower}: "
                           "at other sizes Sobol's sequence is not balanced")
    return size


def _optimization(given: Mapping, where: str) -> str:
    how = one_of(given.get("optimization", "none"), OPTIMIZATIONS, "optimization", f"{where}, optimization")
    if how != "none" and given["size"] > MOST_OPTIMIZED:
        raise InvalidInput(f"{where}: optimization = {show(how)} takes minutes for {given['size']:,} rows; "
                           f"at most {MOST_OPTIMIZED:,}")
    return how


def _flag(given: Mapping, key: str, where: str) -> bool:
    value = given.get(key, False)
    if not isinstance(value, bool):
        raise InvalidInput(f"{where}: {key} = {show(value)} must be true or false")
    return value


def _levels(given: Mapping, where: str) -> int:
    levels = whole(given, "levels", 2, MOST_LEVELS, where, 4)
    if levels % 2:
        raise InvalidInput(f"{where}: levels = {levels} must be even, or steps up and down are not equally likely")
    return levels


def units_of(factors: Sequence[Factor]) -> tuple[str, ...]:
    """What is varied and judged together: groups, and factors without one, in order of their first factor."""
    return tuple(dict.fromkeys(factor.unit for factor in factors))


def shapley_subsets(k: int) -> tuple[tuple[int, ...], ...]:
    """The 2^k subsets of k units in the order of a block's rows: row m takes from A those whose bit in m is set.

    So the first row of a block is B, the last is A.
    """
    return tuple(tuple(unit for unit in range(k) if m >> unit & 1) for m in range(1 << k))


def count_rows(design) -> int:
    """Rows of the sample, from the sizes alone."""
    k, size = len(units_of(design.factors)), design.sample.size
    counts = [len(factor.values) for factor in design.factors]
    return {
        "grid": lambda: math.prod(counts),
        "one_at_a_time": lambda: 1 + sum(counts),
        "points": lambda: len(design.listed),
        "lhs": lambda: size,
        "sobol": lambda: size * ((2 * k if design.sample.second_order else k) + 2),
        "morris": lambda: size * (k + 1),
        "shapley": lambda: size << k,
    }[design.method]()


def sample_rows(design) -> list[dict[str, Value]]:
    """The rows, each the values that it sets."""
    if design.method == "points":
        return [dict(point.values) for point in design.listed]
    names = [factor.name for factor in design.factors]
    if design.method == "one_at_a_time":
        return [{}] + [{factor.name: value} for factor in design.factors for value in factor.values]
    if design.method == "grid":
        rows = product(*(factor.values for factor in design.factors))
    else:
        cube = unit_sample(design)
        rows = zip(*(column_values(f, cube[:, j]) for j, f in enumerate(design.factors)), strict=True)
    return [dict(zip(names, row, strict=True)) for row in rows]


def column_values(factor: Factor, u: np.ndarray) -> list[Value]:
    """The values of one factor for places u in [0, 1]."""
    if factor.values:
        k = len(factor.values)
        return [factor.values[place] for place in np.minimum((u * k).astype(int), k - 1).tolist()]
    if factor.log:
        ratio = factor.high / factor.low
        found = [rounded(factor.low * ratio**x) for x in u.tolist()]
        return [min(max(x, factor.low), factor.high) for x in found]
    return np.clip(factor.low + u * (factor.high - factor.low), factor.low, factor.high).tolist()


def unit_sample(design) -> np.ndarray:
    """The sample in the unit cube, float64 [rows, factors]; InvalidInput when the library it needs is not installed.

    Generators are handed to SciPy and SALib ready made, because an integer means another stream in some versions.
    """
    sample, rng = design.sample, np.random.default_rng(design.sample.seed)
    d = len(design.factors)
    if design.method == "lhs":
        qmc = need("scipy.stats.qmc", "analysis")
        how = None if sample.optimization == "none" else sample.optimization
        return qmc.LatinHypercube(d, optimization=how, seed=rng).random(sample.size)
    if design.method == "sobol":
        salib = need("SALib.sample.sobol", "analysis")
        return salib.sample(_unit_problem(design), sample.size, calc_second_order=sample.second_order, seed=rng)
    if design.method == "morris":
        salib = need("SALib.sample.morris", "analysis")
        cube = salib.sample(_unit_problem(design), sample.size, num_levels=sample.levels, seed=rng)
        steps = sample.levels - 1
        return np.round(cube * steps) / steps  # what stays the same in a trajectory is the same to the bit
    qmc = need("scipy.stats.qmc", "analysis")
    return pick_freeze(qmc.Sobol(2 * d, seed=rng).random(sample.size), design.factors)


def pick_freeze(base: np.ndarray, factors: Sequence[Factor]) -> np.ndarray:
    """All mixtures of A = base[:, :d] and B = base[:, d:] by units, float64 [n 2^k, d], block by block."""
    a, b = np.hsplit(base, 2)
    units = units_of(factors)
    unit = np.array([units.index(factor.unit) for factor in factors])
    from_a = np.array([np.isin(unit, subset) for subset in shapley_subsets(len(units))])
    return np.where(from_a, a[:, None, :], b[:, None, :]).reshape(-1, len(factors))


def _unit_problem(design) -> dict:
    names = [factor.name for factor in design.factors]
    groups = [factor.unit for factor in design.factors]
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    return problem | ({"groups": groups} if groups != names else {})
