"""Every pattern statistic, declared once, and the one path that measures them on a log, real or simulated.

A log that lacks what a pattern needs gives 'not in this log', never 0; a figure that rests on too few observations
gives none either. The definitions are the docstrings named here; labels stand in the strings.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from silosim.experiments.logs import patterns_routes as routes
from silosim.experiments.logs import patterns_shares as shares
from silosim.experiments.logs import patterns_time as times
from silosim.experiments.logs.bootstrap import DRAWS, FEWEST, Estimator, estimate
from silosim.experiments.logs.log import EventLog

OK, ABSENT, FEW = "ok", "absent", "few"


@dataclass(frozen=True)
class Pattern:
    """A pattern: its figures, in the order the estimator gives them.

    figures   name -> unit: 'share', 'points' (a difference of shares), 'hours', 'ratio' or 'count'
    needs     what the log must have: names of NEEDS
    estimator from a log that has it
    """

    name: str
    figures: dict[str, str]
    needs: tuple[str, ...]
    estimator: Callable[[EventLog], Estimator]

    @property
    def definition(self) -> str:
        """What is measured, in English."""
        return " ".join((self.estimator.__doc__ or "").split())


@dataclass(frozen=True)
class Measured:
    """One figure of one log.

    value, low, high  the figure and its 95% interval; NaN where there is none
    n        observations it rests on
    unit     what was drawn again for the interval: 'day', 'case' or 'team'; '' without one
    status   'ok', 'absent' (the log lacks `missing`) or 'few' (too few observations)
    """

    pattern: str
    figure: str
    kind: str
    value: float
    low: float
    high: float
    n: int
    unit: str
    status: str
    missing: tuple[str, ...] = ()


NEEDS: dict[str, Callable[[EventLog], bool]] = {
    "team": lambda log: bool((log.routes.length > 0).any()),
    "changes": lambda log: log.changes,
    "resolution": lambda log: bool(log.cases["resolved_first"].notna().any()),
    "person": lambda log: bool(log.events["person"].notna().any()),
    "type": lambda log: bool(log.cases["type"].notna().any()),
    "waiting": lambda log: bool(log.is_waiting().any()),
    "reopened": lambda log: bool(log.cases["reopened"].notna().any()),
    "term": lambda log: bool(log.cases["in_term"].notna().any()),
    "due": lambda log: bool(log.cases["due"].notna().any()),
}

_BY_HANDOFFS = ("0", "1", "2", "3_or_more")
_ROUTES = ("team", "changes")


def _figures(unit: str, *names: str) -> dict[str, str]:
    return dict.fromkeys(names, unit)


PATTERNS: dict[str, Pattern] = {pattern.name: pattern for pattern in (
    Pattern("handoffs", _figures("share", *_BY_HANDOFFS) | {"mean": "count"}, _ROUTES, routes.handoffs),
    Pattern("continuation", _figures("share", *map(str, range(routes.DEEPEST))) | {"rise": "points"}, _ROUTES,
            routes.continuation),
    Pattern("ping_pong", _figures("share", "all", "of_two_or_more"), _ROUTES, routes.ping_pong),
    Pattern("return_lift", _figures("share", "seen", "chance") | {"lift": "ratio"}, _ROUTES, routes.return_lift),
    Pattern("first_team", _figures("share", "share"), (*_ROUTES, "resolution"), routes.first_team),
    Pattern("time_by_handoffs", _figures("hours", *_BY_HANDOFFS), (*_ROUTES, "resolution"), times.time_by_handoffs),
    Pattern("time_slope", _figures("ratio", "slope"), (*_ROUTES, "resolution"), times.time_slope),
    Pattern("time_share", _figures("share", "3_or_more"), (*_ROUTES, "resolution"), times.time_share),
    Pattern("reopened", _figures("share", *_BY_HANDOFFS, "all"), (*_ROUTES, "reopened"), times.reopened),
    Pattern("term", _figures("share", *_BY_HANDOFFS, "all"), (*_ROUTES, "term"), times.term),
    Pattern("deadline", _figures("share", "day_-3", "day_-2", "day_-1", "day_0", "day_1", "day_2")
            | _figures("ratio", "last_day", "after"), ("resolution", "due"), times.deadline),
    Pattern("case_types", _figures("share", "top_20"), ("type",), shares.case_types),
    Pattern("people", _figures("share", "top_10", "top_20") | {"gini": "ratio"}, ("person",), shares.people),
    Pattern("waiting_spread", {"spread": "ratio"} | _figures("share", "p10", "p50", "p90"), (*_ROUTES, "waiting"),
            shares.waiting_spread),
)}


def missing(pattern: Pattern, log: EventLog) -> tuple[str, ...]:
    """What the log lacks for a pattern."""
    return tuple(name for name in pattern.needs if not NEEDS[name](log))


def measure(log: EventLog, names: Sequence[str] | None = None, draws: int = DRAWS, seed: int = 1) -> list[Measured]:
    """Every figure of every pattern (or of those named) on a log, in the order of PATTERNS.

    draws  of the bootstrap; 0 for no intervals. KeyError for an unknown name.
    """
    found = []
    for name in PATTERNS if names is None else names:
        pattern = PATTERNS[name]
        lacking = missing(pattern, log) if len(log) else pattern.needs
        if lacking:
            found += [Measured(name, figure, kind, math.nan, math.nan, math.nan, 0, "", ABSENT, lacking)
                      for figure, kind in pattern.figures.items()]
            continue
        estimator = pattern.estimator(log)
        numbers = estimate(name, estimator, draws, seed)
        for (figure, kind), row, n in zip(pattern.figures.items(), numbers.tolist(), estimator.base, strict=True):
            usable = n >= FEWEST and math.isfinite(row[0])
            value, low, high = row if usable else (math.nan,) * 3
            unit = estimator.unit if math.isfinite(low) else ""
            found.append(Measured(name, figure, kind, value, low, high, int(n), unit, OK if usable else FEW))
    return found
