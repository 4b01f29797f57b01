"""Pictures of sensitivity: bars with intervals, Morris' two numbers, indices against the size of the sample."""

from __future__ import annotations

import textwrap
from pathlib import Path

import numpy as np
from matplotlib.transforms import Bbox

from silosim.experiments.analysis.run import Finding
from silosim.experiments.analysis.words import Words
from silosim.experiments.figures import style
from silosim.experiments.figures.labels import place_labels
from silosim.experiments.figures.style import BLACK, BLUE, GREY, LIGHT, VERMILION, headings, picture, write_numbers
from silosim.model.text import number

PURPLE = "#CC79A7"
COLOURS = (BLUE, VERMILION, style.GREEN, style.ORANGE, style.SKY, PURPLE, BLACK)
MARKS = ("o", "s", "^", "D", "v", "P", "X")
MOST = 25  # factors in a picture of bars
NAMED = 10  # factors with their name in a picture of points
BARS = {"sobol": (("ST", LIGHT, "total"), ("S1", BLUE, "first")), "shapley": (("shapley", BLUE, "shapley"),),
        "pawn": (("median", BLUE, ""),), "delta": (("delta", BLUE, ""),)}


def effect_numbers(axis, words: Words) -> None:
    """Ticks for sizes of effects, in the outcome's unit."""
    if words.measure.format == "share":
        write_numbers(axis, words.data.outcome, words.lang)
    else:
        axis.set_major_formatter(lambda value, _: words.three(value))


def fit_left(figure, axes) -> None:
    """Moves the left edge so that the labels on the vertical axis fit, whatever their length."""
    figure.canvas.draw()
    width = max(label.get_window_extent().width for label in axes.get_yticklabels())
    figure.subplots_adjust(left=(width + 24) / (figure.get_size_inches()[0] * figure.dpi))


def bars(finding: Finding, words: Words, path: Path) -> Path:
    """A bar a factor and kind with its interval, strongest on top; a tick marks what chance alone reaches."""
    found = finding.result
    kinds = BARS[found.method]
    order = found.order()[:MOST]
    place = np.arange(len(order))[::-1]
    thick = 0.72 / len(kinds)
    height = 204 + 46 * len(order) + 26
    with picture(path, height) as (figure, [[axes]]):
        labels = [textwrap.shorten(words.factor(found.names[k]), 38, placeholder="…") for k in order]
        figure.subplots_adjust(right=0.975, top=1 - 142 / height, bottom=62 / height)
        headings(figure, f"{words.say(f'title.{found.method}')}", words.about(finding))
        figure.text(0.012, 1 - 74 / height, words.say("figure.sobol_note", basis=words.basis(finding)), color=GREY,
                    va="top")
        for j, (kind, colour, name) in enumerate(kinds):
            of = found.kinds[kind]
            offset = (len(kinds) - 1) / 2 * thick - j * thick
            value = of.value[order]
            axes.barh(place + offset, value, thick * 0.92, color=colour, label=words.say(f"figure.{name}") if name else
                      words.kind(kind), edgecolor=GREY if colour == LIGHT else colour, linewidth=0.8)
            axes.errorbar(value, place + offset, xerr=[value - of.low[order], of.high[order] - value], fmt="none",
                          ecolor=BLACK, capsize=3, linewidth=1.3)
        if found.floor:
            floor = found.floor[kinds[0][0]][order]
            axes.plot(floor, place, "|", color=VERMILION, markersize=22, markeredgewidth=2.5,
                      label=words.say("figure.chance"))
        axes.axvline(0, color=GREY, linewidth=1)
        axes.set_yticks(place, labels)
        axes.set_ylim(-0.6, len(order) - 0.4)
        axes.grid(axis="y", visible=False)
        axes.set_xlabel(words.say("figure.index" if found.floor else "figure.share"))
        axes.xaxis.set_major_formatter(lambda value, _: words.three(value))
        if len(kinds) > 1 or found.floor:
            axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, frameon=False, borderaxespad=0.2)
        fit_left(figure, axes)
    return path


