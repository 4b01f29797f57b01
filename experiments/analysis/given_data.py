"""Sensitivity from any sample of points (Latin hypercube, grid, listed points): PAWN and delta.

PAWN (Pianosi and Wagener 2015, 2018): the largest distance between the distribution of the outcome among all points
and among those with a factor in one slide of its range, as the median (and maximum) over slides. Ours and not SALib's,
whose slides leave out a factor's highest value: of a factor with two values it would see one. A factor with few
values has a slide a value; others have slides of equally many points.

delta (Borgonovo 2007): half the expected area between the density of the outcome among all points and among those in
one class of the factor's range, estimated as Plischke, Borgonovo and Smith (2013) do, their equations 26 and 30.
Ours again: SALib computes three variants to give one, seeds NumPy's global generator, gives nothing for less than 110
points, and on a busy machine takes minutes in a solver of equations where a division does.

Neither can be below zero, also for a factor that does nothing. `floor` is what chance alone reaches: the 95th
percentile of the index when outcomes are dealt out to the points at random. Both are by factor; groups are of no use
here, since factors vary independently anyway.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from silosim.experiments.analysis.estimates import Estimate, Indices, Z, check_outcomes
from silosim.model.parameters import InvalidInput

SLIDES = 10
IN_A_SLIDE = 15  # points, where there are so many
LEAST = {"pawn": 30, "delta": 50}  # points
RESAMPLES = {"pawn": 200, "delta": 40}
DEALT = 40  # factors that do nothing, for the floor of delta
GRID = 100  # outcomes at which densities are compared


def pawn(names: Sequence[str], x: np.ndarray, y: np.ndarray, seed: int = 0) -> Indices:
    """PAWN indices (median and maximum over slides) of factors `x` [rows, factors], numbers or codes of choices."""
    x, y = _checked("pawn", names, x, y)
    rng = np.random.default_rng(seed)
    slides = [slide_numbers(column) for column in x.T]
    values = _pawn(slides, y)
    rows = [rng.integers(len(y), size=len(y)) for _ in range(RESAMPLES["pawn"])]
    drawn = np.array([_pawn([slide[r] for slide in slides], y[r]) for r in rows])
    dealt = np.array([_pawn(slides, rng.permutation(y)) for _ in range(RESAMPLES["pawn"])])
    half = Z * drawn.std(axis=0, ddof=1)
    kinds = {kind: Estimate.around(values[k], half[k]) for k, kind in enumerate(("median", "maximum"))}
    floor = {kind: np.percentile(dealt[:, k], 95, axis=0) for k, kind in enumerate(kinds)}
    return Indices("pawn", tuple(names), kinds, len(y), floor=floor)


def slide_numbers(column: np.ndarray, most: int = SLIDES) -> np.ndarray:
    """For each point the slide of its factor's range it is in, int [rows]: a value each, or equally many points."""
    values, places = np.unique(column, return_inverse=True)
    if len(values) <= most:
        return places
    slides = int(np.clip(len(column) // IN_A_SLIDE, 2, most))
    edges = np.quantile(column, np.linspace(0, 1, slides + 1)[1:-1])
    return np.searchsorted(edges, column, side="right")


def _pawn(slides: Sequence[np.ndarray], y: np.ndarray) -> np.ndarray:
    """Median and maximum over slides [2, factors] of the Kolmogorov-Smirnov distance from all outcomes."""
    order = np.argsort(y, kind="stable")
    last = np.append(np.flatnonzero(np.diff(y[order])), len(y) - 1)  # of each run of equal outcomes
    everyone = (last + 1) / len(y)
    result = np.empty((2, len(slides)))
    for k, slide in enumerate(slides):
        member = slide[order][:, None] == np.unique(slide)
        below = member.cumsum(axis=0)[last] / member.sum(axis=0)
        distance = np.abs(below - everyone[:, None]).max(axis=0)
        result[:, k] = np.median(distance), distance.max()
    return result


def delta(names: Sequence[str], x: np.ndarray, y: np.ndarray, seed: int = 0) -> Indices:
    """Borgonovo's delta of factors `x` [rows, factors], with the bias of its estimate taken off."""
    x, y = _checked("delta", names, x, y)
    rng = np.random.default_rng(seed)
    n, factors = x.shape
    power = 2.0 / (7.0 + np.tanh((1500.0 - n) / 500.0))
    slides = [slide_numbers(column, min(int(np.ceil(n**power)), 48)) for column in x.T]
    counts = [len(np.unique(slide)) for slide in slides]  # factors with equally many slides have one floor
    dealt = {count: slides[counts.index(count)] for count in dict.fromkeys(counts)}
    slides += [rng.permutation(slide) for slide in dealt.values() for _ in range(DEALT)]
    grid = np.linspace(y.min(), y.max(), GRID)
    once = _delta(slides, y, grid)
    rows = [rng.integers(n, size=n) for _ in range(RESAMPLES["delta"])]
    drawn = np.array([_delta([slide[r] for slide in slides], y[r], grid) for r in rows])
    value = 2 * once - drawn.mean(axis=0)
    floors = dict(zip(dealt, np.percentile(value[factors:].reshape(-1, DEALT), 95, axis=1), strict=True))
    kinds = {"delta": Estimate.around(value[:factors], Z * drawn.std(axis=0, ddof=1)[:factors])}
    floor = {"delta": np.array([floors[count] for count in counts])}
    return Indices("delta", tuple(names), kinds, n, floor=floor)


def _delta(slides: Sequence[np.ndarray], y: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """[factors]: mean over slides of half the area between the density in the slide and the density of all."""
    everyone = _density(y, grid)
    result = np.empty(len(slides))
    for k, slide in enumerate(slides):
        areas = 0.0
        for number in np.unique(slide):
            part = y[slide == number]
            if np.ptp(part) > 0:
                areas += len(part) / 2 * np.trapezoid(np.abs(_density(part, grid) - everyone), grid)
            else:  # one outcome only has no density: it lies apart from all others
                areas += len(part)
        result[k] = areas / len(y)
    return result


def _density(y: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """Gaussian kernel density with Silverman's width at `grid`."""
    width = (0.75 * len(y)) ** -0.2 * y.std(ddof=1)
    return np.exp(-0.5 * ((grid[:, None] - y) / width) ** 2).sum(axis=1) / (len(y) * width * np.sqrt(2 * np.pi))


def _checked(method: str, names: Sequence[str], x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    y = check_outcomes(y)
    x = np.asarray(x, dtype=float)
    if x.shape != (len(y), len(names)):
        raise InvalidInput(f"{method}: {x.shape} factors for {len(y)} outcomes and {len(names)} names")
    if len(y) < LEAST[method]:
        raise InvalidInput(f"{method} needs at least {LEAST[method]} points, and there are {len(y)}")
    for name, column in zip(names, x.T, strict=True):
        if np.ptp(column) == 0:
            raise InvalidInput(f"{method}: {name} has the same value at every point")
    return x, y
