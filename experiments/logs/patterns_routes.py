"""Patterns of routes: handoffs, ping-pong, the way back to the sender. Definitions as in `log`; up to the first fix."""

from __future__ import annotations

import numpy as np

from silosim.experiments.logs.bootstrap import Estimator, clusters, ratios
from silosim.experiments.logs.log import EventLog

DEEPEST = 6  # continuation is followed up to this many handoffs


def handoffs(log: EventLog) -> Estimator:
    """Share of cases with 0, 1, 2 and 3 or more handoffs, and their mean, of cases with a team."""
    h = log.handoffs
    known = h >= 0
    columns = [known & (h == k) for k in range(3)] + [h >= 3, np.where(known, h, 0), known]
    found = clusters(log)
    sums = found.sums(np.stack(columns, axis=1))

    def values(weights):
        totals = weights @ sums
        return ratios(totals[:, :5], totals[:, 5:])

    return Estimator(found.unit, found.n, values, np.full(5, known.sum()))


def continuation(log: EventLog) -> Estimator:
    """P(another handoff | already k), k = 0..5, and how much it rises from k = 0 to 3."""
    at_least = log.handoffs[:, None] >= np.arange(DEEPEST + 1)
    found = clusters(log)
    sums = found.sums(at_least)

    def values(weights):
        totals = weights @ sums
        rate = ratios(totals[:, 1:], totals[:, :-1])
        return np.column_stack([rate, rate[:, 3] - rate[:, 0]])

    base = at_least.sum(axis=0)
    return Estimator(found.unit, found.n, values, np.append(base[:DEEPEST], base[3]))


def ping_pong(log: EventLog) -> Estimator:
    """Share of cases in which a team gets the case back from the next one (A-B-A): of all, and of those with two or
    more handoffs."""
    a, _, c, case = _triples(log)
    back = np.zeros(len(log), bool)
    back[case[a == c]] = True
    h = log.handoffs
    found = clusters(log)
    sums = found.sums(np.stack([back, h >= 0, h >= 2], axis=1))

    def values(weights):
        totals = weights @ sums
        return ratios(totals[:, :1], totals[:, 1:])

    return Estimator(found.unit, found.n, values, np.array([(h >= 0).sum(), (h >= 2).sum()]))


def return_lift(log: EventLog) -> Estimator:
    """Of cases that B passes on after it had them from A: the share that goes back to A; the same under a first-order
    Markov chain with this log's own transitions; the first over the second."""
    a, b, c, case = _triples(log)
    routes, n = log.routes, len(log.teams)
    inside = routes.case[1:] == routes.case[:-1]
    pairs, pair = np.unique(routes.team[:-1][inside] * n + routes.team[1:][inside], return_inverse=True)
    sender = np.unique(pairs // n, return_inverse=True)[1]
    to_sender = b * n + a
    place = np.minimum(np.searchsorted(pairs, to_sender), max(len(pairs) - 1, 0))
    exists = pairs[place] == to_sender if len(pairs) else np.zeros(len(a), bool)
    found = clusters(log)
    of_pair, of_triple = found.of[routes.case[:-1][inside]], found.of[case]

    def values(weights):
        result = np.full((len(weights), 3), np.nan)
        for row, w in enumerate(weights):
            times = w[of_triple]
            total = times.sum()
            if total == 0:
                continue
            count = np.bincount(pair, w[of_pair], len(pairs))
            chance = ratios(count, np.bincount(sender, count)[sender])
            expected = times[exists] @ np.nan_to_num(chance[place[exists]]) / total
            seen = times[a == c].sum() / total
            result[row] = seen, expected, seen / expected if expected > 0 else np.nan
        return result

    return Estimator(found.unit, found.n, values, np.full(3, len(a)))


def first_team(log: EventLog) -> Estimator:
    """Share of resolved cases that the team which had them first also had last before the resolution, perhaps after
    a detour; of those whose team is known before that."""
    holds = log.holding_team
    found = clusters(log)
    sums = found.sums(np.stack([(holds >= 0) & (holds == log.first_team), holds >= 0], axis=1))

    def values(weights):
        totals = weights @ sums
        return ratios(totals[:, :1], totals[:, 1:])

    return Estimator(found.unit, found.n, values, np.array([(holds >= 0).sum()]))


def _triples(log: EventLog) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(team, next team, the one after that, case) of every three visits in a row of one case."""
    routes = log.routes
    inside = routes.case[2:] == routes.case[:-2]
    return (routes.team[:-2][inside], routes.team[1:-1][inside], routes.team[2:][inside], routes.case[2:][inside])
