"""Patterns of time: elapsed time by handoffs, where it concentrates, reopening, the term, and what a deadline does."""

from __future__ import annotations

import numpy as np

from silosim.experiments.logs.bootstrap import Clusters, Estimator, clusters, ratios
from silosim.experiments.logs.log import EventLog

GROUPS = 4  # 0, 1, 2, 3 or more handoffs
DAYS_AROUND = 3  # days before and after a target date
DAY = np.timedelta64(24 * 3600, "s")
ROUNDING = 1e-9  # of sums of squares: cases that all have as many handoffs have no slope


def time_by_handoffs(log: EventLog) -> Estimator:
    """Median elapsed hours of resolved cases with 0, 1, 2 and 3 or more handoffs, opened to finally resolved."""
    hours, group = log.hours(), _group(log)
    found = clusters(log)
    members = [np.flatnonzero((group == k) & np.isfinite(hours)) for k in range(GROUPS)]
    members = [cases[np.argsort(hours[cases], kind="stable")] for cases in members]

    def values(weights):
        return np.stack([_medians(weights, found, cases, hours[cases]) for cases in members], axis=1)

    sizes = np.array([len(cases) for cases in members])
    return Estimator(found.unit, found.n, values, sizes, int(sizes.max()))


def _medians(weights: np.ndarray, found: Clusters, cases: np.ndarray, ordered: np.ndarray) -> np.ndarray:
    """Weighted medians, one per row of weights, of values in order."""
    if not len(cases):
        return np.full(len(weights), np.nan)
    total = np.cumsum(weights[:, found.of[cases]], axis=1)
    half = total[:, -1:] / 2
    low, high = (total < half).sum(axis=1), (total <= half).sum(axis=1)
    last = len(cases) - 1
    middle = (ordered[np.minimum(low, last)] + ordered[np.minimum(high, last)]) / 2
    return np.where(half[:, 0] > 0, middle, np.nan)


def time_slope(log: EventLog) -> Estimator:
    """Slope of ln(elapsed time) on ln(1 + handoffs), least squares over resolved cases that took any time."""
    hours, h = log.hours(), log.handoffs
    used = (hours > 0) & (h >= 0)
    x, y = np.log1p(np.where(used, h, 0)), np.log(np.where(used, hours, 1.0))
    found = clusters(log)
    sums = found.sums(np.stack([used, x * used, y * used, x * x * used, x * y * used], axis=1))

    def values(weights):
        n, sx, sy, sxx, sxy = (weights @ sums).T
        varies = n * sxx - sx * sx
        return ratios(n * sxy - sx * sy, np.where(varies > ROUNDING * n * sxx, varies, 0.0))[:, None]

    return Estimator(found.unit, found.n, values, np.array([used.sum()]))


def time_share(log: EventLog) -> Estimator:
    """Share of all elapsed time that is spent in cases with three or more handoffs."""
    hours, h = log.hours(), log.handoffs
    used = np.isfinite(hours) & (h >= 0)
    elapsed = np.where(used, hours, 0.0)
    found = clusters(log)
    sums = found.sums(np.stack([elapsed * (h >= 3), elapsed], axis=1))

    def values(weights):
        totals = weights @ sums
        return ratios(totals[:, :1], totals[:, 1:])

    return Estimator(found.unit, found.n, values, np.array([used.sum()]))


def reopened(log: EventLog) -> Estimator:
    """Share of cases that were reopened, by handoffs before the first fix: 0, 1, 2, 3 or more, and all."""
    count = log.cases["reopened"]
    return _shares(log, count.fillna(0).to_numpy() > 0, count.notna().to_numpy())


def term(log: EventLog) -> Estimator:
    """Share of cases resolved within their term, by handoffs: 0, 1, 2, 3 or more, and all."""
    met = log.cases["in_term"]
    return _shares(log, met.fillna(False).to_numpy(bool), met.notna().to_numpy())


def _shares(log: EventLog, yes: np.ndarray, known: np.ndarray) -> Estimator:
    group = _group(log)
    member = np.column_stack([(group == k) & known for k in range(GROUPS)] + [(group >= 0) & known])
    found = clusters(log)
    upper, lower = found.sums(member & yes[:, None]), found.sums(member)
    return Estimator(found.unit, found.n, lambda weights: ratios(weights @ upper, weights @ lower), member.sum(axis=0))


def deadline(log: EventLog) -> Estimator:
    """What a target date does: hazard of the first resolution per day from three days before to three days after it,
    then the last day before over the two before that, and the two days after over the last day before.

    Hazard: of cases open at the beginning of a day (24 hours, counted from the target date) the share resolved in it.
    Cases without a resolution count until the log's last event. Cases that are solved sooner or later of themselves
    have a hazard that changes with age, so hold the two ratios against those of a model without deadlines, not
    against 1.
    """
    cases = log.cases
    due = cases["due"].to_numpy()
    known = ~np.isnat(due)
    due = due[known]
    resolved = cases["resolved_first"].to_numpy()[known]
    opened = cases["opened"].to_numpy()[known]
    end = np.where(np.isnat(resolved), log.events["time"].to_numpy().max(), resolved)
    at = np.flatnonzero(known)
    found = clusters(log)
    risk, done = [], []
    for day in range(-DAYS_AROUND, DAYS_AROUND):
        begin, stop = due + day * DAY, due + (day + 1) * DAY
        ends = ~np.isnat(resolved) & (end < stop)
        open_then = (opened <= begin) & (end >= begin) & (ends | (end >= stop))
        risk.append(open_then)
        done.append(open_then & ends)
    lower, upper = (found.sums(np.column_stack(rows), at) for rows in (risk, done))

    def values(weights):
        at_risk, ended = weights @ lower, weights @ upper
        hazard = ratios(ended, at_risk)
        before = ratios(ended[:, 0:2].sum(axis=1), at_risk[:, 0:2].sum(axis=1))
        after = ratios(ended[:, 3:5].sum(axis=1), at_risk[:, 3:5].sum(axis=1))
        last = hazard[:, DAYS_AROUND - 1]
        return np.column_stack([hazard, ratios(last, before), ratios(after, last)])

    counts = np.column_stack(risk).sum(axis=0)
    return Estimator(found.unit, found.n, values, np.concatenate([counts, counts[[0, 2]]]))


def _group(log: EventLog) -> np.ndarray:
    """0, 1, 2 handoffs, 3 for more, -1 for a case without a team."""
    return np.minimum(log.handoffs, GROUPS - 1)
