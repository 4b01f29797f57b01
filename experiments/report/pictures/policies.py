"""Pictures with a line or a panel a policy: gains, regret, and fans by week."""

from __future__ import annotations

import math

import numpy as np

from silosim.experiments.report.facts.compared import MAIN
from silosim.experiments.report.facts.course import bands
from silosim.experiments.report.facts.facts import Facts
from silosim.experiments.report.pictures.canvas import (
    FLAT,
    GOOD,
    INK,
    NARROW,
    PRINT,
    WIDE,
    Drawn,
    canvas,
    colour_of,
    ticks,
    wrapped,
)
from silosim.experiments.report.words import Words
from silosim.model.measures.declared import MEASURES

COLUMNS = {WIDE: 3, NARROW: 1}
CHARACTERS = {WIDE: 40, NARROW: 18, PRINT: 40}
LINES = {WIDE: 2, NARROW: 3, PRINT: 1}


def gains(facts: Facts, words: Words) -> Drawn | None:
    """The difference in the main outcome of every policy: mean with its interval, and p10 to p90; best on top."""
    shown = sorted((p for p in facts.fans if facts.found[p, MAIN].change.n),
                   key=lambda p: facts.found[p, MAIN].change.mean)
    if not shown:
        return None
    drawn, matters = Drawn("gains"), MEASURES[MAIN].matters
    for form in (WIDE, NARROW, PRINT):
        step = {WIDE: 27, NARROW: 42, PRINT: 16.5}[form]
        with canvas(drawn, form, {PRINT: 84}.get(form, 70) + step * len(shown)) as (_, [[axes]]):
            axes.axvspan(-matters, matters, color="#f1f2f4", zorder=0)
            axes.axvline(0, color=INK, linewidth=1)
            for y, policy in enumerate(shown):
                _gain(axes, y, facts.found[policy, MAIN], words)
            axes.set_yticks(range(len(shown)), [wrapped(words.policy(p), CHARACTERS[form], LINES[form])
                                                for p in shown])
            axes.tick_params(axis="y", length=0)
            axes.grid(axis="y", visible=False)
            axes.margins(x={WIDE: 0.16, NARROW: 0.6, PRINT: 0.5}[form])
            axes.set_ylim(-0.6, len(shown) - 0.4)
            axes.set_xlabel(wrapped(words.plain("figure.gain"), {WIDE: 60, NARROW: 24, PRINT: 30}[form]))
            ticks(axes.xaxis, ".1f", words.lang, signed=True)
            for label, policy in zip(axes.get_yticklabels(), shown, strict=True):
                label.set_fontweight("bold" if policy == facts.choice.policy else "normal")
                if form == PRINT:
                    label.set_fontsize(8)  # a name of a policy of ours fits on its line
    return drawn


def _gain(axes, y: int, d, words: Words) -> None:
    colour = colour_of(d.verdict)
    axes.plot([d.change.p10, d.change.p90], [y, y], color=colour, alpha=0.3, linewidth=7, solid_capstyle="round")
    if d.change.half_width >= 0:
        axes.plot([d.change.low, d.change.high], [y, y], color=colour, linewidth=2)
    filled = colour != FLAT
    axes.plot(d.change.mean, y, "o", markersize=7, color=colour, markerfacecolor=colour if filled else "white")
    right = d.change.mean >= 0
    end = max(d.change.p90, d.change.mean) if right else min(d.change.p10, d.change.mean)
    axes.annotate(words.short(d.change.mean, MEASURES[MAIN].format, "change"), (end, y), (9 if right else -9, 0),
                  textcoords="offset points", ha="left" if right else "right", va="center", fontsize=8.5, color=colour,
                  fontweight="bold")


