"""Organisation files: TOML in, a checked OrganisationSpec out, or one line saying what is wrong where.

The format is explained, with an example to copy, in organisations/README.md.
"""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path

from silosim.model.organisation_fields import (
    identifier,
    known_keys,
    labels,
    number,
    one_line,
    required,
    show,
    tables,
    unknown_name,
    whole,
)
from silosim.model.organisation_spec import (
    WEEK_HOURS,
    JourneySpec,
    OrganisationSpec,
    StageSpec,
    TeamSpec,
    hours_per_case,
)
from silosim.model.parameters.registry import InvalidInput, nearest, unknown

__all__ = [
    "JourneySpec", "OrganisationSpec", "StageSpec", "TeamSpec",
    "bundled_organisations", "bundled_path", "load_organisation", "parse_organisation",
]

DEFAULT = "insurer"
FOLDER = Path(__file__).parent / "organisations"

MAX_TEAMS = 64
MAX_JOURNEYS = 64
MAX_STAGES = 8
MAX_EMPLOYEES = 4096
MAX_CUSTOMERS = 100_000
MAX_LOAD = 2.0
MAX_BYTES = 1_000_000
SHARE_TOLERANCE = 1e-6

ORGANISATION_KEYS = ("name", "en", "nl", "arrivals", "load", "patience", "customers", "team", "journey")
TEAM_KEYS = ("name", "en", "nl", "headcount", "meets_customer")
JOURNEY_KEYS = ("name", "en", "nl", "share", "stages")
STAGE_KEYS = ("team", "hours")


# -- finding and reading -----------------------------------------------------------------------------------------------

def bundled_organisations() -> list[str]:
    """Names of the organisations that come with the model: the default first, then alphabetical."""
    return sorted((file.stem for file in FOLDER.glob("*.toml")), key=lambda name: (name != DEFAULT, name))


def bundled_path(name: str) -> Path:
    """The file of a bundled organisation, a good start for one's own; InvalidInput for an unknown name."""
    if name not in bundled_organisations():
        raise unknown("organisation", name, bundled_organisations())
    return FOLDER / f"{name}.toml"


def load_organisation(name_or_path: str | os.PathLike[str] = DEFAULT) -> OrganisationSpec:
    """The organisation with a bundled name, or from a TOML file.

    A bundled name wins over a file of that name in the working folder: write ./insurer.toml for the file.
    Raises InvalidInput (one line: file, place, what would be valid) for anything that cannot be used.
    """
    if isinstance(name_or_path, str) and name_or_path in bundled_organisations():
        path = bundled_path(name_or_path)
    elif isinstance(name_or_path, str) and re.fullmatch(r"[\w-]*", name_or_path) and not os.path.lexists(name_or_path):
        near = nearest(name_or_path, bundled_organisations())
        hint = f"did you mean {near!r}?" if near else f"known: {', '.join(bundled_organisations())}"
        raise InvalidInput(f"unknown organisation {show(name_or_path)}; {hint} (or give the path of a .toml file)")
    elif isinstance(name_or_path, (str, os.PathLike)):
        path = Path(name_or_path)
    else:
        raise InvalidInput(f"organisation {show(name_or_path)} must be a name or the path of a .toml file")
    where = one_line(str(path))
    return parse_organisation(_read(path, where), where)


def _read(path: Path, where: str) -> dict:
    text = _decode(_bytes(path, where), where)
    try:
        data = tomllib.loads(text)
    except RecursionError:
        raise InvalidInput(f"{where}: not valid TOML: nested too deeply") from None
    except ValueError as error:  # TOMLDecodeError, and the plain ValueError of a number with thousands of digits
        raise InvalidInput(f"{where}: not valid TOML: {one_line(str(error))}") from None
    if not data:
        raise InvalidInput(f"{where}: the file is empty; it must give name, arrivals or load, [[team]] and [[journey]]")
    return data


def _bytes(path: Path, where: str) -> bytes:
    try:
        mode = path.stat().st_mode
        raw = b""
        if stat.S_ISREG(mode):  # a pipe could keep us waiting for ever
            with path.open("rb") as file:
                raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        names = ", ".join(bundled_organisations())
        raise InvalidInput(f"{where}: no such file; give the path of a .toml file or one of {names}") from None
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise InvalidInput(f"{where}: cannot be read: {one_line(reason)}") from None
    if not stat.S_ISREG(mode):
        kind = "a folder" if stat.S_ISDIR(mode) else "not a regular file"
        raise InvalidInput(f"{where}: is {kind}; give the path of a .toml file")
    if len(raw) > MAX_BYTES:
        raise InvalidInput(f"{where}: larger than {MAX_BYTES:,} bytes; an organisation file is a short TOML text")
    return raw


def _decode(raw: bytes, where: str) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InvalidInput(f"{where}: the text is saved as UTF-16; save it as UTF-8")
    if b"\0" in raw:
        raise InvalidInput(f"{where}: is a binary file; an organisation file is TOML text saved as UTF-8")
    try:
        return raw.decode("utf-8-sig")  # Windows editors put a byte order mark in front: harmless
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InvalidInput(f"{where}: line {line} is not UTF-8 text; save the file as UTF-8") from None


