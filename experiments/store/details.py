"""Outcomes of teams, employees and pairs of teams of many runs at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby

import numpy as np

from silosim.experiments.store import rows

_WHO = ("point", "replicate", "policy", "arm", "world_name")


def frames(store, sweep: int, level: str) -> Iterator:
    """Frames of one row a team, employee or pair of teams of every run of a sweep that keeps this level.

    Columns: point, replicate, policy, arm, world_name; team, employee, or from_team and to_team; the level's names.
    """
    import pandas as pd

    names_of = {}
    for some in store.stream(
            "SELECT member.point, member.replicate, point.policy, point.arm, point.world_name, run.organisation, "
            "layout.names, detail.numbers FROM member "
            "JOIN point ON (point.sweep, point.point) = (member.sweep, member.point) "
            "JOIN run ON run.key = member.key AND run.status = 'ok' JOIN detail ON detail.run = run.id "
            "JOIN layout ON layout.id = detail.layout AND layout.level = ? WHERE member.sweep = ? "
            "ORDER BY member.point, member.replicate", [level, sweep]):
        parts = []
        for (organisation, names), runs in groupby(some, key=lambda one: one[-3:-1]):
            if organisation not in names_of:
                names_of[organisation] = store.team_names(organisation)
            parts.append(_frame(level, names_of[organisation], json.loads(names), list(runs)))
        yield pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]


def _frame(level: str, teams: list[str], names: list[str], runs: list):
    """The rows of runs of one organisation, run by run; a frame for each of them would take ten times as long."""
    import pandas as pd

    numbers = [np.frombuffer(raw, rows.FLOAT).reshape(-1, len(names)) for *_, raw in runs]
    counts = [len(one) for one in numbers]
    frame = pd.DataFrame(np.concatenate(numbers), columns=names).reindex(columns=rows.level_names(level))
    who = {name: np.repeat(np.array(values, dtype=object), counts)
           for name, values in zip(_WHO, zip(*(one[:len(_WHO)] for one in runs), strict=True), strict=True)}
    whose = [_named(level, teams, count) for count in counts]
    named = {name: np.concatenate([one[name] for one in whose]) for name in whose[0]}
    return pd.concat([pd.DataFrame({**who, **named}).infer_objects(), frame], axis=1)


def _named(level: str, teams: list[str], count: int) -> dict:
    """The columns that say whose outcomes a row has."""
    if level == "team":
        return {"team": teams}
    if level == "employee":
        return {"employee": np.arange(count)}
    return {"from_team": np.repeat(teams, len(teams)), "to_team": np.tile(teams, len(teams))}
