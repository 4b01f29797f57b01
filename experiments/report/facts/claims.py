"""Verdicts on the articles' claims: those stored in the database, or else those published in results/claims.

A verdict counts only under the rules of the comparison. One of the full ensemble goes before one of a smaller one,
wherever it stands; of equal ones the last stored.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from silosim.experiments.claims.published import PUBLISHED, read
from silosim.experiments.report.facts.source import Source
from silosim.experiments.report.facts.tables import CHANGE, VALUE, WORD, Column, Table

FULL = "full"
MOST_RELATED = 2
ARMS = ("as_is", "equal_cost")


@dataclass(frozen=True)
class Claims:
    """table: a row a claim; documents: claim -> what its verdict says; published: whether they come from results/."""

    table: Table
    documents: Mapping[str, dict] = field(default_factory=dict)
    published: bool = False


def read_claims(source: Source, published: Path | None = None) -> Claims:
    """What is known; an empty table when nothing is."""
    stored, full = _stored(source)
    if not full:
        found = _published(published or PUBLISHED, source.row["rulebook"], not stored)
        if found:
            return Claims(_table(found), found, True)
    return Claims(_table(stored), stored)


def _stored(source: Source) -> tuple[dict[str, dict], bool]:
    """(claim -> document with its verdict, whether all of them come from a full ensemble)."""
    if not source.store.fetch("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'claim'"):
        return {}, False
    rows = source.store.fetch("SELECT claim, verdict, fragile, ensemble, document FROM claim WHERE rulebook = ? "
                              "ORDER BY finished, sweep", [source.row["rulebook"]])
    found: dict[str, tuple] = {}
    for claim, verdict, fragile, ensemble, words in rows:
        full = (json.loads(ensemble) or {}).get("name") == FULL
        if full or not found.get(claim, (False,))[0]:
            found[claim] = (full, {**json.loads(words), "verdict": verdict, "fragile": bool(fragile)})
    return {claim: document for claim, (_, document) in found.items()}, bool(found) and all(
        full for full, _ in found.values())


def _published(path: Path, rulebook: str, any_size: bool) -> dict[str, dict]:
    """The same from the published table, if it is of these rules (and, unless `any_size`, of the full ensemble)."""
    known, rows = read(path)
    if known.get("rules") != rulebook or not (any_size or known.get("ensemble") == FULL):
        return {}
    found = {}
    for row in rows:
        arms = {arm: {name: float(row[f"{arm}_{name}"]) for name in ("mean", "hold", "oppose", "worlds")
                      if row.get(f"{arm}_{name}")} for arm in ARMS}
        when = {lang: row.get(column, "") for lang, column in (("en", "when"), ("nl", "when_nl"))}
        found[row["claim"]] = {"verdict": row["verdict"], "fragile": row["fragile"] == "1", "arms": arms,
                               "holds": {"words": when} if row["verdict"] == "supported_when" else None}
    return found


def _table(documents: Mapping[str, Mapping]) -> Table:
    table = Table("claims", [Column("verdict", kind=WORD, label="report.column.verdict"),
                             Column("mean", ".2f", CHANGE, "report.column.claim_mean"),
                             Column("hold", ".0%", VALUE, "report.column.hold"),
                             Column("oppose", ".0%", VALUE, "report.column.oppose"),
                             Column("mean_equal", ".2f", CHANGE, "report.column.claim_mean_equal"),
                             Column("hold_equal", ".0%", VALUE, "report.column.hold_equal"),
                             Column("oppose_equal", ".0%", VALUE, "report.column.oppose_equal"),
                             Column("worlds", ".0f", VALUE, "report.column.worlds"),
                             Column("fragile", kind=WORD)], "claim")
    for claim in sorted(documents, key=_number):
        one = documents[claim]
        as_is, equal = ((one.get("arms") or {}).get(arm) or {} for arm in ARMS)
        table.add(claim, {"verdict": one["verdict"], "fragile": "yes" if one["fragile"] else "no",
                          "mean": _float(as_is.get("mean")), "hold": _float(as_is.get("hold")),
                          "oppose": _float(as_is.get("oppose")), "mean_equal": _float(equal.get("mean")),
                          "hold_equal": _float(equal.get("hold")), "oppose_equal": _float(equal.get("oppose")),
                          "worlds": _float(as_is.get("worlds"))})
    return table


def related(levers: Mapping) -> list[str]:
    """Claims about the levers that a policy moves, at most MOST_RELATED, those about little else first.

    A claim is about the levers that its arms set.
    """
    from silosim.experiments.claims.declared import load_claims

    shares = {}
    for claim in load_claims().values():
        about = {lever for arm in claim.arms.values() for lever in (*arm.levers, *arm.fixed)}
        if about & set(levers):
            shares[claim.id] = len(about & set(levers)) / len(about | set(levers))
    return sorted(shares, key=lambda claim: (-shares[claim], _number(claim)))[:MOST_RELATED]


def _number(claim: str) -> tuple:
    digits = claim[1:]
    return (int(digits), claim) if digits.isdigit() else (math.inf, claim)


def _float(x) -> float:
    return float(x) if isinstance(x, (int, float)) else math.nan
