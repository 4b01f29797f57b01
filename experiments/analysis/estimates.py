"""What every analysis of sensitivity hands out: numbers by factor, each with its interval."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from silosim.model.parameters import InvalidInput

CONFIDENCE = 0.95
Z = 1.959963984540054  # standard normal deviate of 97.5%
RESAMPLES = 1000
_EQUAL = 1e-12  # differences between outcomes below this share of their size are rounding


class Estimate(NamedTuple):
    """One number by factor with its 95% interval; float arrays [factors]."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @classmethod
    def around(cls, value, half_width) -> Estimate:
        """value ± half_width."""
        value, half_width = np.asarray(value, dtype=float), np.asarray(half_width, dtype=float)
        return cls(value, value - half_width, value + half_width)

    @property
    def half_width(self) -> np.ndarray:
        """Half the length of the interval."""
        return (self.high - self.low) / 2


@dataclass(frozen=True)
class Indices:
    """How much each factor, or group of factors, does to an outcome.

    method  'sobol', 'shapley', 'morris', 'pawn' or 'delta'
    names   factors or groups, in the order of every array
    kinds   what was estimated ('S1', 'ST', 'mu_star' ...), the most telling one first
    size    base sample, trajectories or rows that it rests on
    pairs   (kind, i, j) of two factors together, where that was estimated: value, low, high
    alone   the sum of first-order indices, as an Estimate of one number: 1 when nothing interacts
    floor   kind -> what an index stays below in 95% of cases where a factor does nothing, [factors] (methods whose
            indices cannot be below zero)
    noise   kind -> what chance in the outcomes alone gives a factor that does nothing, where replicates tell
    """

    method: str
    names: tuple[str, ...]
    kinds: dict[str, Estimate]
    size: int
    pairs: dict[tuple[int, int], tuple[float, float, float]] = field(default_factory=dict)
    alone: Estimate | None = None
    floor: dict[str, np.ndarray] = field(default_factory=dict)
    noise: dict[str, float] = field(default_factory=dict)

    @property
    def main(self) -> str:
        """The kind that factors are ranked by."""
        return next(iter(self.kinds))

    def order(self) -> list[int]:
        """Numbers of the factors, from the strongest."""
        value = np.nan_to_num(self.kinds[self.main].value, nan=-np.inf)
        return sorted(range(len(self.names)), key=lambda k: (-value[k], k))

    def without_influence(self) -> list[str]:
        """Factors that cannot be told from no influence at all: by the total index where there is one (an index of
        less than that may be zero for a factor that acts)."""
        none = self.none("ST" if "ST" in self.kinds else self.main)
        return [self.names[k] for k in self.order() if none[k]]

    def none(self, kind: str) -> np.ndarray:
        """bool [factors]: this index cannot be told from that of a factor that does nothing; undefined ones neither."""
        of = self.kinds[kind]
        if kind in self.floor:
            return ~(of.value > self.floor[kind])
        chance = self.noise.get(kind, 0.0)
        return ~((of.low > chance) | (of.high < -chance))

    def frame(self):
        """A pandas frame of one row a factor and kind, kind.low, kind.high as columns."""
        import pandas as pd

        columns = {}
        for kind, of in self.kinds.items():
            columns |= {kind: of.value, f"{kind}.low": of.low, f"{kind}.high": of.high}
        return pd.DataFrame(columns, index=pd.Index(self.names, name="factor"))

    def plain(self) -> dict:
        """For JSON; undefined numbers are None."""
        rows = [{"factor": name, **{kind: {"value": _number(of.value[k]), "low": _number(of.low[k]),
                                           "high": _number(of.high[k]), "none": bool(self.none(kind)[k]),
                                           **({"floor": _number(self.floor[kind][k])} if kind in self.floor else {})}
                                    for kind, of in self.kinds.items()}} for k, name in enumerate(self.names)]
        pairs = [{"factors": [self.names[i], self.names[j]], "value": _number(value), "low": _number(low),
                  "high": _number(high)} for (i, j), (value, low, high) in self.pairs.items()]
        alone = self.alone and dict(zip(("value", "low", "high"), map(_number, self.alone), strict=True))
        return {"method": self.method, "size": self.size, "factors": rows, "pairs": pairs, "alone": alone,
                "noise": dict(self.noise)}


def check_outcomes(y: np.ndarray) -> np.ndarray:
    """`y` as floats [rows]; InvalidInput when a row is undefined or nothing varies.

    Sobol's estimators give exactly 0.0 for every factor when a single row is undefined, without a word.
    """
    y = np.asarray(y, dtype=float)
    missing = int((~np.isfinite(y)).sum())
    if missing:
        raise InvalidInput(f"{missing} of {y.size} rows have no finite outcome, and one such row spoils every index")
    if y.size == 0 or np.ptp(y) <= _EQUAL * max(np.abs(y).max(), 1.0):
        raise InvalidInput("the outcome is the same at every point, so there is no variation to ascribe")
    return y


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
