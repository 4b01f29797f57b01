"""`df.silo`: labels, paired differences, summaries and bands of frames with runs (see frames.py)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from silosim.experiments.comparison import band, spread
from silosim.model.measures.declared import MEASURES
from silosim.model.parameters import PARAMETERS, InvalidInput, unknown
from silosim.model.text import text, unit

SAME = ("arm", "organisation", "world_name")  # what a run has in common with the one it is paired with
FACTOR = "factor."  # before a factor that has the name of a measure
SPREAD = ("n", "mean", "half_width", "p10", "p50", "p90")


@pd.api.extensions.register_dataframe_accessor("silo")
class Silo:
    """What one does with a frame of runs, one row a run; columns that are measures are the outcomes."""

    def __init__(self, frame: pd.DataFrame):
        self._frame = frame

    @property
    def measures(self) -> list[str]:
        """The columns that are measures."""
        return [name for name in self._frame.columns if name in MEASURES]

    @property
    def factors(self) -> list[str]:
        """The columns that are levers or world parameters."""
        return [name for name in self._frame.columns
                if name not in MEASURES and str(name).removeprefix(FACTOR) in PARAMETERS]

    def labels(self, lang: str = "en") -> pd.DataFrame:
        """The same frame with measures, levers and world parameters named for people, with their unit."""
        names = {name: f"{text(f'measure.{name}.label', lang)} ({unit(MEASURES[name].unit, lang)})"
                 for name in self.measures}
        for name in self.factors:
            plain = name.removeprefix(FACTOR)
            names[name] = f"{text(f'param.{plain}.label', lang)} ({unit(PARAMETERS[plain].unit, lang)})"
        return self._frame.rename(columns=names)

    def paired(self, reference: str = "today") -> pd.DataFrame:
        """Differences with the runs of the policy `reference`: same organisation, world, factors and replicate.

        The rows of that policy are left out, and so are runs whose counterpart is not there.
        Raises InvalidInput when the frame has no such policy, or when several of its runs would be the counterpart.
        """
        frame = self._policies(reference)
        same = [name for name in (*SAME, *self.factors) if name in frame.columns]
        keys = frame[same].assign(replicate=frame.index.get_level_values("replicate"))
        mine = (frame["policy"] == reference).to_numpy()
        index = pd.MultiIndex.from_frame(keys[mine])
        if index.has_duplicates:
            raise InvalidInput(f"several runs of {reference} have the same world, factors and replicate: "
                               "leave one sweep or arm in the frame")
        place = index.get_indexer(pd.MultiIndex.from_frame(keys[~mine]))
        there = place >= 0
        result = frame[~mine][there].copy()
        base = frame.loc[mine, self.measures].to_numpy()[place[there]]
        result[self.measures] = result[self.measures].to_numpy() - base
        return result

    def summary(self, by: str | list[str] = "policy") -> pd.DataFrame:
        """n, mean, half-width of its 95% interval, p10, p50 and p90 by group and measure (index: by, measure).

        Undefined outcomes are left out, and n says how many are left. The interval takes runs to be independent; for
        several points in a group it is the spread over points that dominates.
        """
        by = [by] if isinstance(by, str) else list(by)
        for name in by:
            if name not in self._frame.columns:
                raise unknown("column", name, [str(column) for column in self._frame.columns])
        rows = {}
        for key, group in self._frame.groupby(by, sort=False):
            for name in self.measures:
                of = spread(group[name].to_numpy())
                rows[(*key, name)] = [getattr(of, part) for part in SPREAD]
        index = pd.MultiIndex.from_tuples(list(rows), names=[*by, "measure"]) if rows else None
        return pd.DataFrame(list(rows.values()), index=index, columns=list(SPREAD))

    def band(self) -> pd.DataFrame:
        """Of a frame with one column a week (see `weeks`): mean, percentiles and n by policy and week."""
        frame = self._frame
        if frame.columns.name != "week" or "policy" not in frame.index.names:
            raise InvalidInput("band needs one column a week and policies in the index, as frames.weeks makes them")
        parts = {policy: pd.DataFrame(band(group.to_numpy()), index=frame.columns)
                 for policy, group in frame.groupby(level="policy", sort=False)}
        return pd.concat(parts, names=["policy"])

    def _policies(self, reference: str) -> pd.DataFrame:
        frame = self._frame
        if "policy" not in frame.columns or "replicate" not in frame.index.names:
            raise InvalidInput("paired differences need a column policy and replicates in the index, as frames.runs "
                               "makes them")
        if not (frame["policy"] == reference).any():
            raise unknown("policy", reference, [str(name) for name in np.unique(frame["policy"])])
        return frame
