"""What is drawn of a comparison, and each picture."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.transforms import Bbox

from silosim.experiments.commands.session import inline
from silosim.experiments.comparison import Spread, band, difference, filled_forward, spread
from silosim.experiments.figures.labels import place_labels
from silosim.experiments.figures.style import BLACK, BLUE, GREY, VERMILION, headings, picture, write_numbers
from silosim.model.measures.declared import INDEX
from silosim.model.parameters import InvalidInput
from silosim.model.text import text

FANS = ("grade", "attainment")
CHANGES = ("grade",)
COLUMNS = 3
_COLOURS = {"better": BLUE, "slightly_better": BLUE, "worse": VERMILION, "slightly_worse": VERMILION}


@dataclass(frozen=True)
class Comparison:
    """What pictures are made of. The first policy is today; arrays are in order of replicate.

    outcomes   policy -> [runs, measures] over the last year
    series     measure -> policy -> [runs, weeks]
    labels     policy -> its name for people
    where      the organisation's name for people
    """

    outcomes: Mapping[str, np.ndarray]
    series: Callable[[str], Mapping[str, np.ndarray]]
    labels: Mapping[str, str]
    where: str
    lang: str = "en"
    equal_cost: bool = False
    steady: bool = False

    def say(self, key: str, **fields) -> str:
        """Words of a picture."""
        return text(f"cli.figure.{key}", self.lang, **fields)

    def title(self, key: str, **fields) -> str:
        """Title of a picture, with where and how it was compared."""
        words = [self.say(key, **fields), self.where]
        return " · ".join([*words, self.say("equal_cost")] if self.equal_cost else words)

    @property
    def runs(self) -> int:
        """Paired runs."""
        return len(next(iter(self.outcomes.values())))


def draw_comparison(of: Comparison, folder: Path, prefix: str) -> list[Path]:
    """Draws every picture into `folder` as `prefix`-...png; returns their paths. StoreError-like line if it cannot."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        paths = [headline(of, folder / f"{prefix}-headline.png")]
        paths += [fan(of, name, folder / f"{prefix}-fan-{name}.png") for name in FANS]
        paths += [change(of, name, folder / f"{prefix}-difference-{name}.png") for name in CHANGES]
    except OSError as problem:
        raise InvalidInput(f"{folder}: pictures cannot be written here ({problem.strerror or problem}); "
                           "everything else is done, and --no-figures leaves them out") from None
    return [path for path in paths if path is not None]


def headline(of: Comparison, path: Path) -> Path | None:
    """Dashboards (share of team-quarters on green) against customers (grade), a point a policy with its intervals."""
    points = [(policy, spread(values[:, INDEX["share_green"]]), spread(values[:, INDEX["grade"]]))
              for policy, values in of.outcomes.items()]
    points = [p for p in points if math.isfinite(p[1].mean) and math.isfinite(p[2].mean)]
    if not points:
        return None
    with picture(path, 760) as (figure, [[axes]]):
        figure.subplots_adjust(left=0.075, right=0.985, top=0.88, bottom=0.085)
        headings(figure, of.title("headline"), of.say("headline_note", runs=of.runs))
        axes.set_xlabel(of.say("headline_x"))
        axes.set_ylabel(of.say("headline_y"))
        _limits(axes, [x for _, x, _ in points], [y for _, _, y in points])
        axes.set_xticks([tick for tick in axes.get_xticks() if -1e-9 <= tick <= 1 + 1e-9])  # a share ends at 100%
        colours = _colours(of)
        for policy, x, y in points:
            axes.errorbar(x.mean, y.mean, xerr=_half(x), yerr=_half(y), fmt="o", markersize=9, capsize=3,
                          color=colours[policy], zorder=3)
        write_numbers(axes.xaxis, "share_green", of.lang)
        write_numbers(axes.yaxis, "grade", of.lang)
        place_labels(axes, [(x.mean, y.mean, of.labels[policy], colours[policy]) for policy, x, y in points],
                     [box for _, x, y in points for box in _bars(axes, x, y)])
    return path


def _colours(of: Comparison) -> dict[str, str]:
    """Black for today, blue where customers are better off, vermilion where worse, grey where unclear."""
    grades = {policy: values[:, INDEX["grade"]] for policy, values in of.outcomes.items()}
    today = next(iter(grades))
    colours = {policy: _COLOURS.get(difference(policy, "grade", values, grades[today]).verdict, GREY)
               for policy, values in grades.items()}
    return {**colours, today: BLACK}


def _half(of: Spread) -> float:
    return of.half_width if math.isfinite(of.half_width) else 0.0


def _limits(axes, xs: list[Spread], ys: list[Spread]) -> None:
    """Limits with room for labels on all sides."""
    for values, set_limits, least in ((xs, axes.set_xlim, 0.1), (ys, axes.set_ylim, 0.3)):
        low = min(v.mean - _half(v) for v in values)
        high = max(v.mean + _half(v) for v in values)
        margin = max(high - low, least) * 0.18
        set_limits(low - margin, high + margin)