# -- from plain values to an organisation ------------------------------------------------------------------------------

def parse_organisation(data: Mapping, where: str = "organisation") -> OrganisationSpec:
    """The organisation that `data` (an organisation file's keys, or `OrganisationSpec.canonical()`) describes.

    `where` begins every message. Raises InvalidInput with one line.
    """
    known_keys(data, ORGANISATION_KEYS, where)
    name = identifier(data, where)
    teams = tuple(_team(table, at) for table, at in tables(data, "team", MAX_TEAMS, where))
    _no_twins(teams, "team", where)
    index = {team.name: i for i, team in enumerate(teams)}
    journeys = tuple(_journey(table, index, at) for table, at in tables(data, "journey", MAX_JOURNEYS, where))
    _no_twins(journeys, "journey", where)
    _check_shares(journeys, where)
    _check_every_team_works(teams, journeys, where)
    employees = sum(team.headcount for team in teams)
    if employees > MAX_EMPLOYEES:
        raise InvalidInput(f"{where}: the teams have {employees} people together; at most {MAX_EMPLOYEES}")
    return OrganisationSpec(
        name, *labels(data, name, where), teams, journeys,
        arrivals=_arrivals(data, journeys, employees, where),
        patience=number(data, "patience", 0.5, 250, where, default=10.0),
        customers=whole(data, "customers", 1, MAX_CUSTOMERS, where, default=2000),
    )


def _team(table: Mapping, where: str) -> TeamSpec:
    known_keys(table, TEAM_KEYS, where)
    name = identifier(table, where)
    meets = table.get("meets_customer", False)
    if not isinstance(meets, bool):
        raise InvalidInput(f"{where}: meets_customer = {show(meets)} must be true or false")
    return TeamSpec(name, *labels(table, name, where), whole(table, "headcount", 1, MAX_EMPLOYEES, where), meets)


def _journey(table: Mapping, teams: Mapping[str, int], where: str) -> JourneySpec:
    known_keys(table, JOURNEY_KEYS, where)
    name = identifier(table, where)
    share = number(table, "share", 0, 1, where)
    if share == 0:
        raise InvalidInput(f"{where}: share = 0 means that nobody comes for it; leave the journey out")
    stages = tuple(_stage(stage, teams, at) for stage, at in tables(table, "stages", MAX_STAGES, where))
    return JourneySpec(name, *labels(table, name, where), share, stages)


def _stage(table: Mapping, teams: Mapping[str, int], where: str) -> StageSpec:
    known_keys(table, STAGE_KEYS, where)
    team = required(table, "team", where)
    if not isinstance(team, str):
        raise InvalidInput(f"{where}: team = {show(team)} must be the name of a team, in quotes")
    if team not in teams:
        raise InvalidInput(f"{where}: {unknown_name('team', team, teams)}")
    return StageSpec(teams[team], number(table, "hours", 0.01, 200, where))


def _arrivals(data: Mapping, journeys: tuple[JourneySpec, ...], employees: int, where: str) -> float:
    """Cases a week, given or from the load; both move apart once the headcount changes, so a file gives one."""
    given = [key for key in ("arrivals", "load") if key in data]
    if len(given) != 1:
        found = "both are given" if given else "neither is given"
        raise InvalidInput(f"{where}: give arrivals (cases a week) or load (a share of the paid hours); {found}")
    per_load = employees * WEEK_HOURS / hours_per_case(journeys)
    if given == ["load"]:
        return number(data, "load", 0, MAX_LOAD, where) * per_load
    arrivals = number(data, "arrivals", 0, 1e6, where)
    if arrivals > MAX_LOAD * per_load:
        raise InvalidInput(
            f"{where}: arrivals = {arrivals:g} a week ask {arrivals / per_load:.3g} times the hours these "
            f"{employees} people have; at most {MAX_LOAD:g} times, that is {MAX_LOAD * per_load:g} a week"
        )
    return arrivals


# -- checks over the whole ---------------------------------------------------------------------------------------------

def _no_twins(specs: tuple, kind: str, where: str) -> None:
    seen: dict[str, int] = {}
    for place, spec in enumerate(specs, start=1):
        if spec.name in seen:
            first = f"{kind} {seen[spec.name]}"
            raise InvalidInput(f"{where}: {kind} {place} has the name of {first}, {spec.name!r}; names must differ")
        seen[spec.name] = place


def _check_shares(journeys: tuple[JourneySpec, ...], where: str) -> None:
    total = sum(journey.share for journey in journeys)
    if round(abs(total - 1), 9) > SHARE_TOLERANCE:
        raise InvalidInput(f"{where}: the shares of the journeys add up to {total:.7g}; they must add up to 1")


def _check_every_team_works(teams: tuple[TeamSpec, ...], journeys: tuple[JourneySpec, ...], where: str) -> None:
    at_work = {stage.team for journey in journeys for stage in journey.stages}
    for i, team in enumerate(teams):
        if i not in at_work:
            raise InvalidInput(f"{where}: team {team.name!r} does no stage of any journey; give it one or leave it out")
