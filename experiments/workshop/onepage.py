"""The report of one page: what was set, what became of it, and how sure that is."""

from __future__ import annotations

import base64
from datetime import date
from pathlib import Path

from silosim.experiments.commands.session import inline
from silosim.experiments.comparison import AGREEMENT, CONFIDENCE, Difference
from silosim.experiments.onefile import styled, template
from silosim.experiments.workshop.exports import Exported
from silosim.experiments.workshop.scissors import scissors
from silosim.model.measures.declared import MEASURES
from silosim.model.text import difference, number, text, unit

TEMPLATES = Path(__file__).parent / "templates"
ROWS = ("grade", "nps", "lead_time", "contacts", "effort_score", "attainment", "share_green", "silo_index",
        "value_action_gap", "strain", "turnover", "cost_per_solved")
MOST_SETTINGS, MOST_TEAMS = 16, 6
MARKS = {"better": ("▲", "good"), "worse": ("▼", "bad"), "higher": ("↑", ""), "lower": ("↓", ""),
         "slightly_better": ("△", "good"), "slightly_worse": ("▽", "bad"), "slightly_higher": ("↑", ""),
         "slightly_lower": ("↓", "")}
PICTURE, LETTERS = 600, 1.45  # pixels high, and how much larger than in the picture of its own


def page(of: Exported, lang: str, made: date) -> str:
    """One HTML document without script or outside request, at most one A4 when printed."""
    settings = of.settings(lang)

    def say(key: str, **fields) -> str:
        return text(f"pages.export.{key}", lang, **fields)

    return template(TEMPLATES / "onepage.html.jinja").render(
        **styled((TEMPLATES / "onepage.css").read_text(encoding="utf-8")), lang=lang, say=say,
        organisation=getattr(of.spec, lang), policy=text(f"policy.{of.scenario.policy}.label", lang),
        sentence=of.sentence[lang],
        settings=settings[:MOST_SETTINGS], more=max(0, len(settings) - MOST_SETTINGS),
        picture=base64.b64encode(scissors(of, lang, PICTURE, LETTERS)).decode(), alt=alt(of, lang),
        rows=[row(of.differences[name], lang) for name in ROWS], worse=worse(of, lang), runs=of.runs,
        agreement=number(AGREEMENT, ".0%", lang), confidence=number(CONFIDENCE, ".0%", lang), scenario=of.scenario,
        version=of.model["version"], rulebook=of.model["rulebook"], link=of.link, own=of.own, made=_date(made, lang))


def row(d: Difference, lang: str) -> dict:
    """One measure: today, now, the difference with its interval, and the word, which is a direction or none."""
    fmt = MEASURES[d.measure].format
    mark, kind = MARKS.get(d.verdict, ("?" if d.verdict == "unclear" else "", ""))
    known = d.verdict != "undefined"
    word = "pages.export.no_direction" if d.verdict == "unclear" else f"cli.verdict.{d.verdict}"
    return {"label": text(f"measure.{d.measure}.label", lang), "unit": unit(MEASURES[d.measure].unit, lang),
            "today": _minus(number(d.value.mean - d.change.mean, fmt, lang)),
            "now": _minus(number(d.value.mean, fmt, lang)),
            "difference": _minus(_short(d.change.mean, fmt, lang)) if known else "–",
            "interval": _interval(d, fmt, lang) if known else "–",
            "agree": number(d.agree, ".0%", lang) if known else "–",
            "mark": mark, "kind": kind, "word": text(word, lang)}


def worse(of: Exported, lang: str) -> list[str]:
    """Who is clearly worse off, a line for each measure."""
    labels = {team.name: getattr(team, lang) for team in of.spec.teams}
    found = []
    for name, teams in of.worse_teams.items():
        names = [labels.get(team, team) for team in teams[:MOST_TEAMS]]
        if len(teams) > MOST_TEAMS:
            names.append(text("pages.export.more_teams", lang, n=len(teams) - MOST_TEAMS))
        if names:
            measure = inline(text(f"measure.{name}.label", lang))
            found.append(text("pages.export.worse_in", lang, measure=measure, teams=", ".join(names)))
    return found


def alt(of: Exported, lang: str) -> str:
    """What the picture shows, in words."""
    last = {name: of.series[name]["now"]["p50"][-1] for name in ("attainment", "grade")}
    return text("pages.export.figure_alt", lang, attainment=_number(last["attainment"], lang),
                grade=_number(last["grade"], lang))


def _number(value: float | None, lang: str) -> str:
    return number(value, ".2f", lang)


def _short(value: float, fmt: str, lang: str) -> str:
    """A difference; percentage points in two letters."""
    return difference(value, fmt, lang).replace(text("number.points", lang), text("cli.points", lang))


def _interval(d: Difference, fmt: str, lang: str) -> str:
    """Low … high, with the unit of percentage points once."""
    low, high = (_short(x, fmt, lang) for x in (d.change.low, d.change.high))
    return _minus(f"{low.removesuffix(text('cli.points', lang)).rstrip()} … {high}")


def _minus(words: str) -> str:
    return words.replace("-", "−")


def _date(day: date, lang: str) -> str:
    return f"{day.day}-{day.month}-{day.year}" if lang == "nl" else day.isoformat()
