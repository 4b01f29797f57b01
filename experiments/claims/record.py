"""What is stored with a verdict: a document that a page about the claim can be made from, and from it alone.

README.md, 'What is stored with a verdict', explains every key.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from silosim.model.text import LANGUAGES, text

if TYPE_CHECKING:
    from silosim.experiments.claims.boxes import Region
    from silosim.experiments.claims.judge import Judged, Shown
    from silosim.experiments.claims.rule import Evidence


def document(one: Judged) -> dict:
    """The document of a claim, for JSON: undefined numbers are None."""
    claim = one.claim
    return {
        "claim": claim.id, "articles": list(claim.articles), "file": claim.digest,
        "verdict": one.verdict, "fragile": one.fragile, "changes": one.changes, "p": defined(one.p),
        "passes": one.passes, "condition": one.on_cost, "small": one.small,
        "arms": {cost: {**_evidence(e), "intervals": one.nested[cost]} for cost, e in one.evidence.items()},
        "wide": {cost: _evidence(e) for cost, e in one.wide.items()},
        "parts": {cost: [_part(part) for part in parts] for cost, parts in one.parts.items()},
        "sensitivity": one.sensitivity, "holds": _region(one.holds, "holds"), "fails": _region(one.fails, "fails"),
        "why_no_region": one.why_no_region,
        "remaining_cost": {arm: defined(share) for arm, share in one.remaining.items()},
        "grade_per_percent_hours": defined(one.hours), "curve": one.curve, "worlds": one.worlds,
        "rule": vars(one.rule)}


def region_words(kind: str, region: Region, lang: str) -> str:
    """The sentence that says where a claim holds (`kind` 'holds') or fails ('fails')."""
    of = {"words": region.words(lang), "density": region.density, "base": region.base}
    if kind == "fails":
        return text("claims.say.fails", lang, **of)
    return text("claims.say.region", lang, **of, coverage=region.coverage, worlds=region.n)


def defined(value: float) -> float | None:
    """A number for JSON; None for one that is undefined."""
    return float(value) if math.isfinite(value) else None


def _region(region: Region | None, kind: str) -> dict | None:
    if region is None:
        return None
    return {**region.plain(), "words": {lang: region_words(kind, region, lang) for lang in LANGUAGES}}


def _evidence(one: Evidence) -> dict:
    return {"worlds": len(one.u), "mean": defined(one.mean), "low": defined(one.low), "high": defined(one.high),
            "hold": one.hold, "oppose": one.oppose, "reading": one.reading}


def _part(part: Shown) -> Mapping:
    return {key: defined(value) if isinstance(value, float) else value for key, value in vars(part).items()}
