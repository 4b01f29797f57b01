"""From the outcomes of a claim's arms to its verdict, and everything that is said beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from silosim.experiments.claims import rule as rules
from silosim.experiments.claims.boxes import Region, find_region
from silosim.experiments.claims.declared import Claim
from silosim.experiments.claims.ensemble import MORE_HOURS, NARROW, WIDE
from silosim.experiments.claims.rule import AS_IS, EQUAL, Evidence, Rule
from silosim.experiments.claims.runs import Plan, Runs, remaining_cost
from silosim.experiments.claims.statistics import GROUPS, STATISTICS, Found, effect, effects_of, groupings, in_units
from silosim.model.measures.declared import INDEX


@dataclass(frozen=True)
class Shown:
    """One effect in the unit of its measure, over the narrow worlds: mean, interval, and share of worlds for it."""

    name: str
    measure: str
    judged: bool
    mean: float
    low: float
    high: float
    hold: float
    oppose: float

    def plain(self) -> dict:
        """For JSON."""
        return {key: _number(value) if isinstance(value, float) else value for key, value in vars(self).items()}


@dataclass
class Judged:
    """What is known of one claim before and after the control for nineteen claims.

    evidence   cost arm -> Evidence over the narrow worlds; wide: the same over the wide ones, told apart
    holds      region of worlds in which the claim holds (None: none found), fails: in which it does not
    """

    claim: Claim
    evidence: dict[str, Evidence]
    wide: dict[str, Evidence]
    parts: dict[str, list[Shown]]
    sensitivity: dict[str, dict[str, dict]]
    remaining: Mapping[str, float]
    hours: float
    rule: Rule
    p: float = 1.0
    passes: bool = False
    holds: Region | None = None
    fails: Region | None = None
    why_no_region: str = ""
    verdict: str = rules.NONE
    changes: float = 0.0
    curve: dict[str, list] = field(default_factory=dict)

    @property
    def fragile(self) -> bool:
        """Whether another draw of worlds and replicates may well give another verdict."""
        return self.changes > self.rule.fragile

    @property
    def on_cost(self) -> str:
        """The cost arm that a 'supported only when' rests on; empty when it rests on a region or there is none."""
        readings = {cost: one.reading for cost, one in self.evidence.items()}
        held = [cost for cost, reading in readings.items() if reading == rules.FOR]
        return held[0] if self.verdict == rules.WHEN and self.passes and len(held) == 1 < len(readings) else ""

    @property
    def small(self) -> bool:
        """Whether the effect is shown to be smaller than what matters, in every cost arm."""
        return all(one.low > -1 and one.high < 1 for one in self.evidence.values())

    def plain(self) -> dict:
        """The document that is stored and printed as JSON."""
        return {
            "claim": self.claim.id, "articles": list(self.claim.articles), "file": self.claim.digest,
            "verdict": self.verdict, "fragile": self.fragile, "changes": self.changes, "p": _number(self.p),
            "passes": self.passes, "condition": self.on_cost, "small": self.small,
            "arms": {cost: _evidence(one) for cost, one in self.evidence.items()},
            "wide": {cost: _evidence(one) for cost, one in self.wide.items()},
            "parts": {cost: [part.plain() for part in parts] for cost, parts in self.parts.items()},
            "sensitivity": self.sensitivity, "holds": self.holds.plain() if self.holds else None,
            "fails": self.fails.plain() if self.fails else None, "why_no_region": self.why_no_region,
            "remaining_cost": {arm: _number(share) for arm, share in self.remaining.items()},
            "grade_per_percent_hours": _number(self.hours), "curve": self.curve, "rule": vars(self.rule)}


def weigh(plan: Plan, runs: Runs, seed: int = 0) -> Judged:
    """Everything but what depends on the other claims: call `conclude` afterwards."""
    claim = plan.claim
    rule = Rule(**{**vars(rules.COMMON), **claim.rule})
    found = {cost: runs.outcomes(plan, cost) for cost in plan.settings}
    narrow = _defined(claim, found, plan, NARROW)
    wide = _defined(claim, found, plan, WIDE)
    evidence = {cost: _evidence_of(claim, one, narrow, seed, rule) for cost, one in found.items()}
    judged = Judged(
        claim, evidence, {cost: _evidence_of(claim, one, wide, seed, rule) for cost, one in found.items()}
        if wide.sum() > 1 else {},
        {cost: shown(claim, _some(one, narrow), seed, rule) for cost, one in found.items()},
        _sensitivity(plan, evidence, narrow), remaining_cost(runs, plan) if EQUAL in found else {},
        _per_hour(found[AS_IS], narrow), rule)
    judged.p = rules.p_of(list(evidence.values()))
    judged.curve = _curve(claim, _some(found[AS_IS], narrow))
    _regions(judged, plan, narrow, seed)
    return judged


def conclude(judged: Sequence[Judged], of: int = rules.CLAIMS_IN_ALL) -> None:
    """Fills in the verdicts, which the control for false discoveries ties together.

    of   how many claims there are in all; those not among `judged` count as p = 1
    """
    passing = rules.discoveries({one.claim.id: one.p for one in judged}, of=of)
    for one in judged:
        one.passes = one.claim.id in passing
        evidence = list(one.evidence.values())
        one.verdict = rules.verdict_of([e.reading for e in evidence], one.passes, one.holds is not None)
        if one.claim.counter is None:  # nothing could have spoken against it
            one.verdict = rules.ASSUMED
            continue
        on_region = one.verdict == rules.WHEN and one.holds is not None
        inside = one.holds.inside if on_region else None
        one.changes = rules.changes(evidence, one.verdict, inside, one.passes, one.rule)


def shown(claim: Claim, found: Found, seed: int, rule: Rule) -> list[Shown]:
    """Each part by itself, in the unit of its measure."""
    rows = []
    for part in claim.parts:
        of = effect(part, found)
        there = ~np.isnan(of).all(axis=-1)
        one = rules.weigh(of[there][None] / part.matters, seed=seed, rule=rule)
        u = np.nanmean(in_units(part, of[there]), axis=-1) if there.any() else np.empty(0)
        hold, oppose = (float((u >= 1).mean()), float((u <= -1).mean())) if len(u) else (math.nan, math.nan)
        rows.append(Shown(part.name, part.measure, part.judged, one.mean * part.matters, one.low * part.matters,
                          one.high * part.matters, hold, oppose))
    return rows


def _defined(claim: Claim, found: Mapping[str, Found], plan: Plan, prior: str) -> np.ndarray:
    """bool [cases]: of this prior, and with a number in every part of every cost arm."""
    mask = np.array([case.prior == prior for case in plan.cases])
    for one in found.values():
        mask &= ~np.isnan(STATISTICS[claim.statistic].values(claim, one)).all(axis=-1).any(axis=0)
    return mask


def _some(found: Found, mask: np.ndarray) -> dict[str, np.ndarray]:
    return {name: of[mask] for name, of in found.items()}


def _evidence_of(claim: Claim, found: Found, mask: np.ndarray, seed: int, rule: Rule) -> Evidence:
    statistic = STATISTICS[claim.statistic]
    return rules.weigh(statistic.values(claim, _some(found, mask)), statistic.combine(claim), seed, rule)


def _per_hour(found: Found, mask: np.ndarray) -> float:
    """Points of grade for one percent more paid hours today."""
    if "hours" not in found:
        return math.nan
    change = (found["hours"] - found["today"])[mask][..., INDEX["grade"]]
    return float(np.nanmean(change) / (MORE_HOURS - 1) / 100) if change.size else math.nan


def _sensitivity(plan: Plan, evidence: Mapping[str, Evidence], mask: np.ndarray) -> dict[str, dict[str, dict]]:
    """Choice -> level -> mean u and share of worlds with u >= 1 in both arms, and how many worlds that is."""
    chosen = [level for level, there in zip(plan.chosen, mask, strict=True) if there]
    u = np.min([one.u for one in evidence.values()], axis=0)
    found: dict[str, dict[str, dict]] = {}
    for name in chosen[0] if chosen else ():
        levels = np.array([str(one[name]) for one in chosen])
        found[name] = {str(level): {"mean": float(u[levels == str(level)].mean()),
                                    "hold": float((u[levels == str(level)] >= 1).mean()),
                                    "worlds": int((levels == str(level)).sum())}
                       for level in dict.fromkeys(sorted(levels))}
    return found


def _regions(judged: Judged, plan: Plan, mask: np.ndarray, seed: int) -> None:
    """Where the claim fails, of one that holds nearly everywhere; of any other, where it holds."""
    holds = np.all([one.u >= 1 for one in judged.evidence.values()], axis=0)
    worlds = zip(plan.cases, plan.chosen, mask, strict=True)
    factors = [{**case.world, **chosen} for case, chosen, there in worlds if there]
    if all(one.reading == rules.FOR for one in judged.evidence.values()):
        judged.fails, _ = find_region(factors, ~holds, seed, judged.rule.density)
    else:
        judged.holds, judged.why_no_region = find_region(factors, holds, seed, judged.rule.density)


def _curve(claim: Claim, found: Found) -> dict[str, list]:
    """For claims that are about more than a difference: the means behind the verdict."""
    statistic = STATISTICS[claim.statistic]
    if claim.statistic == "optimum":
        from silosim.experiments.claims.statistics import shares

        means = np.nanmean(statistic.values(claim, found), axis=(1, 2))
        return {"share": [share for share, _ in shares(claim)], "grade": [float(x) for x in means]}
    if claim.statistic == "structure_over_culture":
        moved = np.nanmean(statistic.values(claim, found), axis=-1).mean(axis=-1, keepdims=True)
        variance = [float(one[0]) for one in effects_of(moved, next(groupings())[0])]
        total = sum(variance)
        return {"group": list(GROUPS), "shapley": [part / total if total else math.nan for part in variance],
                "grade": [math.sqrt(max(part, 0.0)) for part in variance]}
    return {}


def _evidence(one: Evidence) -> dict:
    return {"worlds": len(one.u), "mean": _number(one.mean), "low": _number(one.low), "high": _number(one.high),
            "hold": one.hold, "oppose": one.oppose, "reading": one.reading}


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
