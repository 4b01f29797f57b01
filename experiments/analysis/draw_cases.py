"""Pictures of cases and choices: boxes with their trade-off, ranks of policies, outcomes by value of a factor."""

from __future__ import annotations

import math
import textwrap
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle

from silosim.experiments.analysis.draw_indices import fit_left
from silosim.experiments.analysis.run import Asked, Finding
from silosim.experiments.analysis.words import Words
from silosim.experiments.figures.style import BLACK, BLUE, GREY, LIGHT, VERMILION, headings, picture, write_numbers
from silosim.model.parameters import PARAMETERS

PANELS = 3  # in a row
MOST_PANELS = 12


def box(finding: Finding, words: Words, asked: Asked, rows: np.ndarray, path: Path) -> Path | None:
    """The first box over the points, in its two sharpest factors, and its trade-off beside it; None without a box."""
    if not finding.result.boxes:
        return None
    of = finding.result.boxes[0]
    height = 690
    case = asked.where.says(words.lang)
    with picture(path, height, 2, 1) as (figure, [[left, right]]):
        figure.subplots_adjust(left=0.15, right=0.985, top=1 - 160 / height, bottom=92 / height, wspace=0.2)
        headings(figure, words.say("figure.box_title"), words.about(finding))
        figure.text(0.012, 1 - 74 / height, words.say("figure.box_note", case=case), color=GREY, va="top")
        x = finding.block.x.iloc[rows].reset_index(drop=True)
        _points(left, x, asked.where.holds(finding.block.y[rows]), of, words)
        _trade_off(right, of, words)
    return path


def _points(axes, x, such: np.ndarray, of, words: Words) -> None:
    names = list(dict.fromkeys(limit.factor for limit in sorted(of.limits, key=lambda one: one.quasi_p)))
    names += [name for name in x.columns if name not in names]
    across, along = _Axis(names[0], x, of), _Axis(names[min(1, len(names) - 1)], x, of)
    for chosen, colour, mark, label in ((~such, GREY, "o", "others"), (such, VERMILION, "D", "such")):
        axes.scatter(across.places[chosen], along.places[chosen], s=16 if mark == "o" else 22, color=colour,
                     marker=mark, alpha=0.35 if mark == "o" else 0.75, linewidth=0, label=words.say(f"figure.{label}"))
    (x0, x1), (y0, y1) = across.box, along.box
    axes.add_patch(Rectangle((x0, y0), x1 - x0, y1 - y0, fill=False, edgecolor=BLACK, linewidth=2.2, linestyle="--"))
    for axis, one, room in ((axes.xaxis, across, 12), (axes.yaxis, along, 18)):
        if one.choices:
            labels = ["\n".join(textwrap.wrap(words.value(one.name, choice), room)[:3]) for choice in one.choices]
            axis.set_ticks(range(len(labels)), labels, fontsize=11)
        else:
            axis.set_major_formatter(lambda value, _: words.three(value))
    axes.set_xlabel(words.factor(across.name))
    axes.set_ylabel(words.factor(along.name))
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.09), ncols=2, frameon=False)


class _Axis:
    """Where the points are along one factor, and the box: choices have a place each, those inside the box first."""

    def __init__(self, name: str, x, of):
        self.name, self.choices = name, []
        limits = [limit for limit in of.limits if limit.factor == name]
        if not pd.api.types.is_numeric_dtype(x[name]):
            choices = sorted(set(x[name]), key=PARAMETERS[name].code)
            out = {choice for limit in limits for choice in limit.out}
            self.choices = [c for c in choices if c not in out] + [c for c in choices if c in out]
            spread = np.random.default_rng(0).uniform(-0.3, 0.3, len(x))  # or points hide each other
            self.places = np.array([self.choices.index(value) for value in x[name]]) + spread
            self.box = (-0.45, len([c for c in choices if c not in out]) - 0.55)
            return
        self.places = x[name].to_numpy(dtype=float)
        low, high = float(self.places.min()), float(self.places.max())
        room = (high - low) * 0.015
        ends = [limit.low for limit in limits if limit.low is not None]
        tops = [limit.high for limit in limits if limit.high is not None]
        self.box = (ends[0] if ends else low - room, tops[0] if tops else high + room)


def _trade_off(axes, of, words: Words) -> None:
    whole = of.path[0]
    coverage = [step.k / whole.k for step in of.path]
    density = [step.k / step.n for step in of.path]
    axes.plot(coverage, density, "-", color=LIGHT, linewidth=1.5, zorder=1)
    axes.plot(coverage, density, "o", color=BLUE, markersize=5, zorder=2)
    axes.plot(of.coverage[0], of.density[0], "o", color=BLACK, markersize=12, fillstyle="none", markeredgewidth=2.2,
              zorder=3, label=words.say("figure.taken"))
    axes.plot(of.coverage[1], of.density[1], "D", color=VERMILION, markersize=9, zorder=4,
              label=words.say("figure.held"))
    axes.set_xlim(-0.02, 1.04)
    axes.set_ylim(0, 1.04)
    axes.set_xlabel(words.say("figure.trade_x"))
    axes.set_ylabel(words.say("figure.trade_y"))
    for axis in (axes.xaxis, axes.yaxis):
        write_numbers(axis, "share_green", words.lang)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.09), ncols=2, frameon=False)


