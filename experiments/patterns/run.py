"""Running the declared patterns: every arm once per run, then each figure with its 95% interval.

    rows = run_patterns(runs=24)
    print_patterns(rows)
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from silosim.experiments.comparison import spread
from silosim.experiments.patterns.declared import PATTERNS
from silosim.experiments.patterns.figures import YEAR, Arm, Figure, Optimum, Runs, ShareWorse
from silosim.experiments.runkey import whole
from silosim.model.measures.declared import INDEX, MEASURES
from silosim.model.parameters import unknown
from silosim.model.text import number, text

ORGANISATION = "insurer"
SEED = 40_000  # of the patterns, apart from those of any other experiment
RESAMPLES = 2000
WIDTH = 110  # of printed text
CHECK = "check_"  # figures that explain a difference have labels that begin so


@dataclass(frozen=True)
class Row:
    """One figure of a pattern: ours with its 95% interval, beside the prototype's.

    n       runs that count
    agrees  whether the prototype's figure is within the intervals of both (taken as equally wide); None without one
    check   whether it only serves to explain a difference
    """

    pattern: str
    title: str
    label: str
    mean: float
    low: float
    high: float
    n: int
    fmt: str
    prototype: tuple[float, float] | None
    agrees: bool | None
    check: bool = False


def run_patterns(runs: int = 24, workers: int | None = None, lang: str = "en", names: Sequence[str] | None = None,
                 progress: Callable[[int, int], None] = lambda done, total: None) -> list[Row]:
    """The rows of the patterns called `names` (all, by default), from `runs` runs with common draws an arm.

    progress  called with (runs done, runs in all)
    Raises InvalidInput for an unknown pattern or fewer than 2 runs, and whatever made a run fail.
    """
    whole("runs", runs, 2, 10_000)
    chosen = _chosen(names)
    figures = [(p, f) for p in chosen for f in p.figures]
    found = _run({a: None for _, f in figures for a in f.arms()}, runs, workers, progress)
    return [_row(p.name, figure, found, lang) for p, figure in figures]


def _chosen(names: Sequence[str] | None):
    for name in names or ():
        if name not in PATTERNS:
            raise unknown("pattern", name, PATTERNS)
    return [PATTERNS[name] for name in names or PATTERNS]


def _run(arms: Iterable[Arm], runs: int, workers: int | None, progress) -> dict[Arm, Runs]:
    from silosim.experiments import engine
    from silosim.model.organisation_file import load_organisation

    spec = load_organisation(ORGANISATION)
    arms = sorted(arms, key=lambda a: (repr(a.world), repr(a)))
    jobs, place = [], {}
    for group in _by_world(arms):  # jobs next to each other share their burn-in
        for replicate in range(runs):
            for a in group:
                switches = tuple((week, dict(values)) for week, values in a.switches)
                job = engine.job(spec=spec, levers=dict(a.levers), world=dict(a.world), switches=switches,
                                 weeks=a.weeks, replicate=replicate, seed=SEED)
                place[id(job)] = a
                jobs.append(job)
    years = max(a.weeks for a in arms) // YEAR if arms else 0
    summary = {a: np.full((runs, len(MEASURES)), np.nan) for a in arms}
    grades = {a: np.full((runs, years), np.nan) for a in arms}
    progress(0, len(jobs))
    for done, (job, outcome) in enumerate(engine.simulate(jobs, workers) if jobs else (), 1):
        if isinstance(outcome, Exception):
            raise outcome
        a = place[id(job)]
        summary[a][job.replicate] = outcome.summary
        weekly = outcome.weekly[: len(outcome.weekly) // YEAR * YEAR, INDEX["grade"]].reshape(-1, YEAR)
        grades[a][job.replicate, : len(weekly)] = weekly.mean(axis=1)
        progress(done, len(jobs))
    return {a: Runs(summary[a], grades[a]) for a in arms}


def _by_world(arms: list[Arm]) -> list[list[Arm]]:
    groups: dict[tuple, list[Arm]] = {}
    for a in arms:
        groups.setdefault(a.world, []).append(a)
    return list(groups.values())


def _row(pattern: str, figure: Figure, found: dict[Arm, Runs], lang: str) -> Row:
    values = figure.values(found)
    mean, low, high = spread_of(figure, values)
    agrees = _agrees(figure, mean, low, high) if figure.prototype else None
    title = text(f"patterns.{pattern}.title", lang)
    label = text(f"patterns.label.{figure.label}", lang, **figure.fields)
    check = figure.label.startswith(CHECK)
    return Row(pattern, title, label, mean, low, high, len(values), figure.fmt, figure.prototype, agrees, check)


def spread_of(figure: Figure, values: np.ndarray) -> tuple[float, float, float]:
    """Figure and its 95% interval: Student's for means, Wilson's for shares of runs, resampled for an optimum."""
    if isinstance(figure, Optimum):
        return _optimum(np.asarray(figure.at), values)
    if isinstance(figure, ShareWorse):
        return wilson(float(values.mean()), len(values))
    s = spread(values)
    return s.mean, s.low, s.high


def wilson(share: float, n: int) -> tuple[float, float, float]:
    """A share of n runs with its 95% interval (Wilson 1927), which stays within 0 and 1."""
    z = 1.96
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return share, max(0.0, middle - half), min(1.0, middle + half)


def _optimum(at: np.ndarray, grades: np.ndarray) -> tuple[float, float, float]:
    """Top of the mean curve (a parabola through the best point and its neighbours), and its bootstrap interval."""
    draws = np.random.default_rng(SEED).integers(0, len(grades), (RESAMPLES, len(grades)))
    tops = [_top(at, grades[pick].mean(axis=0)) for pick in draws]
    low, high = np.percentile(tops, (2.5, 97.5))
    return _top(at, grades.mean(axis=0)), float(low), float(high)


def _top(at: np.ndarray, curve: np.ndarray) -> float:
    k = int(curve.argmax())
    if k in (0, len(at) - 1):
        return float(at[k])
    a, b, _ = np.polyfit(at[k - 1 : k + 2], curve[k - 1 : k + 2], 2)
    return float(-b / (2 * a)) if a < 0 else float(at[k])


def _agrees(figure: Figure, mean: float, low: float, high: float) -> bool:
    """The prototype's figures came from as many runs, so both intervals count; its figures are rounded."""
    rounding = (figure.at[1] - figure.at[0]) / 2 if isinstance(figure, Optimum) else 0.005
    below, above = figure.prototype
    slack = rounding + (math.sqrt(2) - 1) * (high - low) / 2
    return low - slack <= above and below <= high + slack


