"""Outcomes of planned runs as arrays, read back from the store."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from silosim.experiments.scenarios import Planned
from silosim.experiments.store import Store
from silosim.model.measures.declared import MEASURES


def outcome_arrays(store: Store, planned: Sequence[Planned], period: str = "last_year") -> dict[str, np.ndarray]:
    """policy -> float64 [replicates, measures] in order of replicate; NaN for a run that failed."""
    return {policy: _with_gaps(store, keys, lambda some: store.outcome_array(some, period), len(MEASURES))
            for policy, keys in by_policy(planned).items()}


def series_arrays(store: Store, planned: Sequence[Planned], name: str) -> dict[str, np.ndarray]:
    """policy -> float64 [replicates, weeks] of one measure; NaN for a run that failed."""
    weeks = max(one.job.weeks for one in planned)
    return {policy: _with_gaps(store, keys, lambda some: store.series(some, name), weeks)
            for policy, keys in by_policy(planned).items()}


def by_policy(planned: Sequence[Planned]) -> dict[str, list[str]]:
    """policy -> keys in order of replicate."""
    result: dict[str, list[str]] = {}
    for one in sorted(planned, key=lambda one: one.job.replicate):
        result.setdefault(one.policy, []).append(one.key)
    order = dict.fromkeys(one.policy for one in planned)
    return {policy: result[policy] for policy in order}


def _with_gaps(store: Store, keys: list[str], read, width: int) -> np.ndarray:
    there = store.finished(keys)
    result = np.full((len(keys), width), np.nan)
    rows = [k for k, key in enumerate(keys) if key in there]
    if rows:
        result[rows] = read([keys[k] for k in rows])
    return result
