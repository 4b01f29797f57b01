"""Fitting named world parameters to target figures, and saying how well that went.

    fit = run_fit(Asked((Target("grade", 7.2, 0.1),), (Unknown("u_base", 0, 2),)), StoredRuns(store, asked, make))
    fit.status          # 'fitted', 'impossible' or 'poor'
    fit.world           # {name: value}, for run, compare and sweep

Waves (waves.py) of runs on common random numbers, emulators (emulator.py) through them, the posterior (posterior.py)
and what it says (findings.py). Then the best world is run on fresh random numbers that the fit never saw.

* 'poor': the emulators cannot be trusted, so no fit is given. One misses runs left out by more than the tolerance and
  explains less than POOR_R2 of them, or its 95% intervals cover fewer than POOR_COVERAGE, or the fresh runs lie more
  than SURPRISE standard deviations from what it said of the best world.
* 'impossible': at the best world a target is missed by more than three standard deviations of tolerance and chance.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from silosim.experiments.calibration import findings
from silosim.experiments.calibration.asked import Asked
from silosim.experiments.calibration.emulator import Quality
from silosim.experiments.calibration.posterior import Sample, best, sample
from silosim.experiments.calibration.waves import CUT, Evaluate, State, run_waves
from silosim.experiments.quantile import student_t
from silosim.model.parameters import PARAMETERS

POOR_R2 = 0.7
POOR_COVERAGE = 0.75
SURPRISE = 4.0
MET = 2.0  # standard deviations
VAGUE = 1.0  # emulator's deviation over that of tolerance and chance
NOISY = 0.5  # chance of the mean over the tolerance
SPREAD_WORLDS = 8  # worlds drawn from the posterior


@dataclass(frozen=True)
class Figure:
    """One target at the best world.

    got, half_width  mean over the fresh runs and half-width of its 95% interval
    z                miss in standard deviations of tolerance and chance
    alone            how implausible the target is at best when the others are left aside
    nearest          mean over the runs of the point that came nearest, of all that were run
    one_run          standard deviation between runs, by chance: how far one year of one organisation may lie off
    emulated, surprise  what the emulator said, and how many standard deviations the fresh runs lie from that
    vague            emulator's share of what is uncertain, over that of tolerance and chance
    """

    measure: str
    value: float
    tolerance: float
    got: float
    half_width: float
    z: float
    alone: float
    nearest: float
    one_run: float
    emulated: float
    surprise: float
    vague: float
    quality: Quality

    @property
    def met(self) -> bool:
        """Whether the best world is within MET of it."""
        return abs(self.z) <= MET

    @property
    def possible(self) -> bool:
        """Whether the best world is within CUT of it, where worlds are ruled out."""
        return abs(self.z) <= CUT

    @property
    def trusted(self) -> bool:
        """Whether the emulator is good enough to fit with."""
        q = self.quality
        misses = q.r2 < POOR_R2 and q.rmse > math.hypot(self.tolerance, self.one_run)
        return not misses and q.coverage >= POOR_COVERAGE and abs(self.surprise) <= SURPRISE


@dataclass(frozen=True)
class Fit:
    """What a fit found. `sample` holds places in the ranges from 0 to 1; `world` the best values."""

    asked: Asked
    status: str
    world: Mapping[str, float]
    known: tuple[findings.Known, ...]
    together: tuple[findings.Together, ...]
    figures: tuple[Figure, ...]
    sample: Sample
    waves: int
    points: int
    left: tuple[float, ...]

    def interval(self, one: findings.Known) -> tuple[float, float, float]:
        """Low end, median and high end of the 95% interval, as values."""
        unknown = self.asked.unknowns[self.asked.names.index(one.name)]
        return tuple(float(unknown.value(u)) for u in (one.low, one.median, one.high))

    def worlds(self, count: int = SPREAD_WORLDS) -> list[dict[str, float]]:
        """Worlds drawn from the posterior, evenly: what the targets leave open, for experiments."""
        return [values(self.asked, place) for place in self.sample.drawn(count)]


def run_fit(asked: Asked, evaluate: Evaluate) -> Fit:
    """The whole fit, the same whoever makes the runs and on however many cores.

    evaluate  ([{parameter: value}], number of the wave, replicates) -> [points, runs, targets], NaN where undefined
    Raises InvalidInput when a target is undefined too often.
    """
    with one_thread():
        return _run(asked, evaluate)


def one_thread():
    """Linear algebra in one thread. Matrices are small here: threads gain nothing where the machine is free, make a fit
    ten times slower where it is not, and last digits depend on their number. Comes with scikit-learn, so with
    silosim[analysis].
    """
    try:
        from threadpoolctl import threadpool_limits
    except ModuleNotFoundError:
        return contextlib.nullcontext()
    return threadpool_limits(1, user_api="blas")


def _run(asked: Asked, evaluate: Evaluate) -> Fit:
    state = run_waves(asked, evaluate)
    found = sample(state.log_likelihood, state.low, state.high, asked.seed)
    place = best(state.log_likelihood, found, state.low, state.high, _default(asked))
    world = values(asked, place)
    fresh = np.asarray(evaluate([world], asked.waves + 1, range(asked.runs, asked.runs + asked.check)))[0]
    figures = tuple(_figures(state, found, place, fresh))
    status = "poor" if not all(f.trusted for f in figures) else \
        "fitted" if all(f.possible for f in figures) else "impossible"
    return Fit(asked, status, world, tuple(findings.known(asked.names, found)),
               tuple(findings.together(asked.names, found)), figures, found, len(state.left), len(state.u),
               tuple(state.left))


def values(asked: Asked, place: np.ndarray) -> dict[str, float]:
    """{parameter: value} at a place."""
    return {one.name: one.rounded(u) for one, u in zip(asked.unknowns, place, strict=True)}


def _default(asked: Asked) -> np.ndarray:
    """The place of today's defaults, as near as the ranges allow."""
    return np.array([float(one.place(min(max(float(PARAMETERS[one.name].default), one.low), one.high)))
                     for one in asked.unknowns])


