"""The baseline targets: outside facts that today's organisation must meet, declared once.

They were frozen before any policy was tried. Their ranges are orders of magnitude from practice in service
organisations, wide enough for most of them; where a published figure for one sector is known, it lies inside.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

PRACTICE = "order of magnitude from practice in service organisations; frozen with the proposed specification"
BENCHMARK = "trade benchmarks of first contact resolution centre on .70 (check); frozen with the proposed specification"


@dataclass(frozen=True, slots=True)
class Target:
    """A range for one measure of today's organisation.

    measure   name in measures.MEASURES
    low, high inclusive range
    aim       where a world's own constants are solved to; None where nothing is solved for this target
    source    where the range comes from
    evidence  its grade, as for parameters: 'published', 'plausible' or 'free'
    """

    measure: str
    low: float
    high: float
    aim: float | None
    source: str
    evidence: str = "plausible"

    def holds(self, value: float) -> bool:
        """Whether `value` lies in the range; an undefined value does not."""
        return not math.isnan(value) and self.low <= value <= self.high


TARGETS = (
    Target("utilisation", 0.80, 0.95, None, PRACTICE),
    Target("first_time_right", 0.65, 0.85, 0.76, BENCHMARK),
    Target("contacts", 1.3, 2.5, None, PRACTICE),
    Target("grade", 6.5, 7.5, 7.0, PRACTICE),
    Target("share_nine", 0.03, 0.15, 0.08, PRACTICE),
    Target("turnover", 0.08, 0.25, 0.18, PRACTICE),
    Target("coordination", 0.08, 0.20, None, PRACTICE),
)

# Mean handoffs and the share solved by the first team are no targets: they are facts of help desks. Organisations with
# journeys of several stages, all bundled ones among them, have the handoffs that their routes say: nothing to fit.


def check(measured: Mapping[str, float], targets=TARGETS) -> dict[str, bool]:
    """Target measure -> whether it holds."""
    return {t.measure: t.holds(measured[t.measure]) for t in targets}


def holds(measured: Mapping[str, float], targets=TARGETS) -> bool:
    """Whether a world is admissible: every target holds."""
    return all(check(measured, targets).values())
