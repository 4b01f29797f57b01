"""Outcomes of teams, employees and pairs of teams of many runs at once."""

from __future__ import annotations

import json
from collections.abc import Iterator

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
        for *who, organisation, names, numbers in some:
            if organisation not in names_of:
                names_of[organisation] = store.team_names(organisation)
            columns = json.loads(names)
            frame = pd.DataFrame(np.frombuffer(numbers, rows.FLOAT).reshape(-1, len(columns)), columns=columns)
            parts.append(frame.assign(**dict(zip(_WHO, who, strict=True)),
                                      **_named(level, names_of[organisation], len(frame))))
        yield pd.concat(parts, ignore_index=True).reindex(
            columns=[*_WHO, *_named(level, [], 0), *rows.level_names(level)])


def _named(level: str, teams: list[str], count: int) -> dict:
    """The columns that say whose outcomes a row has."""
    if level == "team":
        return {"team": teams}
    if level == "employee":
        return {"employee": np.arange(count)}
    return {"from_team": np.repeat(teams, len(teams)), "to_team": np.tile(teams, len(teams))}
