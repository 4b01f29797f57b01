"""Sobol indices and elementary effects (Morris) from the outcomes of their own designs, with SALib.

Outcomes are one number a row of the design, in the design's order. `problem` is SALib's description: `num_vars`,
`names`, `bounds` and, where factors are taken together, `groups`; results are then by group.

Sobol: S1 is the share of the outcome's variance that a factor explains alone, ST the share in which it has a part,
S2 what two factors do only together. Intervals are bootstraps over the base sample, value ± 1.96 standard errors.

Morris: an elementary effect is the change of the outcome by a step in one factor, divided by the step's share of the
factor's range; mu_star is the mean of their sizes (for a straight line: slope x range), mu their mean with its sign,
sigma their standard deviation (0 when the effect is the same everywhere). Intervals are bootstraps over trajectories.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from silosim.experiments.analysis.contained import quiet, salib, seed_of
from silosim.experiments.analysis.estimates import RESAMPLES, Estimate, Indices, Z, check_outcomes
from silosim.model.parameters import InvalidInput

AT_ONCE = 2_000_000  # numbers that one array of the bootstrap may hold
TRAJECTORY_RESAMPLES = 300


def names_of(problem: Mapping) -> tuple[str, ...]:
    """Factors, or groups in order of first appearance where there are any: what results are about."""
    return tuple(dict.fromkeys(problem.get("groups") or problem["names"]))


def sobol(problem: Mapping, y: np.ndarray, second_order: bool = False, seed: int = 0) -> Indices:
    """Indices S1 and ST (and S2 as pairs) of the outcomes `y` [rows] of a Saltelli design.

    Raises InvalidInput when a row is missing or undefined, or the number of rows is no Saltelli design's.
    """
    y = check_outcomes(y)
    names = names_of(problem)
    size = base_size(y.size, len(names), second_order)
    resamples = int(np.clip(AT_ONCE // size, 100, RESAMPLES))
    with quiet():
        found = salib("sobol").analyze(dict(problem), y, calc_second_order=second_order, num_resamples=resamples,
                                       seed=seed_of(seed), keep_resamples=True)
    pairs = {}
    if second_order:
        of = Estimate.around(found["S2"], found["S2_conf"])
        pairs = {(i, j): (float(of.value[i, j]), float(of.low[i, j]), float(of.high[i, j]))
                 for i in range(len(names)) for j in range(i + 1, len(names))}
    kinds = {"ST": Estimate.around(found["ST"], found["ST_conf"]), "S1": Estimate.around(found["S1"], found["S1_conf"])}
    sums = np.asarray(found["S1_conf_all"]).sum(axis=1)  # all factors of one resample come from the same base rows
    alone = Estimate.around(kinds["S1"].value.sum(), Z * sums.std(ddof=1))
    return Indices("sobol", names, kinds, size, pairs, alone)


def base_size(rows: int, factors: int, second_order: bool) -> int:
    """Base sample of a Saltelli design of so many rows; InvalidInput when there is none."""
    block = 2 * factors + 2 if second_order else factors + 2
    if rows % block or not rows:
        raise InvalidInput(f"{rows} rows are no Sobol design of {factors} factors "
                           f"{'with' if second_order else 'without'} second order: that is a multiple of {block}")
    return rows // block


def morris(problem: Mapping, x: np.ndarray, y: np.ndarray, levels: int = 4, seed: int = 0) -> Indices:
    """mu_star, mu and sigma of the outcomes `y` [rows] of trajectories `x` [rows, factors] on a grid of `levels`.

    For groups mu and sigma are undefined: the factors of a group move at once, each its own way.
    """
    y = check_outcomes(y)
    names = names_of(problem)
    steps = len(names) + 1
    if y.size % steps or y.size < 2 * steps or len(x) != y.size:
        raise InvalidInput(f"{y.size} rows are no two or more trajectories of {len(names)} factors: "
                           f"that is a multiple of {steps}")
    trajectories = np.arange(y.size).reshape(-1, steps)
    values = _effects(problem, x, y, levels)
    rng = np.random.default_rng(seed_of(seed))
    drawn = np.array([_effects(problem, x[rows], y[rows], levels) for rows in
                      (trajectories[rng.integers(len(trajectories), size=len(trajectories))].ravel()
                       for _ in range(TRAJECTORY_RESAMPLES))])
    half = Z * drawn.std(axis=0, ddof=1)
    kinds = {kind: Estimate.around(values[k], half[k]) for k, kind in enumerate(("mu_star", "mu", "sigma"))}
    return Indices("morris", names, kinds, len(trajectories))


def _effects(problem: Mapping, x: np.ndarray, y: np.ndarray, levels: int) -> np.ndarray:
    """mu_star, mu, sigma [3, factors or groups]."""
    with quiet():
        found = salib("morris").analyze(dict(problem), np.asarray(x, dtype=float), y, num_levels=levels,
                                        num_resamples=2, seed=0)
    mu_star, mu, sigma = (np.ma.filled(found[name], np.nan).astype(float) for name in ("mu_star", "mu", "sigma"))
    members = problem.get("groups") or problem["names"]
    alone = np.array([members.count(name) == 1 for name in names_of(problem)])
    order = [list(found["names"]).index(name) for name in names_of(problem)]
    return np.array([mu_star[order], np.where(alone, mu[order], np.nan), np.where(alone, sigma[order], np.nan)])
