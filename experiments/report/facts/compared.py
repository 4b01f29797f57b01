"""Every policy against today on every measure, as tables: the differences, money, and the time that moves."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from silosim.experiments.comparison import Difference, agreement, compare, difference, runs_needed, spread, verdict
from silosim.experiments.report.facts.source import AS_IS, EQUAL, Source
from silosim.experiments.report.facts.tables import CHANGE, SHARE, VALUE, WORD, Column, Table
from silosim.model.measures.declared import INDEX, MEASURES
from silosim.model.parameters import PARAMETERS

MAIN = "grade"
SHOWN = ("grade", "share_nine", "nps", "effort_score", "attainment", "lead_time", "backlog", "silo_index", "conviction",
         "turnover", "cost_per_solved")
MORE = ("share_green", "contacts", "unsolved", "strain", "first_time_right")  # that rules and sentences need as well
PARTS = ("value", "change", "low", "high", "p10", "p90", "agree", "verdict")
DAY = ("day_handle", "day_care", "day_connect", "day_improve", "day_help", "day_game", "coordination")
WEEK_HOURS, WEEKS = 40.0, 52.0

Found = Mapping[tuple[str, str], Difference]


def differences(source: Source, arm: str = AS_IS) -> dict[tuple[str, str], Difference]:
    """(policy, measure) -> difference from today over the last year."""
    outcomes = dict(source.outcomes[arm, "last_year"])
    if source.today not in outcomes:
        outcomes = {source.today: source.outcomes[AS_IS, "last_year"][source.today], **outcomes}
    return {(d.policy, d.measure): d for d in compare(outcomes, source.today)}


def compare_table(found: Found, policies: Sequence[str], name: str = "compare") -> Table:
    """A row a policy; for each measure its value, the difference, 95% interval, p10, p90, agreement and verdict."""
    columns = []
    for m in (*SHOWN, *MORE):
        fmt = MEASURES[m].format
        columns += [Column(f"{m}.value", fmt)] + [Column(f"{m}.{p}", fmt, CHANGE) for p in PARTS[1:6]]
        columns += [Column(f"{m}.agree", ".0%"), Column(f"{m}.verdict", kind=WORD)]
    table = Table(name, columns, "policy")
    for policy in policies:
        row = {}
        for m in (*SHOWN, *MORE):
            d = found[policy, m]
            row.update({f"{m}.{part}": x for part, x in _numbers(d).items()})
        table.add(policy, row)
    return table


def _numbers(d: Difference) -> dict:
    """PARTS of a difference."""
    of = (d.value.mean, d.change.mean, d.change.low, d.change.high, d.change.p10, d.change.p90, d.agree, d.verdict)
    return dict(zip(PARTS, of, strict=True))


def all_measures_table(found: Found, policies: Sequence[str]) -> Table:
    """Every measure of every policy, for the CSV file."""
    columns = [Column("measure", kind=WORD), *(Column(p, ".6g", CHANGE) for p in PARTS[:-1]),
               Column("verdict", kind=WORD)]
    table = Table("all_measures", columns, "policy")
    for policy in policies:
        for m in MEASURES:
            d = found[policy, m]
            table.add(f"{policy} {m}", {"measure": m, **_numbers(d)})
    return table


def paired(source: Source, policy: str, name: str, arm: str = AS_IS) -> np.ndarray:
    """[runs] differences of a measure over the last year."""
    k = INDEX[name]
    return source.outcomes[arm, "last_year"][policy][:, k] - source.outcomes[AS_IS, "last_year"][source.today][:, k]


def money_table(source: Source) -> Table:
    """What a policy costs: euros a year more than today, and that in full-time wages; per solved question beside it."""
    table = Table("money", [
        Column("year", ",.0f", CHANGE, "report.column.year"), Column("year_low", ",.0f", CHANGE, "report.column.low"),
        Column("year_high", ",.0f", CHANGE, "report.column.high"), Column("part", SHARE, VALUE, "report.column.part"),
        Column("wages", ".1f", CHANGE, "report.column.wages"), Column("moved", ".1f", CHANGE, "report.column.moved"),
        Column("verdict", kind=WORD, label="report.column.verdict")], "policy")
    wage = float(source.world.get("wage", PARAMETERS["wage"].default))
    today = spread(source.outcomes[AS_IS, "last_year"][source.today][:, INDEX["cost_total"]]).mean
    for policy in source.others:
        change = paired(source, policy, "cost_total")
        week = spread(change)
        moved = spread(paired(source, policy, "day_handle")).mean * source.headcount
        table.add(policy, {
            "year": week.mean * WEEKS, "year_low": week.low * WEEKS, "year_high": week.high * WEEKS,
            "part": week.mean / today if today else math.nan,
            "wages": week.mean / (wage * WEEK_HOURS) if wage > 0 else math.nan, "moved": moved,
            "verdict": verdict(week, agreement(change, week.mean), MEASURES["cost_total"])})
    return table


def day_table(source: Source, found: Found) -> Table:
    """Where the day goes: full-time employees more or less on each activity."""
    table = Table("day", [Column(name, ".1f", CHANGE) for name in DAY], "policy")
    for policy in source.others:
        table.add(policy, {name: found[policy, name].change.mean * source.headcount for name in DAY})
    return table


def equal_cost_table(source: Source) -> Table | None:
    """The main outcome with paid hours scaled until a policy costs what today costs; None where that was not run."""
    if EQUAL not in source.arms:
        return None
    found = differences(source, EQUAL)
    fmt = MEASURES[MAIN].format
    table = Table("equal_cost", [
        Column("change", fmt, CHANGE, "report.column.change"), Column("low", fmt, CHANGE, "report.column.low"),
        Column("high", fmt, CHANGE, "report.column.high"), Column("agree", ".0%", VALUE, "report.column.agree"),
        Column("verdict", kind=WORD, label="report.column.verdict")], "policy")
    for policy in source.others:
        if (policy, MAIN) in found:
            d = found[policy, MAIN]
            table.add(policy, {"change": d.change.mean, "low": d.change.low, "high": d.change.high, "agree": d.agree,
                               "verdict": d.verdict})
    return table


def precision_table(found: Found, policies: Sequence[str]) -> Table:
    """Monte Carlo error of the main difference: its half-width, what matters, and how many runs would do."""
    of = MEASURES[MAIN]
    table = Table("precision", [
        Column("half_width", ".3f", VALUE, "report.column.half_width"), Column("matters", of.format, VALUE,
                                                                              "report.column.matters"),
        Column("runs", ",.0f", VALUE, "report.column.runs"), Column("needed", ",.0f", VALUE, "report.column.needed")],
        "policy")
    for policy in policies:
        change = found[policy, MAIN].change
        table.add(policy, {"half_width": change.half_width, "matters": of.matters, "runs": change.n,
                           "needed": runs_needed(change, of.matters)})
    return table


def against(source: Source, policy: str, other: str, name: str = MAIN) -> Difference:
    """One policy against another, paired, over the last year."""
    k = INDEX[name]
    outcomes = source.outcomes[AS_IS, "last_year"]
    return difference(policy, name, outcomes[policy][:, k], outcomes[other][:, k])
