"""Pictures for the page about a log: two widths each, names as plain text whatever they hold."""

from __future__ import annotations

import base64
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from silosim.experiments.logs.facts import Facts
from silosim.experiments.logs.organisation import Team
from silosim.experiments.report.pictures.canvas import GOOD, NARROW, PALE, WIDE, WIDTH, Drawn, canvas, shortened, ticks
from silosim.model.text import text

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_BARS = 12


@dataclass(frozen=True)
class Figure:
    """A picture as data for a page: its two forms, their sizes, and what it shows in words."""

    wide: str
    narrow: str
    wide_size: tuple[int, int]
    narrow_size: tuple[int, int]
    alt: str


def figures(facts: Facts, teams: list[Team], lang: str) -> dict[str, Figure]:
    """Every picture there are numbers for, by the name of its section."""
    made = {}
    with warnings.catch_warnings():  # a name may hold characters that the type of the pictures lacks
        warnings.simplefilter("ignore", UserWarning)
        if facts.by_week:
            made["arrivals"] = _made("arrivals", lang, 240, lambda axes: _arrivals(axes, facts, lang), 2)
        if facts.by_handoffs:
            made["routes"] = _made("routes", lang, 240, lambda axes: _routes(axes, facts, lang), 2)
        if facts.states:
            made["states"] = _bars("states", facts.states[:MOST_BARS], lang)
        held = [t for t in teams if np.isfinite(t.hold_median) and t.hold_median > 0][:MOST_BARS]
        if held:
            made["teams"] = _made("teams", lang, 70 + 26 * len(held), lambda axes: _teams(axes, held, lang), 1)
        if facts.top_types:
            made["types"] = _bars("types", facts.top_types, lang)
    return made


def _made(name: str, lang: str, height: int, draw: Callable, parts: int) -> Figure:
    drawn = Drawn(name)
    for form in (WIDE, NARROW):
        columns, rows = (parts, 1) if form == WIDE else (1, parts)
        with canvas(drawn, form, height * rows, columns, rows) as (_, axes):
            draw(axes.ravel())
    data = {form: "data:image/svg+xml;base64," + base64.b64encode(svg).decode() for form, svg in drawn.svg.items()}
    return Figure(data[WIDE], data[NARROW], drawn.size[WIDE], drawn.size[NARROW],
                  text(f"logs.page.{name}_picture", lang))


def words_of(name: str, most: int = 30) -> str:
    """A name for a picture: not too long, and never a formula."""
    return shortened(name, most).replace("\\", "\u29f5").replace("$", "\\$")


def _arrivals(axes, facts: Facts, lang: str) -> None:
    days, weeks = axes
    days.bar(range(7), np.nan_to_num(facts.by_weekday), color=[GOOD] * 5 + [PALE] * 2)
    days.set_xticks(range(7), [text(f"logs.page.{day}", lang) for day in DAYS])
    days.set_ylabel(text("logs.page.cases_a_day", lang))
    weeks.plot(range(len(facts.by_week)), [n for _, n in facts.by_week], color=GOOD, marker="o", markersize=3)
    step = max(1, len(facts.by_week) // 4)
    weeks.set_xticks(range(0, len(facts.by_week), step), [day for day, _ in facts.by_week][::step])
    weeks.set_ylim(bottom=0)
    weeks.set_ylabel(text("logs.page.cases_a_week", lang))
    for axis in axes:
        axis.grid(axis="x", visible=False)
        ticks(axis.yaxis, ",.0f", lang)


def _routes(axes, facts: Facts, lang: str) -> None:
    share, hours = axes
    names = ["0", "1", "2", "3+"]
    share.bar(names, facts.by_handoffs, color=GOOD)
    share.set_ylabel(text("logs.page.share", lang))
    ticks(share.yaxis, "share", lang)
    if facts.hours_by_handoffs:
        hours.bar(names, np.nan_to_num(facts.hours_by_handoffs), color=GOOD)
    hours.set_ylabel(text("logs.page.hours", lang))
    ticks(hours.yaxis, ",.0f", lang)
    for axis in axes:
        axis.set_xlabel(text("logs.page.handoffs", lang))
        axis.grid(axis="x", visible=False)


def _teams(axes, teams: list[Team], lang: str) -> None:
    axis = axes[0]
    place = np.arange(len(teams))[::-1]
    axis.hlines(place, [t.hold_median for t in teams], [t.hold_p90 for t in teams], color=PALE, linewidth=5)
    axis.plot([t.hold_median for t in teams], place, "o", color=GOOD)
    axis.plot([t.hold_p90 for t in teams], place, "|", color=GOOD, markersize=10, markeredgewidth=2)
    axis.set_xscale("log")
    axis.set_yticks(place, [words_of(t.label if lang == "en" else t.label_nl, _room(axis)) for t in teams])
    axis.set_xlabel(text("logs.page.hours_axis", lang))
    axis.minorticks_off()
    ticks(axis.xaxis, ",g", lang)
    axis.grid(axis="y", visible=False)


def _bars(name: str, rows: list[tuple[str, float]], lang: str) -> Figure:
    def draw(axes) -> None:
        axis = axes[0]
        place = np.arange(len(rows))[::-1]
        axis.barh(place, [part for _, part in rows], color=GOOD)
        axis.set_yticks(place, [words_of(label, _room(axis)) for label, _ in rows])
        ticks(axis.xaxis, "share", lang)
        axis.grid(axis="y", visible=False)

    return _made(name, lang, 60 + 26 * len(rows), draw, 1)


def _room(axis) -> int:
    """Characters that a label may have."""
    return 34 if axis.figure.get_size_inches()[0] * 100 > WIDTH[NARROW] + 1 else 18
