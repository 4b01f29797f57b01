"""What surrounds the sample: organisations, policies and worlds, given by name, by file or in full.

Each is resolved to its content, so that a design says everything itself: the database that holds it needs no file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from silosim.experiments.calibration.prior import PRIORS
from silosim.experiments.calibration.run import load_worlds
from silosim.experiments.scenarios import scenario
from silosim.experiments.sweeps.checks import Switches, Value, line, one_of, rows, switches, table, values, whole
from silosim.model.organisation_fields import one_line, show
from silosim.model.organisation_file import OrganisationSpec, load_organisation, parse_organisation
from silosim.model.parameters import InvalidInput

MOST_BLOCKS = 10_000
_SETTING = re.compile(r"\+(?=[A-Za-z_]\w*=)")


@dataclass(frozen=True)
class Course:
    """A policy in full: levers from week 0 on, and what switches later."""

    name: str
    levers: Mapping[str, Value] = field(default_factory=dict)
    switches: Switches = ()

    def plain(self) -> dict:
        """As in a design file."""
        return {"name": self.name, "levers": dict(self.levers), "switches": _plain(self.switches)}


@dataclass(frozen=True)
class World:
    """A world in full: values from the founding on, and what switches later. The world as it is has no name."""

    name: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
    switches: Switches = ()

    def plain(self) -> dict:
        """As in a design file."""
        return {"name": self.name, "values": dict(self.values), "switches": _plain(self.switches)}


def _plain(given: Switches) -> list:
    return [[week, dict(values)] for week, values in given]


# -- organisations -----------------------------------------------------------------------------------------------------

def read_organisations(given, folder: Path, where: str) -> tuple[OrganisationSpec, ...]:
    """The organisations of a list of names, files (from the folder of the design) and whole organisations."""
    where = f"{where}, organisations"
    found = tuple(_organisation(one, folder, f"{where}, {k}") for k, one in enumerate(_some(given, where), start=1))
    _no_twins([spec.name for spec in found], where)
    return found


def _organisation(given, folder: Path, where: str) -> OrganisationSpec:
    if isinstance(given, OrganisationSpec):
        return given
    if isinstance(given, Mapping):
        return parse_organisation(given, where)
    try:
        return load_organisation(_from(folder, line(str(given) if isinstance(given, Path) else given, where)))
    except InvalidInput as error:
        raise InvalidInput(f"{where}: {error}") from None


def organisation_document(spec: OrganisationSpec) -> dict:
    """The organisation in the shape of its file, with everything a run depends on and the labels."""
    document = spec.canonical()
    for shape, of in ((document, spec), *zip(document["team"], spec.teams, strict=True),
                      *zip(document["journey"], spec.journeys, strict=True)):
        shape |= {"en": of.en, "nl": of.nl}
    return document


def _from(folder: Path, given: str) -> str:
    """A file is looked for from the folder of the design; a name stays a name."""
    is_file = given.endswith(".toml") or Path(given).name != given
    return str(folder / given) if is_file else given


# -- policies ----------------------------------------------------------------------------------------------------------

def read_policies(given, folder: Path, weeks: int, where: str) -> tuple[Course, ...]:
    """The policies of a list of NAME, FILE.toml, NAME+lever=value and tables with name, levers and switches."""
    where = f"{where}, policies"
    found = tuple(_policy(one, folder, weeks, f"{where}, {k}") for k, one in enumerate(_some(given, where), start=1))
    _no_twins([policy.name for policy in found], where)
    return found


def _policy(given, folder: Path, weeks: int, where: str) -> Course:
    if isinstance(given, Course):
        given = given.plain()
    if isinstance(given, Mapping):
        table(given, ("name", "levers", "switches"), where)
        name, levers, later = given.get("name"), given.get("levers", {}), given.get("switches", [])
    else:
        name, *extras = _SETTING.split(line(str(given) if isinstance(given, Path) else given, where))
        try:
            one = scenario("+".join([_from(folder, name), *extras]))
        except InvalidInput as error:
            raise InvalidInput(f"{where}: {error}") from None
        name, levers, later = one.name, one.levers, one.switches
    name = line(name, f"{where}: name")
    where = f"{where} ({one_line(name)})"
    return Course(name, values(levers, "lever", f"{where}, levers"),
                  switches(later, "lever", weeks, f"{where}, switches"))


# -- worlds ------------------------------------------------------------------------------------------------------------

def read_worlds(given, folder: Path, weeks: int, where: str) -> tuple[World, ...]:
    """The worlds of a [worlds] table: those listed, then those of a calibrated prior; without any, the world as it is.

    list    [{ name, values, switches }, ...]
    prior   'narrow' or 'wide': the first `count` of its calibrated worlds
    folder  where `silosim calibrate` stored them, from the folder of the design; without it, where `load_worlds` looks
    """
    where = f"{where}, [worlds]"
    if not isinstance(given, Mapping):
        if given == (World(),):
            given = {}
        else:
            given = {"list": [one.plain() if isinstance(one, World) else one for one in rows(given, where)]}
    table(given, ("list", "prior", "count", "folder"), where)
    listed = rows(given.get("list", []), f"{where}, list")
    found = [_world(one, weeks, f"{where}, list, {k}") for k, one in enumerate(listed, start=1)]
    if "prior" in given:
        found += _calibrated(given, folder, where)
    elif "count" in given or "folder" in given:
        raise InvalidInput(f"{where}: count and folder go with prior; write prior = \"narrow\"")
    if len(found) > MOST_BLOCKS:
        raise InvalidInput(f"{where}: {len(found):,} worlds; at most {MOST_BLOCKS:,}")
    _no_twins([world.name for world in found], where)
    return tuple(found) or (World(),)


def _world(given, weeks: int, where: str) -> World:
    table(given, ("name", "values", "switches"), where)
    name = line(given.get("name"), f"{where}: name")
    where = f"{where} ({one_line(name)})"
    return World(name, values(given.get("values", {}), "world", f"{where}, values"),
                 switches(given.get("switches", []), "world", weeks, f"{where}, switches"))


def _calibrated(given: Mapping, folder: Path, where: str) -> list[World]:
    prior = one_of(given["prior"], PRIORS, "prior", f"{where}, prior")
    kept = {"folder": folder / line(given["folder"], f"{where}: folder")} if "folder" in given else {}
    try:
        found, everything = load_worlds(prior, **kept), load_worlds(prior, **kept, admissible=False)
    except InvalidInput as error:
        raise InvalidInput(f"{where}, prior: {error}") from None
    count = whole(given, "count", 1, MOST_BLOCKS, where, len(found))
    if count > len(found):
        raise InvalidInput(f"{where}: count = {count}, but only {len(found)} worlds of the {prior} prior hold the "
                           f"targets; draw more with silosim calibrate")
    # A world is known by the number under which it was drawn: its place among all, also those that hold no target.
    drawn = iter(enumerate(everything))
    numbers = [next(number for number, other in drawn if other == one) for one in found[:count]]
    return [World(f"{prior} {number}", values(one, "world", where))
            for number, one in zip(numbers, found[:count], strict=True)]


# -- lists -------------------------------------------------------------------------------------------------------------

def _some(given, where: str):
    given = rows(given, where)
    if not 1 <= len(given) <= MOST_BLOCKS:
        raise InvalidInput(f"{where} has {len(given)} entries; there must be from 1 to {MOST_BLOCKS:,}")
    return given


def _no_twins(names: list[str], where: str) -> None:
    seen = set()
    for name in names:
        if name in seen:
            raise InvalidInput(f"{where}: {show(name)} is there twice; names must differ")
        seen.add(name)
