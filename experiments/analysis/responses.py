"""What an outcome does as one factor goes through its values: for grids, one-at-a-time designs and listed points.

At a value of a factor the outcome is averaged over the points that have it, replicate by replicate; what is reported
is the spread of that average over replicates. The change is paired with the factor's reference value (the value of
today where the design has it, else the first), and named by the rule of comparison.py.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from silosim.experiments.comparison import Difference, Spread, difference, spread
from silosim.model.parameters import PARAMETERS, InvalidInput

MOST_LEVELS = 50


@dataclass(frozen=True)
class Level:
    """The outcome at one value of one factor, averaged over `points` points.

    change  against the reference value, over the same replicates; None for that value itself
    """

    factor: str
    value: object
    points: int
    outcome: Spread
    change: Difference | None

    def plain(self) -> dict:
        """For JSON."""
        of = {name: None if x != x else x for name, x in asdict(self.outcome).items()}
        return {"factor": self.factor, "value": self.value, "points": self.points, "outcome": of,
                "change": self.change.plain() if self.change else None}


def responses(x, values: np.ndarray, outcome: str, one_at_a_time: bool = False) -> list[Level]:
    """Every value of every factor that has more than one.

    x              frame [rows, factors]
    values         outcomes [rows, replicates]; replicates that a row lacks (NaN) count for no row
    one_at_a_time  row 0 is the baseline, and other rows differ from it in one factor
    Raises InvalidInput for factors that take on so many values that each has hardly a point.
    """
    values = values[:, ~np.isnan(values).any(axis=0)]
    found = []
    for name in x.columns:
        column = list(x[name])
        levels = sorted(set(column), key=PARAMETERS[name].code)
        if len(levels) < 2:
            continue
        if len(levels) > MOST_LEVELS:
            raise InvalidInput(f"{name} takes {len(levels):,} values, too many for a line by value; "
                               "take --method pawn or prim")
        rows = {level: _rows(x, name, level, one_at_a_time) for level in levels}
        today = PARAMETERS[name].default
        reference = column[0] if one_at_a_time else today if today in rows else levels[0]
        base = values[rows[reference]].mean(axis=0)
        for level in levels:
            mean = values[rows[level]].mean(axis=0)
            change = None if level == reference else difference(f"{name}={level}", outcome, mean, base)
            found.append(Level(name, level, len(rows[level]), spread(mean), change))
    if not found:
        raise InvalidInput("no factor of this design takes more than one value")
    return found


def _rows(x, name: str, level, one_at_a_time: bool) -> np.ndarray:
    """Numbers of the rows with this value; of a one-at-a-time design those in which nothing else is moved."""
    has = (x[name] == level).to_numpy()
    if one_at_a_time:
        others = [other for other in x.columns if other != name]
        has = has & np.logical_and.reduce([(x[other] == x[other].iloc[0]).to_numpy() for other in others],
                                          initial=True, axis=0)
    return np.flatnonzero(has)
