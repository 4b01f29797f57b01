"""Sweeps as pandas frames, with the accessor `df.silo` for what one usually does with them.

    from silosim.experiments.analysis.frames import runs, weeks
    runs(store, 3).silo.paired("today").silo.summary()     # differences with today: mean, interval, p10, p90
    runs(store, 3).silo.labels("nl")                       # columns with their Dutch names and units
    weeks(store, 3, "grade").silo.band()                   # mean and percentiles by policy and week
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from silosim.experiments.analysis import accessor
from silosim.experiments.store import Store
from silosim.model.measures.declared import MEASURES

__all__ = ["accessor", "runs", "weeks"]


def runs(store: Store, sweep: int, period: str = "last_year") -> pd.DataFrame:
    """One row a run that succeeded (index: point, replicate): policy, arm, organisation, world_name, factors, measures.

    Works for every sweep that has points, also those of `silosim compare`. A factor that has the name of a measure
    (coordination) is called factor.coordination.
    """
    found = store.sweep_outcomes(sweep, period)
    points = store.points(sweep).rename(columns={name: accessor.FACTOR + name for name in MEASURES})
    return points.reindex(found.index.get_level_values("point")).set_axis(found.index).join(found)


def weeks(store: Store, sweep: int, measure: str) -> pd.DataFrame:
    """One row a run (index: policy, point, replicate) and one column a week of a measure that the sweep keeps."""
    index, values = store.sweep_series(sweep, measure)
    rows = pd.MultiIndex.from_frame(index[["policy", "point", "replicate"]])
    return pd.DataFrame(values, index=rows, columns=pd.RangeIndex(np.shape(values)[1], name="week"))