def print_patterns(rows: Sequence[Row], lang: str = "en", out: Callable[[str], None] = print) -> None:
    """Pattern by pattern: how it was run, a line a figure, and what explains the differences."""
    there = {row.pattern for row in rows}
    everything = there >= {name for name, pattern in PATTERNS.items() if pattern.figures}
    shown = [name for name in PATTERNS if name in there or (everything and not PATTERNS[name].figures)]
    wide = max((len(row.label) for row in rows), default=0) + 2
    out(text("patterns.head", lang))
    for name in shown:
        out("")
        out(f"{name}  {text(f'patterns.{name}.title', lang)}")
        _wrapped(text(f"patterns.{name}.about", lang), out)
        for row in rows:
            if row.pattern == name:
                out(f"    {row.label:<{wide}}" + row_words(row, lang))
        _wrapped(text(f"patterns.{name}.why", lang), out)


def _wrapped(words: str, out: Callable[[str], None]) -> None:
    for line in textwrap.wrap(words, WIDTH, initial_indent="    ", subsequent_indent="    "):
        out(line)


def row_words(row: Row, lang: str = "en") -> str:
    """'6.99 (6.95 … 7.03)   prototype 7.02', in the language."""
    ours = text("patterns.ours", lang, mean=number(row.mean, row.fmt, lang), low=number(row.low, row.fmt, lang),
                high=number(row.high, row.fmt, lang))
    if row.prototype is None and row.check:
        return ours
    if row.prototype is None:
        return f"{ours:<26}" + text("patterns.no_prototype", lang)
    below, above = (number(x, row.fmt, lang) for x in row.prototype)
    theirs = below if below == above else text("patterns.between", lang, low=below, high=above)
    return f"{ours:<26}" + text("patterns.agrees" if row.agrees else "patterns.differs", lang, prototype=theirs)


