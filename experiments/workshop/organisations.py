"""'Your own organisation': what the page asks of the server.

Only the facilitator gets an answer. A file is chosen by name among those in the program's own folder, never by a path;
an organisation that is only looked at is nowhere kept.
"""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from pathlib import Path

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse
from starlette.routing import Route

from silosim.experiments.comparison import spread
from silosim.experiments.organisation_check import GRADES, RUNS, YEAR, Finding, teams
from silosim.experiments.runkey import organisation_hash
from silosim.experiments.workshop.messages import object_from
from silosim.experiments.workshop.organisation_form import (
    LARGEST,
    WHERE,
    bundled_document,
    complaints,
    document_of,
    in_language,
    read_toml,
    to_toml,
)
from silosim.experiments.workshop.saved import FOLDER, Saved
from silosim.model.organisation_fields import show
from silosim.model.organisation_file import bundled_organisations, load_organisation, parse_organisation
from silosim.model.organisation_spec import OrganisationSpec
from silosim.model.parameters import PARAMETERS, InvalidInput
from silosim.model.text import LANGUAGES, text

MOST_RESTORED = 30  # of the saved ones
KEPT = 64  # measurements remembered


# --- how busy teams would be --------------------------------------------------------------------------------------

class Gauge:
    """Measured by running the organisation, never guessed from its load; the last results are remembered."""

    def __init__(self):
        self._kept: OrderedDict[str, dict] = OrderedDict()
        self._one_at_a_time = threading.Lock()

    def measure(self, spec: OrganisationSpec) -> dict:
        """{utilisation: [one a team, in the second year], grade, findings}: as `silosim run` warns about."""
        key = organisation_hash(spec)
        with self._one_at_a_time:
            if key not in self._kept:
                self._kept[key] = _measured(spec)
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            return self._kept[key]


def quick(spec: OrganisationSpec) -> bool:
    """Whether an organisation of this size has compiled rules for sure, because a bundled one shares them."""
    from silosim.model.founding import capacity_for

    codes = PARAMETERS.codes(PARAMETERS.checked({}))
    small = [load_organisation(name) for name in ("clinic", "insurer")]
    return capacity_for(spec, codes) in [capacity_for(one, codes) for one in small]


def _measured(spec: OrganisationSpec) -> dict:
    from silosim.model.ensemble import Job, live
    from silosim.model.measures.declared import INDEX

    jobs = [Job(spec, weeks=weeks, replicate=r) for r in range(RUNS) for weeks in (YEAR, 2 * YEAR)]
    outcomes = list(live(jobs))
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            raise InvalidInput(f"{WHERE}: cannot be run: {outcome}") from outcome
    columns = [INDEX["utilisation"], INDEX["backlog"]]
    first, second = (np.array([o.team[:, columns] for o in outcomes[k::2]]) for k in (0, 1))
    grade = spread([o.summary[INDEX["grade"]] for o in outcomes[::2]]).mean
    findings = [] if GRADES[0] <= grade <= GRADES[1] else [Finding("grade", {"grade": grade})]
    with np.errstate(invalid="ignore"):
        return {"utilisation": [_number(x) for x in second[:, :, 0].mean(axis=0)], "grade": _number(grade),
                "findings": [*findings, *teams(spec, first, second)]}


def _number(x: float) -> float | None:
    return float(f"{x:.4g}") if np.isfinite(x) else None


def _said(finding: Finding, lang: str) -> str:
    """A finding in words, as the command line has it."""
    fields = {key: getattr(value, lang) if key == "team" else value for key, value in finding.fields.items()}
    words = text(f"cli.organisation.{finding.kind}", lang, **fields)
    return words[:1].upper() + words[1:]


# --- routes -------------------------------------------------------------------------------------------------------

def routes(workshop, folder: Path = FOLDER) -> list[Route]:
    """The routes of the page, for `serving`."""
    page = Page(workshop, Saved(folder), Gauge())
    page.restore()
    api = "/api/organisations"
    return [Route(api, page.listed), Route(f"{api}/check", page.check, methods=["POST"]),
            Route(f"{api}/read", page.read, methods=["POST"]), Route(f"{api}/use", page.use, methods=["POST"]),
            Route(f"{api}/save", page.save, methods=["POST"]), Route(f"{api}/{{name}}", page.one),
            Route(f"{api}/{{name}}", page.delete, methods=["DELETE"])]


