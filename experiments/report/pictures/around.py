"""Pictures of worlds and of teams: gains world by world, what drives them, and the silo map."""

from __future__ import annotations

import numpy as np

from silosim.experiments.report.facts.compared import MAIN
from silosim.experiments.report.facts.facts import Facts
from silosim.experiments.report.pictures.canvas import (
    BAD,
    FLAT,
    GOOD,
    INK,
    NARROW,
    WIDE,
    Drawn,
    canvas,
    shortened,
    ticks,
    wrapped,
)
from silosim.experiments.report.words import Words
from silosim.model.measures.declared import MEASURES
from silosim.model.text import number

MOST_TEAMS = 16  # with more, the picture has no numbers in its fields


def worlds(facts: Facts, words: Words) -> Drawn | None:
    """The gain of the first policy in every world, in order of size."""
    policy = facts.choice.policy
    if facts.around is None or policy not in facts.around.policies:
        return None
    gain, matters = np.sort(facts.around.change(policy)), MEASURES[MAIN].matters
    drawn = Drawn("worlds")
    for form in (WIDE, NARROW):
        with canvas(drawn, form, 250) as (_, [[axes]]):
            colours = [GOOD if g >= matters else BAD if g <= -matters else FLAT for g in gain]
            axes.bar(np.arange(len(gain)), gain, color=colours, width=0.8)
            axes.axhline(0, color=INK, linewidth=0.8)
            axes.axhline(matters, color=INK, linewidth=0.9, linestyle=(0, (4, 3)))
            axes.annotate(words.plain("figure.matters"), (0, matters), (0, 4), textcoords="offset points", fontsize=8.5,
                          bbox={"facecolor": "white", "alpha": 0.85, "edgecolor": "none", "pad": 0.5})
            axes.set_xlabel(words.plain("figure.world"))
            axes.set_ylabel(wrapped(words.plain("figure.gain"), 30))
            axes.set_xticks([])
            axes.grid(axis="x", visible=False)
            ticks(axes.yaxis, ".1f", words.lang, signed=True)
    return drawn


def silo(facts: Facts, words: Words) -> Drawn | None:
    """Share of handoffs that lose the story, teams by teams, today and under the first policy."""
    if not facts.has("silo_map"):
        return None
    table = facts.tables["silo_map"]
    teams = list(dict.fromkeys(t for row in table for t in (row.values["from"], row.values["to"])))
    columns = [c for c in ("today", "p0") if c in table.columns]
    maps = [_square(table, teams, c) for c in columns]
    most = max(float(np.nanmax(m)) for m in maps if np.isfinite(m).any())
    titles = [words.plain("figure.today").capitalize(),
              *(words.policy(facts.choice.policy) for c in columns if c == "p0")]
    drawn = Drawn("silo")
    for form in (WIDE, NARROW):
        across = len(maps) if form == WIDE else 1
        down = len(maps) // across
        height = (360 if form == WIDE else 330) * down
        with canvas(drawn, form, height, across, down, sharex=True, sharey=True) as (_, grid):
            for axes, square, title in zip(grid.flat, maps, titles, strict=True):
                _map(axes, square, teams, most, words, form)
                axes.set_title(wrapped(title, 44), loc="left")
            grid[-1, 0].set_xlabel(words.plain("figure.to_team"))
            grid[0, 0].set_ylabel(words.plain("figure.from_team"))
    return drawn


def _square(table, teams: list[str], column: str) -> np.ndarray:
    found = np.full((len(teams), len(teams)), np.nan)
    for row in table:
        found[teams.index(row.values["from"]), teams.index(row.values["to"])] = row.values[column]
    return found


def _map(axes, square: np.ndarray, teams: list[str], most: float, words: Words, form: str) -> None:
    names = [shortened(words.team(t), 22 if form == WIDE else 16) for t in teams]
    axes.imshow(square, cmap="Blues", vmin=0, vmax=most * 1.25, aspect="auto")
    size = 8.5 if len(teams) <= MOST_TEAMS else 5
    axes.set_xticks(range(len(teams)), names, rotation=45, ha="right", rotation_mode="anchor", fontsize=size)
    axes.set_yticks(range(len(teams)), names, fontsize=size)
    axes.grid(visible=False)
    axes.tick_params(length=0)
    if len(teams) > MOST_TEAMS or (form == NARROW and len(teams) > 8):
        return
    for i, j in zip(*np.nonzero(np.isfinite(square)), strict=True):
        axes.text(j, i, number(float(square[i, j]), ".0%", words.lang), ha="center", va="center",
                  fontsize=8 if len(teams) <= 8 else 6, color="white" if square[i, j] > 0.72 * most else INK)
