"""Pictures: the loop of a way there and back, and the share of runs that a pulse leaves stuck, by level."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.ticker import FuncFormatter

from silosim.experiments.figures.style import BLACK, BLUE, GREY, VERMILION, headings, picture, write_numbers
from silosim.experiments.tipping.asked import Asked
from silosim.experiments.tipping.findings import Loop, Scars, ThereAndBack
from silosim.model.measures.declared import MEASURES
from silosim.model.parameters import InvalidInput
from silosim.model.text import number, text, unit


def draw(asked: Asked, found: ThereAndBack | Scars, where: str, folder: Path, lang: str) -> Path:
    """Writes the picture; returns its path. Raises InvalidInput when it cannot be written."""
    kind = "pulse" if asked.pulse else "loop"
    path = folder / f"{asked.spec.name}-{kind}-{asked.levels.name}{'' if lang == 'en' else f'-{lang}'}.png"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if asked.pulse:
            _scars(path, asked, found, where, lang)
        else:
            _loops(path, asked, found, where, lang)
    except OSError as problem:
        raise InvalidInput(f"{path}: cannot be written ({problem.strerror or problem})") from None
    return path


def _loops(path: Path, asked: Asked, found: ThereAndBack, where: str, lang: str) -> None:
    with picture(path, 560, columns=len(found.loops)) as (figure, axes):
        for axis, loop in zip(axes[0], found.loops.values(), strict=True):
            _loop(axis, loop, lang)
            axis.set_xlabel(text(f"param.{asked.levels.name}.label", lang))
            label = text(f"measure.{loop.measure}.label", lang)
            axis.set_title(f"{label} ({unit(MEASURES[loop.measure].unit, lang)})", loc="left")
            axis.xaxis.set_major_formatter(_numbers(lang))
            write_numbers(axis.yaxis, loop.measure, lang)
        axes[0][0].legend(frameon=False)
        headings(figure, text("tipping.picture.loop", lang, name=where),
                 text("tipping.picture.loop_note", lang, runs=asked.runs, hold=asked.hold))
        figure.subplots_adjust(top=0.78, bottom=0.13, left=0.07, right=0.98, wspace=0.2)


def _loop(axis, loop: Loop, lang: str) -> None:
    x = [one.level for one in loop.branches]
    for way, colour, mark in (("up", BLUE, "o"), ("back", VERMILION, "s")):
        at = [getattr(one, way) for one in loop.branches]
        axis.fill_between(x, [m.low for m in at], [m.high for m in at], color=colour, alpha=0.18, linewidth=0)
        axis.plot(x, [m.median for m in at], color=colour, marker=mark, label=text(f"tipping.way.{way}", lang))


def _scars(path: Path, asked: Asked, found: Scars, where: str, lang: str) -> None:
    with picture(path, 560) as (figure, ((axis,),)):
        x = np.array([one.level for one in found.levels])
        for part, colour, mark in (("stuck", BLACK, "o"), ("full", GREY, "s")):
            shares = [getattr(one, part) for one in found.levels]
            y = np.array([s.share for s in shares])
            ends = np.abs(np.array([[s.low for s in shares], [s.high for s in shares]]) - y)
            axis.errorbar(x, y, ends, color=colour, marker=mark, capsize=4, label=text(f"tipping.picture.{part}", lang,
                                                                                      days=asked.stuck))
        axis.set_ylim(-0.03, 1.03)
        axis.set_xlabel(text(f"param.{asked.levels.name}.label", lang))
        axis.set_ylabel(text("tipping.picture.share", lang))
        axis.xaxis.set_major_formatter(_numbers(lang))
        axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, ".0%", lang)))
        axis.legend(frameon=False)
        headings(figure, text("tipping.picture.pulse", lang, name=where),
                 text("tipping.picture.pulse_note", lang, runs=asked.runs, wait=asked.wait))
        figure.subplots_adjust(top=0.8, bottom=0.13, left=0.08, right=0.98)


def _numbers(lang: str) -> FuncFormatter:
    return FuncFormatter(lambda value, _: number(value, ".3g", lang))
