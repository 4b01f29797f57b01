"""What drives the effect of the first policy, from stored sweeps: one assumption at a time, and groups at once.

A sweep serves when it is finished, was made under the rules of the comparison with its organisation, length and world,
varies assumptions only, and holds today and the first policy with the levers they have in the comparison. Of several
the last is taken.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from silosim.experiments.analysis.data import Block, SweepData, load
from silosim.experiments.comparison import difference, spread
from silosim.experiments.report.facts.compared import MAIN
from silosim.experiments.report.facts.source import Source
from silosim.experiments.report.facts.tables import CHANGE, VALUE, WORD, Column, Table
from silosim.model.measures.declared import MEASURES
from silosim.model.parameters import PARAMETERS, InvalidInput

LOCAL = ("one_at_a_time",)
GLOBAL = ("sobol", "shapley", "morris")
OUTCOMES = (MAIN, "backlog", "cost_per_solved", "strain")
NAMED = ("better", "worse", "higher", "lower")


@dataclass(frozen=True)
class Drivers:
    """Tables 'local' and 'global' (None where no sweep serves), the effect with nothing moved by outcome, sizes.

    method   of the global indices: 'sobol', 'shapley' or 'morris'
    numbers  local_runs, global_points ... for the table of settings
    """

    local: Table | None = None
    whole: Table | None = None
    base: Mapping[str, float] = field(default_factory=dict)
    method: str = ""
    numbers: Mapping[str, float] = field(default_factory=dict)


def find_drivers(source: Source, policy: str) -> Drivers:
    """What the database holds on this policy."""
    if not policy:
        return Drivers()
    local, base, numbers = _local(source, policy)
    whole, method, more = _global(source, policy)
    return Drivers(local, whole, base, method, {**numbers, **more})


def serving(source: Source, policy: str, methods: Sequence[str]) -> list[int]:
    """Numbers of the sweeps that serve, the last first."""
    rows = source.store.fetch("SELECT id, settings FROM sweep WHERE command = 'sweep' AND status = 'done' AND "
                              "rulebook = ? ORDER BY id DESC", [source.row["rulebook"]])
    return [number for number, words in rows if _serves(source, policy, methods, number, json.loads(words))]


def _serves(source: Source, policy: str, methods: Sequence[str], number: int, design: Mapping) -> bool:
    same = all(design.get(name) == source.settings.get(name) for name in ("weeks", "burn_in", "start"))
    factors = design.get("factors") or {}
    if not same or design.get("method") not in methods or not factors:
        return False
    if any(name not in PARAMETERS or PARAMETERS[name].role != "world" for name in factors):
        return False
    worlds = (design.get("worlds") or {}).get("list") or [{}]
    if len(worlds) != 1 or (worlds[0].get("values") or {}) != dict(source.world) or worlds[0].get("switches"):
        return False
    points = source.store.fetch("SELECT DISTINCT organisation, policy, levers FROM point WHERE sweep = ?", [number])
    levers = {name: json.loads(words or "{}") for _, name, words in points}
    return {organisation for organisation, *_ in points} == {source.organisation_hash} \
        and all(levers.get(name) == dict(source.levers.get(name, {})) for name in (source.today, policy))


def _block(source: Source, number: int, policy: str, outcome: str) -> tuple[SweepData, Block]:
    data = load(source.store, number, outcome)
    return data, next(block for block in data.blocks(source.today) if block.policy == policy)


def _local(source: Source, policy: str) -> tuple[Table | None, dict, dict]:
    for number in serving(source, policy, LOCAL):
        blocks = {}
        for outcome in OUTCOMES:
            try:
                _, blocks[outcome] = _block(source, number, policy, outcome)
            except InvalidInput:
                continue  # undefined in some run; the others stand
        if MAIN in blocks:
            table = local_table(blocks)
            base = {m: spread(block.values[0]).mean for m, block in blocks.items()}
            return table, base, {"local": len(table), "local_runs": blocks[MAIN].replicates[0]}
    return None, {}, {}


def local_table(blocks: Mapping[str, Block]) -> Table:
    """A row an assumption, the one that moves the effect on the grade most first.

    For every outcome the policy's effect with the assumption low and high, and the verdict on their difference.
    """
    columns = [Column("from", ".3g", VALUE, "report.column.moved_from"),
               Column("to", ".3g", VALUE, "report.column.moved_to")]
    for m in blocks:
        fmt, fields = MEASURES[m].format, {"measure": m}
        columns += [Column(f"{m}.low", fmt, CHANGE, "report.column.local_low", fields),
                    Column(f"{m}.high", fmt, CHANGE, "report.column.local_high", fields),
                    Column(f"{m}.verdict", kind=WORD, label="report.column.verdict")]
    table = Table("local", columns, "param")
    rows = {name: _ends(blocks, name) for name in blocks[MAIN].x.columns}
    rows = {name: row for name, row in rows.items() if row}
    for name in sorted(rows, key=lambda one: -abs(rows[one][f"{MAIN}.high"] - rows[one][f"{MAIN}.low"])):
        table.add(name, rows[name])
    return table


def _ends(blocks: Mapping[str, Block], name: str) -> dict:
    """Both ends of one assumption: its lowest and highest value among the rows that move it alone."""
    x = blocks[MAIN].x
    moved = np.flatnonzero((x[name] != x[name].iloc[0]).to_numpy())
    if PARAMETERS[name].choices or not len(moved):
        return {}
    values = x[name].astype(float)
    low, high = (int(row) for row in (min((0, *moved), key=lambda r: values[r]), max((0, *moved),
                                                                                     key=lambda r: values[r])))
    row = {"from": float(values[low]), "to": float(values[high])}
    for m, block in blocks.items():
        d = difference(name, m, block.values[high], block.values[low])
        row |= {f"{m}.low": spread(block.values[low]).mean, f"{m}.high": d.value.mean, f"{m}.verdict": d.verdict}
    return row


def clear(verdict: str) -> bool:
    """Whether a direction is named, however small."""
    return verdict.removeprefix("slightly_") in NAMED


def _global(source: Source, policy: str) -> tuple[Table | None, str, dict]:
    from silosim.experiments.analysis.run import Asked, analyse

    for method in GLOBAL:
        for number in serving(source, policy, (method,)):
            try:
                data = load(source.store, number, MAIN)
                finding = next(f for f in analyse(data, Asked(against=source.today)) if f.policy == policy)
            except InvalidInput:
                continue
            if finding.result is None:
                continue
            table = global_table(finding.result, data)
            numbers = {"global": len(table), "global_points": len(finding.block.x),
                       "global_runs": finding.block.replicates[0], "global_varied": len(data.factors)}
            return table, method, numbers
    return None, "", {}


def global_table(found, data: SweepData) -> Table:
    """A row a group (or assumption): index with its interval, what chance alone gives, and whether it is above that."""
    kind, fmt = ("mu_star", MEASURES[MAIN].format) if found.method == "morris" else (found.main, ".0%")
    of, chance = found.kinds[kind], found.noise.get(kind, math.nan)
    table = Table("global", [
        Column("index", fmt, VALUE, f"report.column.index_{found.method}"),
        Column("low", fmt, VALUE, "report.column.low"), Column("high", fmt, VALUE, "report.column.high"),
        Column("chance", fmt, VALUE, "report.column.chance"),
        Column("count", ".0f", VALUE, "report.column.count"),
        Column("clear", kind=WORD, label="report.column.above_chance")], "unit")
    none = found.none(kind)
    size = {}
    for factor in data.design.factors:
        size[factor.unit] = size.get(factor.unit, 0) + 1
    for k in sorted(range(len(found.names)), key=lambda k: -np.nan_to_num(of.value[k], nan=-math.inf)):
        table.add(found.names[k], {"index": float(of.value[k]), "low": max(0.0, float(of.low[k])),
                                   "high": float(of.high[k]), "chance": chance, "count": size.get(found.names[k], 1),
                                   "clear": "no" if none[k] else "yes"})
    return table
