"""The form of 'Your own organisation': from and to TOML, what is wrong at which field, how busy teams would be.

What the page sends has the shape of an organisation file. It is judged by `parse_organisation`, as on the command line;
nothing is checked a second way.
"""

from __future__ import annotations

import copy
import json
import re
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from silosim.model.organisation_file import bundled_path, load_organisation, parse_organisation
from silosim.model.organisation_spec import OrganisationSpec
from silosim.model.parameters import InvalidInput
from silosim.model.text import catalogue, number, text

WHERE = "organisation"
COMPLAINT = "pages.complaint."  # texts of messages, by kind
MOST_COMPLAINTS = 20
STAND_IN = "zz_put_right"  # begins the names that a copy gets for wrong ones
LARGEST = 400_000  # bytes of an organisation in a request: 64 teams and 64 journeys of 8 stages take 60,000
_PLACE = re.compile(r"(?:(team|journey) (\d+)(?: \([a-z0-9_]+\))?: )?(?:stage (\d+): )?(.*)", re.DOTALL)
_TWIN = re.compile(r"(team|journey) (\d+) has the name of ")
_IDLE = re.compile(r"team '([a-z0-9_]+)' does no stage ")
_FIRST_WORD = re.compile(r"[a-z_]+")
_OF_THE_WHOLE = (("the shares of ", "share"), ("the teams have ", "team"), ("give arrivals ", "arrivals"))


@dataclass(frozen=True)
class Complaint:
    """One thing that is wrong: where in the document (["team", 1, "headcount"]), and the words of the command line."""

    path: tuple
    words: str

    def plain(self, lang: str) -> dict:
        """For JSON, in a language."""
        return {"path": list(self.path), "text": in_language(self.words, lang)}


# --- TOML -----------------------------------------------------------------------------------------------------

def read_toml(content: bytes) -> dict:
    """The document in an uploaded file, with the labels that it leaves open filled in.

    InvalidInput as from the command line, its place called 'the file'.
    """
    with tempfile.TemporaryDirectory(prefix="silosim-") as folder:
        file = Path(folder) / "organisation.toml"
        file.write_bytes(content)
        try:
            spec = load_organisation(file)
        except InvalidInput as problem:
            raise InvalidInput(str(problem).replace(str(file), "the file")) from None
    return document_of(spec, tomllib.loads(content.decode("utf-8-sig")).get("load"))


def bundled_document(name: str) -> dict:
    """A bundled organisation as a document."""
    return read_toml(bundled_path(name).read_bytes())


def document_of(spec: OrganisationSpec, load: float | None = None) -> dict:
    """An organisation as a document; demand as `load` where that is how it was given."""
    document = {"name": spec.name, "en": spec.en, "nl": spec.nl, **spec.canonical()}
    for kind, things in (("team", spec.teams), ("journey", spec.journeys)):
        document[kind] = [{"name": x.name, "en": x.en, "nl": x.nl, **plain}
                          for x, plain in zip(things, document[kind], strict=True)]
    if load is not None:
        demand = {"load": load}
        document = {key: value for old, value in document.items()
                    for key, value in (demand.items() if old == "arrivals" else ((old, value),))}
    return document


def to_toml(document: Mapping) -> str:
    """The document as a file, which reads back as the same organisation, to the bit. Raises InvalidInput."""
    spec = parse_organisation(document, WHERE)
    whole = document_of(spec, document.get("load"))
    lines = [f"{key} = {_value(value)}" for key, value in whole.items() if key not in ("team", "journey")]
    for team in whole["team"]:
        lines += ["", "[[team]]", *(f"{key} = {_value(value)}" for key, value in team.items())]
    for journey in whole["journey"]:
        stages = [f"    {{ team = {_value(s['team'])}, hours = {_value(s['hours'])} }}," for s in journey["stages"]]
        lines += ["", "[[journey]]", *(f"{key} = {_value(value)}" for key, value in journey.items() if key != "stages"),
                  "stages = [", *stages, "]"]
    return "\n".join(lines) + "\n"


