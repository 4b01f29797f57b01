"""The scissors as a picture: the dashboards of teams over the customers' grade, week under week, never on one axis."""

from __future__ import annotations

import io
import threading

import numpy as np
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator

from silosim.experiments.workshop.exports import SCISSORS, Exported
from silosim.model.text import text

MARKS = {"attainment": (1.0,), "grade": (7.0, 9.0)}  # target; a lean seven, and the nine of a fan
ROOM = 0.05  # above and below what is drawn, as a share of it
_drawing = threading.Lock()  # pyplot keeps one state for all threads


def scissors(of: Exported, lang: str, height: int = 760, size: float = 1.0) -> bytes:
    """A PNG of 1200 by `height` pixels: median and p10 to p90 of both, with today dashed in grey.

    size   of the letters; above 1 it is meant for a page that has its own heading, so it goes without title
    """
    from silosim.experiments.figures.style import headings, picture, write_numbers

    out = io.BytesIO()
    above = 105 if size == 1 else 34 * size
    with _drawing, picture(out, height, rows=2, sharex=True) as (figure, grid):
        figure.subplots_adjust(left=0.065 * size, right=1 - 0.075 * size, top=1 - above / height,
                               bottom=58 * size / height, hspace=0.24 * size)
        if size == 1:
            headings(figure, of.sentence[lang]["headline"],
                     text("pages.export.figure_note", lang, organisation=getattr(of.spec, lang), runs=of.runs))
        for axes, name in zip(grid[:, 0], SCISSORS, strict=True):
            _fan(axes, of, name, lang)
            write_numbers(axes.yaxis, name, lang)
        _weeks(grid[1, 0], of, lang)
        legend = grid[0, 0].get_legend().get_texts()
        for words in figure.findobj(Text):
            if words not in legend:
                words.set_fontsize(words.get_fontsize() * size)
    return out.getvalue()


def _fan(axes, of: Exported, name: str, lang: str) -> None:
    from silosim.experiments.figures.style import BLUE, GREY, VERMILION

    weeks = np.array(of.series["week"], dtype=float)
    colour = {"attainment": VERMILION, "grade": BLUE}[name]
    now, today = ({p: np.array(side[p], dtype=float) for p in ("p10", "p50", "p90")}
                  for side in (of.series[name]["now"], of.series[name]["today"]))
    axes.fill_between(weeks, now["p10"], now["p90"], color=colour, alpha=0.22, linewidth=0)
    axes.plot(weeks, now["p50"], color=colour, linewidth=2.5, label=text("pages.export.now", lang))
    axes.plot(weeks, today["p50"], color=GREY, linewidth=2, linestyle=(0, (5, 3)),
              label=text("pages.export.today", lang))
    axes.axvline(0, color=GREY, linewidth=1)
    drawn = np.concatenate([now["p10"], now["p90"], today["p50"], MARKS[name]])
    low, high = np.nanmin(drawn), np.nanmax(drawn)
    axes.set_ylim(low - ROOM * (high - low), high + ROOM * (high - low))
    for mark in MARKS[name]:
        axes.axhline(mark, color=GREY, linewidth=1, linestyle=":")
        axes.annotate(text(f"pages.export.mark_{name}_{mark:.0f}", lang), (weeks[-1], mark), xytext=(4, 0),
                      textcoords="offset points", va="center", fontsize=11, color=GREY, annotation_clip=False)
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axes.set_title(text(f"measure.{name}.label", lang), loc="left")
    if name == SCISSORS[0]:
        axes.legend(loc="lower right", bbox_to_anchor=(1.0, 0.97), ncols=2, frameon=False, fontsize=14,
                    borderaxespad=0.1)


def _weeks(axes, of: Exported, lang: str) -> None:
    weeks = of.series["week"]
    axes.set_xlim(weeks[0], weeks[-1])
    axes.set_xticks([week for week in range(0, weeks[-1] + 1, 26) if week >= weeks[0]])
    axes.set_xlabel(text("pages.export.week_axis", lang))
