"""Files of the present scenario: all numbers (CSV), the scissors (PNG), and a report that prints on one page (HTML).

They are made from the paired runs that the screen shows, with the statistics and the words of `silosim compare`: a
direction is named only when 90% of the paired runs agree and the interval leaves out zero.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from silosim.experiments.comparison import Difference
from silosim.experiments.workshop.links import link_address
from silosim.experiments.workshop.messages import RUNS, WEEKLY, Scenario, scenario_from
from silosim.experiments.workshop.organisations import read_object
from silosim.experiments.workshop.pictures import answer, summary_of
from silosim.model.measures.declared import MEASURES
from silosim.model.organisation_file import bundled_organisations
from silosim.model.parameters import PARAMETERS, InvalidInput
from silosim.model.text import LANGUAGES, number, text, unit

SCISSORS = ("attainment", "grade")
KINDS = {"csv": "text/csv; charset=utf-8", "png": "image/png", "report": "text/html; charset=utf-8"}
COLUMNS = ("part", "name", "label", "unit", "setting", "week", "today_p10", "today_p50", "today_p90", "now_p10",
           "now_p50", "now_p90", "today", "now", "difference", "low", "high", "agree", "verdict", "runs")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # begins something that a spreadsheet would compute


@dataclass(frozen=True)
class Exported:
    """What a file is made of.

    series       {week: [...], measure: {now, today: {p10, p50, p90}}}, every weekly measure
    differences  measure -> Difference, of the last year
    link         the whole share link; model: version and rulebook
    """

    scenario: Scenario
    spec: object
    series: dict
    differences: dict[str, Difference]
    worse_teams: dict[str, list[str]]
    sentence: dict
    runs: int
    model: dict
    link: str

    def settings(self, lang: str) -> list[tuple[str, str, str]]:
        """(name, label, 'today → value' or value) of everything that is set: levers and switches, then the world."""
        found = [(name, param(name, lang), change(name, value, lang)) for name, value in self.levers.items()]
        for week, values in self.scenario.switches():
            found += [(name, param(name, lang), text("pages.export.from_week", lang, week=week,
                                                     setting=value_of(name, value, lang)))
                      for name, value in values.items()]
        return found + [(name, param(name, lang), change(name, value, lang))
                        for name, value in self.scenario.world.items()]

    @property
    def own(self) -> bool:
        """Whether the organisation did not come with the program, so that the link alone is not enough elsewhere."""
        return self.scenario.organisation not in bundled_organisations()

    @property
    def levers(self) -> dict:
        """The levers that differ from today."""
        return self.scenario.all_levers()


def param(name: str, lang: str) -> str:
    """A parameter's label."""
    return text(f"param.{name}.label", lang)


def change(name: str, value, lang: str) -> str:
    """'.7 → .4'."""
    return f"{value_of(name, PARAMETERS[name].default, lang)} → {value_of(name, value, lang)}"


def value_of(name: str, value, lang: str) -> str:
    """A value of a parameter in words: a choice by its label, a share of the day as a percentage."""
    if isinstance(value, str):
        return text(f"param.{name}.choice.{value}", lang)
    return number(value, ".0%" if PARAMETERS[name].unit.startswith("share of the day") else "g", lang)


def collect(workshop, scenario: Scenario, runs: int) -> Exported:
    """Makes (or remembers) the runs; blocks. Raises InvalidInput when it takes too long."""
    try:
        request, pairs = workshop.paired_runs(scenario, runs)
    except TimeoutError as problem:
        raise InvalidInput(f"{problem}; ask for fewer runs") from None
    parts = answer(request, 0, pairs, ("series", "losers", "sentence"), WEEKLY)
    differences = summary_of([now for now, _ in pairs], [today for _, today in pairs])
    return Exported(scenario, request.spec, parts["series"], differences, parts["losers"]["teams"], parts["sentence"],
                    len(pairs), workshop.model, link_address(workshop.address, workshop.link_code(scenario)))


# --- CSV ------------------------------------------------------------------------------------------------------------

