"""From the outcomes of a claim's arms to its verdict, and everything that is said beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from silosim.experiments.claims import rule as rules
from silosim.experiments.claims.boxes import Region, frame_of, lasting_region
from silosim.experiments.claims.declared import Claim
from silosim.experiments.claims.ensemble import MORE_HOURS, NARROW, WIDE
from silosim.experiments.claims.record import defined, document
from silosim.experiments.claims.rule import AS_IS, EQUAL, Evidence, Rule
from silosim.experiments.claims.runs import Plan, Runs, remaining_cost
from silosim.experiments.claims.statistics import GROUPS, STATISTICS, Found, effect, effects_of, groupings, in_units
from silosim.model.measures.declared import INDEX


@dataclass(frozen=True)
class Shown:
    """One effect in the unit of its measure, over the narrow worlds: mean, interval, and share of worlds for it.

    u          its mean in units of the smallest effect that matters, positive for the claim
    weakest    share of worlds in which no other judged part is weaker; None of a part that is not judged
    intervals  what is drawn anew -> [low, high] (see `rule.intervals`)
    """

    name: str
    measure: str
    team: str
    judged: bool
    mean: float
    low: float
    high: float
    hold: float
    oppose: float
    u: float
    matters: float
    sign: float
    limit: float | None
    weakest: float | None
    intervals: dict[str, list[float]]


@dataclass
class Judged:
    """What is known of one claim before and after the control for nineteen claims.

    evidence   cost arm -> Evidence over the narrow worlds; wide: the same over the wide ones, told apart
    nested     cost arm -> what is drawn anew -> interval of the mean of u (see `rule.intervals`)
    holds      region of worlds in which the claim holds (None: none found), fails: in which it does not
    again      bool [searches]: whether a region in which it holds is found with other luck and other halves
    worlds     of each world its name, prior, choices and u in each cost arm
    """

    claim: Claim
    evidence: dict[str, Evidence]
    wide: dict[str, Evidence]
    nested: dict[str, dict[str, list[float]]]
    parts: dict[str, list[Shown]]
    sensitivity: dict[str, dict[str, dict]]
    remaining: Mapping[str, float]
    hours: float
    rule: Rule
    worlds: list[dict]
    p: float = 1.0
    passes: bool = False
    holds: Region | None = None
    fails: Region | None = None
    why_no_region: str = ""
    again: np.ndarray = field(default_factory=lambda: np.zeros(1, dtype=bool))
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
        """Whether little happens in every cost arm: the mean is shown to be less than what matters, and so it is in as
        many worlds as the rule asks for."""
        return all(one.low > -1 and one.high < 1 and one.hold + one.oppose <= 1 - self.rule.share
                   for one in self.evidence.values())

    def plain(self) -> dict:
        """The document that is stored and printed as JSON."""
        return document(self)


def weigh(plan: Plan, runs: Runs, seed: int = 0) -> Judged:
    """Everything but what depends on the other claims: call `conclude` afterwards."""
    claim = plan.claim
    rule = Rule(**{**vars(rules.COMMON), **claim.rule})
    found = {cost: {**runs.outcomes(plan, cost), **runs.of_teams(plan, cost)} for cost in plan.settings}
    narrow = _defined(claim, found, plan, NARROW)
    wide = _defined(claim, found, plan, WIDE)
    evidence = {cost: _evidence_of(claim, one, narrow, seed, rule) for cost, one in found.items()}
    apart = {cost: _evidence_of(claim, one, wide, seed, rule) for cost, one in found.items() if wide.sum() > 1}
    judged = Judged(
        claim, evidence, apart, _nested(plan, found, evidence, narrow, seed, rule),
        {cost: shown(claim, _some(one, narrow), seed, rule, _levels(plan, narrow)) for cost, one in found.items()},
        _sensitivity(plan, evidence, narrow), remaining_cost(runs, plan) if EQUAL in found else {},
        _per_hour(found[AS_IS], narrow), rule, _worlds(plan, ((narrow, evidence), (wide, apart))))
    judged.p = rules.p_of(list(evidence.values()))
    judged.curve = _curve(claim, _some(found[AS_IS], narrow), _levels(plan, narrow))
    _regions(judged, plan, {cost: _some(one, narrow) for cost, one in found.items()}, narrow, seed)
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
        one.changes = rules.changes(evidence, one.verdict, one.again, one.passes, one.rule)


def shown(claim: Claim, found: Found, seed: int, rule: Rule, levels: Sequence[Mapping]) -> list[Shown]:
    """Each part by itself, in the unit of its measure; `levels`: of each world choice -> level."""
    rows, weakest = [], _weakest(claim, found)
    for part in claim.parts:
        of = effect(part, found)
        there = ~np.isnan(of).all(axis=-1)
        d = of[there][None] / part.matters
        one = rules.weigh(d, seed=seed, rule=rule)
        nested = rules.intervals(d, rules.smallest, one, [levels[k] for k in np.flatnonzero(there)], seed, rule)
        u = np.nanmean(in_units(part, of[there]), axis=-1) if there.any() else np.full(1, math.nan)
        hold, oppose = (float((u >= 1).mean()), float((u <= -1).mean())) if there.any() else (math.nan, math.nan)
        mean, low, high = (value * part.matters for value in (one.mean, one.low, one.high))
        rows.append(Shown(part.name, part.measure, part.team, part.judged, mean, low, high, hold, oppose,
                          float(u.mean()), part.matters, part.sign, part.limit, weakest.get(part.name),
                          {name: [x * part.matters for x in span] for name, span in nested.items()}))
    return rows


def _weakest(claim: Claim, found: Found) -> dict[str, float]:
    """Share of worlds in which each judged part is the weakest; of claims whose parts combine as they do by default."""
    if claim.statistic != "contrast":
        return {}
    parts = [claim.parts[k] for k in claim.judged]
    u = np.nanmean(np.stack([in_units(part, effect(part, found)) for part in parts]), axis=-1)
    first = np.bincount(u.argmin(axis=0), minlength=len(parts)) / max(1, u.shape[1])
    return {part.name: float(share) for part, share in zip(parts, first, strict=True)}


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


def _nested(plan: Plan, found: Mapping[str, Found], evidence: Mapping[str, Evidence], mask: np.ndarray, seed: int,
            rule: Rule) -> dict[str, dict[str, list[float]]]:
    statistic = STATISTICS[plan.claim.statistic]
    return {cost: rules.intervals(statistic.values(plan.claim, _some(one, mask)), statistic.combine(plan.claim),
                                  evidence[cost], _levels(plan, mask), seed, rule) for cost, one in found.items()}


def _levels(plan: Plan, mask: np.ndarray) -> list[dict]:
    """Choice -> level of the worlds in the mask."""
    return [level for level, there in zip(plan.chosen, mask, strict=True) if there]


def _worlds(plan: Plan, of: Sequence[tuple[np.ndarray, Mapping[str, Evidence]]]) -> list[dict]:
    found = []
    for mask, evidence in of:
        for n, k in enumerate(np.flatnonzero(mask)):
            u = {cost: defined(one.u[n]) for cost, one in evidence.items() if len(one.u)}
            if u:
                case = plan.cases[k]
                found.append({"name": case.name, "prior": case.prior, "choices": dict(plan.chosen[k]), "u": u})
    return found


def _per_hour(found: Found, mask: np.ndarray) -> float:
    """Points of grade for one percent more paid hours today."""
    if "hours" not in found:
        return math.nan
    change = (found["hours"] - found["today"])[mask][..., INDEX["grade"]]
    return float(np.nanmean(change) / (MORE_HOURS - 1) / 100) if change.size else math.nan


def _sensitivity(plan: Plan, evidence: Mapping[str, Evidence], mask: np.ndarray) -> dict[str, dict[str, dict]]:
    """Choice -> level -> mean u and share of worlds with u >= 1 in both arms, and how many worlds that is."""
    chosen = _levels(plan, mask)
    u = np.min([one.u for one in evidence.values()], axis=0)
    found: dict[str, dict[str, dict]] = {}
    for name in chosen[0] if chosen else ():
        levels = np.array([str(one[name]) for one in chosen])
        found[name] = {str(level): {"mean": float(u[levels == str(level)].mean()),
                                    "hold": float((u[levels == str(level)] >= 1).mean()),
                                    "worlds": int((levels == str(level)).sum())}
                       for level in dict.fromkeys(sorted(levels))}
    return found


def _regions(judged: Judged, plan: Plan, found: Mapping[str, Found], mask: np.ndarray, seed: int) -> None:
    """Where the claim fails, if a cost arm reads 'for'; where it holds, unless all do. A search is done again with
    replicates drawn anew: what one search says may be the chance of its halves."""
    statistic, rule = STATISTICS[plan.claim.statistic], judged.rule
    holds = np.all([one.u >= 1 for one in judged.evidence.values()], axis=0)
    drawn = np.all([rules.resample(statistic.values(plan.claim, one), statistic.combine(plan.claim), seed,
                                   rule.searches, worlds_too=False)[1] >= 1 for one in found.values()], axis=0)
    worlds = zip(plan.cases, plan.chosen, mask, strict=True)
    factors = frame_of([{**case.world, **chosen} for case, chosen, there in worlds if there])
    readings = [one.reading for one in judged.evidence.values()]
    if rules.FOR in readings:
        judged.fails, _, _ = lasting_region(factors, ~holds, ~drawn, seed, rule)
    held, why, judged.again = lasting_region(factors, holds, drawn, seed, rule)
    if set(readings) != {rules.FOR}:
        judged.holds, judged.why_no_region = held, why


def _curve(claim: Claim, found: Found, levels: Sequence[Mapping]) -> dict:
    """For claims that are about more than a difference: the means behind the verdict, and by level of our choices."""
    statistic = STATISTICS[claim.statistic]
    if claim.statistic == "optimum":
        from silosim.experiments.claims.statistics import shares

        grades = np.nanmean(statistic.values(claim, found), axis=2)  # [shares, worlds]
        by: dict[str, dict[str, list]] = {}
        for name in levels[0] if levels else ():
            of = np.array([str(one[name]) for one in levels])
            by[name] = {str(level): grades[:, of == level].mean(axis=1).tolist() for level in sorted(set(of.tolist()))}
        return {"share": [share for share, _ in shares(claim)], "grade": grades.mean(axis=1).tolist(), "by": by}
    if claim.statistic == "structure_over_culture":
        moved = np.nanmean(statistic.values(claim, found), axis=-1).mean(axis=-1, keepdims=True)
        variance = [float(one[0]) for one in effects_of(moved, next(groupings())[0])]
        total = sum(variance)
        return {"group": list(GROUPS), "shapley": [part / total if total else math.nan for part in variance],
                "grade": [math.sqrt(max(part, 0.0)) for part in variance]}
    return {}
