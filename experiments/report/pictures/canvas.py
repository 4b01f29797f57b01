"""One look for the pictures of a report: two widths, readable type at both, colour-blind safe, files and bytes."""

from __future__ import annotations

import contextlib
import io
import re
from dataclasses import dataclass, field

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot as plt
from matplotlib.ticker import FuncFormatter

from silosim.experiments.figures.style import BLUE, GREY, VERMILION
from silosim.model.text import difference, number, text

WIDE, NARROW, PRINT = "wide", "narrow", "print"
WIDTH = {WIDE: 860, NARROW: 360, PRINT: 480}  # CSS pixels; a picture is shown at its own size or a little smaller
DPI = 100
INK, PALE, GRID = "#1d2530", "#c9ced6", "#e6e8ec"
GOOD, BAD, FLAT = BLUE, VERMILION, GREY
SETTINGS = {
    "figure.dpi": DPI, "font.size": 9.5, "axes.titlesize": 9.5, "axes.titleweight": "bold", "axes.labelsize": 9,
    "xtick.labelsize": 8.5, "ytick.labelsize": 8.5, "axes.spines.top": False, "axes.spines.right": False,
    "axes.grid": True, "grid.color": GRID, "axes.axisbelow": True, "axes.edgecolor": "#8a929e", "text.color": INK,
    "axes.labelcolor": INK, "xtick.color": INK, "ytick.color": INK, "svg.fonttype": "path", "svg.hashsalt": "silosim",
    "axes.labelpad": 5, "font.family": "DejaVu Sans", "path.simplify_threshold": 0.6,
}


@dataclass
class Drawn:
    """One picture: SVG by form (bytes), and PNG of the wide one. Form 'print' is for paper, with letters as letters."""

    name: str
    svg: dict[str, bytes] = field(default_factory=dict)
    size: dict[str, tuple[int, int]] = field(default_factory=dict)
    png: bytes = b""


@contextlib.contextmanager
def canvas(into: Drawn, form: str, height: float, columns: int = 1, rows: int = 1, **more):
    """A figure of the form's width and `height` CSS pixels; saved into `into` at the end."""
    with plt.rc_context(SETTINGS):
        figure, axes = plt.subplots(rows, columns, figsize=(WIDTH[form] / DPI, height / DPI), squeeze=False,
                                    layout="constrained", **more)
        try:
            yield figure, axes
            into.size[form] = (WIDTH[form], round(height))
            into.svg[form] = _svg(figure, "none" if form == PRINT else "path")
            figure.set_layout_engine("none")  # everything stands where it should; once more would take as long again
            if form == WIDE:
                out = io.BytesIO()
                figure.savefig(out, format="png", dpi=2 * DPI, metadata={"Software": "silosim"})
                into.png = out.getvalue()
                into.svg[PRINT], into.size[PRINT] = _svg(figure, "none"), into.size[form]
        finally:
            plt.close(figure)


def _svg(figure, letters: str = "path") -> bytes:
    """The figure as SVG; letters 'path' look the same everywhere, 'none' leaves them to whoever shows it."""
    out = io.BytesIO()
    with plt.rc_context({"svg.fonttype": letters}):
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return short(out.getvalue())


def short(svg: bytes) -> bytes:
    """The same picture in half the bytes: nothing that only editors need, and coordinates to a tenth of a point."""
    svg = re.sub(rb"<!--.*?-->|<!DOCTYPE.*?>|<metadata>.*?</metadata>", b"", svg, flags=re.DOTALL)
    svg = re.sub(rb' d="[^"]*"', _path, svg)
    svg = re.sub(rb'base64,[^"]*"', lambda held: re.sub(rb"\s+", b"", held[0]), svg)
    svg = re.sub(rb' id="(?:[a-zA-Z0-9.]*_\d+|)"', b"", svg)
    return re.sub(rb">\s+<", b"><", svg).strip() + b"\n"


def _path(found: re.Match) -> bytes:
    """A path on one line; glyphs are drawn in units of their own, much smaller than a point."""
    rounded = re.sub(rb"(\.\d)\d+", rb"\1", found[0]) if b"." in found[0] else found[0]
    return re.sub(rb"\s+", b" ", rounded).replace(b'd=" ', b'd="').replace(b' "', b'"')


def ticks(axis, fmt: str, lang: str, signed: bool = False) -> None:
    """Ticks as the language writes them."""
    points = text("cli.points", lang)

    def words(value: float, _place) -> str:
        if fmt == "share":
            said = difference(value, ".0%", lang).replace(text("number.points", lang), points) if signed \
                else number(value, ".0%", lang)
        else:
            said = number(value, fmt, lang, signed=signed)
        return said.replace("-", "−")

    axis.set_major_formatter(FuncFormatter(words))


def colour_of(verdict: str) -> str:
    """Blue for better, vermilion for worse, grey for no clear difference."""
    word = verdict.removeprefix("slightly_")
    return GOOD if word == "better" else BAD if word == "worse" else FLAT


def shortened(words: str, most: int) -> str:
    """At most `most` characters, with an ellipsis where something was left out."""
    return words if len(words) <= most else words[:most - 1].rstrip() + "…"


def wrapped(words: str, width: int, lines: int = 2) -> str:
    """On at most `lines` lines of about `width` characters."""
    import textwrap

    found = textwrap.wrap(words, width, break_long_words=True)
    if len(found) > lines:
        found = [*found[:lines - 1], shortened(" ".join(found[lines - 1:]), width)]
    return "\n".join(found)
