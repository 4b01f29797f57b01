"""How policies hold up over worlds that nobody chooses: metrics of robustness, ranks, and how sure ranks are.

Every metric is a function of values [policies, worlds] and of which way is better ('up' or 'down'); what it returns,
float [policies], is in the measure's own unit and orientation unless said. Names and definitions are those of McPhail
et al. (2018, Earth's Future 6) and Kwakkel, Eker and Pruyt (2016).

    maximin        the worst world's value
    hurwicz        alpha x the best world's value + (1 - alpha) x the worst's
    mean           the mean over worlds (Laplace: every world counts the same)
    mean_sd        the mean, less one standard deviation (plus one, where lower is better)
    signal         mean / sd where higher is better, mean x sd where lower is better; for positive values only
    max_regret     the largest regret over worlds; regret is what the best policy of that world does better
    regret_90      the 90th percentile of regret over worlds
    satisficing    share of worlds in which a threshold is met (domain criterion)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from silosim.model.parameters import InvalidInput, unknown

ALPHA = 0.5
RESAMPLES = 1000
_SAME = 1e-9  # scores closer than this share of their size rank equal: sums may differ in the last digit


def maximin(values: np.ndarray, better: str = "up") -> np.ndarray:
    """The value in each policy's worst world."""
    return values.min(axis=1) if _up(better) else values.max(axis=1)


def hurwicz(values: np.ndarray, better: str = "up", alpha: float = ALPHA) -> np.ndarray:
    """alpha (optimism, 0 to 1) times the best world's value plus (1 - alpha) times the worst's."""
    if not 0 <= alpha <= 1:
        raise InvalidInput(f"alpha = {alpha:g} must be from 0 (only the worst world counts) to 1 (only the best)")
    best = values.max(axis=1) if _up(better) else values.min(axis=1)
    return alpha * best + (1 - alpha) * maximin(values, better)


def mean(values: np.ndarray, better: str = "up") -> np.ndarray:
    """The mean over worlds."""
    _up(better)
    return values.mean(axis=1)


def mean_sd(values: np.ndarray, better: str = "up") -> np.ndarray:
    """The mean, made worse by one standard deviation over worlds."""
    sd = values.std(axis=1, ddof=1) if values.shape[1] > 1 else np.full(len(values), np.nan)
    return values.mean(axis=1) + (-sd if _up(better) else sd)


def signal(values: np.ndarray, better: str = "up") -> np.ndarray:
    """Signal to noise: mean / sd (up, higher is better) or mean x sd (down, lower is better).

    NaN for every policy where a value is not above zero: the ratio then ranks by sign and not by merit.
    """
    up = _up(better)
    if values.shape[1] < 2 or not (values > 0).all():
        return np.full(len(values), np.nan)
    sd = values.std(axis=1, ddof=1)
    with np.errstate(divide="ignore"):  # no spread at all: infinitely clear
        return values.mean(axis=1) / sd if up else values.mean(axis=1) * sd


def regret(values: np.ndarray, better: str = "up") -> np.ndarray:
    """[policies, worlds]: how much better the best policy of that world does; 0 for that policy itself."""
    return values.max(axis=0) - values if _up(better) else values - values.min(axis=0)


def max_regret(values: np.ndarray, better: str = "up") -> np.ndarray:
    """The largest regret over worlds."""
    return regret(values, better).max(axis=1)


def regret_90(values: np.ndarray, better: str = "up") -> np.ndarray:
    """The 90th percentile of regret over worlds."""
    return np.percentile(regret(values, better), 90, axis=1)


def satisficing(values: np.ndarray, better: str = "up", threshold: float = 0.0) -> np.ndarray:
    """Share of worlds in which the value is at least (where lower is better: at most) `threshold`."""
    met = values >= threshold if _up(better) else values <= threshold
    return met.mean(axis=1)


METRICS: dict[str, Callable] = {"maximin": maximin, "hurwicz": hurwicz, "mean": mean, "mean_sd": mean_sd,
                                "signal": signal, "max_regret": max_regret, "regret_90": regret_90,
                                "satisficing": satisficing}


def wants_more(metric: str, better: str) -> bool:
    """Whether a higher number of this metric is better."""
    if metric in ("max_regret", "regret_90"):
        return False
    return metric == "satisficing" or _up(better)


