"""The page about a log: what it says, what is doubted and assumed, and the organisation made of it. No script."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from markupsafe import Markup, escape

from silosim.experiments import report
from silosim.experiments.logs.assumptions import ASSUMED, DOUBT, FOUND
from silosim.experiments.logs.facts import Facts
from silosim.experiments.logs.importing import Imported
from silosim.experiments.logs.organisation import Built
from silosim.experiments.logs.page_figures import Figure, figures
from silosim.experiments.logs.values import clean
from silosim.experiments.onefile import styled, template
from silosim.model.text import number, text

HERE = Path(__file__).parent
FLAG = "code.flag { white-space: nowrap; overflow-wrap: normal; }\n"
STYLE = Path(report.__file__).parent / "templates" / "report.css"


@dataclass(frozen=True)
class Grid:
    """A table: its caption, headings, and rows that begin with their own heading; `words`: columns of words."""

    caption: str
    headings: list[str]
    rows: list[list[str]]
    words: tuple[int, ...] = ()


@dataclass(frozen=True)
class Section:
    """A part of the page; `lists` have a heading of their own, or ''."""

    name: str
    title: str
    paragraphs: list[str] = field(default_factory=list)
    figure: Figure | None = None
    lists: list[tuple[str, list[str]]] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)


def html(log: Imported, built: Built, lang: str = "en") -> str:
    """The whole page as one document that opens from disk and asks the network for nothing."""
    page = _Page(log, built, lang)
    style = STYLE.read_text(encoding="utf-8") + FLAG
    return template(HERE / "log.html.jinja", flags=flags).render(
        lang=lang, title=page.say("title", file=clean(log.source.path.name)), **styled(style),
        version=version("silosim"), say=page.say, lead=page.lead(), sections=page.sections())


def flags(words: str) -> Markup:
    """Escaped words in which options of commands stay on one line."""
    return Markup(re.sub(r"(?<![\w-])(--[a-z-]+)", r'<code class="flag">\1</code>', str(escape(words))))


class _Page:
    """What the page says, in one language."""

    def __init__(self, log: Imported, built: Built, lang: str):
        self.log, self.built, self.lang, self.facts = log, built, lang, log.facts
        self.figures = figures(log.facts, built.teams, lang)

    def say(self, key: str, **fields) -> str:
        """The words of `logs.page.<key>`."""
        return text(f"logs.page.{key}", self.lang, **fields)

    def number(self, value, fmt: str) -> str:
        """A number as the language writes it; a dash where the log cannot tell."""
        return "–" if value is None or math.isnan(value) else number(value, fmt, self.lang)

    def known(self, key: str, **fields) -> str:
        """The same as `say`, or that the log cannot tell when one of the numbers is missing."""
        told = all(not isinstance(value, float) or math.isfinite(value) for value in fields.values())
        return self.say(key, **fields) if told else self.say("none")

    def lead(self) -> str:
        """The first lines."""
        f, period = self.facts, self.log.period
        return self.say("lead", cases=f.cases, first=str(period.first), last=str(period.last), events=f.events,
                        teams=f.teams, people=f.people)

    def sections(self) -> list[Section]:
        """Everything, in order."""
        return [self._doubts(), self._arrivals(), self._routes(), self._times(), self._teams(), self._people(),
                self._organisation(), self._assumed()]

    def _notes(self, level: str) -> list[str]:
        return [note.words(self.lang) for note in self.log.notes.of(level)]

    def _doubts(self) -> Section:
        doubts = self._notes(DOUBT)
        return Section("doubts", self.say("doubts"), [] if doubts else [self.say("no_doubts")],
                       lists=[("", doubts)] if doubts else [])

    def _arrivals(self) -> Section:
        f = self.facts
        words = self.known("arrivals_words", weekday=f.weekday_mean, weekend=f.weekend_mean, cv=f.weekday_cv,
                           dispersion=f.weekday_dispersion)
        return Section("arrivals", self.say("arrivals"), [words], self.figures.get("arrivals"))

    def _routes(self) -> Section:
        f = self.facts
        words = self.known("routes_words", mean=f.handoffs_mean, back=f.back_and_forth,
                           back_two=f.back_and_forth_if_two, seen=f.back_to_sender,
                           chance=f.back_by_chance, first=f.solved_by_first)
        return Section("routes", self.say("routes"), [words, self.say("how")], self.figures.get("routes"),
                       grids=[self._by_handoffs(f)] if f.by_handoffs else [])

    def _by_handoffs(self, f: Facts) -> Grid:
        columns = [("share", f.by_handoffs, "share"), ("hours", f.hours_by_handoffs, ",.1f"),
                   ("reopened", f.reopened_by_handoffs, "share"), ("in_term", f.in_term_by_handoffs, "share")]
        columns = [(key, values, fmt) for key, values, fmt in columns if values]
        rows = [[name, *(self.number(values[k], fmt) for _, values, fmt in columns)]
                for k, name in enumerate(("0", "1", "2", self.say("more")))]
        return Grid(self.say("by_handoffs"), [self.say("handoffs"), *(self.say(key) for key, *_ in columns)], rows)

    def _times(self) -> Section:
        f = self.facts
        words = [self.known("times_words", median=f.median_hours, three=f.elapsed_in_three, slope=f.hours_slope)]
        if f.states:
            words.append(self.say("states_words"))
        if f.waiting_by_team:
            words.append(self.known("waiting_words", low=f.waiting_by_team[0], high=f.waiting_by_team[2],
                                    chi=f.waiting_chi2))
        return Section("times", self.say("times"), words, self.figures.get("states"))

    def _teams(self) -> Section:
        f, words = self.facts, [self.say("teams_words")]
        if f.bounce_by_team:
            low, middle, high = f.bounce_by_team
            words.append(self.say("bounce_words", low=low, middle=middle, high=high))
        headings = ("team", "visits", "median", "p90", "spread", "headcount", "load", "meets")
        rows = []
        for team, load in zip(self.built.teams, self.built.spec.team_loads(), strict=True):
            rows.append([team.label if self.lang == "en" else team.label_nl, self.number(team.visits, ",d"),
                         self.number(team.hold_median, ",.1f"), self.number(team.hold_p90, ",.1f"),
                         self.number(team.hold_spread, ".2f"), self.number(team.people, ",d"),
                         self.number(load, ".2f"), self.say("yes" if team.meets else "no")])
        grid = Grid(self.say("teams_table"), [self.say(key) for key in headings], rows)
        return Section("teams", self.say("teams"), words, self.figures.get("teams"), grids=[grid])

    def _people(self) -> Section:
        f, words = self.facts, []
        if f.types:
            words.append(self.say("types_words", types=f.types, share=f.top_fifth_types))
        if f.person_day:
            median, mean, p90 = f.person_day
            words.append(self.known("people_words", tenth=f.events_of_top_tenth, fifth=f.events_of_top_fifth,
                                    gini=f.gini, median=median, mean=mean, p90=p90))
        return Section("people", self.say("people"), words or [self.say("none")], self.figures.get("types"))

    def _organisation(self) -> Section:
        spec = self.built.spec
        words = self.say("organisation_words", teams=len(spec.teams), people=spec.headcount,
                         journeys=len(spec.journeys), arrivals=spec.arrivals)
        rows = [[getattr(journey, self.lang), self.number(journey.share, "share"), kind,
                 " + ".join(self.number(stage.hours, ".3g") for stage in journey.stages)]
                for journey, kind in zip(spec.journeys, self.built.types, strict=True)]
        grid = Grid(self.say("journeys_table"), [self.say(key) for key in ("journey", "share", "most", "stage_hours")],
                    rows, (2,))
        return Section("organisation", self.say("organisation"), [words], grids=[grid])

    def _assumed(self) -> Section:
        rows = [[text(f"logs.field.{name}", self.lang), clean(column)] for name, column in self.log.mapping.items()]
        grid = Grid(self.say("columns"), [text("logs.column.field", self.lang), text("logs.column.column", self.lang)],
                    rows, (1,))
        lists = [(text(f"logs.level.{level}", self.lang), self._notes(level)) for level in (ASSUMED, FOUND)]
        return Section("assumed", self.say("assumed"), lists=lists, grids=[grid])