def regret(facts: Facts, words: Words) -> Drawn | None:
    """Regret of every policy in every world, a stroke a world."""
    if facts.around is None:
        return None
    of = facts.around
    lost = of.grades.max(axis=0) - of.grades
    shown = [k for k, p in enumerate(of.policies) if p in facts.fans or k == 0]
    shown.sort(key=lambda k: -lost[k].mean())
    drawn = Drawn("regret")
    for form in (WIDE, NARROW):
        with canvas(drawn, form, 65 + (26 if form == WIDE else 40) * len(shown)) as (_, [[axes]]):
            for y, k in enumerate(shown):
                colour = GOOD if of.policies[k] == facts.choice.policy else INK
                _strokes(axes, lost[k], y, colour)
                axes.plot(lost[k].mean(), y, "D", color=colour, markersize=5, markeredgecolor="white")
            axes.set_yticks(range(len(shown)), [wrapped(words.policy(of.policies[k]), CHARACTERS[form], LINES[form])
                                                for k in shown])
            axes.tick_params(axis="y", length=0)
            axes.grid(axis="y", visible=False)
            axes.set_ylim(-0.6, len(shown) - 0.4)
            axes.set_xlim(left=0)
            axes.set_xlabel(words.plain("figure.regret"))
            ticks(axes.xaxis, ".1f", words.lang)
    return drawn


def _strokes(axes, at: np.ndarray, y: int, colour: str) -> None:
    """A stroke at every value; one line with gaps, which is a tenth of as many marks in a file."""
    ends = np.array([y - 0.2, y + 0.2, np.nan])
    axes.plot(np.repeat(at, 3), np.tile(ends, len(at)), color=colour, alpha=0.6, linewidth=0.9)


def fan(facts: Facts, words: Words, name: str, changes: bool) -> Drawn | None:
    """Small multiples: median and p10 to p90 by week, a panel a policy, or of the paired differences from today."""
    found = bands(facts.source, name, changes)
    shown = [p for p in facts.fans if p in found] or ([] if changes else list(found)[:1])
    if not shown:
        return None
    drawn = Drawn(f"fan_change_{name}" if changes else f"fan_{name}")
    for form in (WIDE, NARROW):
        columns = min(COLUMNS[form], len(shown))
        rows = math.ceil(len(shown) / columns)
        with canvas(drawn, form, 50 + (150 if form == WIDE else 125) * rows, columns, rows, sharex=True,
                    sharey=True) as (figure, grid):
            for axes, policy in zip(grid.flat, shown, strict=False):
                if changes:
                    axes.axhline(0, color=INK, linewidth=0.8)
                elif facts.source.today in found and policy != facts.source.today:
                    _band(axes, found[facts.source.today], FLAT)
                colour = colour_of(facts.found[policy, MAIN].verdict) if changes else GOOD
                _band(axes, found[policy], colour)
                axes.set_title(wrapped(words.policy(policy), 31 if form == WIDE else 40), loc="left",
                               color=INK if policy != facts.choice.policy else GOOD)
                axes.set_xlim(0, len(found[policy]["n"]) - 1)
            for axes in list(grid.flat)[len(shown):]:
                axes.set_visible(False)
            for column in range(columns):
                lowest = [axes for axes in grid[:, column] if axes.get_visible()][-1]
                lowest.tick_params(labelbottom=True)
            figure.supxlabel(words.plain("figure.week"), fontsize=9)
            _numbers(grid[0, 0].yaxis, name, words.lang, changes)
            if not changes and facts.source.today in found and shown[0] != facts.source.today:
                _name_today(grid[0, 0], found[facts.source.today], words)
    return drawn


def _numbers(axis, name: str, lang: str, changes: bool) -> None:
    fmt = MEASURES[name].format
    low, high = axis.get_view_interval()
    ticks(axis, fmt if fmt == "share" else ".2f" if high - low < 0.5 else ".1f", lang, signed=changes)


def _band(axes, of: dict, colour: str) -> None:
    """Median and p10 to p90, at most some sixty points of each: a small picture shows no more."""
    weeks = np.arange(0, len(of["n"]), max(1, -(-len(of["n"]) // 60)))
    axes.fill_between(weeks, of["p10"][weeks], of["p90"][weeks], color=colour, alpha=0.2, linewidth=0)
    axes.plot(weeks, of["p50"][weeks], color=colour, linewidth=1.6)


def _name_today(axes, of: dict, words: Words) -> None:
    last = int(np.flatnonzero(of["n"])[-1])
    axes.annotate(words.plain("figure.today"), (last, float(of["p10"][last])), (-2, -2), textcoords="offset points",
                  ha="right", va="top", fontsize=8.5, color=FLAT)


