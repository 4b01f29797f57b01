"""Which rows of a design are a random sample of their own: what methods for any sample may be given."""

from __future__ import annotations

import numpy as np

from silosim.experiments.sweeps.design import Design


def block_of(design: Design) -> int:
    """Rows of the sample that belong together: a base row with its exchanges, or a trajectory; else 1."""
    units = len(design.units)
    if design.method == "sobol":
        return (2 * units if design.sample.second_order else units) + 2
    return {"shapley": 1 << units, "morris": units + 1}.get(design.method, 1)


def independent_rows(design: Design) -> np.ndarray:
    """Numbers of the rows that were drawn independently of each other.

    Of a Sobol or Shapley design the two base samples, of a Morris design where each trajectory starts: the other rows
    repeat these with one part exchanged. Counted as rows of their own they would make chance look like knowledge, and
    a box would be judged on near copies of the points that it was made from.
    """
    block = block_of(design)
    starts = np.arange(0, design.row_count, block)
    if block == 1:
        return starts
    ends = starts + block - 1 if design.method in ("sobol", "shapley") else starts
    return np.unique(np.concatenate([starts, ends]))
