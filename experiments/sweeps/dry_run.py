"""What a sweep will take, before it starts: runs, time and disk, from timing a run or two of each organisation."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace

from silosim.experiments import engine
from silosim.experiments.running.crews import usable_cores
from silosim.experiments.store.keep import Keep
from silosim.experiments.store.rows import level_names
from silosim.experiments.sweeps.design import Design

TIMED = 2  # runs of each organisation
SHARE_OF_IDEAL = 0.93  # what is left of a core's time for runs, on two cores (`silosim bench`)

# Bytes in the database, measured on sweeps of 10,000 runs.
RUN = 2500  # run row with its index, both summaries, its membership
PART = 60  # of a series or detail, beside its numbers
FLOAT = 4


@dataclass(frozen=True)
class Estimate:
    """What a sweep will take.

    points, least, most   settings and runs; least and most differ for adaptive replications
    seconds, megabytes    for `least` and for `most` runs: (low, high)
    stored                runs that the database has already
    """

    points: int
    least: int
    most: int
    workers: int
    seconds: tuple[float, float]
    megabytes: tuple[float, float]
    stored: int = 0


def estimate(design: Design, workers: int | None = None, store=None) -> Estimate:
    """Times a run or two of each organisation of the design and multiplies; what is stored already costs nothing."""
    points = design.points()
    size, least, most = design.size()
    workers = workers or usable_cores()
    settings = [p.setting() for p in points]
    first = design.replications.first()
    by_organisation: dict[str, list] = {}
    for setting in settings:
        by_organisation.setdefault(setting.canonical["organisation"], []).append(setting)
    seconds = disk = 0.0
    for group in by_organisation.values():
        burn_in, run = _timed(group[0])
        burn_ins = len({setting.burn_in_id for setting in group})
        seconds += first * (burn_ins * burn_in + len(group) * run)
        disk += first * len(group) * bytes_of_run(group[0].template, design.keep)
    stored = _stored(store, settings, first, design.keep) if store else 0
    different = len({setting.key(0) for setting in settings}) * first
    left = max(0.0, 1 - stored / different)
    up = most / least
    return Estimate(size, least, most, workers, (seconds * left / workers / SHARE_OF_IDEAL,
                                                 seconds * up * left / workers / SHARE_OF_IDEAL),
                    (disk * left / 1e6, disk * up * left / 1e6), stored)


def _timed(setting) -> tuple[float, float]:
    """Seconds of a burn-in and of a run after it, the quicker of two (the first may find a cold machine)."""
    job = setting.template
    engine.warm_up(job.spec)
    burn_ins, runs = [], []
    for replicate in range(TIMED):
        started = time.perf_counter()
        [outcome] = engine.live([replace(job, replicate=replicate)], lambda: False)
        took = time.perf_counter() - started
        if isinstance(outcome, BaseException):
            raise outcome
        runs.append(outcome.seconds)
        burn_ins.append(max(took - outcome.seconds, 0.0))
    return min(burn_ins), min(runs)


def bytes_of_run(job, keep: Keep) -> int:
    """What a run takes in the database."""
    teams, people = len(job.spec.teams), job.spec.headcount
    rows = {"team": teams, "employee": people, "silo_map": teams * teams}
    series = len(keep.series) * (PART + FLOAT * job.weeks)
    details = sum(PART + FLOAT * rows[level] * len(level_names(level)) for level in keep.levels)
    return math.ceil(RUN + series + details)


def _stored(store, settings, first: int, keep: Keep) -> int:
    keys = {setting.key(replicate) for setting in settings for replicate in range(first)}
    return len(store.finished(keys, keep))
