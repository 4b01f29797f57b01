"""Sensitivity from any sample of points (Latin hypercube, grid, listed points): PAWN and delta.

PAWN (Pianosi and Wagener 2015, 2018): the largest distance between the distribution of the outcome among all points
and among those with a factor in one slide of its range, as the median (and maximum) over slides. Ours and not SALib's,
whose slides leave out a factor's highest value: of a factor with two values it would see one. A factor with few
values has a slide a value; others have slides of equally many points.

delta (Borgonovo 2007; Plischke, Borgonovo and Smith 2013), by SALib: half the expected area between those densities.

Neither can be below zero, also for a factor that does nothing. `floor` is what chance alone reaches: the 95th
percentile of the index when outcomes are dealt out to the points at random (PAWN), or the same of factors that were
never in the model (delta). Both are by factor; groups are of no use here, since factors vary independently anyway.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from silosim.experiments.analysis.contained import quiet, salib, seed_of
from silosim.experiments.analysis.estimates import Estimate, Indices, Z, check_outcomes
from silosim.model.parameters import InvalidInput

SLIDES = 10
IN_A_SLIDE = 15  # points, where there are so many
LEAST = {"pawn": 30, "delta": 110}  # points; SALib's delta gives nothing for fewer than ten in each of ten bins
RESAMPLES = {"pawn": 200, "delta": 50}
DUMMIES = 10


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


def slide_numbers(column: np.ndarray) -> np.ndarray:
    """For each point the slide of its factor's range it is in, int [rows]: a value each, or equally many points."""
    values, places = np.unique(column, return_inverse=True)
    if len(values) <= SLIDES:
        return places
    slides = int(np.clip(len(column) // IN_A_SLIDE, 2, SLIDES))
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
    extra = np.random.default_rng(seed).random((len(y), DUMMIES))
    every = [f"x{k}" for k in range(x.shape[1] + DUMMIES)]  # SALib refuses some endings of names
    both = np.column_stack([x, extra])
    problem = {"num_vars": len(every), "names": every, "bounds": [[low, high] for low, high in
                                                                 zip(both.min(0), both.max(0), strict=True)]}
    with quiet():
        found = salib("delta").analyze(problem, both, y, num_resamples=RESAMPLES["delta"], method="delta",
                                       seed=seed_of(seed))
    name = "delta_raw" if "delta_raw" in found else "delta"  # the latter before SALib 1.5.2
    value, half = np.asarray(found[name], dtype=float), np.asarray(found[f"{name}_conf"], dtype=float)
    chance = value[len(names):]
    kinds = {"delta": Estimate.around(value[:len(names)], half[:len(names)])}
    floor = {"delta": np.full(len(names), chance.mean() + 1.645 * chance.std(ddof=1))}
    return Indices("delta", tuple(names), kinds, len(y), floor=floor)


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