def _value(value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


# --- what is wrong, and where ---------------------------------------------------------------------------------

def complaints(document) -> list[Complaint]:
    """Everything that is wrong, each at its place; empty when the document is an organisation.

    The command line stops at the first; here a field that is wrong is put right in a copy and the check goes on. What
    concerns the whole (shares, people together) is only said when every field is right.
    """
    if not isinstance(document, Mapping):
        return [Complaint((), f"{WHERE} must be an object")]
    found: list[Complaint] = []
    try:
        copied = copy.deepcopy(dict(document))
    except RecursionError:
        return [Complaint((), f"{WHERE}: nested too deeply")]
    for _ in range(MOST_COMPLAINTS):
        try:
            parse_organisation(copied, WHERE)
            return found
        except InvalidInput as problem:
            words = str(problem).removeprefix(f"{WHERE}: ")
        path = place(words, copied)
        if (found and of_the_whole(path)) or any(path == c.path for c in found):
            return found
        if STAND_IN not in words:  # else it is about what was put there
            found.append(Complaint(path, words))
        if not put_right(copied, path):
            return found
    return found


def of_the_whole(path: tuple) -> bool:
    """Whether a place is the whole, or a team that does nothing: only right fields tell."""
    return path[:1] == ("whole",) or (len(path) == 2 and path[0] in ("team", "journey"))


def place(words: str, document: Mapping) -> tuple:
    """Where in the document a message points: ("team", 1, "name"), ("journey", 0, "stages", 2, "hours"), ("patience",).

    Of the whole: ("whole", key), and ("team", number) for a team that does nothing.
    """
    for begin, key in _OF_THE_WHOLE:
        if words.startswith(begin):
            return ("whole", key)
    if twin := _TWIN.match(words):
        return (twin[1], int(twin[2]) - 1, "name")
    if idle := _IDLE.match(words):
        names = [team.get("name") for team in document["team"]]
        return ("team", names.index(idle[1]))
    kind, at, stage, rest = _PLACE.fullmatch(words).groups()
    path = (kind, int(at) - 1) if kind else ()
    path += ("stages", int(stage) - 1) if stage else ()
    for noun, key in (("unknown team ", "team"), ("unknown key ", "")):
        if rest.startswith(noun):
            return (*path, key or re.match(r"unknown key '([^']*)", rest)[1])
    counted = re.match(r"\d+ (team|journey|stage)s; ", rest)
    if counted:
        return (*path, "stages" if counted[1] == "stage" else counted[1])
    word = _FIRST_WORD.match(rest)
    key = word[0] if word else ""
    if key == "arrivals" and " times the hours " in rest:
        return ("whole", "arrivals")
    return (*path, key)


_GOOD = {"headcount": 1, "share": 0.5, "hours": 1.0, "meets_customer": False, "patience": 10.0, "customers": 2000,
         "arrivals": 0.0, "load": 0.0, "en": "x", "nl": "x"}


def put_right(document: dict, path: tuple) -> bool:
    """Writes something valid at a place, so that the rest can be judged; False where that cannot be done."""
    if not path or of_the_whole(path):
        return False
    try:
        holder = document
        for step in path[:-1]:
            holder = holder[step]
        key = path[-1]
        if key == "name":
            _rename(document, path, holder)
        elif key == "team" and "stages" in path:
            holder["team"] = document["team"][0]["name"]
        elif key == "stages":
            holder["stages"] = [{"team": document["team"][0]["name"], "hours": 1.0}]
        elif key in _GOOD:
            holder[key] = _GOOD[key]
        elif key in holder and key not in ("team", "journey"):
            del holder[key]
        else:
            return False
    except (KeyError, IndexError, TypeError):
        return False
    return True


def _rename(document: dict, path: tuple, holder: dict) -> None:
    """A valid name that nothing else has; stages follow, unless another team has the old name as well."""
    old, new = holder.get("name"), "_".join([STAND_IN, *(str(step) for step in path if isinstance(step, int))])
    holder["name"] = new
    if path[0] != "team" or any(team.get("name") == old for team in document["team"]):
        return
    for journey in document.get("journey", ()):
        for stage in journey.get("stages", ()):
            if stage.get("team") == old:
                stage["team"] = new


# --- the same in Dutch ----------------------------------------------------------------------------------------

def in_language(words: str, lang: str) -> str:
    """A message of the command line in a language: by pattern, English where there is none."""
    if lang == "en":
        return words
    kind, at, stage, rest = _PLACE.fullmatch(words).groups()
    front = text(f"pages.place.{kind}", lang, n=int(at)) + ": " if kind else ""
    front += text("pages.place.stage", lang, n=int(stage)) + ": " if stage else ""
    for name, pattern in _patterns():
        if match := pattern.fullmatch(rest):
            given = {key: _as_written(key, value, lang) for key, value in match.groupdict().items()}
            return front + text(COMPLAINT + name, lang, **given)
    return front + rest


@cache
def _patterns() -> list[tuple[str, re.Pattern]]:
    """(name, pattern) of every message that has a translation: its English text with its fields left open."""
    known = {key.removeprefix(COMPLAINT): words for key, words in catalogue("en").items() if key.startswith(COMPLAINT)}
    return [(name, re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(words))))
            for name, words in known.items()]


def _as_written(field: str, value: str, lang: str) -> str:
    """A key by its name, a number in the language's own writing, anything else as it is."""
    if field == "what" and f"pages.key.{value}" in catalogue(lang):
        return text(f"pages.key.{value}", lang)
    if re.fullmatch(r"-?\d+(\.\d+)?", value):
        return number(float(value), f".{len(value.partition('.')[2])}f", lang)
    return value