def table(of: Exported, lang: str) -> str:
    """Everything in one table: the settings, the bands by week, the summary of the last year with its intervals.

    Written as a spreadsheet in that language reads it: in Dutch with semicolons and decimal commas.
    """
    out = io.StringIO()
    out.write("\ufeff")  # spreadsheets take it for UTF-8 then
    writer = csv.DictWriter(out, COLUMNS, delimiter=";" if lang == "nl" else ",", lineterminator="\r\n")
    writer.writeheader()
    for row in _rows(of, lang):
        writer.writerow({key: _cell(value, lang) for key, value in row.items()})
    return out.getvalue()


def _rows(of: Exported, lang: str):
    facts = {"organisation": getattr(of.spec, lang), "policy": text(f"policy.{of.scenario.policy}.label", lang),
             "seed": of.scenario.seed, "weeks": of.scenario.weeks, "version": of.model["version"],
             "rulebook": of.model["rulebook"], "link": of.link, "note": text("pages.export.practice", lang)}
    for name, value in facts.items():
        yield {"part": "scenario", "name": name, "label": text(f"pages.export.{name}", lang), "setting": value}
    for name, label, setting in of.settings(lang):
        yield {"part": PARAMETERS[name].role, "name": name, "label": label, "unit": unit(PARAMETERS[name].unit, lang),
               "setting": setting}
    for name in WEEKLY:
        fans = of.series[name]
        for k, week in enumerate(of.series["week"]):
            yield {"part": "band", "name": name, "label": text(f"measure.{name}.label", lang),
                   "unit": unit(MEASURES[name].unit, lang), "week": week, "runs": of.runs,
                   **{f"{side}_{p}": fans[side][p][k] for side in ("today", "now") for p in ("p10", "p50", "p90")}}
    for name, d in of.differences.items():
        yield {"part": "last_year", "name": name, "label": text(f"measure.{name}.label", lang),
               "unit": unit(MEASURES[name].unit, lang), "today": d.value.mean - d.change.mean, "now": d.value.mean,
               "difference": d.change.mean, "low": d.change.low, "high": d.change.high, "agree": d.agree,
               "verdict": text(f"cli.verdict.{d.verdict}", lang), "runs": d.change.n}


def _cell(value, lang: str):
    if value is None or value != value:
        return ""
    if isinstance(value, float):
        words = f"{value:.6g}"
        return words.replace(".", ",") if lang == "nl" else words
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return value


# --- routes -----------------------------------------------------------------------------------------------------------

def routes(workshop) -> list[Route]:
    """POST /export/csv, /export/png, /export/report with {scenario, runs, lang}; the answer is the file."""

    async def export(request):
        if not workshop.facilitator(request):
            return JSONResponse({"error": "files are for the facilitator: open the address with the token first"},
                                status_code=403)
        kind = request.path_params["kind"]
        if kind not in KINDS:
            return JSONResponse({"error": f"no export {kind[:20]!r}; there are {', '.join(KINDS)}"}, status_code=404)
        given = await read_object(request)
        lang = given.get("lang") if given.get("lang") in LANGUAGES else "en"
        scenario = scenario_from(given.get("scenario", {}), workshop.organisations)
        runs = given.get("runs", RUNS[-2])
        if isinstance(runs, bool) or not isinstance(runs, int) or not RUNS[0] <= runs <= RUNS[-1]:
            raise InvalidInput(f"runs must be a whole number from {RUNS[0]} to {RUNS[-1]}")
        content = await run_in_threadpool(lambda: make(kind, collect(workshop, scenario, runs), lang))
        called = workshop.organisations[scenario.organisation].name
        name = f"silosim-{called}-{scenario.policy}.{'html' if kind == 'report' else kind}"
        return Response(content, media_type=KINDS[kind], headers={
            "content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"})

    return [Route("/export/{kind}", export, methods=["POST"])]


def make(kind: str, of: Exported, lang: str, today: date | None = None) -> bytes:
    """The content of a file of one of KINDS; `today` is the date a report carries."""
    if kind == "csv":
        return table(of, lang).encode()
    if kind == "png":
        from silosim.experiments.workshop.scissors import scissors

        return scissors(of, lang)
    from silosim.experiments.workshop.onepage import page

    return page(of, lang, today or date.today()).encode()
