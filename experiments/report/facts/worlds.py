"""The same policies in other worlds: regret, shares of worlds, where it fails, and which assumptions go with it."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace

import numpy as np

from silosim.experiments.analysis.robustness import max_regret, ranks, regret_90, satisficing
from silosim.experiments.report.facts.compared import MAIN
from silosim.experiments.report.facts.course import spearman
from silosim.experiments.report.facts.source import WORLDS, Source
from silosim.experiments.report.facts.tables import CHANGE, VALUE, WORD, Column, Table
from silosim.experiments.runkey import organisation_hash
from silosim.experiments.store.rows import PERIODS
from silosim.model.measures.declared import MEASURES
from silosim.model.organisation_file import load_organisation
from silosim.model.parameters import PARAMETERS, InvalidInput

METRICS = ("mean", "worst", "regret_90", "regret_max", "good_enough", "better", "worse")
RANKED = {"mean": True, "worst": True, "regret_90": False, "regret_max": False, "good_enough": True}
MOST_DRIVERS, RESAMPLES, LEVEL = 8, 500, 0.05
LEAST_WORLDS = 10


@dataclass(frozen=True)
class Worlds:
    """grades, backlogs: float [policies, worlds], means over replicates; x: frame [worlds, parameters that vary].

    borrowed  whether the worlds were fitted to another organisation than this one
    """

    policies: tuple[str, ...]
    names: tuple[str, ...]
    grades: np.ndarray
    backlogs: np.ndarray
    x: object
    replicates: int
    borrowed: bool = False

    def change(self, policy: str) -> np.ndarray:
        """[worlds] difference in the grade from today."""
        return self.grades[self.policies.index(policy)] - self.grades[0]


def read_worlds(source: Source) -> Worlds | None:
    """The last sweep of worlds of this organisation, rules and length, with today and at least one of the policies."""
    found = source.store.fetch("SELECT id, settings FROM sweep WHERE command = ? AND rulebook = ? AND status != "
                               "'running' ORDER BY id DESC", [WORLDS, source.row["rulebook"]])
    for sweep, words in found:
        settings = json.loads(words)
        if settings.get("organisation") == source.organisation_hash and settings.get("weeks") == source.settings.get(
                "weeks") and settings.get("start") == source.settings.get("start") \
                and settings.get("around", {}) == dict(source.world):
            worlds = _worlds(source, sweep)
            if worlds is not None:
                return replace(worlds, borrowed=settings.get("fitted_to", _usual()) != source.organisation_hash)
    return None


def _usual() -> str:
    """The organisation that the published worlds were fitted to."""
    return organisation_hash(load_organisation("insurer"))


def _worlds(source: Source, sweep: int) -> Worlds | None:
    import pandas as pd

    points = source.store.points(sweep)
    outcomes = source.store.sweep_outcomes(sweep, PERIODS[0])[[MAIN, "backlog"]]
    means = outcomes.groupby("point").mean()
    table = points.join(means)
    grades = table.pivot_table(index="policy", columns="world_name", values=MAIN, sort=False, dropna=False)
    backlogs = table.pivot_table(index="policy", columns="world_name", values="backlog", sort=False, dropna=False)
    kept = [policy for policy in source.policies if policy in grades.index]
    if source.today not in kept or len(kept) < 2:
        return None
    grades, backlogs = grades.loc[kept].dropna(axis=1), backlogs.loc[kept]
    if grades.shape[1] < LEAST_WORLDS:
        return None
    settings = source.store.fetch("SELECT world_name, world FROM point WHERE sweep = ? GROUP BY world_name", [sweep])
    values = {name: json.loads(words or "{}") for name, words in settings}
    names = sorted({p for of in values.values() for p in of if p in PARAMETERS and not PARAMETERS[p].choices})
    rows = [[float(values[w].get(p, PARAMETERS[p].default)) for p in names] for w in grades.columns]
    x = pd.DataFrame(rows, columns=names)
    x = x.loc[:, x.nunique() > 1]
    each = int(outcomes.groupby("point").size().max())
    return Worlds(tuple(kept), tuple(grades.columns), grades.to_numpy(), backlogs[grades.columns].to_numpy(), x, each)


@dataclass(frozen=True)
class Limits:
    """What is good enough: a grade of at least, and a backlog of at most."""

    grade: float
    backlog: float


def limits(worlds: Worlds) -> Limits:
    """What matters better than today on average over worlds, and no more backlog than that matters."""
    return Limits(float(worlds.grades[0].mean()) + MEASURES[MAIN].matters,
                  float(np.nanmean(worlds.backlogs[0])) + MEASURES["backlog"].matters)


def robust_table(worlds: Worlds) -> Table:
    """A row a policy: mean, worst world, regret, share of worlds good enough, better and worse off than today."""
    fmt, of = MEASURES[MAIN].format, limits(worlds)
    fields = {"grade": of.grade, "backlog": of.backlog}
    table = Table("robust", [
        Column("mean", fmt, CHANGE, "report.column.mean"), Column("worst", fmt, CHANGE, "report.column.worst"),
        Column("best", fmt, CHANGE, "report.column.best"),
        Column("regret_90", fmt, VALUE, "report.column.regret_90"),
        Column("regret_max", fmt, VALUE, "report.column.regret_max"),
        Column("good_enough", ".0%", VALUE, "report.column.good_enough", fields),
        Column("better", ".0%", VALUE, "report.column.better"), Column("worse", ".0%", VALUE, "report.column.worse"),
        Column("missed", ".0%", VALUE, "report.column.missed"), Column("worlds", ".0f", VALUE, "report.column.worlds"),
        *(Column(f"rank_{m}", ".0f", VALUE, "report.column.rank_of") for m in RANKED)], "policy")
    changes = worlds.grades - worlds.grades[0]
    regrets = {"regret_90": regret_90(worlds.grades), "regret_max": max_regret(worlds.grades)}
    enough = (worlds.grades >= of.grade) & ~(worlds.backlogs > of.backlog)
    matters = MEASURES[MAIN].matters
    scores = {"mean": changes.mean(axis=1), "worst": changes.min(axis=1), **regrets, "good_enough": enough.mean(axis=1)}
    place = {m: ranks(scores[m], more) for m, more in RANKED.items()}
    for k, policy in enumerate(worlds.policies):
        table.add(policy, {
            **{m: float(score[k]) for m, score in scores.items()}, "best": float(changes[k].max()),
            "better": float(satisficing(changes, "up", matters)[k]),
            "worse": float(satisficing(changes, "down", -matters)[k]),
            "missed": float((changes[k] < matters).mean()), "worlds": worlds.grades.shape[1],
            **{f"rank_{m}": float(place[m][k]) for m in RANKED}})
    return table


def drivers_table(worlds: Worlds, policy: str, seed: int = 0) -> Table:
    """World parameters whose value goes along with the policy's effect, over worlds: rank correlations.

    Interval: bootstrap of worlds. Kept are those that pass Benjamini and Hochberg's control at .05 over all parameters
    that vary, at most eight; the columns p5 and p95 say how far each was varied.
    """
    table = Table("drivers", [
        Column("rank", ".2f", CHANGE, "report.column.rank_world"), Column("low", ".2f", CHANGE, "report.column.low"),
        Column("high", ".2f", CHANGE, "report.column.high"), Column("p05", ".3g", VALUE, "report.column.p05"),
        Column("p95", ".3g", VALUE, "report.column.p95"), Column("evidence", kind=WORD,
                                                                 label="report.column.evidence")], "param")
    change = worlds.change(policy)
    rho = correlations(worlds, policy)
    n = len(change)
    p = {name: _p_value(r, n) for name, r in rho.items()}
    passing = 0
    order = sorted(p, key=p.get)
    for place, name in enumerate(order, start=1):
        if p[name] <= LEVEL * place / len(order):
            passing = place
    rng = np.random.default_rng(seed)
    drawn = rng.integers(n, size=(RESAMPLES, n))
    for name in order[:min(passing, MOST_DRIVERS)]:
        x = worlds.x[name].to_numpy()
        again = [spearman(x[rows], change[rows]) for rows in drawn]
        low, high = np.nanpercentile(again, (2.5, 97.5))
        p05, p95 = np.percentile(x, (5, 95))
        table.add(name, {"rank": rho[name], "low": float(low), "high": float(high), "p05": float(p05),
                         "p95": float(p95), "evidence": PARAMETERS[name].evidence})
    return table


def correlations(worlds: Worlds, policy: str) -> dict[str, float]:
    """Rank correlation over worlds of every parameter that varies with the policy's effect; undefined ones are left
    out."""
    change = worlds.change(policy)
    rho = {name: spearman(worlds.x[name].to_numpy(), change) for name in worlds.x.columns}
    return {name: r for name, r in rho.items() if math.isfinite(r)}


def _p_value(rho: float, n: int) -> float:
    """Two-sided, by Fisher's transform with Spearman's variance 1.06 / (n - 3)."""
    if n < 5 or abs(rho) >= 1:
        return 0.0 if n >= 5 else 1.0
    return math.erfc(abs(math.atanh(rho)) * math.sqrt((n - 3) / 1.06) / math.sqrt(2))


def failing(worlds: Worlds, policy: str):
    """Where the policy gains less than what matters: boxes as analysis finds them, None where it cannot look."""
    from silosim.experiments.analysis.discovery import discover

    y = worlds.change(policy) < MEASURES[MAIN].matters
    try:
        return discover(worlds.x, y)
    except InvalidInput:
        return None


def box_table(boxes) -> Table:
    """The regions found: how many worlds lie in each, coverage, density and the density among all."""
    table = Table("fails", [Column("coverage", ".0%", VALUE, "report.column.coverage"),
                            Column("density", ".0%", VALUE, "report.column.density"),
                            Column("base", ".0%", VALUE, "report.column.base"),
                            Column("inside", ".0f", VALUE, "report.column.inside"),
                            Column("p", ".3f", VALUE, "report.column.p")], "box")
    for k, box in enumerate(boxes.boxes if boxes else (), start=1):
        table.add(str(k), {"coverage": box.coverage[1], "density": box.density[1], "base": box.base[1],
                           "inside": box.n[1], "p": box.p})
    return table


def region_table(boxes) -> Table:
    """The limits of the first region: a row a parameter, an open end is undefined."""
    table = Table("region", [Column("low", ".3g", VALUE, "report.column.lower"),
                             Column("high", ".3g", VALUE, "report.column.upper")], "param")
    ends: dict[str, dict[str, float]] = {}
    for box in (boxes.boxes[:1] if boxes else ()):
        for limit in box.limits:
            for name in ("low", "high"):
                if getattr(limit, name) is not None:
                    ends.setdefault(limit.factor, {})[name] = getattr(limit, name)
    for factor, limits_of in ends.items():
        table.add(factor, limits_of)
    return table


def sizes(worlds: Worlds, policy: str) -> dict[str, float]:
    """Numbers for the table of settings; failing: worlds in which the first policy gains less than what matters."""
    of = limits(worlds)
    known = policy in worlds.policies
    failing_in = {"failing": int((worlds.change(policy) < MEASURES[MAIN].matters).sum())} if known else {}
    return {**failing_in, "worlds": len(worlds.names), "world_runs": worlds.replicates, "varied": worlds.x.shape[1],
            "enough_grade": of.grade, "enough_backlog": of.backlog}


