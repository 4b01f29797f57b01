"""Shapley effects and closed indices of factors or groups of factors, from a pick-freeze design over all subsets.

Two independent base samples A and B; for every base row and every subset u of the k factors there is one point with
the factors in u from A and the others from B. Two points of a base row agree in the factors in which both take from
A or both from B, and differ in all others, so with y_v the outcome of subset v,

    closed index   c(u) = Cov(y_v, y_w) / Var(y),  w = v with all factors outside u exchanged,

the share of variance that the factors in u explain together. Every point takes part in every c(u), which costs
nothing and narrows the intervals; c(none) = 0 and c(all) = 1 by definition. From c follow, for each factor i,

    first order c({i}),  total 1 - c(all but i),
    Shapley effect = sum over u without i of |u|! (k - |u| - 1)! / k!  (c(u + i) - c(u)).

Shapley effects (Owen 2014; Song, Nelson and Staum 2016) divide interactions equally among those who take part,
so they add up to 1, for groups as for single factors. Groups may be made coarser afterwards from the same points.
Intervals are bootstraps over base rows, value ± 1.96 standard errors.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from silosim.experiments.analysis.estimates import RESAMPLES, Estimate, Indices, Z, check_outcomes
from silosim.model.parameters import InvalidInput

MOST_FACTORS = 12  # 4096 points a base row


def shapley(names: Sequence[str], y: np.ndarray, subsets: Sequence[Sequence[int]],
            groups: Mapping[str, Sequence[str]] | None = None, seed: int = 0) -> Indices:
    """Shapley effects, first-order and total indices.

    names    factors or groups of the design
    y        outcomes [base rows x subsets], base row by base row
    subsets  for each point of a base row, the numbers of the factors taken from A (all 2^k, in the design's order)
    groups   coarser groups to report instead: {name: members}; a factor that is in none stands alone
    Raises InvalidInput when a row is missing or undefined.
    """
    masks = _masks(len(names), subsets)
    y = check_outcomes(y)
    if y.size % len(masks) or y.size < 2 * len(masks):
        raise InvalidInput(f"{y.size} rows are no design over all subsets of {len(names)} factors: "
                           f"that is two or more times {len(masks)}")
    table = np.empty((y.size // len(masks), len(masks)))
    table[:, masks] = (y - y.mean()).reshape(-1, len(masks))
    products, means = _products(table), table.mean(axis=1)
    if groups:
        names, unions = coarser(names, groups)
        products = products[:, unions]
    rows = len(table)
    closed = _closed(products.mean(axis=0)[None], means.mean()[None])
    weights = np.random.default_rng(seed).multinomial(rows, np.full(rows, 1 / rows), size=RESAMPLES) / rows
    drawn = _closed(weights @ products, weights @ means)
    values, resampled = _effects(closed, len(names))[:, 0], _effects(drawn, len(names))
    half = Z * resampled.std(axis=1, ddof=1)
    kinds = {kind: Estimate.around(values[k], half[k]) for k, kind in enumerate(("shapley", "S1", "ST"))}
    alone = Estimate.around(values[1].sum(), Z * resampled[1].sum(axis=1).std(ddof=1))
    return Indices("shapley", tuple(names), kinds, rows, alone=alone)


def _masks(factors: int, subsets: Sequence[Sequence[int]]) -> np.ndarray:
    """Each subset as a number with a bit a factor; InvalidInput unless every subset is there once."""
    if not 1 <= factors <= MOST_FACTORS:
        raise InvalidInput(f"{factors} factors or groups: Shapley effects take from 1 to {MOST_FACTORS}; "
                           "take factors together in groups")
    masks = np.array([sum(1 << int(i) for i in subset) for subset in subsets])
    if sorted(masks) != list(range(1 << factors)):
        raise InvalidInput(f"a base row must have each of the {1 << factors} subsets of {factors} factors once")
    return masks


def _products(table: np.ndarray) -> np.ndarray:
    """[base rows, subsets u]: mean over all points v of y_v y_w, w = v with what is outside u exchanged."""
    subsets = np.arange(table.shape[1])
    everything = table.shape[1] - 1
    return np.stack([(table * table[:, subsets ^ (everything ^ u)]).mean(axis=1) for u in subsets], axis=1)


def _closed(products: np.ndarray, means: np.ndarray) -> np.ndarray:
    """Closed indices [draws, subsets] from means of products [draws, subsets] and of outcomes [draws]."""
    covariance = products - means[:, None] ** 2
    closed = covariance / covariance[:, -1:]
    closed[:, 0] = 0.0
    return closed


def _effects(closed: np.ndarray, factors: int) -> np.ndarray:
    """Shapley effect, first order and total [3, draws, factors] of closed indices [draws, subsets]."""
    subsets = np.arange(1 << factors)
    sizes = np.array([int(u).bit_count() for u in subsets])
    weight = np.array([math.factorial(s) * math.factorial(factors - s - 1) / math.factorial(factors) if s < factors
                       else 0.0 for s in sizes])
    effects = np.empty((3, len(closed), factors))
    for i in range(factors):
        without = subsets[(subsets >> i) & 1 == 0]
        effects[0, :, i] = (closed[:, without | 1 << i] - closed[:, without]) @ weight[without]
        effects[1, :, i] = closed[:, 1 << i]
        effects[2, :, i] = 1.0 - closed[:, (len(subsets) - 1) ^ (1 << i)]
    return effects


def coarser(names: Sequence[str], groups: Mapping[str, Sequence[str]]) -> tuple[list[str], np.ndarray]:
    """(names of the coarser groups, for each subset of them the number of the subset of `names` it stands for)."""
    taken = [member for members in groups.values() for member in members]
    strange = [member for member in taken if member not in names]
    if strange or len(set(taken)) < len(taken):
        what = f"{strange[0]} is none of {', '.join(names)}" if strange else "a factor stands in two groups"
        raise InvalidInput(f"groups of factors: {what}")
    alone = [name for name in names if name not in taken]
    clash = [name for name in groups if name in alone]
    if clash:
        raise InvalidInput(f"groups of factors: {clash[0]} is the name of a factor that stands alone")
    bits = {**{group: sum(1 << list(names).index(m) for m in members) for group, members in groups.items()},
            **{name: 1 << list(names).index(name) for name in alone}}
    unions = [sum(bit for k, bit in enumerate(bits.values()) if subset >> k & 1) for subset in range(1 << len(bits))]
    return list(bits), np.array(unions)
