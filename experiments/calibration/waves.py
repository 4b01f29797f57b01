"""Waves: a few dozen points, emulators through their runs, what cannot be is cut off, and again in the rest.

A place is implausible for a target when it lies more than CUT standard deviations from it: tolerance², chance of the
mean over the runs and the emulator's own variance together (Pukelsheim's three sigma rule; Vernon, Goldstein and Bower,
Bayesian Analysis 5, 2010). What is cut off in a wave stays cut off. The next wave's points lie spread over the box
around what is left; emulators are fitted to the points of all waves in that box.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from silosim.experiments.calibration.asked import Asked
from silosim.experiments.calibration.emulator import Emulator
from silosim.experiments.extras import need
from silosim.model.parameters import InvalidInput

CUT = 3.0
CANDIDATES = 12  # power of two
ROOM = 0.05  # of its width, added to the box on every side
SMALL = 0.3  # emulator's deviation over that of tolerance and chance, below which another wave would add nothing
LEAST_WAVES = 2
WORST_SHARE = 0.01  # of candidates, looked at further when none is plausible
STUCK = 0.9  # a smaller box that brings the least implausible one down by less than this is no use
DEFINED = 0.6  # share of the points of a wave at which a target must be defined

Evaluate = Callable[[Sequence[dict[str, float]], int, range], np.ndarray]


@dataclass
class State:
    """What the waves have found so far.

    u, y       places [points, parameters] and means over the runs [points, targets]; NaN where undefined
    chance     variance of one run [points, targets]
    low, high  the box that may still be
    emulators  one a target, fitted to the points that were in that box
    one_run    variance of one run at those points, by chance [targets]
    alone      how implausible each target is at best, the others left aside [targets]
    left       plausible share of the prior after each wave, as far as it was looked at
    """

    asked: Asked
    u: np.ndarray
    y: np.ndarray
    chance: np.ndarray
    low: np.ndarray
    high: np.ndarray
    emulators: list[Emulator] = field(default_factory=list)
    one_run: np.ndarray = field(default_factory=lambda: np.empty(0))
    alone: np.ndarray = field(default_factory=lambda: np.empty(0))
    left: list[float] = field(default_factory=list)

    @property
    def noise(self) -> np.ndarray:
        """Variance of the mean over the runs, by chance: [targets]."""
        return self.one_run / self.asked.runs

    def inside(self) -> np.ndarray:
        """Which points lie in the box."""
        return np.all((self.u >= self.low - 1e-9) & (self.u <= self.high + 1e-9), axis=1)

    def misses(self, u: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(prediction - target, its variance, the emulator's part of that), each [places, targets]."""
        miss, variance, own = (np.empty((len(u), len(self.asked.targets))) for _ in range(3))
        for k, (target, emulator) in enumerate(zip(self.asked.targets, self.emulators, strict=True)):
            mean, sd = emulator.predict(u)
            miss[:, k], own[:, k] = mean - target.value, sd**2
            variance[:, k] = target.tolerance**2 + self.noise[k] + sd**2
        return miss, variance, own

    def implausibility(self, u: np.ndarray) -> np.ndarray:
        """[places, targets]"""
        miss, variance, _ = self.misses(u)
        return np.abs(miss) / np.sqrt(variance)

    def log_likelihood(self, u: np.ndarray) -> np.ndarray:
        """[places]"""
        miss, variance, _ = self.misses(u)
        return -0.5 * (miss**2 / variance + np.log(variance)).sum(axis=1)


def run_waves(asked: Asked, evaluate: Evaluate) -> State:
    """All waves.

    evaluate  ([{parameter: value}], number of the wave, replicates) -> [points, runs, targets], NaN where undefined
    Raises InvalidInput when a target is undefined in too many points.
    """
    d = len(asked.unknowns)
    nothing = np.empty((0, len(asked.targets)))
    state = State(asked, np.empty((0, d)), nothing, nothing, np.zeros(d), np.ones(d),
                  alone=np.full(len(asked.targets), np.inf))
    places = first_points(asked.size, d, asked.seed)
    for wave in range(1, asked.waves + 1):
        _add(state, places, evaluate, wave)
        _emulate(state)
        candidates, plausible = _shrink(state, wave)
        if wave >= LEAST_WAVES and _sure(state, candidates[plausible]):
            break
        if wave < asked.waves:
            places = spread_out(candidates[plausible], asked.size, state.u)
    return state


def first_points(count: int, d: int, seed: int) -> np.ndarray:
    """A Latin hypercube: of a hundred, the one whose nearest points are farthest apart. [count, d]"""
    random = np.random.default_rng([seed, 7])
    tries = [(np.argsort(random.random((d, count)), axis=1).T + random.random((count, d))) / count
             for _ in range(100)]
    return max(tries, key=_nearest)