def _bars(axes, x: Spread, y: Spread) -> list[Bbox]:
    """The error bars of a point as boxes in pixels, for labels to keep off."""
    corners = axes.transData.transform([(x.mean - _half(x), y.mean), (x.mean + _half(x), y.mean),
                                        (x.mean, y.mean - _half(y)), (x.mean, y.mean + _half(y))])
    (left, middle), (right, _), (centre, bottom), (_, top) = corners
    return [Bbox.from_extents(left, middle - 3, right, middle + 3),
            Bbox.from_extents(centre - 3, bottom, centre + 3, top)]


def fan(of: Comparison, name: str, path: Path) -> Path | None:
    """Small multiples, a policy each: median and p10 to p90 by week, with today in grey behind it."""
    series = {policy: filled_forward(values) for policy, values in of.series(name).items()}
    words = text(f"measure.{name}.label", of.lang)
    return _panels(of, series, name, path, of.title("fan", measure=words), of.say("fan_note", runs=of.runs), False)


def change(of: Comparison, name: str, path: Path) -> Path | None:
    """Small multiples of paired differences from today: median and p10 to p90 by week."""
    series = {policy: filled_forward(values) for policy, values in of.series(name).items()}
    today = next(iter(series.values()))
    series = {policy: values - today for policy, values in series.items()}
    words = inline(text(f"measure.{name}.label", of.lang))
    return _panels(of, series, name, path, of.title("change", measure=words), of.say("change_note", runs=of.runs), True)


def _panels(of: Comparison, series, name: str, path: Path, title: str, note: str, differences: bool) -> Path | None:
    bands = {policy: band(values) for policy, values in series.items()}
    today, *others = bands
    shown = others or [today]
    if not any(bands[policy]["n"].any() for policy in shown):
        return None
    columns = min(COLUMNS, len(shown))
    rows = math.ceil(len(shown) / columns)
    titles = {policy: textwrap.wrap(of.labels[policy], 38)[:2] for policy in shown}
    two_lines = any(len(lines) > 1 for lines in titles.values())
    height = 150 + (270 if two_lines else 250) * rows
    with picture(path, height, columns, rows, sharex=True, sharey=True) as (figure, grid):
        figure.subplots_adjust(left=0.07, right=0.985, top=1 - (140 if two_lines else 125) / height, bottom=65 / height,
                               hspace=0.42 if two_lines else 0.28, wspace=0.08)
        headings(figure, title, note)
        figure.text(0.5, 12 / height, of.say("week_steady" if of.steady else "week"), ha="center", va="bottom")
        for axes, policy in zip(grid.flat, shown, strict=False):
            if differences:
                axes.axhline(0, color=GREY, linewidth=1)
            else:
                _draw_band(axes, bands[today], GREY)
            if policy != today or differences:
                _draw_band(axes, bands[policy], BLUE)
            axes.set_title("\n".join(titles[policy]), loc="left")
            axes.set_xlim(0, len(bands[policy]["n"]) - 1)
        for axes in list(grid.flat)[len(shown):]:
            axes.set_visible(False)
        for column in range(columns):  # weeks below the lowest panel of each column
            lowest = [axes for axes in grid[:, column] if axes.get_visible()][-1]
            lowest.tick_params(labelbottom=True)
        write_numbers(grid[0, 0].yaxis, name, of.lang, signed=differences)
        if not differences and others:
            _name_today(dict(zip(others, grid.flat, strict=False)), bands, of.say("today"))
    return path


def _draw_band(axes, of: dict, colour: str) -> None:
    """Median and p10 to p90; in steps, so that a quarter's figure stands until the next."""
    weeks = np.arange(len(of["n"]))
    axes.fill_between(weeks, of["p10"], of["p90"], color=colour, alpha=0.22, linewidth=0, step="post")
    axes.plot(weeks, of["p50"], color=colour, linewidth=2, drawstyle="steps-post")


def _name_today(panels: dict, bands: dict, words: str) -> None:
    """Names the grey line at its end, in the panel and on the side where the policy's line is farthest away."""
    today = next(iter(bands.values()))
    last = int(np.flatnonzero(today["n"])[-1])
    gaps = {policy: bands[policy]["p50"][last] - today["p50"][last] for policy in panels}
    policy = max(gaps, key=lambda policy: abs(np.nan_to_num(gaps[policy])))
    below = gaps[policy] > 0
    end = float(today["p10" if below else "p90"][last])
    panels[policy].annotate(words, (last, end), xytext=(-4, -4 if below else 4), textcoords="offset points", color=GREY,
                            ha="right", va="top" if below else "bottom", fontsize=12)
