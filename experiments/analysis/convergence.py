"""Whether a design was large enough: indices against the size of the sample, from nested parts of the same runs.

The analysis is repeated on the first eighth, quarter and half of the base sample (or of the trajectories). Rule: the
indices are called settled when the last doubling, from half to all, moved none of them by more than the half-width of
its interval at full size. That says that more runs would narrow the intervals and not move the answer; how wide the
intervals still are stands beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from silosim.experiments.analysis.estimates import Indices
from silosim.model.parameters import InvalidInput

PARTS = (8, 4, 2, 1)
LEAST = 8  # base rows or trajectories; below that a part says nothing


@dataclass(frozen=True)
class Convergence:
    """The same indices at several sizes.

    steps  Indices by size, smallest first
    kinds  which of their kinds are judged
    """

    steps: tuple[Indices, ...]
    kinds: tuple[str, ...]

    def moved(self) -> list[tuple[str, str, float, float]]:
        """(kind, factor, move of the last doubling, half-width at full size) where the move is the larger."""
        before, last = self.steps[-2:]
        found = []
        for kind in self.kinds:
            half = last.kinds[kind].half_width
            move = np.abs(last.kinds[kind].value - before.kinds[kind].value)
            found += [(kind, last.names[k], float(move[k]), float(half[k])) for k in np.flatnonzero(move > half)]
        return found

    @property
    def settled(self) -> bool:
        """The rule at the top of this module."""
        return not self.moved()

    @property
    def judged(self) -> int:
        """How many indices the rule looks at."""
        return len(self.kinds) * len(self.steps[-1].names)

    @property
    def widest(self) -> float:
        """Half-width of the widest interval at full size."""
        return max(float(np.nanmax(self.steps[-1].kinds[kind].half_width)) for kind in self.kinds)

    def frame(self):
        """A pandas frame of one row a size, kind and factor: value, low, high."""
        import pandas as pd

        rows = [(step.size, kind, name, *(float(part[k]) for part in step.kinds[kind]))
                for step in self.steps for kind in self.kinds for k, name in enumerate(step.names)]
        return pd.DataFrame(rows, columns=["size", "kind", "factor", "value", "low", "high"])

    def plain(self) -> dict:
        """For JSON."""
        return {"settled": self.settled, "widest": self.widest, "sizes": [step.size for step in self.steps],
                "moved": [{"kind": kind, "factor": name, "move": move, "half_width": half}
                          for kind, name, move, half in self.moved()],
                "steps": [step.plain() for step in self.steps]}


def convergence(analyse: Callable[[np.ndarray], Indices], rows: int, block: int,
                kinds: Sequence[str] | None = None) -> Convergence | None:
    """Indices on nested parts of a design; None when it is too small to be halved.

    analyse  gives the indices of these rows of the design (int [rows])
    block    rows that belong together: a base row with its exchanges, a trajectory
    """
    blocks = rows // block
    sizes = sorted({blocks // part for part in PARTS if blocks // part >= LEAST})
    steps = [indices for indices in (_part(analyse, size * block) for size in sizes) if indices is not None]
    if len(steps) < 2:
        return None
    return Convergence(tuple(steps), tuple(kinds or steps[-1].kinds))


def _part(analyse, rows: int) -> Indices | None:
    """The indices of the first rows; None where nothing varies in them yet."""
    try:
        return analyse(np.arange(rows))
    except InvalidInput:
        return None
