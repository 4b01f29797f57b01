"""The way there: the difference quarter by quarter, when it shows, the dip before it, and what moves early."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from silosim.experiments.comparison import Difference, band, difference, filled_forward
from silosim.experiments.report.facts.compared import MAIN
from silosim.experiments.report.facts.source import Source
from silosim.experiments.report.facts.tables import CHANGE, VALUE, WORD, Column, Table
from silosim.model.measures.declared import MEASURES

QUARTER, BLOCK = 13, 4  # weeks
FANS = ("grade", "backlog", "attainment", "conviction")
LEAST_POLICIES = 4  # for comparing early signs between policies
# What an organisation can see for itself, from its administration or a short survey, before customers' grades move.
OBSERVABLE = ("contacts", "first_time_right", "lead_time", "backlog", "bounced", "withdrawn", "within_norm",
              "closures_per_hour", "internal_grade", "utilisation", "conviction", "strain", "fear")
_NAMED = ("better", "slightly_better", "worse", "slightly_worse", "higher", "lower", "slightly_higher",
          "slightly_lower")


@dataclass(frozen=True)
class Course:
    """course: a row a policy; signals: a row an early indicator; `watch` the best of them ('' for none), chosen by
    'correlation' over policies or by 'size'."""

    course: Table
    signals: Table
    watch: str
    by: str


def parts(series: np.ndarray, width: int) -> np.ndarray:
    """[runs, weeks] -> means [runs, whole parts of `width` weeks]; NaN where nothing is defined."""
    whole = series.shape[1] // width
    cut = series[:, :whole * width].reshape(len(series), whole, width)
    count = (~np.isnan(cut)).sum(axis=2)
    return np.where(count > 0, np.nansum(cut, axis=2) / np.maximum(count, 1), np.nan)


def steps(series: Mapping[str, np.ndarray], policy: str, today: str, name: str, width: int) -> list[Difference]:
    """The difference from today in each part of `width` weeks."""
    mine, theirs = parts(series[policy], width), parts(series[today], width)
    return [difference(policy, name, mine[:, k], theirs[:, k]) for k in range(mine.shape[1])]


def shows_in(quarters: list[Difference]) -> int:
    """Number (from 1) of the quarter from which the direction is named, the same as at the end; 0 for never."""
    if not quarters or quarters[-1].verdict not in _NAMED:
        return 0
    up = quarters[-1].change.mean > 0
    first = len(quarters)
    while first and quarters[first - 1].verdict in _NAMED and (quarters[first - 1].change.mean > 0) == up:
        first -= 1
    return first + 1


def deepest(blocks: list[Difference]) -> int:
    """Number (from 1) of the block that is worst among those named as worse; 0 for none."""
    bad = [k for k, d in enumerate(blocks) if d.verdict in ("worse", "slightly_worse")]
    return 1 + max(bad, key=lambda k: abs(blocks[k].change.mean)) if bad else 0


def course_table(source: Source) -> Table:
    """A row a policy: the difference in the grade by quarter, when it shows, the dip and the peak of the backlog."""
    grades, backlog = source.series("grade"), source.series("backlog")
    weeks = next(iter(grades.values())).shape[1] if grades else 0
    quarters = weeks // QUARTER
    fmt, days = MEASURES[MAIN].format, MEASURES["backlog"].format
    table = Table("course", [
        Column("quarter", ".0f", VALUE, "report.column.quarter"), Column("weeks", ".0f", VALUE, "report.column.weeks"),
        Column("dip", fmt, CHANGE, "report.column.dip"), Column("dip_week", ".0f", VALUE, "report.column.dip_week"),
        Column("peak", days, CHANGE, "report.column.peak"),
        Column("peak_week", ".0f", VALUE, "report.column.peak_week"),
        *(Column(f"q{k}", fmt, CHANGE, "report.column.q", {"k": k}) for k in range(1, quarters + 1))], "policy")
    for policy in source.others if quarters else ():
        by_quarter = steps(grades, policy, source.today, MAIN, QUARTER)
        first = shows_in(by_quarter)
        row = {"quarter": first or math.nan, "weeks": first * QUARTER or math.nan,
               **{f"q{k}": d.change.mean for k, d in enumerate(by_quarter, start=1)}}
        row.update(_worst(grades, policy, source.today, MAIN, "dip", "dip_week"))
        if backlog:
            row.update(_worst(backlog, policy, source.today, "backlog", "peak", "peak_week"))
        table.add(policy, row)
    return table


def _worst(series, policy: str, today: str, name: str, value: str, week: str) -> dict:
    blocks = steps(series, policy, today, name, BLOCK)
    place = deepest(blocks)
    if not place:
        return {value: math.nan, week: math.nan}
    return {value: blocks[place - 1].change.mean, week: place * BLOCK}


def signals(source: Source, policy: str) -> Course:
    """Which observable measure moves in the first quarter and goes along with where the grade ends.

    Early change: the paired difference in the first 13 weeks; late: that of the grade in the last 52. With at least
    four policies the rank correlation of early and late over all their runs chooses among the measures that clearly
    move early under `policy`; with fewer, the size of that early move in units of what matters.
    """
    table = Table("signals", [
        Column("early", "", CHANGE, "report.column.early"), Column("verdict", kind=WORD, label="report.column.verdict"),
        Column("rank", ".2f", CHANGE, "report.column.rank"), Column("size", ".1f", VALUE, "report.column.size")],
        "measure")
    course = course_table(source)
    grades = source.series(MAIN)
    if not grades or not policy or next(iter(grades.values())).shape[1] < 2 * QUARTER:
        return Course(course, table, "", "")
    late = {p: np.nanmean(v[:, -52:], axis=1) for p, v in grades.items() if not np.isnan(v).all(axis=1).any()}
    many = len(source.others) >= LEAST_POLICIES
    for name in OBSERVABLE:
        series = source.series(name)
        if not series:
            continue
        first = steps({p: v[:, :QUARTER] for p, v in series.items()}, policy, source.today, name, QUARTER)[0]
        if not first.change.n:
            continue
        rank = _rank_correlation(source, series, late) if many else math.nan
        table.add(name, {"early": first.change.mean, "verdict": first.verdict, "rank": rank,
                         "size": abs(first.change.mean) / MEASURES[name].matters},
                  fmts={"early": MEASURES[name].format})
    able = [row.key for row in table if row.values["verdict"] in _NAMED]
    by = "correlation" if many else "size"
    strength = {key: abs(table.cell(key, "rank" if many else "size").value) for key in able}
    strength = {key: x for key, x in strength.items() if math.isfinite(x)}
    return Course(course, table, max(strength, key=strength.get, default=""), by if strength else "")


def _rank_correlation(source: Source, series, late) -> float:
    """Spearman's, of early change and late change of the grade, over policies and runs."""
    early_all, late_all = [], []
    for policy in source.others:
        if policy in late and source.today in late:
            early_all.append(parts(series[policy][:, :QUARTER], QUARTER)[:, 0]
                             - parts(series[source.today][:, :QUARTER], QUARTER)[:, 0])
            late_all.append(late[policy] - late[source.today])
    return spearman(np.concatenate(early_all), np.concatenate(late_all)) if early_all else math.nan


def spearman(x: np.ndarray, y: np.ndarray) -> float:
    """Rank correlation of what both define; NaN for fewer than three values or none that differ."""
    both = ~(np.isnan(x) | np.isnan(y))
    x, y = x[both], y[both]
    if len(x) < 3 or (x == x[0]).all() or (y == y[0]).all():
        return math.nan
    return float(np.corrcoef(_ranks(x), _ranks(y))[0, 1])


def _ranks(x: np.ndarray) -> np.ndarray:
    """Ranks from 0; equal values share their mean rank."""
    _, place, count = np.unique(x, return_inverse=True, return_counts=True)
    return (np.cumsum(count) - (count + 1) / 2)[place]


def bands(source: Source, name: str, changes: bool) -> dict[str, dict]:
    """policy -> band by week of a measure, or of its paired differences from today; empty without series."""
    series = {policy: filled_forward(values) for policy, values in source.series(name).items()}
    if changes and series:
        today = series[source.today]
        series = {policy: series[policy] - today for policy in source.others}
    found = {policy: band(values) for policy, values in series.items()}
    return {policy: b for policy, b in found.items() if b["n"].any()}