def morris(finding: Finding, words: Words, path: Path) -> Path:
    """mu* against sigma with intervals, each factor named at its point; groups have no sigma and get bars instead."""
    found = finding.result
    mu, sigma = found.kinds["mu_star"], found.kinds["sigma"]
    shown = [k for k in found.order() if np.isfinite(sigma.value[k])]
    if not shown:
        return _one_number(finding, words, path)
    with picture(path, 780) as (figure, [[axes]]):
        figure.subplots_adjust(left=0.085, right=0.975, top=0.84, bottom=0.09)
        headings(figure, words.say("title.morris"), words.about(finding))
        figure.text(0.012, 1 - 74 / 780, words.say("figure.morris_note", basis=words.basis(finding)), color=GREY,
                    va="top")
        right = float(max(mu.high[shown])) * 1.12
        top = max(float(max(sigma.high[shown])) * 1.15, right * 0.25)
        axes.set_xlim(min(0.0, float(min(mu.low[shown]))), right)
        axes.set_ylim(min(0.0, float(min(sigma.low[shown]))), top)
        end = min(right, top)
        axes.plot([0, end], [0, end], color=GREY, linewidth=1, linestyle="--", zorder=1)
        line = axes.transData.transform(np.linspace(0, end, 80)[:, None] * [1, 1])
        taken = [Bbox.from_extents(x - 5, y - 5, x + 5, y + 5) for x, y in line]
        for k in shown:
            axes.errorbar(mu.value[k], sigma.value[k], xerr=mu.half_width[k], yerr=sigma.half_width[k], fmt="o",
                          color=BLUE, markersize=8, capsize=3, linewidth=1, zorder=3)
            (x0, y0), (x1, y1) = axes.transData.transform([(mu.low[k], sigma.low[k]), (mu.high[k], sigma.high[k])])
            (x, y) = axes.transData.transform((mu.value[k], sigma.value[k]))
            taken += [Bbox.from_extents(x0, y - 3, x1, y + 3), Bbox.from_extents(x - 3, y0, x + 3, y1)]
        axes.set_xlabel(words.say("figure.morris_x"))
        axes.set_ylabel(words.say("figure.morris_y"))
        effect_numbers(axes.xaxis, words)
        effect_numbers(axes.yaxis, words)
        place_labels(axes, [(float(mu.value[k]), float(sigma.value[k]), words.factor(found.names[k]), BLACK)
                            for k in shown[:NAMED]], taken)
    return path


def _one_number(finding: Finding, words: Words, path: Path) -> Path:
    """mu* alone, as bars."""
    found = finding.result
    order = found.order()[:MOST]
    of = found.kinds["mu_star"]
    place = np.arange(len(order))[::-1]
    height = 190 + 46 * len(order)
    with picture(path, height) as (figure, [[axes]]):
        labels = [textwrap.shorten(words.factor(found.names[k]), 38, placeholder="…") for k in order]
        figure.subplots_adjust(right=0.975, top=1 - 100 / height, bottom=62 / height)
        headings(figure, words.say("title.morris"), words.about(finding))
        axes.barh(place, of.value[order], 0.66, color=BLUE, xerr=of.half_width[order], capsize=3)
        axes.set_yticks(place, labels)
        axes.grid(axis="y", visible=False)
        axes.set_xlabel(words.say("figure.morris_x"))
        effect_numbers(axes.xaxis, words)
        fit_left(figure, axes)
    return path


def convergence(finding: Finding, words: Words, path: Path) -> Path | None:
    """Every judged index against the size of the sample, a panel a kind; None where there is nothing to compare."""
    of = finding.convergence
    if of is None:
        return None
    steps, kinds = of.steps, of.kinds
    last = steps[-1]
    order = last.order()[:len(COLOURS)]
    sizes = np.array([step.size for step in steps])
    height = 610
    with picture(path, height, len(kinds), 1, sharey=True) as (figure, [panels]):
        figure.subplots_adjust(left=0.07, right=0.985, top=1 - 140 / height, bottom=(96 + 22 * _lines(order)) / height,
                               wspace=0.06)
        headings(figure, words.say("figure.converge"), words.about(finding))
        figure.text(0.012, 1 - 74 / height, words.say("figure.converge_note"), color=GREY, va="top")
        aside = 0.04 * np.log2(sizes[-1] / sizes[0])
        shift = np.linspace(-aside, aside, len(order)) if len(order) > 1 else [0.0]
        for axes, kind in zip(panels, kinds, strict=True):
            for j, k in enumerate(order):
                value = np.array([step.kinds[kind].value[k] for step in steps])
                half = np.array([step.kinds[kind].half_width[k] for step in steps])
                axes.errorbar(np.log2(sizes) + shift[j], value, yerr=half, color=COLOURS[j], marker=MARKS[j],
                              markersize=7, capsize=3, linewidth=1.6, elinewidth=1, label=words.factor(last.names[k]))
            axes.set_title(words.kind(kind), loc="left")
            axes.set_xticks(np.log2(sizes), [number(int(size), ",d", words.lang) for size in sizes])
            axes.axhline(0, color=GREY, linewidth=1)
            axes.set_xlabel(words.say("figure.converge_x"))
        if finding.method == "morris":
            effect_numbers(panels[0].yaxis, words)
        else:
            panels[0].yaxis.set_major_formatter(lambda value, _: words.three(value))
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="lower center", ncols=3, frameon=False, bbox_to_anchor=(0.5, 0.0))
    return path


def _lines(order: list[int]) -> int:
    """Lines that a legend of three columns takes."""
    return (len(order) + 2) // 3
