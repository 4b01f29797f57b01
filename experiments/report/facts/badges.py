"""Badges: how far the model supports a finding, and how well it is founded. Never one word for both.

Model support, from the paired runs and the tested worlds:

    strong   a direction is named, and in at least 90% of the tested worlds the effect goes that way by what matters
    partial  a direction is named, and in at least 66% of the worlds; or no other worlds were tested
    weak     a direction is named, and in fewer worlds
    none     no direction is named

Evidence, the weakest behind the levers that the policy moves: published, plausible, free (an assumption).

Confidence, from both: high asks for strong support and published evidence; low is weak support, or partial support of
an assumption; what lies between is medium. None without support. So an opinion article alone never gives high
confidence.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

STRONG, PARTIAL, WEAK, NOTHING = "strong", "partial", "weak", "none"
MOST, MANY = 0.90, 0.66
DIRECTIONS = ("better", "worse", "higher", "lower")


@dataclass(frozen=True)
class Badge:
    """support, evidence and confidence in the words of the rule; worlds: share of worlds, NaN where none was tested."""

    support: str
    evidence: str
    confidence: str
    worlds: float


def badge(verdict: str, worlds: float, evidence: str) -> Badge:
    """The badge of a finding whose paired runs give `verdict` and which holds in a share `worlds` of the worlds."""
    support = support_of(verdict, worlds)
    return Badge(support, evidence, confidence_of(support, evidence), worlds)


def support_of(verdict: str, worlds: float) -> str:
    """How far the model supports it."""
    if verdict.removeprefix("slightly_") not in DIRECTIONS:
        return NOTHING
    if math.isnan(worlds):
        return PARTIAL
    return STRONG if worlds >= MOST else PARTIAL if worlds >= MANY else WEAK


def confidence_of(support: str, evidence: str) -> str:
    """'high', 'medium', 'low' or 'none'."""
    if support == NOTHING:
        return NOTHING
    if support == STRONG and evidence == "published":
        return "high"
    if support == WEAK or (support == PARTIAL and evidence == "free"):
        return "low"
    return "medium"
