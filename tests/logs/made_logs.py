"""Logs made from theory, whose patterns are known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from silosim.experiments.logs.log import EventLog

START = np.datetime64("2025-01-06T09:00:00", "us")
HOUR = np.timedelta64(3600, "s")


def log_of(routes, opened=None, hours=None, **facts) -> EventLog:
    """A log of team sequences: case i goes through the teams routes[i], an hour each, and is resolved by the last.

    opened  datetime64 per case (default: forty days in turn); hours: elapsed per case
    facts   per case: type, reopened, in_term, due; or `person`, one per case
    """
    n = len(routes)
    opened = START + 24 * HOUR * (np.arange(n) % 40) if opened is None else opened
    length = np.array([len(route) for route in routes])
    case = np.repeat(np.arange(n), length + 1)
    place = np.concatenate([np.arange(k + 1) for k in length])
    final = place == length[case]
    team = np.concatenate([[*route, route[-1]] for route in routes])
    time = opened[case] + place * HOUR
    if hours is not None:
        spread = np.asarray(hours, float)[case] * np.minimum(place / np.maximum(length[case], 1), 1.0)
        time = opened[case] + (spread * 3600e6).astype("timedelta64[us]")
    frame = pd.DataFrame({"case": case, "time": time, "team": [f"T{k}" for k in team],
                          "state": np.where(final, "Resolved", "Active")})
    for name, values in facts.items():
        frame[name] = np.asarray(values)[case]
    return EventLog.make(frame, resolved=("Resolved",), waiting=("Awaiting",))


def markov_routes(rng, n: int, moves: np.ndarray, go_on: float, start: np.ndarray) -> list[list[int]]:
    """n routes of a first-order chain over teams: after each visit another with probability `go_on`."""
    routes = []
    for _ in range(n):
        route = [int(rng.choice(len(start), p=start))]
        while rng.random() < go_on:
            route.append(int(rng.choice(len(start), p=moves[route[-1]])))
        routes.append(route)
    return routes
