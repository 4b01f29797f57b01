"""The patient rule induction method of Friedman and Fisher (1999), by EMA Workbench: one box after another.

Everything is handed over as a column of numbers. A choice becomes a column a value, 1 where it is chosen: EMA's own
way with choices depends on the type of column, which differs between versions of pandas, and pastes whole numbers
back as fractions.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from silosim.experiments.analysis.contained import quiet
from silosim.experiments.extras import need

PEEL, PASTE, LEAST_MASS = 0.05, 0.05, 0.05
IS = " = "  # between a factor and the value that its column stands for


@dataclass(frozen=True)
class Step:
    """One box on the trajectory: limits {column: (low, high)}, infinite where there is none; n points, k of interest."""

    limits: Mapping[str, tuple[float, float]]
    n: int
    k: int


def columns(x):
    """The factors as columns of floats: numbers as they are, of a choice one column a value ('kpi = output')."""
    import pandas as pd

    found = {}
    for name in x.columns:
        column = x[name]
        if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
            found[name] = column.to_numpy(dtype=float)
        else:
            values = column.astype(str)
            levels = sorted(set(values))
            for level in levels[1:] if len(levels) == 2 else levels:
                found[f"{name}{IS}{level}"] = (values == level).to_numpy(dtype=float)
    return pd.DataFrame(found)


def trajectory(x, y: np.ndarray) -> list[Step]:
    """Every box that peeling and pasting came by, from all points to the smallest.

    x   frame of floats, see `columns`
    y   bool [rows]: cases of interest; there must be some, and not all
    """
    with _silent(), quiet():  # the import says which optional packages it does not find
        prim = need("ema_workbench.analysis.prim", "analysis")
        how = {"peel_alpha": PEEL, "paste_alpha": PASTE, "mass_min": LEAST_MASS}
        if "threshold" in inspect.signature(prim.Prim).parameters:
            # Until 2.5: a case counts as of interest from this value on, and a box with a mean below it is thrown away.
            how["threshold"] = 1e-9
        whole = x.reset_index(drop=True)
        box = prim.Prim(whole, np.asarray(y, dtype=int), **how).find_box()
        ends = {name: (float(whole[name].min()), float(whole[name].max())) for name in whole.columns}
        return [_step(limits, ends, row) for limits, row in
                zip(box.box_lims, box.peeling_trajectory.to_dict("records"), strict=True)]


def _step(limits, ends: Mapping[str, tuple[float, float]], row: Mapping) -> Step:
    found = {}
    for name, (lowest, highest) in ends.items():
        low, high = (float(limit) for limit in limits[name])
        low, high = (-np.inf if low <= lowest else low), (np.inf if high >= highest else high)
        if np.isfinite(low) or np.isfinite(high):
            found[name] = (low, high)
    return Step(found, int(row["n"]), int(row["k"]))


class _silent:
    """No word from EMA's loggers below an error."""

    def __enter__(self):
        self.logger = logging.getLogger("EMA")
        self.level = self.logger.level
        self.logger.setLevel(logging.ERROR)

    def __exit__(self, *_):
        self.logger.setLevel(self.level)
