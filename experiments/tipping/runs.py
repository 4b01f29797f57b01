"""The runs of a tipping experiment: points of a sweep, made through the sweep layer, and their weeks read back."""

from __future__ import annotations

import numpy as np

from silosim.experiments.comparison import band
from silosim.experiments.scenarios import Planned
from silosim.experiments.store import Store
from silosim.experiments.store.keep import Keep
from silosim.experiments.tipping.asked import Asked

MEASURED = ("backlog", "grade")
KEEP = Keep(MEASURED, ())

Weeks = dict[tuple[str, float], np.ndarray]  # (arm, level) -> float64 [runs, weeks]


def arm_name(asked: Asked, arm: str, level: float) -> str:
    """What the database calls an arm: with a pulse every level is an arm of its own."""
    return f"{arm} {asked.levels.name}={level:g}" if asked.pulse else arm


def plan(asked: Asked) -> list[Planned]:
    """Every run, replicate by replicate; replicate r has the same random draws in every arm."""
    arms = list(asked.arms().items())
    return [Planned(k, asked.policy, arm_name(asked, *place), replicate, setting.key(replicate), setting)
            for replicate in range(asked.runs) for k, (place, setting) in enumerate(arms)]


def begin(store: Store, asked: Asked, planned: list[Planned], versions=None, git: str | None = None) -> int:
    """The number of the sweep, with its points and members noted."""
    sweep = store.begin_sweep("tipping", {**asked.document(), "keep": {"series": list(MEASURED), "levels": []}},
                              asked.seed, versions, git)
    store.plan_points(sweep, [(k, asked.policy, arm_name(asked, arm, level), setting, "", {asked.levels.name: level})
                              for k, ((arm, level), setting) in enumerate(asked.arms().items())])
    store.plan(sweep, planned)
    return sweep


def read(store: Store, asked: Asked, name: str) -> Weeks:
    """The weeks of one measure by arm and level; NaN for a run that failed."""
    found = {}
    for place, setting in asked.arms().items():
        keys = [setting.key(r) for r in range(asked.runs)]
        there = store.finished(keys)
        rows = [k for k, key in enumerate(keys) if key in there]
        found[place] = np.full((asked.runs, asked.weeks), np.nan)
        if rows:
            found[place][rows] = store.series([keys[k] for k in rows], name)
    return found


def write_bands(store: Store, sweep: int, asked: Asked, weeks: dict[str, Weeks]) -> None:
    """Stores the spread over runs, week by week, of every arm, for those who read it with other tools."""
    for name, arms in weeks.items():
        for place, series in arms.items():
            store.write_band(sweep, asked.policy, arm_name(asked, *place), name, band(series))
