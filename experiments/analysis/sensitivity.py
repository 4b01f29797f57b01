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

from collections.abc import Mapping, Sequence

import numpy as np

from silosim.experiments.analysis.contained import quiet, salib, seed_of
from silosim.experiments.analysis.estimates import RESAMPLES, Estimate, Indices, Z, check_outcomes
from silosim.model.parameters import InvalidInput

AT_ONCE = 2_000_000  # numbers that one array of the bootstrap may hold


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
    members = list(problem.get("groups") or problem["names"])
    alone = np.array([members.count(name) == 1 for name in names])
    effects = _effects(problem, np.asarray(x, dtype=float).reshape(-1, steps, problem["num_vars"]),
                       y.reshape(-1, steps), levels, names, alone)
    values = _summary(effects[None], alone)[:, 0]
    rng = np.random.default_rng(seed_of(seed))
    drawn = _summary(effects[rng.integers(len(effects), size=(RESAMPLES, len(effects)))], alone)
    half = Z * drawn.std(axis=1, ddof=1)
    kinds = {kind: Estimate.around(values[k], half[k]) for k, kind in enumerate(("mu_star", "mu", "sigma"))}
    return Indices("morris", names, kinds, len(effects))


def _effects(problem: Mapping, x: np.ndarray, y: np.ndarray, levels: int, names: Sequence[str],
             alone: np.ndarray) -> np.ndarray:
    """Elementary effects [trajectories, factors or groups], of a group without its sign.

    SALib gives means over trajectories; of one trajectory the mean is the effect.
    """
    found = np.empty((len(y), len(names)))
    analyser = salib("morris")
    with quiet():  # a standard deviation of one is undefined, and NumPy says so
        for row, one, outcome in zip(found, x, y, strict=True):
            of = analyser.analyze(dict(problem), one, outcome, num_levels=levels, num_resamples=2, seed=0)
            order = [list(of["names"]).index(name) for name in names]
            row[:] = np.where(alone, np.ma.getdata(of["mu"])[order], np.ma.getdata(of["mu_star"])[order])
    return found


def _summary(effects: np.ndarray, alone: np.ndarray) -> np.ndarray:
    """mu_star, mu and sigma [3, draws, factors or groups] of effects [draws, trajectories, factors or groups]."""
    return np.array([np.abs(effects).mean(axis=1), np.where(alone, effects.mean(axis=1), np.nan),
                     np.where(alone, effects.std(axis=1, ddof=1), np.nan)])
