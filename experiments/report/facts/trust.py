"""What there is to trust it by: stored checks, and the evidence behind levers."""

from __future__ import annotations

import math

from silosim.experiments.report.facts.source import Source
from silosim.experiments.report.facts.tables import VALUE, WORD, Column, Table
from silosim.model.parameters import PARAMETERS
from silosim.model.parameters.registry import EVIDENCE

WEAKEST_FIRST = tuple(reversed(EVIDENCE))


def checks_table(source: Source) -> Table:
    """The last outcome of every stored check of these rules."""
    table = Table("checks", [Column("kind", kind=WORD, label="report.column.kind"),
                             Column("status", kind=WORD, label="report.column.status"),
                             Column("value", ".4g", VALUE, "report.column.value"),
                             Column("low", ".4g", VALUE, "report.column.lower"),
                             Column("high", ".4g", VALUE, "report.column.upper")], "check")
    rows = source.store.fetch("SELECT name, kind, status, value, low, high FROM check_outcome WHERE rulebook = ? "
                              "ORDER BY id", [source.row["rulebook"]])
    for name, kind, status, *numbers in {row[0]: row for row in rows}.values():
        values = dict(zip(("value", "low", "high"), (math.nan if x is None else x for x in numbers), strict=True))
        table.add(name, {"kind": kind, "status": status, **values})
    return table


def levers_table(source: Source) -> Table:
    """Which levers each policy moves: from, to, and how well the lever's value is founded."""
    table = Table("levers", [Column("policy", kind=WORD), Column("lever", kind=WORD, label="report.column.lever"),
                             Column("today", kind=WORD, label="report.column.today"),
                             Column("value", kind=WORD, label="report.column.new_value"),
                             Column("evidence", kind=WORD, label="report.column.evidence")], "policy")
    today = source.levers.get(source.today, {})
    for policy in source.others:
        for lever, value in source.levers.get(policy, {}).items():
            known = lever in PARAMETERS  # an older database may have had others
            before = today.get(lever, PARAMETERS[lever].default if known else "")
            table.add(f"{policy} {lever}", {"policy": policy, "lever": lever, "today": before, "value": value,
                                            "evidence": PARAMETERS[lever].evidence if known else "free"})
    return table


def evidence_of(source: Source, policy: str) -> str:
    """The weakest evidence behind the levers that a policy moves: 'published', 'plausible' or 'free'."""
    moved = [PARAMETERS[lever].evidence for lever in source.levers.get(policy, {}) if lever in PARAMETERS]
    return min(moved, key=WEAKEST_FIRST.index, default="free")


def evidence_table() -> Table:
    """How many world parameters are published, plausible, or measured by nobody."""
    table = Table("evidence", [Column("count", ".0f", VALUE, "report.column.count"),
                               Column("all", ".0f", VALUE, "report.column.all")], "evidence")
    world = PARAMETERS.of_role("world")
    for grade in EVIDENCE:
        table.add(grade, {"count": sum(p.evidence == grade for p in world), "all": len(world)})
    return table


def world_table(source: Source) -> Table:
    """World parameters that this comparison sets otherwise than the defaults."""
    table = Table("world", [Column("default", kind=WORD, label="report.column.default"),
                            Column("value", kind=WORD, label="report.column.new_value")], "param")
    for name, value in source.world.items():
        default = PARAMETERS[name].default if name in PARAMETERS else ""
        table.add(name, {"default": default, "value": value})
    return table