def ranks(finding: Finding, words: Words, path: Path) -> Path:
    """Rank of every policy by every metric, shaded by how often it comes first when worlds are drawn anew."""
    found = finding.result
    metrics = [name for name in found.ranks if not np.isnan(found.ranks[name]).any()]
    order = np.argsort([np.mean([found.ranks[m][k] for m in metrics]) for k in range(len(found.policies))],
                       kind="stable")[:30]
    rank = np.array([[found.ranks[m][k] for m in metrics] for k in order])
    first = np.array([[found.first[m][k] for m in metrics] for k in order])
    height = 215 + 46 * len(order)
    with picture(path, height) as (figure, [[axes]]):
        labels = [textwrap.shorten(words.policy(found.policies[k]), 48, placeholder="…") for k in order]
        figure.subplots_adjust(right=0.985, top=1 - 170 / height, bottom=20 / height)
        headings(figure, words.say("figure.ranks"), words.about(finding))
        figure.text(0.012, 1 - 74 / height, words.say("figure.ranks_note", worlds=found.worlds), color=GREY, va="top")
        axes.imshow(first, cmap="Blues", vmin=0, vmax=1.25, aspect="auto")
        for i in range(len(order)):
            for j in range(len(metrics)):
                axes.text(j, i, f"{rank[i, j]:.0f}", ha="center", va="center", fontsize=14,
                          color="white" if first[i, j] > 0.75 else BLACK,
                          fontweight="bold" if rank[i, j] == 1 else None)
        axes.set_yticks(range(len(order)), labels)
        axes.set_xticks(range(len(metrics)),
                        ["\n".join(textwrap.wrap(words.say(f"metric.{m}"), 11)) for m in metrics], fontsize=11)
        axes.xaxis.tick_top()
        axes.grid(visible=False)
        axes.tick_params(length=0)
        for side in axes.spines.values():
            side.set_visible(False)
        fit_left(figure, axes)
    return path


def responses(finding: Finding, words: Words, path: Path) -> Path:
    """The outcome by value, a panel a factor: mean, its interval, and the spread over runs."""
    by: dict[str, list] = {}
    for level in finding.result:
        by.setdefault(level.factor, []).append(level)
    shown = dict(sorted(list(by.items())[:MOST_PANELS], key=lambda of: bool(PARAMETERS[of[0]].choices)))
    wide = min(PANELS, len(shown))
    rows = math.ceil(len(shown) / wide)
    in_words = sum(bool(PARAMETERS[name].choices) for name in shown)  # these come last: their labels take room
    between = in_words > len(shown) - wide * (rows - 1)
    below = 135 if in_words else 60
    height = 140 + below + (360 if between else 310) * rows
    with picture(path, height, wide, rows, sharey=True) as (figure, grid):
        figure.subplots_adjust(left=0.08, right=0.985, top=1 - 140 / height, wspace=0.08, bottom=below / height,
                               hspace=0.7 if between else 0.38)
        headings(figure, words.say("title.response"), words.about(finding))
        figure.text(0.012, 1 - 74 / height, words.say("figure.response_note"), color=GREY, va="top")
        for axes, (name, levels) in zip(grid.flat, shown.items(), strict=False):
            _response(axes, name, levels, words)
        for axes in list(grid.flat)[len(shown):]:
            axes.set_visible(False)
        for row in grid:
            row[0].set_ylabel("\n".join(textwrap.wrap(words.outcome, 30)))
        write_numbers(grid[0, 0].yaxis, words.data.outcome, words.lang, signed=bool(finding.block.against))
    return path


def _response(axes, name: str, levels: list, words: Words) -> None:
    choices = bool(PARAMETERS[name].choices)
    place = np.arange(len(levels)) if choices else np.array([float(level.value) for level in levels])
    mean = np.array([level.outcome.mean for level in levels])
    half = np.nan_to_num([level.outcome.half_width for level in levels])
    p10, p90 = (np.array([getattr(level.outcome, p) for level in levels]) for p in ("p10", "p90"))
    if choices:
        axes.errorbar(place, mean, yerr=[mean - p10, p90 - mean], fmt="none", ecolor=LIGHT, elinewidth=12)
        axes.errorbar(place, mean, yerr=half, fmt="o", color=BLUE, capsize=4, markersize=8)
        labels = [textwrap.shorten(words.value(name, level.value), 26, placeholder="…") for level in levels]
        axes.set_xticks(place, labels, rotation=28, ha="right", rotation_mode="anchor", fontsize=11)
        axes.set_xlim(-0.5, len(levels) - 0.5)
    else:
        axes.fill_between(place, p10, p90, color=BLUE, alpha=0.18, linewidth=0)
        axes.errorbar(place, mean, yerr=half, fmt="o-", color=BLUE, linewidth=2, elinewidth=1.3, capsize=4,
                      markersize=5)
        axes.xaxis.set_major_formatter(lambda value, _: words.three(value))
    axes.set_title("\n".join(textwrap.wrap(words.factor(name), 40)[:2]), loc="left")
