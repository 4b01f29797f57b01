"""From a log to an organisation: teams, people, journeys and demand, and a file that states every assumption."""

from __future__ import annotations

import json
import textwrap
import tomllib
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from silosim.experiments.logs import effort as work
from silosim.experiments.logs.assumptions import LEVELS, Notes
from silosim.experiments.logs.guesses import plain
from silosim.experiments.logs.journeys import Journeys, find_journeys
from silosim.experiments.logs.log import EventLog
from silosim.experiments.logs.period import Period
from silosim.experiments.logs.values import clean
from silosim.model.organisation_fields import MAX_LABEL, NAME, unknown_name
from silosim.model.organisation_file import MAX_CUSTOMERS, MAX_JOURNEYS, MAX_TEAMS, parse_organisation
from silosim.model.organisation_spec import OrganisationSpec
from silosim.model.parameters.registry import InvalidInput
from silosim.model.text import text

JOURNEYS = 32
CUSTOMERS_PER_ARRIVAL = 2000 / 229  # as in the bundled insurer
MEETS = 0.2  # share of all cases that begin at a team, from which it is taken to meet the customer
DIGITS = 3


@dataclass(frozen=True)
class Choices:
    """What the user may choose.

    teams, journeys   most teams that stay themselves (None: as many as have a journey), most journeys
    load    first-pass work as a share of paid hours; people: of all teams together; headcount: by team
    """

    name: str = "organisation"
    teams: int | None = None
    journeys: int = JOURNEYS
    load: float = work.LOAD
    people: int | None = None
    customers: int | None = None
    headcount: dict[str, int] = field(default_factory=dict)
    front: tuple[str, ...] = ()

    def __post_init__(self):
        for what, value, low, high in (("--teams", self.teams, 1, MAX_TEAMS - 1),
                                       ("--journeys", self.journeys, 1, MAX_JOURNEYS),
                                       ("--load", self.load, 0.01, 2), ("--people", self.people, 1, 4096),
                                       ("--customers", self.customers, 1, MAX_CUSTOMERS)):
            if value is not None and not low <= value <= high:
                raise InvalidInput(f"{what} {value:g} must be from {low:g} to {high:g}")


@dataclass(frozen=True)
class Team:
    """A team as it will stand in the file, and what the log says of it: `code` is -1 for the merged ones."""

    name: str
    label: str
    label_nl: str
    people: int
    meets: bool
    code: int
    visits: int
    hold_median: float
    hold_p90: float
    hold_spread: float


@dataclass(frozen=True)
class Built:
    """An organisation made of a log: the checked specification, its teams, and the journeys it was made of."""

    spec: OrganisationSpec
    teams: list[Team]
    journeys: Journeys
    types: list[str]
    data: dict


def build(log: EventLog, cohort: EventLog, period: Period, arrivals: float, choices: Choices, notes: Notes) -> Built:
    """The organisation of a cohort; people and their teams of the whole log. Raises InvalidInput if it cannot be."""
    journeys = find_journeys(cohort, choices.teams, choices.journeys, notes)
    people = work.headcounts(log, period, notes)
    effort = work.effort_of(cohort, people)
    other = tuple({text("logs.other_teams", lang) for lang in ("en", "nl")} | {"other"})
    heads, guessed = work.group_people(cohort, journeys, effort, choices.headcount, other, choices.people, arrivals,
                                       choices.load, notes)
    hours = work.stage_hours(cohort, journeys, effort, heads, guessed, arrivals, choices.load, notes)
    teams = _teams(cohort, journeys, heads, choices.front, notes)
    customers = choices.customers
    if customers is None:
        customers = int(min(MAX_CUSTOMERS, max(1, round(arrivals * CUSTOMERS_PER_ARRIVAL))))
        notes.assumed("customers", n=customers)
    types = _types(cohort, journeys)
    notes.assumed("patience")
    notes.assumed("not_in_file")
    data = _data(choices.name, arrivals, customers, teams, journeys, hours)
    try:
        spec = parse_organisation(data, "the organisation made of this log")
    except InvalidInput as problem:
        raise InvalidInput(f"{problem} (try --headcount, --people, --load, --teams or --journeys)") from None
    return Built(spec, teams, journeys, types, data)


def _teams(log: EventLog, journeys: Journeys, heads: np.ndarray, front: tuple[str, ...], notes: Notes) -> list[Team]:
    group = np.where(journeys.group >= 0, journeys.group, len(journeys.kept))
    place, hold = group[log.routes.team], work.holds(log)
    first = log.first_team[log.first_team >= 0]
    begins = np.bincount(group[first], minlength=len(heads)) / max(1, len(first))
    labels = [label_of(log.teams[code]) for code in journeys.kept]
    meets = _front(labels, begins, front, notes)
    used: set[str] = set()
    teams = []
    for k, n in enumerate(heads):
        code = journeys.kept[k] if k < len(journeys.kept) else -1
        english = labels[k] if code >= 0 else text("logs.other_teams", "en")
        dutch = labels[k] if code >= 0 else text("logs.other_teams", "nl")
        mine = hold[(place == k) & (hold >= 0)]
        longer = mine[mine > 0]
        spread = float(np.log(longer).std()) if len(longer) > 1 else float("nan")
        median, p90 = np.quantile(mine, (0.5, 0.9)) if len(mine) else (float("nan"), float("nan"))
        teams.append(Team(_name(english if code >= 0 else "other", f"team_{k + 1}", used), english, dutch, int(n),
                          meets[k], code, int((place == k).sum()), float(median), float(p90), spread))
    return teams


