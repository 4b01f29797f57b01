"""Who wins and who loses inside: every team under every policy, and the silo map before and after."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from silosim.experiments.comparison import difference
from silosim.experiments.report.facts.source import Source
from silosim.experiments.report.facts.tables import CHANGE, SHARE, VALUE, WORD, Column, Table
from silosim.model.measures.declared import MEASURES

FELT = ("grade", "strain", "turnover", "pressure", "share_green")  # of a team: its customers, its people, its dashboard
LOSES = ("strain", "turnover", "pressure", "grade")  # a team loses when it is clearly worse on one of these
MAPS = ("grade", "strain")


def teams_table(source: Source) -> Table:
    """A row a policy and team: the paired difference and its verdict on what a team feels."""
    columns = [Column("policy", kind=WORD), Column("team", kind=WORD)]
    for m in FELT:
        columns += [Column(f"{m}.change", MEASURES[m].format, CHANGE), Column(f"{m}.verdict", kind=WORD)]
    table = Table("teams", columns, "team")
    values, names = _values(source)
    for policy in source.others if values else ():
        for k, team in enumerate(names):
            row = {"policy": policy, "team": team}
            for m in FELT:
                d = difference(policy, m, values[policy][m][:, k], values[source.today][m][:, k])
                row |= {f"{m}.change": d.change.mean, f"{m}.verdict": d.verdict}
            table.add(f"{policy} {team}", row)
    return table


def _values(source: Source) -> tuple[dict, list[str]]:
    """(policy -> measure -> [runs, teams], names of the teams); nothing when no run keeps its teams."""
    names: list[str] = []
    found: dict[str, dict[str, np.ndarray]] = {}
    for frame in source.detail("team"):
        names = names or list(dict.fromkeys(frame["team"]))
        for (policy, run), some in frame.groupby(["policy", "replicate"], sort=False):
            mine = found.setdefault(policy, {m: np.full((source.runs, len(names)), np.nan) for m in FELT})
            for m in FELT:
                if m in some and len(some) == len(names):
                    mine[m][run] = some[m].to_numpy()
    blank = {m: np.full((source.runs, len(names)), np.nan) for m in FELT}
    return ({policy: found.get(policy, blank) for policy in source.policies} if found else {}), names


def losing(table: Table, policy: str) -> list[tuple[str, str]]:
    """(row, measure) of every team that is clearly worse under a policy."""
    return [(row.key, m) for row in table if row.values["policy"] == policy for m in LOSES
            if row.values[f"{m}.verdict"] == "worse"]


def winning(table: Table, policy: str) -> list[str]:
    """Rows of the teams whose customers are clearly better off and that lose nothing."""
    lost = {key for key, _ in losing(table, policy)}
    return [row.key for row in table if row.values["policy"] == policy and row.key not in lost
            and row.values["grade.verdict"] == "better"]


def sums_table(source: Source, teams: Table) -> Table:
    """A row a policy: teams that are clearly worse on something, teams with better-off customers, and all teams."""
    table = Table("sides", [Column("losing", ".0f", VALUE, "report.column.losing"),
                            Column("winning", ".0f", VALUE, "report.column.winning"),
                            Column("all", ".0f", VALUE, "report.column.teams")], "policy")
    for policy in source.others if len(teams) else ():
        mine = [row for row in teams if row.values["policy"] == policy]
        table.add(policy, {"losing": len({key for key, _ in losing(teams, policy)}),
                           "winning": len(winning(teams, policy)), "all": len(mine)})
    return table


def silo_table(source: Source, policies: Sequence[str]) -> Table:
    """A row a pair of teams: handoffs in a year and the share that loses the story, today and under `policies`."""
    columns = [Column("from", kind=WORD), Column("to", kind=WORD),
               Column("handoffs", ",.0f", VALUE, "report.column.handoffs"),
               Column("today", SHARE, VALUE, "report.column.lost_today")]
    columns += [Column(f"p{k}", SHARE, VALUE, "report.column.lost_with", {"policy": policy})
                for k, policy in enumerate(policies)]
    table = Table("silo_map", columns, "pair")
    sums: dict[str, dict[tuple[str, str], list]] = {}
    for frame in source.detail("silo_map"):
        for (policy, a, b), some in frame[frame["policy"].isin([source.today, *policies])].groupby(
                ["policy", "from_team", "to_team"], sort=False):
            sums.setdefault(policy, {}).setdefault((a, b), []).append(some[["handoffs", "lost"]].to_numpy(dtype=float))
    means = {policy: {pair: np.concatenate(parts).mean(axis=0) for pair, parts in of.items()}
             for policy, of in sums.items()}
    for pair, (handoffs, lost) in means.get(source.today, {}).items():
        if pair[0] == pair[1] or not handoffs > 0:
            continue
        row = {"from": pair[0], "to": pair[1], "handoffs": handoffs, "today": lost / handoffs}
        for k, policy in enumerate(policies):
            h, gone = means.get(policy, {}).get(pair, (math.nan, math.nan))
            row[f"p{k}"] = gone / h if h > 0 else math.nan
        table.add(f"{pair[0]} > {pair[1]}", row)
    return table
