"""What there is to trust it by: stored checks, stored verdicts on claims, and the evidence behind levers."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

from silosim.experiments.report.facts.source import Source
from silosim.experiments.report.facts.tables import CHANGE, VALUE, WORD, Column, Table
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


def claims_table(source: Source) -> tuple[Table, Mapping[str, dict]]:
    """(the last stored verdict on every claim under these rules, claim -> its document)."""
    table = Table("claims", [Column("verdict", kind=WORD, label="report.column.verdict"),
                             Column("mean", ".2f", CHANGE, "report.column.claim_mean"),
                             Column("hold", ".0%", VALUE, "report.column.hold"),
                             Column("mean_equal", ".2f", CHANGE, "report.column.claim_mean_equal"),
                             Column("hold_equal", ".0%", VALUE, "report.column.hold_equal"),
                             Column("worlds", ".0f", VALUE, "report.column.worlds"),
                             Column("fragile", kind=WORD)], "claim")
    if not source.store.fetch("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'claim'"):
        return table, {}
    rows = source.store.fetch("SELECT claim, verdict, fragile, document FROM claim WHERE rulebook = ? ORDER BY "
                              "finished, sweep", [source.row["rulebook"]])
    documents = {}
    for claim, verdict, fragile, words in sorted({row[0]: row for row in rows}.values(), key=lambda r: _number(r[0])):
        document = documents[claim] = json.loads(words)
        arms = document.get("arms", {})
        as_is, equal = arms.get("as_is", {}), arms.get("equal_cost", {})
        table.add(claim, {"verdict": verdict, "fragile": "yes" if fragile else "no",
                          "mean": _float(as_is.get("mean")), "hold": _float(as_is.get("hold")),
                          "mean_equal": _float(equal.get("mean")), "hold_equal": _float(equal.get("hold")),
                          "worlds": _float(as_is.get("worlds"))})
    return table, documents


def _number(claim: str) -> tuple:
    digits = claim[1:]
    return (int(digits), claim) if digits.isdigit() else (math.inf, claim)


def _float(x) -> float:
    return float(x) if isinstance(x, (int, float)) else math.nan


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
