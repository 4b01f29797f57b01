"""From outcomes to D[part, world, replicate] and to u[world]: one small pair of functions a statistic.

    values(claim, found)    found: arm -> float [worlds, replicates, measures]   ->  D [parts, worlds, replicates]
    combine(claim)(means)   world means of the parts [..., parts, worlds]        ->  u [..., worlds]

u is in units of the smallest effect that matters, positive for the claim. Most claims need only `contrast`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import permutations
from typing import NamedTuple

import numpy as np

from silosim.experiments.claims.declared import Arm, Claim, Part
from silosim.experiments.claims.rule import smallest
from silosim.model.measures.declared import INDEX, MEASURES
from silosim.model.parameters import PARAMETERS

Found = Mapping[str, np.ndarray]
GROUPS = ("structure", "between", "culture")  # of C1, in the order of their bits


class Statistic(NamedTuple):
    """How a claim gets its number. `arms` gives arms that differ between worlds: (claim, case number, seed, rows)."""

    values: Callable[[Claim, Found], np.ndarray]
    combine: Callable[[Claim], Callable[[np.ndarray], np.ndarray]]
    arms: Callable[[Claim, int, int, int], dict[str, Arm]] | None = None


def effect(part: Part, found: Found) -> np.ndarray:
    """The effect of a part in the unit of its measure, [worlds, replicates]; positive is not yet 'for the claim'."""
    return sum(weight * found[of_team(arm, part.team)][..., INDEX[part.measure]]
               for arm, weight in part.contrast.items())


def of_team(arm: str, team: str) -> str:
    """The name under which the outcomes of a team in an arm are found; '' for the whole organisation."""
    return f"{arm} {team}" if team else arm


def in_units(part: Part, of: np.ndarray) -> np.ndarray:
    """An effect in units of the smallest one that matters, positive for the claim."""
    raw = part.sign * of
    return raw / part.matters if part.limit is None else (part.limit - raw) / part.matters


def _contrast(claim: Claim, found: Found) -> np.ndarray:
    """Every judged part must hold."""
    return np.stack([in_units(claim.parts[k], effect(claim.parts[k], found)) for k in claim.judged])


# -- C2: for at least three of four KPI definitions, one of them out of reach of rework ------------------------------

RAISED = {"closures": "attainment_closures", "first_closures": "attainment_first", "within_norm": "within_norm",
          "per_paid_hour": "closures_per_hour"}
NOT_BY_REWORK = ("first_closures", "within_norm")  # doing work over adds nothing to a first closure, nor to a share


def _kpis(claim: Claim, found: Found) -> np.ndarray:
    """[KPI up, grade down] for each definition, in units."""
    parts = []
    for kpi, name in RAISED.items():
        change = found[f"pressed_{kpi}"] - found[f"plain_{kpi}"]
        parts.append(change[..., INDEX[name]] / MEASURES[name].matters)
        parts.append(-change[..., INDEX["grade"]] / MEASURES["grade"].matters)
    return np.stack(parts)


def _three_of_four(claim: Claim):
    def combine(means: np.ndarray) -> np.ndarray:
        both = np.minimum(means[..., 0::2, :], means[..., 1::2, :])  # [..., definitions, worlds]
        third = np.sort(both, axis=-2)[..., 1, :]
        honest = [k for k, kpi in enumerate(RAISED) if kpi in NOT_BY_REWORK]
        return np.minimum(third, both[..., honest, :].max(axis=-2))

    return combine


# -- C7: where on the curve of customer time the optimum lies --------------------------------------------------------

ASKED = 0.20  # the share the article names
NEAR = 0.05  # the optimum counts as 'about 20%' up to this far away


def shares(claim: Claim) -> list[tuple[float, str]]:
    """(share of customer time, arm) of the curve, by share."""
    return sorted((float(arm.fixed["customer_time"]), name) for name, arm in claim.arms.items()
                  if "customer_time" in arm.fixed)


def _curve(claim: Claim, found: Found) -> np.ndarray:
    """The grade at each share."""
    return np.stack([found[name][..., INDEX["grade"]] for _, name in shares(claim)])


def _optimum(claim: Claim):
    share = np.array([s for s, _ in shares(claim)])
    asked = int(np.argmin(abs(share - ASKED)))
    matters = MEASURES["grade"].matters

    def combine(means: np.ndarray) -> np.ndarray:
        smooth = smoothed(means)
        loss = smooth.max(axis=-2) - smooth[..., asked, :]
        away = abs(share[smooth.argmax(axis=-2)] - ASKED)
        near_best = (matters - loss) / (matters / 2)  # 1 at a loss of half the smallest effect, -1 at one and a half
        in_range = 1.0 + np.round((NEAR - away) / NEAR, 9)  # 1 at 5 points away, -1 at 15
        # Where no share differs from another by what matters, none is right: that speaks neither for nor against.
        flat = smooth.max(axis=-2) - smooth.min(axis=-2) < matters
        return np.where(flat, 0.0, np.minimum(near_best, in_range))

    return combine


def smoothed(curve: np.ndarray) -> np.ndarray:
    """A running mean (1/4, 1/2, 1/4) along the last axis but one; the ends lean on one neighbour (3/4, 1/4)."""
    padded = np.concatenate([curve[..., :1, :], curve, curve[..., -1:, :]], axis=-2)
    return padded[..., :-2, :] / 4 + padded[..., 1:-1, :] / 2 + padded[..., 2:, :] / 4


# -- C1: how far structure and culture move the grade over their ranges ----------------------------------------------

def _lever_arms(claim: Claim, case: int, seed: int, rows: int) -> dict[str, Arm]:
    """The arms of one world: for each of `rows` pairs of random settings A and B every mixture of them by groups."""
    from silosim.experiments.sweeps.design import Design

    factors = {lever: {"low": min(ends), "high": max(ends), "group": group}
               for group, levers in claim.ranges.items() for lever, ends in levers.items()}
    design = Design(method="shapley", factors=factors, sample={"size": rows, "seed": seed * 100_003 + case})
    subsets = _masks(design.units)
    return {f"row{k // len(subsets)}_{subsets[k % len(subsets)]}": Arm(_in_type(row))
            for k, row in enumerate(design.rows())}


def _masks(units: tuple[str, ...]) -> list[int]:
    """The subset of each point of a block, as a number with a bit for each of GROUPS."""
    from silosim.experiments.sweeps.sampling import shapley_subsets

    return [sum(1 << GROUPS.index(units[i]) for i in subset) for subset in shapley_subsets(len(units))]


def _in_type(row: Mapping) -> dict:
    return {lever: PARAMETERS[lever].value(float(value)) for lever, value in row.items()}


def _moved(claim: Claim, found: Found) -> np.ndarray:
    """[1 ... 7, worlds, rows]: half the mean squared difference of the grade when the groups of a subset are exchanged.

    Differences of two replicates are multiplied, never squared, so that chance within runs adds nothing on average.
    """
    rows = 1 + max(int(name[3:].split("_")[0]) for name in found if name.startswith("row"))
    grade = np.stack([np.stack([found[f"row{r}_{mask}"][..., INDEX["grade"]] for mask in range(8)])
                      for r in range(rows)])  # [rows, masks, worlds, replicates]
    parts = []
    for subset in range(1, 8):
        change = grade - grade[:, np.arange(8) ^ subset]
        runs = change.shape[-1]
        product = (change.sum(axis=-1) ** 2 - (change**2).sum(axis=-1)) / (runs * (runs - 1))
        parts.append(product.mean(axis=1).T / 2)  # [worlds, rows]
    return np.stack(parts)


def effects_of(moved: np.ndarray, players: tuple[int, ...]) -> list[np.ndarray]:
    """The Shapley effect (a variance) of each player: a group or groups taken together, as a mask.

    moved   [..., 7, worlds] of _moved, averaged over rows
    The mean, over all orders in which players come in, of what each adds to the variance that moves.
    """
    def variance(mask: int) -> np.ndarray:
        return moved[..., mask - 1, :] if mask else np.zeros_like(moved[..., 0, :])

    orders = list(permutations(players))
    found = dict.fromkeys(players, 0.0)
    for order in orders:
        before = 0
        for player in order:
            found[player] = found[player] + (variance(before | player) - variance(before)) / len(orders)
            before |= player
    return [found[player] for player in players]


def groupings() -> Iterator[tuple[tuple[int, ...], str]]:
    """((players, structure first and culture last), name): what stands between goes to either side, and to neither."""
    structure, between, culture = 1, 2, 4
    yield (structure, between, culture), "apart"
    yield (structure | between, culture), "with_structure"
    yield (structure, between | culture), "with_culture"


def _structure_over_culture(claim: Claim):
    def combine(means: np.ndarray) -> np.ndarray:
        found = []
        for players, _ in groupings():
            effects = effects_of(means, players)
            found.append(np.sqrt(np.maximum(effects[0], 0)) - np.sqrt(np.maximum(effects[-1], 0)))
        return np.min(found, axis=0) / MEASURES["grade"].matters

    return combine


# -- C11: on both sides of the boundary ------------------------------------------------------------------------------

def _both_sides(claim: Claim, found: Found) -> np.ndarray:
    """The gap of the receiving team where it is smallest, and the share of people in them who feel above colleagues.

    found['teams'] is [worlds, replicates, teams, (perception_gap, more_than_colleagues)], NaN for a team to which no
    other team hands over: its people see no colleagues from across a boundary.
    """
    gap, above = np.moveaxis(found["teams"], -1, 0)
    seen = ~np.isnan(gap)
    least = np.where(seen.any(axis=-1), np.where(seen, gap, np.inf).min(axis=-1), np.nan)
    share = np.where(seen, above, 0.0).sum(axis=-1) / np.where(seen.any(axis=-1), seen.sum(axis=-1), np.nan)
    return np.stack([least / MEASURES["perception_gap"].matters,
                     (share - 0.5) / MEASURES["more_than_colleagues"].matters])


STATISTICS = {
    "contrast": Statistic(_contrast, lambda claim: smallest),
    "three_of_four": Statistic(_kpis, _three_of_four),
    "optimum": Statistic(_curve, _optimum),
    "structure_over_culture": Statistic(_moved, _structure_over_culture, _lever_arms),
    "both_sides": Statistic(_both_sides, lambda claim: smallest),
}
