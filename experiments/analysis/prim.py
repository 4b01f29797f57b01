"""The patient rule induction method of Friedman and Fisher (1999), by EMA Workbench, whatever its version."""

from __future__ import annotations

import contextlib
import inspect
import logging
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from silosim.experiments.analysis.contained import quiet
from silosim.experiments.extras import need

PEEL, PASTE, LEAST_MASS = 0.05, 0.05, 0.05
Side = tuple[float, float] | frozenset  # low and high, infinite where there is no limit; or the values allowed


@dataclass(frozen=True)
class Step:
    """One box on the way: limits by factor (only those there are), n points in it, k of them of interest."""

    limits: Mapping[str, Side]
    n: int
    k: int


def columns(x):
    """The factors as EMA takes them: numbers as floats (it pastes whole ones back as fractions), choices as words."""
    import pandas as pd

    return pd.DataFrame({name: x[name].to_numpy(dtype=float) if pd.api.types.is_numeric_dtype(x[name]) else
                         pd.Categorical(x[name].astype(str)) for name in x.columns})


def trajectory(x, y: np.ndarray) -> list[Step]:
    """Every box that peeling and pasting came by, from all points to the smallest.

    x   frame as `columns` makes it
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
        return [Step(_limits(found, whole), int(row["n"]), int(row["k"])) for found, row in
                zip(box.box_lims, box.peeling_trajectory.to_dict("records"), strict=True)]


def _limits(found, x) -> dict[str, Side]:
    """The limits in EMA's frame of a box that leave something of `x` out."""
    limits: dict[str, Side] = {}
    for name in found.columns:  # without a choice that has one value only
        if x[name].dtype == float:
            low, high = (float(end) for end in found[name])
            side = (low if low > x[name].min() else -np.inf, high if high < x[name].max() else np.inf)
            if np.isfinite(side).any():
                limits[name] = side
        elif set(found[name][0]) < set(x[name]):
            limits[name] = frozenset(str(value) for value in found[name][0])
    return limits


@contextlib.contextmanager
def _silent():
    """No word from EMA's loggers below an error."""
    logger = logging.getLogger("EMA")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
