"""Scenario discovery: in which region of the factors do the cases of interest lie (PRIM), and does that hold up.

A region is a box: limits on some factors. It is chosen on one half of the points, drawn at random, and judged on the
other half, since a box fits the points it was made from better than any others.

1. PRIM peels and pastes on the first half; of the boxes it comes by, the one with the most coverage beyond its size is
   taken (share of the cases of interest inside, less share of all points inside). Where cases are of interest with one
   probability inside a region and with a lower one outside it, that region itself scores highest, however common
   they are.
2. A limit whose quasi-p is above 0.05 goes, the weakest first, and the others are judged anew. Quasi-p (Bryant and
   Lempert 2010) is the chance of as many cases of interest in the box if without the limit they were as dense.
3. On the other half: density (share of the box's points that are of interest) and coverage (share of the cases of
   interest in the box), and the chance p of as many cases in as many points drawn without looking (hypergeometric).
   A box is claimed only when p < 0.05.

Further boxes are looked for among the points outside those found; a box is then judged among the points left over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np

from silosim.experiments.analysis.prim import Side, Step, columns, trajectory
from silosim.experiments.extras import need
from silosim.model.parameters import InvalidInput

SURE = 0.05
LEAST_POINTS = 40
LEAST_CASES = 5  # of interest and not, in each half
MOST_BOXES = 3


@dataclass(frozen=True)
class Limit:
    """One limit of a box: factor > low, factor < high, or factor is one of `among`; the other two are None.

    out      the values that `among` leaves out
    quasi_p  as above, for this one limit
    """

    factor: str
    quasi_p: float
    low: float | None = None
    high: float | None = None
    among: tuple[str, ...] | None = None
    out: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Box:
    """A region, and how it does on the points it was made from (found) and on the others (held).

    coverage, density   [found, held]
    n, k                points and cases of interest in the box [found, held]
    base                density among all points [found, held]
    p                   chance of so many cases of interest among the held points in the box by drawing blindly
    path                every box that PRIM came by, as Step, and the number of the one that was taken
    """

    limits: tuple[Limit, ...]
    n: tuple[int, int]
    k: tuple[int, int]
    base: tuple[float, float]
    coverage: tuple[float, float]
    density: tuple[float, float]
    p: float
    path: tuple[Step, ...]
    taken: int

    @property
    def holds(self) -> bool:
        """Whether it may be claimed."""
        return bool(self.limits) and self.p < SURE

    def plain(self) -> dict:
        """For JSON."""
        def pair(of):
            return {"found": of[0], "held": None if of[1] != of[1] else of[1]}

        limits = [{name: value for name, value in asdict(limit).items() if value is not None} for limit in self.limits]
        return {"limits": limits, "holds": self.holds, "p": self.p, "n": pair(self.n), "k": pair(self.k),
                "base": pair(self.base), "coverage": pair(self.coverage), "density": pair(self.density),
                "path": [{"coverage": step.k / max(1, self.path[0].k), "density": step.k / step.n,
                          "mass": step.n / self.path[0].n, "restricted": len(step.limits)} for step in self.path],
                "taken": self.taken}


@dataclass(frozen=True)
class Boxes:
    """What was found: the boxes that hold, the first that does not (or None), and the points.

    cases, points  how many points are of interest, and how many there are
    """

    boxes: tuple[Box, ...]
    refused: Box | None
    cases: int
    points: int

    def plain(self) -> dict:
        """For JSON."""
        return {"cases": self.cases, "points": self.points, "boxes": [box.plain() for box in self.boxes],
                "refused": self.refused.plain() if self.refused else None}


def discover(x, y: np.ndarray, seed: int = 0, most: int = MOST_BOXES) -> Boxes:
    """The boxes in which the cases of interest `y` (bool [rows]) lie, by factors `x` (a frame of the same rows).

    Raises InvalidInput when there are too few points, or too few of one kind, to learn from one half and judge on
    the other.
    """
    y = np.asarray(y, dtype=bool)
    x = columns(x)
    if len(x) != len(y):
        raise InvalidInput(f"{len(x)} points and {len(y)} outcomes")
    cases = int(y.sum())
    if len(y) < LEAST_POINTS or min(cases, len(y) - cases) < 2 * LEAST_CASES:
        raise InvalidInput(f"{cases} of {len(y)} points are of interest: scenario discovery needs at least "
                           f"{LEAST_POINTS} points, and {2 * LEAST_CASES} of each kind; take another limit, or more "
                           "points")
    found = halves(y, seed)
    left = np.ones(len(y), dtype=bool)
    boxes, refused = [], None
    while len(boxes) < most and _enough(y[left & found]) and _enough(y[left & ~found]):
        box, inside = _box(x, y, found, left)
        if not box.holds:
            refused = box
            break
        boxes.append(box)
        left &= ~inside
    return Boxes(tuple(boxes), refused, cases, len(y))


def halves(y: np.ndarray, seed: int) -> np.ndarray:
    """bool [rows]: in the half that boxes are made from; cases of interest and others are each halved at random."""
    rng = np.random.default_rng(seed)
    found = np.zeros(len(y), dtype=bool)
    for kind in (True, False):
        rows = rng.permutation(np.flatnonzero(y == kind))
        found[rows[:(len(rows) + 1) // 2]] = True
    return found


def _enough(y: np.ndarray) -> bool:
    return min(int(y.sum()), int((~y).sum())) >= LEAST_CASES


def _box(x, y: np.ndarray, found: np.ndarray, left: np.ndarray) -> tuple[Box, np.ndarray]:
    """The best box among the points left, and which points of all are in it."""
    made = found & left
    path = trajectory(x[made], y[made])
    whole = path[0]
    taken = max(range(len(path)), key=lambda k: path[k].k / whole.k - path[k].n / whole.n)
    limits = prune(x[made], y[made], path[taken].limits)
    inside = in_box(x, limits)
    sides = [(left & side, left & side & inside) for side in (found, ~found)]
    n, k = ([int(member.sum()) for _, member in sides], [int(y[member].sum()) for _, member in sides])
    of = [int(y[side].sum()) for side, _ in sides]
    size = [int(side.sum()) for side, _ in sides]
    stats = need("scipy.stats", "analysis")
    p = float(stats.hypergeom.sf(k[1] - 1, size[1], of[1], n[1])) if limits else 1.0
    quasi = quasi_p(x[made], y[made], limits)
    box = Box(tuple(_limit(end, limits, quasi[end], x) for end in quasi), tuple(n), tuple(k),
              tuple(a / b for a, b in zip(of, size, strict=True)), tuple(a / b for a, b in zip(k, of, strict=True)),
              tuple(a / b if b else float("nan") for a, b in zip(k, n, strict=True)), p, tuple(path), taken)
    return box, inside


def in_box(x, limits: Mapping[str, Side]) -> np.ndarray:
    """bool [rows] of the frame `x`."""
    inside = np.ones(len(x), dtype=bool)
    for name, side in limits.items():
        if isinstance(side, frozenset):
            inside &= x[name].isin(side).to_numpy()
        else:
            inside &= ((x[name] >= side[0]) & (x[name] <= side[1])).to_numpy()
    return inside


def quasi_p(x, y: np.ndarray, limits: Mapping[str, Side]) -> dict[tuple[str, int], float]:
    """(factor, end: 0 low or among, 1 high) -> chance of as many cases if without that limit they were as dense."""
    stats = need("scipy.stats", "analysis")
    inside = in_box(x, limits)
    n, k = int(inside.sum()), int(y[inside].sum())
    found = {}
    for end in _ends(limits):
        without = in_box(x, _without(limits, end))
        found[end] = float(stats.binom.sf(k - 1, n, y[without].mean()))
    return found


def prune(x, y: np.ndarray, limits: Mapping[str, Side]) -> dict[str, Side]:
    """Without the limits whose quasi-p is above SURE, the weakest taken away first and the rest judged anew."""
    limits = dict(limits)
    while limits:
        quasi = quasi_p(x, y, limits)
        weakest = max(quasi, key=quasi.get)
        if quasi[weakest] <= SURE:
            break
        limits = _without(limits, weakest)
    return limits


def _ends(limits: Mapping[str, Side]) -> list[tuple[str, int]]:
    return [(name, end) for name, side in limits.items() for end in (0, 1)
            if (end == 0 if isinstance(side, frozenset) else np.isfinite(side[end]))]


def _without(limits: Mapping[str, Side], end: tuple[str, int]) -> dict[str, Side]:
    name, place = end
    rest = {other: side for other, side in limits.items() if other != name}
    if not isinstance(limits[name], frozenset):
        side = (-np.inf, limits[name][1]) if place == 0 else (limits[name][0], np.inf)
        if np.isfinite(side).any():
            return {**rest, name: side}
    return rest


def _limit(end: tuple[str, int], limits: Mapping[str, Side], quasi: float, x) -> Limit:
    name, place = end
    side = limits[name]
    if isinstance(side, frozenset):
        return Limit(name, quasi, among=tuple(sorted(side)), out=tuple(sorted(set(x[name]) - side)))
    return Limit(name, quasi, **{("low", "high")[place]: side[place]})
