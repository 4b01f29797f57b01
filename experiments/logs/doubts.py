"""A second look at columns that were read: is the type free text, are the teams teams, do times have a time?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from silosim.experiments.logs.assumptions import Notes
from silosim.experiments.logs.values import Names

FREE, SOME = 0.5, 50  # different values per case, and in all, from which a column is free text
MANY_TEAMS, PER_CASE = 100, 0.1


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
    midnight = float(((time - time.astype("datetime64[D]")) == np.timedelta64(0, "us")).mean())
    if midnight > FREE:
        notes.doubt("only_days", share=midnight, column=mapping["time"])
    if "opened" in times and "resolved_at" in times:
        early = int((times["resolved_at"][keep] < times["opened"][keep]).sum())
        if early:
            notes.doubt("resolved_early", n=early, resolved=mapping["resolved_at"], opened=mapping["opened"])


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
