"""Who loses among single people: shares of seats that are worse and better off, and how uneven it becomes."""

from __future__ import annotations

import math

import numpy as np

from silosim.experiments.losers import OF_PEOPLE, OF_TEAMS, judge
from silosim.experiments.report.facts.source import Source
from silosim.experiments.report.facts.tables import CHANGE, SHARE, VALUE, Column, Table


def people_table(source: Source) -> Table:
    """A row a policy: seats worse and better off by what matters on what people feel, and the Gini of strain."""
    columns = []
    for m in OF_PEOPLE:
        columns += [Column(f"{m}.worse", SHARE, VALUE, "report.column.people_worse", {"measure": m}),
                    Column(f"{m}.better", SHARE, VALUE, "report.column.people_better", {"measure": m})]
    table = Table("people", [*columns, Column("gini", ".3f", VALUE, "report.column.gini"),
                             Column("gini_change", ".3f", CHANGE, "report.column.gini_change")], "policy")
    values = _values(source)
    if source.today not in values:
        return table
    seats = np.repeat(np.arange(len(source.organisation["team"])),
                      [team["headcount"] for team in source.organisation["team"]])
    names = [team["name"] for team in source.organisation["team"]]
    if len(seats) != values[source.today][OF_PEOPLE[0]].shape[1]:
        return table  # people of the runs are not those of the organisation
    for policy in source.others:
        if policy in values:
            found = judge(policy, values[policy], values[source.today], seats, names)
            row = {}
            for m in OF_PEOPLE:
                row |= {f"{m}.worse": found.people[m].worse.mean, f"{m}.better": found.people[m].better.mean}
            uneven = found.gini["strain"]
            table.add(policy, {**row, "gini": uneven.value.mean, "gini_change": uneven.change.mean})
    return table


def _values(source: Source) -> dict[str, dict[str, np.ndarray]]:
    """policy -> measure -> [runs, seats]; what is known of teams only is left undefined here."""
    found: dict[str, dict[str, np.ndarray]] = {}
    teams = len(source.organisation.get("team", ()))
    for frame in source.detail("employee"):
        for (policy, run), some in frame.groupby(["policy", "replicate"], sort=False):
            mine = found.setdefault(policy, {
                **{m: np.full((source.runs, len(some)), math.nan) for m in OF_PEOPLE},
                **{m: np.full((source.runs, teams), math.nan) for m in OF_TEAMS}})
            for m in OF_PEOPLE:
                if m in some and mine[m].shape[1] == len(some):
                    mine[m][run] = some[m].to_numpy()
    return found
