"""Pictures of what drives the result: correlations over worlds, indices of groups, and the tornado."""

from __future__ import annotations

import math

from silosim.experiments.report.facts.drivers import clear
from silosim.experiments.report.facts.facts import Facts
from silosim.experiments.report.pictures.canvas import (
    BAD,
    GOOD,
    INK,
    NARROW,
    PALE,
    WIDE,
    Drawn,
    canvas,
    ticks,
    wrapped,
)
from silosim.experiments.report.words import Words
from silosim.model.measures.declared import MEASURES

MOST_BARS = 6  # in a panel of the tornado


def drivers(facts: Facts, words: Words) -> Drawn | None:
    """Rank correlations of assumptions with the effect of the first policy, strongest on top."""
    if not facts.has("drivers"):
        return None
    table = facts.tables["drivers"]
    keys = list(table.rows)[::-1]
    drawn = Drawn("drivers")
    for form in (WIDE, NARROW):
        with canvas(drawn, form, 75 + (30 if form == WIDE else 42) * len(keys)) as (_, [[axes]]):
            axes.axvline(0, color=INK, linewidth=1)
            for y, key in enumerate(keys):
                rank, low, high = (table.cell(key, c).value for c in ("rank", "low", "high"))
                axes.barh(y, rank, color=GOOD if rank > 0 else BAD, height=0.5)
                axes.plot([low, high], [y, y], color=INK, linewidth=1.5)
            _names(axes, [words.param(key) for key in keys], form)
            axes.set_xlim(-1, 1)
            axes.set_xticks([-1, -0.5, 0, 0.5, 1])
            axes.set_xlabel(words.plain("figure.rank"))
            ticks(axes.xaxis, ".1f", words.lang, signed=True)
    return drawn


def whole(facts: Facts, words: Words) -> Drawn | None:
    """Global indices with their intervals, and what chance alone gives."""
    if not facts.has("global"):
        return None
    table = facts.tables["global"]
    keys = list(table.rows)[::-1]
    drawn, chance = Drawn("global"), table.cell(keys[0], "chance").value
    for form in (WIDE, NARROW):
        with canvas(drawn, form, 75 + (24 if form == WIDE else 34) * len(keys)) as (_, [[axes]]):
            for y, key in enumerate(keys):
                index, low, high = (table.cell(key, c).value for c in ("index", "low", "high"))
                axes.barh(y, index, color=GOOD if table.word(key, "clear") == "yes" else PALE, height=0.55)
                axes.plot([low, high], [y, y], color=INK, linewidth=1.5)
            if math.isfinite(chance):
                axes.axvline(chance, color=INK, linewidth=0.9, linestyle=(0, (4, 3)))
                axes.annotate(words.plain("figure.chance"), (chance, -0.55), (4, 0), textcoords="offset points",
                              fontsize=8.5, va="bottom")
            _names(axes, [words.unit(key) for key in keys], form)
            axes.set_xlim(left=0)
            key = "morris" if facts.drivers.method == "morris" else "share"
            axes.set_xlabel(wrapped(words.plain(f"figure.index_{key}"), 100 if form == WIDE else 26))
            ticks(axes.xaxis, ".1f" if key == "morris" else "share", words.lang)
    return drawn


def tornado(facts: Facts, words: Words) -> Drawn | None:
    """The effect of the first policy with one assumption low and high: a panel an outcome, widest bars on top."""
    if not facts.has("local"):
        return None
    base = facts.drivers.base
    drawn = Drawn("tornado")
    shown = {m: _widest(facts, m) for m in base}
    for form in (WIDE, NARROW):
        columns = 2 if form == WIDE and len(base) > 1 else 1
        rows = math.ceil(len(base) / columns)
        bars = max(len(keys) for keys in shown.values())
        height = (70 + (27 if form == WIDE else 34) * bars) * rows + (26 if form == WIDE else 58)
        with canvas(drawn, form, height, columns, rows) as (figure, panels):
            for axes, (m, start) in zip(panels.flat, base.items(), strict=False):
                _panel(axes, facts, words, m, start, shown[m], form)
            for axes in list(panels.flat)[len(base):]:
                axes.set_visible(False)
            _legend(figure, words, form)
    return drawn


def _widest(facts: Facts, m: str) -> list[str]:
    """The assumptions that move this outcome most, the most last."""
    table = facts.tables["local"]
    size = {key: abs(table.cell(key, f"{m}.high").value - table.cell(key, f"{m}.low").value) for key in table.rows}
    return sorted(size, key=size.get)[-MOST_BARS:]


def _panel(axes, facts: Facts, words: Words, m: str, start: float, keys: list[str], form: str) -> None:
    table = facts.tables["local"]
    for y, key in enumerate(keys):
        named = clear(table.word(key, f"{m}.verdict"))
        for end, colour in (("low", BAD), ("high", GOOD)):
            at = table.cell(key, f"{m}.{end}").value
            axes.barh(y, at - start, left=start, color=colour if named else PALE, height=0.55)
    axes.axvline(start, color=INK, linewidth=1)
    _names(axes, [words.param(key) for key in keys], form, 30)
    axes.set_title(words.measure(m), loc="left")
    axes.margins(x=0.08)
    axes.locator_params(axis="x", nbins=5)
    ticks(axes.xaxis, _digits(MEASURES[m].format, *axes.get_xlim()), words.lang, signed=True)


def _digits(fmt: str, low: float, high: float) -> str:
    """As many decimals as the ticks of this range need to differ."""
    if fmt == "share":
        return fmt
    return f",.{max(0, math.ceil(-math.log10((high - low) / 4)))}f" if high > low else fmt


def _legend(figure, words: Words, form: str) -> None:
    from matplotlib.patches import Patch

    kinds = (("low", BAD), ("high", GOOD), ("unclear", PALE))
    figure.legend(handles=[Patch(color=colour, label=words.plain(f"figure.{key}" if key == "unclear" else
                                                                 f"figure.assumption_{key}"))
                           for key, colour in kinds], loc="outside lower left", ncols=3 if form == WIDE else 1,
                  frameon=False, fontsize=8.5, handlelength=1.2, columnspacing=1.4)


def _names(axes, names: list[str], form: str, width: int = 40) -> None:
    axes.set_yticks(range(len(names)), [wrapped(name, width if form == WIDE else 22) for name in names])
    axes.set_ylim(-0.7, len(names) - 0.3)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", visible=False)
