"""One live Mesa run in the browser, for people who know Mesa: its own SolaraViz with this model in it.

A view for developers and teachers; the workshop is the tool for a room. Needs the extra `solara`, and is imported only
by `silosim.experiments.commands.solara`. Every visitor has a model of their own, made when their page opens: a model in
the module would be shared by all of them.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable

import solara
from matplotlib.figure import Figure
from mesa.visualization import Slider, SolaraViz
from mesa.visualization.utils import update_counter

from silosim.experiments.figures.style import BLUE, GREY, LIGHT, ORANGE, VERMILION, write_numbers
from silosim.experiments.solara_names import LANG, LEVERS, ORGANISATION, SEED
from silosim.model.faces import Organisation
from silosim.model.layout import DAYS_PER_WEEK
from silosim.model.organisation_file import bundled_organisations, load_organisation
from silosim.model.parameters import PARAMETERS
from silosim.model.text import text

STEPS = 20  # of a slider
MOST_PEOPLE = 200  # in an organisation of the list: each is drawn, every day
SEEDS = 100
DPI = 96
ACROSS = 6  # people beside one another in a team's lane
FEW = 26  # weeks: until then a line has dots, and the axis that length
LINES = {"attainment": VERMILION, "grade": BLUE}


class LiveOrganisation(Organisation):
    """An Organisation as SolaraViz makes it: its arguments by name, and only what is shown collected."""

    def __init__(self, organisation: str = "clinic", rng: int = 1, **kwargs):
        super().__init__(organisation, rng=rng, collect=(), **kwargs)
        _alive.add(self)


_alive: weakref.WeakSet[LiveOrganisation] = weakref.WeakSet()


def stop_all() -> None:
    """Ends every run that plays: SolaraViz plays in threads that would keep the program from ending."""
    for model in list(_alive):
        model.running = False


@solara.component
def Page():
    """The page of one visitor."""
    chosen, seed, lang = (os.environ.get(name, other) for name, other in ((ORGANISATION, "clinic"), (SEED, "1"),
                                                                          (LANG, "en")))
    model = solara.use_memo(lambda: LiveOrganisation(chosen, int(seed)), [])
    parts = solara.use_memo(lambda: [(_people(lang), 0), *((_line(name, lang), 0) for name in LINES), (_work(lang), 0)],
                            [])
    SolaraViz(model, components=parts, model_params=inputs(chosen, int(seed), lang), play_interval=100,
              render_interval=DAYS_PER_WEEK, name=text("pages.solara.title", lang))


def inputs(organisation: str, seed: int, lang: str) -> dict:
    """SolaraViz's form: organisation, seed and levers, with the ranges they are declared with."""
    names = [name for name in bundled_organisations() if load_organisation(name).headcount <= MOST_PEOPLE]
    names = [*names, *([] if organisation in names else [organisation])]
    form = {"organisation": {"type": "Select", "value": organisation, "values": names,
                             "label": text("pages.solara.organisation", lang)},
            "rng": Slider(text("pages.solara.seed", lang), min(seed, SEEDS), 0, SEEDS, 1, dtype=int)}
    for name in LEVERS:
        p = PARAMETERS[name]
        form[name] = Slider(text(f"param.{name}.label", lang), p.default, p.low, p.high, (p.high - p.low) / STEPS,
                            dtype=float)
    return form


def _people(lang: str) -> Callable:
    """Everybody in the lane of the team, coloured by conviction."""

    def draw(model: LiveOrganisation):
        figure, axes = _axes(text("pages.solara.people", lang, week=model.week + 1, day=model.day % DAYS_PER_WEEK + 1),
                             0.03)
        teams = list(model.teams)
        seats = dict.fromkeys(teams, 0)
        xs, ys, colours = [], [], []
        for person in model.employees:
            seat, lane = seats[person.team], teams.index(person.team)
            seats[person.team] += 1
            xs.append(lane - 0.36 + 0.72 * (seat % ACROSS) / (ACROSS - 1))
            ys.append(seat // ACROSS)
            colours.append(person.conviction)
        for lane in range(len(teams)):
            axes.axvspan(lane - 0.46, lane + 0.46, color=LIGHT, alpha=0.45, linewidth=0)
        dots = axes.scatter(xs, ys, c=colours, cmap="cividis", vmin=0, vmax=1, s=110, edgecolors="white", zorder=3)
        figure.colorbar(dots, ax=axes, label=text("measure.conviction.label", lang), shrink=0.8)
        axes.set_xticks(range(len(teams)), [_lane(team, lang) for team in teams], fontsize=9)
        axes.set_yticks([])
        axes.set_ylim(-0.8, max(*ys, 3) + 0.8)
        axes.spines["left"].set_visible(False)
        return figure

    return _shown(draw)


def _lane(team, lang: str) -> str:
    """A team's name on short lines."""
    return team.label(lang).replace(" ", "\n")


def _line(name: str, lang: str) -> Callable:
    """One measure by week."""

    def draw(model: LiveOrganisation):
        figure, axes = _axes(text(f"measure.{name}.label", lang))
        axes.set_xlabel(text("pages.solara.week", lang))
        weeks = model.datacollector.get_model_vars_dataframe()
        known = weeks[["week", name]].dropna() if len(weeks) else weeks
        if len(known):
            axes.plot(known["week"], known[name], color=LINES[name], marker="o" if len(known) < FEW else "")
            axes.set_xlim(0, max(FEW, model.week))
            write_numbers(axes.yaxis, name, lang)
        else:
            axes.set(xticks=[], yticks=[])
            axes.text(0.5, 0.5, text(f"pages.solara.empty_{name}", lang), ha="center", va="center", color=GREY,
                      transform=axes.transAxes)
        return figure

    return _shown(draw)


def _work(lang: str) -> Callable:
    """The cases that wait in each team now."""

    def draw(model: LiveOrganisation):
        figure, axes = _axes(text("pages.solara.waiting", lang), 0.32)
        teams = list(model.teams)[::-1]
        bars = axes.barh([team.label(lang) for team in teams], [team.waiting for team in teams], color=ORANGE)
        axes.bar_label(bars, padding=4)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.set_xlim(0, max([20, *(1.1 * team.waiting for team in teams)]))
        return figure

    return _shown(draw)


def _axes(title: str, left: float = 0.11):
    figure = Figure(figsize=(6.4, 4.4))
    figure.subplots_adjust(left=left, right=0.97, bottom=0.16, top=0.92)
    axes = figure.subplots()
    axes.set_title(title, loc="left", fontsize=12)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _shown(draw: Callable[[Organisation], Figure]) -> Callable:
    """A component that draws anew after every step; matplotlib, since a chart library would come from the internet."""

    @solara.component
    def Shown(model):
        update_counter.get()
        solara.FigureMatplotlib(draw(model), format="png", dpi=DPI)

    return Shown
