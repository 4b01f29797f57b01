"""Makes the runs that tell how policies hold up elsewhere: every policy in a sample of the published worlds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from silosim.experiments.calibration.run import FOLDER, load_worlds
from silosim.experiments.calibration.worlds import made_by, read_list
from silosim.experiments.report.facts.source import WORLDS
from silosim.experiments.runkey import organisation_hash
from silosim.experiments.running.make import Made, Orders, make_runs
from silosim.experiments.scenarios import Frame, Planned, Scenario, plan
from silosim.experiments.store import Store
from silosim.experiments.store.keep import SUMMARY
from silosim.model.organisation_file import load_organisation
from silosim.model.parameters import InvalidInput

COUNT, RUNS = 80, 2  # worlds, and replicates in each
PRIOR = "narrow"
USUAL = "insurer"  # the organisation that the published worlds were fitted to


def fitted(frame: Frame) -> tuple[list[dict], str]:
    """(admissible worlds, hash of the organisation they were fitted to).

    The organisation's own, where `silosim calibrate` has made some in the usual folder; otherwise the published ones.
    """
    own = organisation_hash(frame.spec)
    usual = organisation_hash(load_organisation(USUAL))
    for path in sorted(FOLDER.glob(f"worlds_{PRIOR}_*.csv")) if own != usual else ():
        try:
            known, _ = read_list(path)
            mine = known["made_by"] == made_by(frame.spec, int(known["seed"]), PRIOR)
        except (InvalidInput, KeyError, OSError):
            continue
        worlds = load_worlds(PRIOR, path) if mine else []
        if worlds:
            return worlds, own
    return load_worlds(PRIOR), usual


def sample(worlds: Sequence[dict], frame: Frame, count: int = COUNT) -> list[tuple[str, dict]]:
    """(name, values) of `count` of the worlds, drawn by the frame's seed; what the frame sets holds in all."""
    picked = np.random.default_rng([frame.seed, 5]).permutation(len(worlds))[:count]
    return [(f"{PRIOR} {number}", {**worlds[number], **frame.world}) for number in sorted(int(k) for k in picked)]


def make_worlds(store: Store, frame: Frame, chosen: Sequence[Scenario], progress: Callable[[int, int], None],
                workers: int | None = None, about: dict | None = None, count: int = COUNT, runs: int = RUNS) -> Made:
    """Makes every policy in every world of the sample and stores them as a sweep; what is stored already is not made.

    Raises running.make.Stopped on Ctrl-C; the sweep then stays behind as stopped.
    """
    from silosim.experiments.running.make import Stopped

    about = about or {}
    known, whose = fitted(frame)
    settings = {"organisation": organisation_hash(frame.spec), "fitted_to": whose,
                "weeks": frame.weeks, "start": frame.start,
                "around": dict(frame.world), "prior": PRIOR, "worlds": count, "runs": runs}
    sweep = store.begin_sweep(WORLDS, settings, frame.seed, about.get("versions"), about.get("git"))
    points, planned = [], []
    for name, world in sample(known, frame, count):
        there = plan(replace(frame, world=world, runs=runs), chosen, first=len(points))
        points += [(one.point, one.policy, one.arm, one.setting, name, {}) for one in there[:len(chosen)]]
        planned += there
    try:
        store.plan_points(sweep, points)
        store.plan(sweep, planned)
        made = make_runs(store, _ordered(planned), sweep, progress=progress, orders=Orders(SUMMARY, workers))
    except Stopped:
        store.end_sweep(sweep, "stopped")
        raise
    except Exception:
        store.end_sweep(sweep, "failed")
        raise
    store.end_sweep(sweep, "failed" if made.failed else "done")
    return made


def _ordered(planned: Sequence[Planned]) -> list[Planned]:
    """World by world and replicate by replicate, so that a burn-in is lived once for all policies."""
    return sorted(planned, key=lambda one: (one.replicate, one.point))
