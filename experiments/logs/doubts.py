"""A second look at columns that were read: is the type free text, are the teams teams, do times have a time?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from silosim.experiments.logs.assumptions import Notes
from silosim.experiments.logs.values import Names

FREE, SOME = 0.5, 50  # different values per case, and in all, from which a column is free text
MANY_TEAMS, PER_CASE = 100, 0.1
HOUR = 3_600_000_000  # microseconds


def look_closer(named: dict[str, Names], times: dict[str, np.ndarray], keep: np.ndarray, mapping: Mapping[str, str],
                notes: Notes) -> None:
    """Doubts about the columns of cases, types, teams and times; free text is no type, and is taken out."""
    case = named["case"].codes
    cases = len(np.unique(case[keep]))
    if "type" in named:
        _type(named, case, cases, keep, mapping["type"], notes)
    teams = len(np.unique(named["team"].codes[keep & (named["team"].codes >= 0)]))
    if teams > max(MANY_TEAMS, PER_CASE * cases):
        notes.doubt("many_teams", n=teams, cases=cases, column=mapping["team"])
    time = times["time"][keep]
    days = _only_days(time)
    if days > FREE:
        notes.doubt("only_days", share=days, column=mapping["time"])
    _same_team(named["team"].codes[keep], case[keep], mapping["team"], notes)
    if "opened" in times and "resolved_at" in times:
        early = int((times["resolved_at"][keep] < times["opened"][keep]).sum())
        if early:
            notes.doubt("resolved_early", n=early, resolved=mapping["resolved_at"], opened=mapping["opened"])


def _only_days(time: np.ndarray) -> float:
    """Share of times that stand on the same full hour, or on two in turn: midnight, in summer and in winter."""
    clock = (time - time.astype("datetime64[D]")).astype(np.int64)
    at, times = np.unique(clock[clock % HOUR == 0], return_counts=True)
    return float(np.sort(times)[-2:].sum() / len(clock)) if len(at) else 0.0


def _same_team(team: np.ndarray, case: np.ndarray, column: str, notes: Notes) -> None:
    """A doubt where no case ever changes team although there are several: a team of today and no history."""
    case, team = case[team >= 0], team[team >= 0]
    pairs = np.unique(case.astype(np.int64) * (int(team.max(initial=0)) + 1) + team)
    events = np.bincount(case)
    if (events > 1).sum() >= SOME and len(pairs) == (events > 0).sum() and len(np.unique(team)) > 1:
        notes.doubt("same_team", column=column)


def _type(named: dict[str, Names], case, cases: int, keep, column: str, notes: Notes) -> None:
    types = named["type"].codes
    known = keep & (types >= 0)
    different = len(np.unique(types[known]))
    if different > max(SOME, FREE * cases):
        del named["type"]  # it may also hold names of people
        notes.doubt("type_free", column=column)
        return
    pairs = np.unique(case[known].astype(np.int64) * (len(named["type"].values) + 1) + types[known])
    per_case = np.bincount((pairs // (len(named["type"].values) + 1)).astype(np.int64))
    varies = float((per_case[per_case > 0] > 1).mean()) if known.any() else 0.0
    if varies > PER_CASE:
        notes.doubt("type_varies", share=varies, column=column)