def label_of(team: str) -> str:
    """A team of a log as it is called in the file."""
    return clean(team)[:MAX_LABEL].strip() or "-"


def _front(labels: list[str], begins: np.ndarray, front: tuple[str, ...], notes: Notes) -> list[bool]:
    """Which teams meet the customer: those that were named, else those where many cases begin."""
    known = {label.casefold(): k for k, label in enumerate(labels)}
    if front:
        for name in front:
            if name.casefold() not in known:
                raise InvalidInput(f"--front: {unknown_name('team', name, labels)}")
        chosen = {known[name.casefold()] for name in front}
    else:
        chosen = set(np.flatnonzero(begins >= MEETS).tolist()) or {int(np.argmax(begins))}
        notes.assumed("front", teams=", ".join(labels[k] for k in sorted(chosen) if k < len(labels)) or "-",
                      share=MEETS)
    return [k in chosen for k in range(len(begins))]


def _name(words: str, instead: str, used: set[str]) -> str:
    """A name for files and commands, that no other one has."""
    name = plain(words)[:34].strip("_")
    if not NAME.fullmatch(name):
        name = instead
    base, k = name, 2
    while name in used:
        name, k = f"{base}_{k}", k + 1
    used.add(name)
    return name


def organisation_name(words: str) -> str:
    """A name that an organisation file may have, from a file's name or what a user says."""
    name = plain(words)[:40].strip("_")
    return name if NAME.fullmatch(name) else f"log_{name}"[:40].strip("_")


def _types(log: EventLog, journeys: Journeys) -> list[str]:
    """The most common type of case of each journey, '' where there is none."""
    types = log.cases["type"]
    names, codes = list(types.cat.categories), types.cat.codes.to_numpy()
    found = []
    for k in range(len(journeys.sequences)):
        mine = codes[(journeys.of_case == k) & (codes >= 0)]
        found.append(str(names[Counter(mine.tolist()).most_common(1)[0][0]]) if len(mine) else "")
    return found


def _data(name: str, arrivals: float, customers: int, teams: list[Team], journeys: Journeys, hours) -> dict:
    """The keys of an organisation file."""
    shares = np.round(journeys.share, 6)
    shares[0] += 1 - shares.sum()
    return {
        "name": name, "arrivals": _short(arrivals, 6), "customers": customers,
        "team": [{"name": t.name, "en": t.label, "nl": t.label_nl, "headcount": t.people, "meets_customer": t.meets}
                 for t in teams],
        "journey": [
            {"name": f"route_{k + 1:02d}", "en": _route(sequence, teams, "en"), "nl": _route(sequence, teams, "nl"),
             "share": round(float(share), 6),
             "stages": [{"team": teams[g].name, "hours": _short(h, DIGITS)}
                        for g, h in zip(sequence, row, strict=True)]}
            for k, (sequence, share, row) in enumerate(zip(journeys.sequences, shares, hours, strict=True))]}


def _route(sequence, teams: list[Team], lang: str) -> str:
    names = [teams[g].label if lang == "en" else teams[g].label_nl for g in sequence]
    words = " → ".join(names)
    if len(words) > MAX_LABEL:
        each = max(4, (MAX_LABEL - 3 * len(names)) // len(names))
        words = " → ".join(name if len(name) <= each else name[:each - 1].rstrip() + "…" for name in names)
    return words[:MAX_LABEL]


def _short(value: float, digits: int) -> float:
    return float(f"{value:.{digits}g}")


# -- the file ----------------------------------------------------------------------------------------------------------

def toml_text(built: Built, notes: Notes, source: str, lang: str) -> str:
    """The organisation file: what was assumed and doubted as comments, then teams and journeys."""
    data, spec = built.data, built.spec
    lines = [*_comment(text("logs.file.title", lang, source=source)), *_comment(text("logs.file.edit", lang)), "#"]
    for level in LEVELS:
        made = notes.of(level)
        if made:
            lines += [f"# {text(f'logs.level.{level}', lang)}"]
            lines += [line for note in made for line in _comment(note.words(lang), "- ")]
            lines += ["#"]
    lines += ["", f"name = {_quoted(data['name'])}", f"arrivals = {data['arrivals']:g}" if data["arrivals"] < 1e5
              else f"arrivals = {data['arrivals']:.0f}", f"customers = {data['customers']}", ""]
    loads = spec.team_loads()
    for team, table, load in zip(built.teams, data["team"], loads, strict=True):
        said = text("logs.file.team", lang, visits=team.visits, median=team.hold_median, p90=team.hold_p90,
                    spread=team.hold_spread, load=load)
        lines += ["[[team]]", *_comment(said), *(f"{key} = {_value(table[key])}" for key in table), ""]
    for table, kind in zip(data["journey"], built.types, strict=True):
        lines += ["[[journey]]"]
        if kind:
            lines += _comment(text("logs.file.journey", lang, type=kind))
        lines += [f"{key} = {_value(table[key])}" for key in ("name", "en", "nl", "share")]
        lines += ["stages = [", *(f"    {{ team = {_quoted(s['team'])}, hours = {s['hours']:g} }},"
                                  for s in table["stages"]), "]", ""]
    made = "\n".join(lines)
    parse_organisation(tomllib.loads(made), "the organisation made of this log")
    return made


def _comment(words: str, mark: str = "") -> list[str]:
    """Words as lines of a comment; no name in them can end it."""
    plain_words = "".join(c if c.isprintable() else " " for c in words)
    return textwrap.wrap(plain_words, 116, initial_indent=f"# {mark}",
                         subsequent_indent="#   " if mark else "# ", break_on_hyphens=False) or ["#"]


def _value(value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _quoted(value)
    return f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _quoted(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)
