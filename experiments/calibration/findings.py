"""What a posterior says about parameters: how well each is known, and which are known only together.

Widths are on the scale of the prior, as shares of the prior's own 95% interval:

* keeps, the share of the prior's width that the posterior keeps; contraction is 1 - keeps;
* 'unidentified': contraction below CONTRACTION, so these targets say next to nothing about this parameter;
* 'traded': correlated with another by more than CORRELATED (or with several others together, by that multiple
  correlation), so that the targets know the combination better than its parts;
* 'edge': known, but with more than EDGE_MASS of the posterior in the outer EDGE of the range at one end, so that the
  range cut the answer off.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from silosim.experiments.calibration.posterior import Sample

CONTRACTION = 0.2
CORRELATED = 0.7
PARTNER = 0.6  # partial correlation of those others, as a share of the largest
EDGE, EDGE_MASS = 0.05, 0.25
HALF = 0.5
INTERVAL = (0.025, 0.5, 0.975)
PRIOR_WIDTH = 0.95  # of a uniform prior's 95% interval
PRIOR_VARIANCE = 1 / 12


@dataclass(frozen=True)
class Known:
    """One parameter, as places in its range from 0 to 1: 95% interval and median, and what follows from them."""

    name: str
    low: float
    median: float
    high: float
    keeps: float
    edge: str = ""  # 'low' or 'high'

    @property
    def identified(self) -> bool:
        """Whether its range contracted by CONTRACTION or more."""
        return 1 - self.keeps >= CONTRACTION


@dataclass(frozen=True)
class Together:
    """Parameters of which only the combination is known.

    correlation  the largest of a pair (0 when no pair is correlated, but each with the others together)
    keeps        share of the prior's spread that the best known combination keeps
    narrower     what the interval of the one that gains most would shrink to, if the others were known
    only         whether each of them alone keeps more than half of its width, so that only the combination is known
    """

    names: tuple[str, ...]
    correlation: float
    keeps: float
    narrower: float
    only: bool


def known(names: list[str], found: Sample) -> list[Known]:
    """Every parameter."""
    rows = found.quantiles(INTERVAL).T
    return [Known(name, *(float(x) for x in row), keeps=min(float(row[2] - row[0]) / PRIOR_WIDTH, 1.0),
                  edge=_edge(found.u[:, k], found.weights, float(row[2] - row[0]) / PRIOR_WIDTH))
            for k, (name, row) in enumerate(zip(names, rows, strict=True))]


def _edge(u: np.ndarray, weights: np.ndarray, keeps: float) -> str:
    if keeps > 1 - CONTRACTION:
        return ""
    mass = {"low": float(weights[u < EDGE].sum()), "high": float(weights[u > 1 - EDGE].sum())}
    end = max(mass, key=lambda name: mass[name])
    return end if mass[end] > EDGE_MASS else ""


def together(names: list[str], found: Sample) -> list[Together]:
    """Groups of parameters that trade off, the best known combination first."""
    if len(names) < 2:
        return []
    covariance = found.covariance() + 1e-12 * np.eye(len(names))
    correlation = _standardised(covariance)
    precision = np.linalg.inv(covariance)
    partial = np.abs(_standardised(precision))
    np.fill_diagonal(partial, 0)
    multiple = np.sqrt(np.maximum(1 - 1 / (np.diag(covariance) * np.diag(precision)), 0))
    tied = np.abs(correlation) > CORRELATED
    alone = ~(tied.sum(axis=0) > 1)
    for k in np.flatnonzero(alone & (multiple > CORRELATED)):  # with several others together
        others = partial[k] >= PARTNER * partial[k].max()
        tied[k] |= others
        tied[:, k] |= others
    wide = np.array([one.keeps for one in known(names, found)]) > HALF
    groups = [_together(group, names, covariance, correlation, wide) for group in _connected(tied) if len(group) > 1]
    return sorted(groups, key=lambda group: group.keeps)


def _standardised(matrix: np.ndarray) -> np.ndarray:
    root = np.sqrt(np.diag(matrix))
    return matrix / np.outer(root, root)


def _connected(tied: np.ndarray) -> list[list[int]]:
    """Groups of numbers that are tied, directly or through others."""
    left, groups = set(range(len(tied))), []
    while left:
        group, todo = set(), {min(left)}
        while todo:
            k = todo.pop()
            group.add(k)
            todo |= {int(j) for j in np.flatnonzero(tied[k])} - group
        groups.append(sorted(group))
        left -= group
    return groups


def _together(group: list[int], names: list[str], covariance: np.ndarray, correlation: np.ndarray,
              wide: np.ndarray) -> Together:
    part = covariance[np.ix_(group, group)]
    pairs = correlation[np.ix_(group, group)][np.triu_indices(len(group), 1)]
    strongest = float(pairs[np.argmax(np.abs(pairs))])
    least = max(float(np.linalg.eigvalsh(part)[0]), 0.0)
    alone = 1 / (np.diag(part) * np.diag(np.linalg.inv(part)))
    return Together(tuple(names[k] for k in group), strongest if abs(strongest) > CORRELATED else 0.0,
                    min(1.0, float(np.sqrt(least / PRIOR_VARIANCE))), float(np.sqrt(max(alone.min(), 0.0))),
                    bool(wide[group].all()))