def _figures(state: State, found: Sample, place: np.ndarray, fresh: np.ndarray):
    asked = state.asked
    _, variance, own = state.misses(found.u)
    vague = found.weights @ np.sqrt(own / (variance - own))
    for k, target in enumerate(asked.targets):
        mean, sd = (float(x[0]) for x in state.emulators[k].predict(place[None, :]))
        runs = fresh[:, k][np.isfinite(fresh[:, k])]
        got, error = float(np.mean(runs)), float(np.std(runs, ddof=1)) / math.sqrt(len(runs))
        seen = state.y[np.isfinite(state.y[:, k]), k]
        yield Figure(
            target.measure, target.value, target.tolerance, got, error * student_t(0.975, len(runs) - 1),
            (got - target.value) / math.hypot(target.tolerance, error), float(state.alone[k]),
            float(seen[np.argmin(np.abs(seen - target.value))]), math.sqrt(state.one_run[k]), mean,
            (got - mean) / max(math.sqrt(error**2 + sd**2 + state.noise[k]), 1e-12), float(vague[k]),
            state.emulators[k].quality)


class StoredRuns:
    """Evaluates points by runs that are kept in a store: what is there is not run again.

    make  makes and stores runs: (planned runs, number of the wave); point numbers count through all waves
    """

    def __init__(self, store, asked: Asked, make: Callable[[Sequence, int], object]):
        from silosim.model.organisation_file import load_organisation

        self.store, self.asked, self.make = store, asked, make
        self.spec = load_organisation(asked.organisation)
        held = PARAMETERS.checked(asked.set)
        self.levers = {name: value for name, value in held.items() if PARAMETERS[name].role == "lever"}
        self.held = {name: value for name, value in held.items() if name not in self.levers}
        self.settings: dict[tuple, tuple[int, object]] = {}

    def __call__(self, worlds: Sequence[Mapping[str, float]], wave: int, replicates: range) -> np.ndarray:
        """[points, runs, targets]; NaN where a measure is undefined or the run failed."""
        from silosim.model.measures.declared import INDEX

        planned = self.planned(worlds, replicates)
        self.make(planned, wave)
        there = self.store.finished([one.key for one in planned])
        keys = [one.key for one in planned if one.key in there]
        columns = [INDEX[name] for name in self.asked.measures]
        rows = dict(zip(keys, self.store.outcome_array(keys)[:, columns], strict=True))
        missing = np.full(len(columns), np.nan)
        found = [rows.get(one.key, missing) for one in planned]  # replicate by replicate
        return np.reshape(found, (len(replicates), len(worlds), len(columns))).transpose(1, 0, 2)

    def planned(self, worlds: Sequence[Mapping[str, float]], replicates: range) -> list:
        """The runs, replicate by replicate, so that a part of a wave is a balanced wave."""
        from silosim.experiments.scenarios import Planned

        points = [self._setting(world) for world in worlds]
        return [Planned(point, "today", "as_is", r, setting.key(r), setting) for r in replicates
                for point, setting in points]

    def _setting(self, world: Mapping[str, float]) -> tuple[int, object]:
        """(number, setting) of a point; an organisation with other levers has had them during the burn-in too."""
        from silosim.experiments import engine
        from silosim.experiments.runkey import Setting

        key = tuple(world.items())
        if key not in self.settings:
            job = engine.job(spec=self.spec, levers=self.levers, world={**self.held, **world},
                             burn_in=self.asked.burn_in, start="steady" if self.levers else "branch",
                             weeks=self.asked.weeks, seed=self.asked.seed)
            self.settings[key] = (len(self.settings), Setting(job))
        return self.settings[key]
