"""Patterns of concentration and spread: case types, work over people, and a waiting status that is a team's habit."""

from __future__ import annotations

import math

import numpy as np

from silosim.experiments.logs.bootstrap import FEWEST_UNITS, Estimator, clusters, ratios
from silosim.experiments.logs.log import EventLog

FEWEST_TYPES = 2  # where all cases are of one type, nothing is concentrated
FEWEST_CASES = 100  # a team with fewer says little about its habits


def case_types(log: EventLog) -> Estimator:
    """Share of cases that belong to the most frequent 20% of case types, of which there are two or more."""
    code = log.cases["type"].cat.codes.to_numpy()
    typed = np.flatnonzero(code >= 0)
    known, code = np.unique(code[typed], return_inverse=True)
    found = clusters(log)
    counts = found.counts(typed, code, len(known))

    def values(weights):
        return top_share(weights @ counts, 0.2)[:, None]

    enough = len(typed) if len(known) >= FEWEST_TYPES else 0
    return Estimator(found.unit, found.n, values, np.array([enough]), len(known))


def people(log: EventLog) -> Estimator:
    """Share of events by the busiest 10% and 20% of people, and the Gini coefficient of events over people; of two
    people or more."""
    person = log.events["person"]
    done = np.flatnonzero(person.notna().to_numpy() & ~log.events["system"].to_numpy())
    known, code = np.unique(person.to_numpy(np.int64, na_value=-1)[done], return_inverse=True)
    found = clusters(log)
    counts = found.counts(log.events["case"].to_numpy()[done], code, len(known))

    def values(weights):
        each = weights @ counts
        return np.column_stack([top_share(each, 0.1), top_share(each, 0.2), gini(each)])

    return Estimator(found.unit, found.n, values, np.full(3, len(done) if len(known) > 1 else 0), len(known))


def top_share(counts: np.ndarray, share: float) -> np.ndarray:
    """Part of each row's total that its largest columns hold: as many as are at least `share` of all columns."""
    most = max(1, math.ceil(round(share * counts.shape[1], 6)))
    ordered = -np.sort(-counts, axis=1)
    return ratios(ordered[:, :most].sum(axis=1), ordered.sum(axis=1))


def gini(counts: np.ndarray) -> np.ndarray:
    """Gini coefficient of each row over its columns: 0 when all are equal, 1 - 1/n when one of n holds everything."""
    ordered = np.sort(counts, axis=1)
    n = counts.shape[1]
    ranked = ordered @ np.arange(1.0, n + 1)
    return ratios(2 * ranked, n * ordered.sum(axis=1)) - (n + 1) / n


def waiting_spread(log: EventLog) -> Estimator:
    """How differently teams use the waiting status that is used most: chi-squared per degree of freedom between teams
    (1 is what chance gives), and the 10th, 50th and 90th percentile of teams' shares.

    A team's share is of the cases it had at any time; a case counts when the team had it in that status. Ten or more
    teams with 100 cases or more. Teams are drawn again, since the question is how teams differ. The spread grows with
    the number of cases: compare periods of one length.
    """
    had, used = waiting_by_team(log)
    share = used / np.maximum(had, 1)

    def values(weights):
        spread = chi(weights, had, used)
        cuts = [_weighted_percentiles(weights, share, q) for q in (0.1, 0.5, 0.9)]
        return np.column_stack([spread, *cuts])

    enough = int(had.sum()) if len(had) >= FEWEST_UNITS else 0
    return Estimator("team", len(had), values, np.full(4, enough))


def waiting_by_team(log: EventLog) -> tuple[np.ndarray, np.ndarray]:
    """float64[teams] of teams with enough cases: (cases they had at any time, those of them that they had in the
    waiting status that is used most)."""
    state, team = log.events["state"], log.events["team"].cat.codes.to_numpy()
    status = state[log.is_waiting()].value_counts().index[0]
    there = team >= 0
    pair = log.events["case"].to_numpy(np.int64)[there] * len(log.teams) + team[there]
    pairs, number = np.unique(pair, return_inverse=True)
    waited = np.bincount(number, (state == status).to_numpy()[there]) > 0
    had = np.bincount(pairs % len(log.teams), minlength=len(log.teams))
    used = np.bincount(pairs % len(log.teams), waited, len(log.teams))
    big = had >= FEWEST_CASES
    return had[big].astype(float), used[big]


def chi(weights: np.ndarray, had: np.ndarray, used: np.ndarray) -> np.ndarray:
    """Pearson's chi-squared of the table teams x (waited or not) over its degrees of freedom, per row of weights."""
    pooled, share = ratios(weights @ used, weights @ had), used / np.maximum(had, 1)
    squares = (weights * had * (share - pooled[:, None]) ** 2).sum(axis=1)
    return ratios(squares, pooled * (1 - pooled) * np.maximum(weights.sum(axis=1) - 1, 1))


def _weighted_percentiles(weights: np.ndarray, values: np.ndarray, q: float) -> np.ndarray:
    """np.percentile of values, each as often as its whole weight says, one per row of weights."""
    return np.array([np.quantile(np.repeat(values, row.astype(int)), q) if row.sum() else np.nan for row in weights])
