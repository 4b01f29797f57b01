"""The picture of a fit: each parameter's posterior over its prior, and the two that are most tied to each other."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from silosim.experiments.calibration.findings import CORRELATED
from silosim.experiments.calibration.fitting import Fit
from silosim.experiments.figures.style import BLACK, BLUE, GREY, headings, picture
from silosim.model.parameters import InvalidInput
from silosim.model.text import number, text

COLUMNS = 3
BINS = 40
DOTS = 1500
PANEL = 300  # pixels


def draw_fit(fit: Fit, where: str, path: Path, lang: str = "en") -> Path:
    """Draws the picture; InvalidInput when it cannot be written. `where` names the organisation for people."""
    count = len(fit.known)
    panels = count + (count > 1)
    columns = 2 if panels in (2, 4) else min(COLUMNS, panels)
    rows = math.ceil(panels / columns)
    height = 110 + PANEL * rows
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with picture(path, height, columns, rows) as (figure, grid):
            figure.subplots_adjust(left=0.06, right=0.98, top=1 - 118 / height, bottom=58 / height, hspace=0.5,
                                   wspace=0.22)
            headings(figure, text("fit.figure.title", lang, name=where), text("fit.figure.note", lang))
            for k, axes in enumerate(grid.flat):
                if k < count:
                    _marginal(axes, fit, k, lang)
                elif k < panels:
                    _pair(axes, fit, lang)
                else:
                    axes.set_visible(False)
            grid[0, 0].set_ylabel(text("fit.figure.density", lang))
    except OSError as problem:
        raise InvalidInput(f"{path.parent}: the picture cannot be written here ({problem.strerror or problem}); "
                           "everything else is done, and --no-figures leaves it out") from None
    return path


def _marginal(axes, fit: Fit, k: int, lang: str) -> None:
    """Density relative to the prior, over the place in the range; ticks are values."""
    one = fit.known[k]
    u, weights = fit.sample.u[:, k], fit.sample.weights
    span = max(one.high - one.low, 1e-6)
    edges = np.linspace(max(0.0, one.low - 0.6 * span), min(1.0, one.high + 0.6 * span), BINS + 1)
    heights = np.histogram(u, edges, weights=weights)[0] / np.diff(edges)
    axes.stairs(heights, edges, fill=True, color=BLUE, alpha=0.35)
    axes.plot([0, 1], [1, 1], color=GREY, linewidth=2)
    axes.plot([one.low, one.high], [-0.04 * heights.max()] * 2, color=BLUE, linewidth=4, solid_capstyle="butt")
    axes.axvline(float(fit.asked.unknowns[k].place(fit.world[one.name])), color=BLACK, linewidth=1.2)
    axes.set_xlim(0, 1)
    axes.set_title(text(f"param.{one.name}.label", lang), loc="left")
    axes.set_xlabel(one.name)
    _values_on(axes.xaxis, fit.asked.unknowns[k], lang)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda x, _: number(x, "g", lang)))


def _pair(axes, fit: Fit, lang: str) -> None:
    """Draws from the posterior of the two parameters that are most correlated."""
    covariance = fit.sample.covariance() + 1e-15 * np.eye(len(fit.known))
    root = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(root, root)
    pairs = np.abs(np.triu(correlation, 1))
    i, j = (int(k) for k in np.unravel_index(np.argmax(pairs), pairs.shape))
    dots = fit.sample.drawn(DOTS)
    axes.plot(dots[:, i], dots[:, j], ".", color=BLUE, markersize=3, alpha=0.4)
    axes.set_title(text("fit.figure.pair", lang, correlation=float(correlation[i, j])), loc="left",
                   fontweight="bold" if pairs[i, j] > CORRELATED else "normal")
    for axis, k, limit in ((axes.xaxis, i, axes.set_xlim), (axes.yaxis, j, axes.set_ylim)):
        low, high = float(dots[:, k].min()), float(dots[:, k].max())
        room = 0.1 * (high - low) + 1e-6
        low, high = max(0.0, low - room), min(1.0, high + room)
        limit(low, high)
        axis.set_label_text(fit.known[k].name)
        _values_on(axis, fit.asked.unknowns[k], lang, low, high)


def _values_on(axis, unknown, lang: str, low: float = 0.0, high: float = 1.0) -> None:
    """Ticks at round values of the parameter between two places, wherever they lie on its scale."""
    values = _round_values(float(unknown.value(low)), float(unknown.value(high)), unknown.log)
    places = [float(unknown.place(v)) for v in values]
    axis.set_major_locator(FixedLocator(places))
    axis.set_minor_locator(NullLocator())
    words = {place: number(value, ".4g", lang) for place, value in zip(places, values, strict=True)}
    axis.set_major_formatter(FuncFormatter(lambda x, _: words.get(x, "")))


def _round_values(low: float, high: float, log: bool) -> list[float]:
    """Three to six round values in a range."""
    size = 10.0 ** math.floor(math.log10(high - low))
    steps = [size * step for step in (1, 0.5, 0.25, 0.2, 0.1, 0.05)]
    for step in steps:
        first = math.ceil(low / step - 1e-9)
        found = [k * step for k in range(first, math.floor(high / step + 1e-9) + 1)]
        if len(found) >= 4:
            break
    if log and high / low > 8:  # few, and evenly on the scale
        decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        found = [m * 10.0**e for e in decades for m in (1, 2, 5) if low <= m * 10.0**e <= high]
    return found[:: max(1, math.ceil(len(found) / 6))]
