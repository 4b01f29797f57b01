"""One look for all pictures: Okabe and Ito's colours, which colour-blind people tell apart, and readable sizes."""

from __future__ import annotations

import contextlib
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot as plt
from matplotlib.ticker import FuncFormatter

from silosim.model.measures.declared import MEASURES
from silosim.model.text import number, text

BLACK, GREY, LIGHT = "#000000", "#6b6b6b", "#d9d9d9"
ORANGE, SKY, GREEN, BLUE, VERMILION = "#E69F00", "#56B4E9", "#009E73", "#0072B2", "#D55E00"
PIXELS, DPI = 1200, 100
SETTINGS = {
    "figure.dpi": DPI, "savefig.dpi": DPI, "font.size": 13, "axes.titlesize": 14, "axes.labelsize": 13,
    "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.color": "#ececec",
    "axes.axisbelow": True, "xtick.labelsize": 12, "ytick.labelsize": 12, "figure.facecolor": "white",
}


@contextlib.contextmanager
def picture(path: Path, height: int, columns: int = 1, rows: int = 1, **more):
    """A figure of 1200 by `height` pixels with its axes, saved to `path` at the end."""
    with plt.rc_context(SETTINGS):
        figure, axes = plt.subplots(rows, columns, figsize=(PIXELS / DPI, height / DPI), squeeze=False, **more)
        try:
            yield figure, axes
            figure.savefig(path, metadata={"Software": "silosim"})
        finally:
            plt.close(figure)


def headings(figure, title: str, note: str) -> None:
    """A title in bold and a line below it, at the left edge."""
    height = figure.get_size_inches()[1]
    figure.text(0.012, 1 - 0.12 / height, title, fontsize=19, fontweight="bold", va="top")
    figure.text(0.012, 1 - 0.47 / height, note, fontsize=13, color=GREY, va="top")


def write_numbers(axis, name: str, lang: str, signed: bool = False) -> None:
    """Ticks of `axis` as the language writes the measure: decimal comma, percentages, points for differences."""
    fmt = MEASURES[name].format

    def words(value: float, _position) -> str:
        if fmt != "share":
            digits = max(0, min(2, _digits(axis)))
            return number(value, f",.{digits}f", lang, signed=signed)
        percent = number(value, ".0%" if _digits(axis) <= 2 else ".1%", lang, signed=signed)
        return percent if not signed else percent.rstrip("%") + " " + text("cli.points", lang)

    axis.set_major_formatter(FuncFormatter(words))


def _digits(axis) -> int:
    """Decimals needed to tell the ticks apart."""
    ticks = axis.get_majorticklocs()
    step = abs(ticks[1] - ticks[0]) if len(ticks) > 1 else 1.0
    digits = 0
    while digits < 4 and abs(step * 10**digits - round(step * 10**digits)) > 1e-6:
        digits += 1
    return digits