def _nearest(u: np.ndarray) -> float:
    gaps = ((u[:, None, :] - u[None, :, :]) ** 2).sum(axis=2)
    np.fill_diagonal(gaps, np.inf)
    return float(gaps.min())


def spread_out(candidates: np.ndarray, count: int, there: np.ndarray) -> np.ndarray:
    """`count` of the candidates, each as far as can be from those chosen before and from the points `there`."""
    width = np.maximum(candidates.max(axis=0) - candidates.min(axis=0), 1e-9)
    scaled = candidates / width
    distance = np.full(len(candidates), np.inf)
    for point in there / width:
        distance = np.minimum(distance, ((scaled - point) ** 2).sum(axis=1))
    chosen = []
    for _ in range(min(count, len(candidates))):
        k = int(np.argmax(distance))
        chosen.append(k)
        distance = np.minimum(distance, ((scaled - scaled[k]) ** 2).sum(axis=1))
    return candidates[chosen]


def _add(state: State, places: np.ndarray, evaluate: Evaluate, wave: int) -> None:
    """Runs the points of a wave, at values that can be typed."""
    unknowns = state.asked.unknowns
    values = [{one.name: one.rounded(x) for one, x in zip(unknowns, place, strict=True)} for place in places]
    found = np.asarray(evaluate(values, wave, range(state.asked.runs)), dtype=float)
    u = np.array([[float(one.place(world[one.name])) for one in unknowns] for world in values])
    whole = np.isfinite(found).all(axis=1)
    for k, target in enumerate(state.asked.targets):
        if wave == 1 and whole[:, k].mean() < DEFINED:
            raise InvalidInput(f"target {target.measure} is undefined in {np.sum(~whole[:, k])} of {len(places)} "
                               "points of the ranges, so it cannot be fitted; narrow the ranges or leave it out")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # means of nothing are NaN, and left out later
        mean, chance = np.nanmean(found, axis=1), np.nanvar(found, axis=1, ddof=1)
    mean[~whole], chance[~whole] = np.nan, np.nan
    state.u = np.concatenate([state.u, u])
    state.y = np.concatenate([state.y, mean])
    state.chance = np.concatenate([state.chance, chance])


def _emulate(state: State) -> None:
    """Emulators through the points in the box, and the chance in a run there."""
    inside = state.inside()
    state.emulators, chance = [], []
    for k, target in enumerate(state.asked.targets):
        use = inside & np.isfinite(state.y[:, k])
        if use.sum() < state.u.shape[1] + 4:
            raise InvalidInput(f"target {target.measure} is undefined or failed in most of the runs that could meet it")
        state.emulators.append(Emulator(state.u[use], state.y[use, k], state.low, state.high, target.value,
                                        target.tolerance))
        chance.append(float(state.chance[use, k].mean()))
    state.one_run = np.array(chance)


def _shrink(state: State, wave: int) -> tuple[np.ndarray, np.ndarray]:
    """Cuts the box to what is plausible; returns (candidates, which of them are plausible).

    Where hardly any is, the search goes on in a smaller box; where none is, the least implausible ones go on.
    """
    qmc = need("scipy.stats", "analysis").qmc
    low, high = state.low, state.high
    wanted = 4 * state.asked.size
    share = float(np.prod(high - low))
    least = np.inf
    for step in range(4):
        seed = state.asked.seed + 1000 * wave + step
        candidates = low + (high - low) * qmc.Sobol(len(low), scramble=True, seed=seed).random_base2(CANDIDATES)
        implausible = state.implausibility(candidates)
        state.alone = np.minimum(state.alone, implausible.min(axis=0))
        worst = implausible.max(axis=1)
        plausible = worst <= CUT
        if step == 0:
            state.left.append(share * float(plausible.mean()))
        if plausible.sum() >= wanted or (not plausible.any() and worst.min() > STUCK * least):
            break
        least = worst.min()
        near = np.argsort(worst, kind="stable")[:max(wanted, int(WORST_SHARE * len(worst)))]
        if step < 3:
            low, high = _box(candidates[near], low, high)
    if plausible.sum() < wanted:
        plausible = np.zeros(len(worst), bool)
        plausible[np.argsort(worst, kind="stable")[:max(wanted, int(WORST_SHARE * len(worst)))]] = True
    state.low, state.high = _box(candidates[plausible], low, high)
    return candidates, plausible


def _box(u: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The box around places, with some room, within the old one."""
    least, most = u.min(axis=0), u.max(axis=0)
    room = ROOM * (most - least) + 1e-4
    return np.maximum(low, least - room), np.minimum(high, most + room)


def _sure(state: State, u: np.ndarray) -> bool:
    """Whether the emulators know enough where it may be."""
    _, variance, own = state.misses(u)
    return bool(np.all(np.median(np.sqrt(own / (variance - own)), axis=0) < SMALL))