class Page:
    """The answers."""

    def __init__(self, workshop, saved: Saved, gauge: Gauge):
        self.workshop, self.saved, self.gauge = workshop, saved, gauge

    def restore(self) -> None:
        """Saved organisations can be used in scenarios from the start, so that links to them still open."""
        for name in self.saved.names()[:MOST_RESTORED]:
            with contextlib.suppress(InvalidInput):  # a broken file has its message in the list of the page
                self.workshop.add_organisation(self.saved.load(name))

    async def listed(self, request):
        """What can be opened: {bundled: [{name, en, nl}], saved: [...]}; a saved file that is broken has its error."""
        if refusal := self._refused(request):
            return refusal
        bundled = [_entry(load_organisation(name)) for name in bundled_organisations()]
        return JSONResponse({"bundled": bundled, "saved": await run_in_threadpool(self._saved)})

    def _saved(self) -> list[dict]:
        found = []
        for name in self.saved.names():
            try:
                found.append(_entry(self.saved.load(name)) | {"name": name})
            except InvalidInput as problem:
                found.append({"name": name, "en": name, "nl": name, "error": str(problem)})
        return found

    async def one(self, request):
        """The document of an organisation that scenarios can use (also one handed over), or (?saved) of a file."""
        if refusal := self._refused(request):
            return refusal
        name = request.path_params["name"]
        if "saved" in request.query_params:
            return JSONResponse({"document": await run_in_threadpool(self.saved.document, name)})
        spec = self.workshop.organisations.get(name)
        handed_over = spec is not None and name not in bundled_organisations()
        return JSONResponse({"document": document_of(spec) if handed_over else bundled_document(name)})

    async def check(self, request):
        """{document, lang, measure: 'quick'|'yes'|'no'} -> what is wrong where, loads, and how busy teams are."""
        if refusal := self._refused(request):
            return refusal
        return JSONResponse(await run_in_threadpool(self._checked, await read_object(request)))

    def _checked(self, given: dict) -> dict:
        lang = given.get("lang") if given.get("lang") in LANGUAGES else "en"
        document = given.get("document")
        found = complaints(document)
        if found:
            return {"complaints": [one.plain(lang) for one in found]}
        spec = parse_organisation(document, WHERE)
        small = quick(spec)
        answer = {"complaints": [], "people": spec.headcount, "arrivals": spec.arrivals, "load": spec.load,
                  "loads": list(spec.team_loads()), "toml": to_toml(document), "quick": small, "measured": None,
                  "document": document_of(spec, document.get("load"))}
        if given.get("measure") == "yes" or (given.get("measure") == "quick" and small):
            measured = self.gauge.measure(spec)
            answer["measured"] = {**measured, "findings": [_said(one, lang) for one in measured["findings"]]}
        return answer

    async def read(self, request):
        """An uploaded TOML file -> {document}."""
        if refusal := self._refused(request):
            return refusal
        content = await request.body()
        try:
            return JSONResponse({"document": await run_in_threadpool(read_toml, content)})
        except InvalidInput as problem:
            lang = request.query_params.get("lang")
            words = str(problem).removeprefix("the file: ")
            return JSONResponse({"error": in_language(words, lang if lang in LANGUAGES else "en")}, status_code=400)

    async def use(self, request):
        """{document} -> {name} under which scenarios can use it until the server ends."""
        if refusal := self._refused(request):
            return refusal
        given = await read_object(request)
        spec = parse_organisation(_document(given), WHERE)
        for name in bundled_organisations():
            if load_organisation(name) == spec:
                return JSONResponse({"name": name})
        return JSONResponse({"name": self.workshop.add_organisation(spec)})

    async def save(self, request):
        """{document} -> {name}: kept in the program's folder, and at hand in the simulator."""
        if refusal := self._refused(request):
            return refusal
        document = _document(await read_object(request))
        name = await run_in_threadpool(self.saved.save, document)
        self.workshop.add_organisation(parse_organisation(document, WHERE))
        return JSONResponse({"name": name})

    async def delete(self, request):
        """Take a saved organisation away."""
        if refusal := self._refused(request):
            return refusal
        await run_in_threadpool(self.saved.delete, request.path_params["name"])
        return JSONResponse({})

    def _refused(self, request):
        """The answer to somebody who is not the facilitator, or None."""
        if self.workshop.facilitator(request):
            return None
        return JSONResponse({"error": "this is for the facilitator: open the address with the token first"},
                            status_code=403)


def _entry(spec: OrganisationSpec) -> dict:
    return {"name": spec.name, "en": spec.en, "nl": spec.nl, "people": spec.headcount, "teams": len(spec.teams)}


def _document(given: dict) -> dict:
    document = given.get("document")
    if not isinstance(document, dict):
        raise InvalidInput(f"document must be an object, not {show(document)}")
    return document


async def read_object(request) -> dict:
    """A JSON object from a request. InvalidInput for anything else."""
    return object_from(await request.body(), LARGEST, "request")
