"""Dials: one slider that moves several levers at once, by a formula anyone can read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from silosim.model.parameters.levers import LEVERS
from silosim.model.parameters.registry import InvalidInput

TODAY_BONUS = next(p.default for p in LEVERS if p.name == "bonus")


@dataclass(frozen=True, slots=True)
class Dial:
    """`parts` are the positions the user sets; `levers` maps them to lever values.

    total: what the parts must add up to, or None when they are independent.
    """

    name: str
    parts: tuple[str, ...]
    default: tuple[float, ...]
    low: float
    high: float
    unit: str
    sets: tuple[str, ...]
    formula: Callable[..., dict[str, float]]
    total: float | None = None

    def levers(self, *positions: float) -> dict[str, float]:
        """The levers that a position of each part sets. Raises InvalidInput for one out of range, or another total."""
        if len(positions) != len(self.parts):
            raise InvalidInput(f"dial {self.name} takes {len(self.parts)} values: {', '.join(self.parts)}")
        for part, x in zip(self.parts, positions, strict=True):
            if not self.low <= x <= self.high:
                raise InvalidInput(f"dial {self.name}: {part} = {x:g} must be from {self.low:g} to {self.high:g}")
        if self.total is not None and abs(sum(positions) - self.total) > 1e-6:
            parts = " + ".join(self.parts)
            raise InvalidInput(f"dial {self.name}: {parts} must add up to {self.total:g}, not {sum(positions):g}")
        return self.formula(*positions)


def _reward_mix(own: float, team: float, customer: float, okr: float) -> dict[str, float]:
    """Shares (%) of one fixed pot of performance pay: what one gains, another loses."""
    output = own + team
    return {
        "output_share": output / 100,
        "team_share": team / output if output else 0.0,
        "customer_weight": customer / 100,
        "customer_pay_mode": "added",
        "okr": TODAY_BONUS * okr / 100,
        "okr_count": 1 if okr else 0,
    }


def _pressure(x: float) -> dict[str, float]:
    """0 relaxed, 50 today, 100 squeezed: pay, targets and the readiness to cut capacity."""
    return {"bonus": TODAY_BONUS * x / 50, "target_level": 0.82 + 0.2 * x / 50, "capacity_cut": 0.1 * max(0.0,
            x - 50) / 50}


def _rules(x: float) -> dict[str, float]:
    """0 room to judge, 30 today, 100 the purple crocodile."""
    return {"strictness": x / 100, "sanction": x / 100, "discretion": min(1.0, max(0.0, 0.5 - (x - 30) * 0.5 / 70))}


def _workload(x: float) -> dict[str, float]:
    return {"work_in_progress": x}


DIALS = {d.name: d for d in (
    Dial("reward_mix", ("own", "team", "customer", "okr"), (80, 20, 0, 0), 0, 100, "% of performance pay",
         ("output_share", "team_share", "customer_weight", "customer_pay_mode", "okr", "okr_count"), _reward_mix,
         total=100),
    Dial("pressure", ("pressure",), (50,), 0, 100, "0 relaxed, 50 today, 100 squeezed",
         ("bonus", "target_level", "capacity_cut"), _pressure),
    Dial("rules", ("rules",), (30,), 0, 100, "0 room to judge, 30 today, 100 purple crocodile",
         ("strictness", "sanction", "discretion"), _rules),
    Dial("workload", ("initiatives",), (3,), 1, 8, "parallel initiatives per person", ("work_in_progress",), _workload),
)}