def ranks(scores: np.ndarray, more: bool) -> np.ndarray:
    """Rank of each policy, 1 the best; equal scores share the better rank. All NaN where a score is undefined."""
    scores = np.asarray(scores, dtype=float)
    if np.isnan(scores).any():
        return np.full(len(scores), np.nan)
    oriented = scores if more else -scores
    finite = np.abs(oriented[np.isfinite(oriented)])
    slack = _SAME * finite.max() if len(finite) else 0.0
    return 1.0 + (oriented[None, :] > oriented[:, None] + slack).sum(axis=1)


@dataclass(frozen=True)
class Robustness:
    """Policies over worlds by every metric.

    policies  their names
    worlds    number of worlds
    better    'up' or 'down'
    scores    metric -> float [policies]
    ranks     metric -> [policies], 1 the best, NaN where the metric is undefined
    first     metric -> share of bootstraps of the worlds in which each policy comes first (alone or shared)
    """

    policies: tuple[str, ...]
    worlds: int
    better: str
    scores: dict[str, np.ndarray]
    ranks: dict[str, np.ndarray]
    first: dict[str, np.ndarray]

    def frame(self, of: str = "scores"):
        """'scores', 'ranks' or 'first' as a pandas frame of one row a policy and one column a metric."""
        import pandas as pd

        return pd.DataFrame(getattr(self, of), index=pd.Index(self.policies, name="policy"))

    def spread(self) -> dict[str, tuple[int, int]]:
        """policy -> best and worst rank over the metrics that are defined."""
        defined = np.array([of for of in self.ranks.values() if not np.isnan(of).any()])
        return {name: (int(defined[:, k].min()), int(defined[:, k].max())) for k, name in enumerate(self.policies)}

    def agreement(self) -> float:
        """Share of pairs of policies that no two metrics put in opposite order."""
        defined = [of for of in self.ranks.values() if not np.isnan(of).any()]
        pairs = [(i, j) for i in range(len(self.policies)) for j in range(i)]
        agreed = [len({np.sign(of[i] - of[j]) for of in defined} - {0.0}) < 2 for i, j in pairs]
        return float(np.mean(agreed)) if pairs else 1.0

    def plain(self) -> dict:
        """For JSON; undefined numbers are None."""
        def finite(x: float) -> float | None:
            return float(x) if np.isfinite(x) else None

        return {"policies": list(self.policies), "worlds": self.worlds, "better": self.better,
                "agreement": self.agreement(),
                "metrics": {metric: [{"policy": name, "score": finite(self.scores[metric][k]),
                                      "rank": finite(self.ranks[metric][k]), "first": finite(self.first[metric][k])}
                                     for k, name in enumerate(self.policies)] for metric in self.scores}}


def robustness(policies, values: np.ndarray, better: str, threshold: float | None = None, alpha: float = ALPHA,
               seed: int = 0) -> Robustness:
    """All metrics of `values` [policies, worlds]; satisficing only with a threshold.

    Raises InvalidInput for a measure without a better direction, or where a value is undefined.
    """
    values = np.asarray(values, dtype=float)
    if values.ndim != 2 or len(values) != len(policies) or not values.size:
        raise InvalidInput(f"{len(policies)} policies, and values of shape {values.shape}")
    if not np.isfinite(values).all():
        raise InvalidInput(f"{int((~np.isfinite(values)).sum())} of {values.size} policies in worlds have no finite "
                           "outcome")
    asked = {"hurwicz": {"alpha": alpha}, "satisficing": {"threshold": threshold}}
    chosen = [name for name in METRICS if name != "satisficing" or threshold is not None]
    of = {name: (lambda v, name=name: METRICS[name](v, better, **asked.get(name, {}))) for name in chosen}
    scores = {name: compute(values) for name, compute in of.items()}
    ranked = {name: ranks(scores[name], wants_more(name, better)) for name in chosen}
    rng = np.random.default_rng(seed)
    worlds = values.shape[1]
    first = {name: np.zeros(len(values)) for name in chosen}
    for _ in range(RESAMPLES):
        drawn = values[:, rng.integers(worlds, size=worlds)]
        for name in chosen:
            first[name] += ranks(of[name](drawn), wants_more(name, better)) == 1
    first = {name: np.where(np.isnan(ranked[name]), np.nan, count / RESAMPLES) for name, count in first.items()}
    return Robustness(tuple(policies), worlds, better, scores, ranked, first)


def _up(better: str) -> bool:
    if better not in ("up", "down"):
        if better == "neither":
            raise InvalidInput("robustness needs a measure of which one direction is better; this one has none")
        raise unknown("direction", better, ("up", "down"))
    return better == "up"
