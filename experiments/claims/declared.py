"""A claim as its file declares it: arms, what is measured on them, and what would speak against it.

The files stand in `files/`; README.md explains their keys. Everything is checked when a file is read.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from silosim.experiments.runkey import digest
from silosim.experiments.sweeps.checks import Value, line, one_of, rows, table, value_of, whole
from silosim.experiments.sweeps.design_file import read_toml
from silosim.model.measures.declared import measure
from silosim.model.parameters import PARAMETERS, InvalidInput, unknown

FOLDER = Path(__file__).parent / "files"
TODAY = "today"
CLAIMS = tuple(f"C{int(path.name[1:3])}" for path in sorted(FOLDER.glob("c[0-9][0-9]_*.toml")))  # a file a claim
PERIODS = ("last_year", "whole_path")
KEYS = ("id", "articles", "needs", "weeks", "period", "cost_period", "arms", "parts", "statistic", "ranges", "variants",
        "without", "equal_cost", "teams", "counter_world", "mechanism_off", "rule")


@dataclass(frozen=True)
class Arm:
    """One way of running the organisation.

    levers    what the dose multiplies: today + dose (value - today)
    fixed     parameters that the dose leaves alone
    switches  ((week, {name: value}), ...), of levers and of the world
    """

    levers: Mapping[str, Value] = field(default_factory=dict)
    fixed: Mapping[str, Value] = field(default_factory=dict)
    switches: tuple = ()


@dataclass(frozen=True)
class Part:
    """One effect: a weighted sum of a measure over arms, in units of the smallest effect that matters.

    sign    1 when more is what the claim says, -1 when less is
    matters the smallest effect that matters, in the measure's unit
    limit   None: the effect counts itself. A number: what is claimed is that the effect stays below it, and what counts
            is (limit - effect) / matters
    judged  whether the verdict rests on it; otherwise it is only reported
    team    whose outcome it is, by its name in the organisation file; '' for the whole organisation's
    """

    name: str
    measure: str
    contrast: Mapping[str, float]
    sign: float
    matters: float
    limit: float | None
    judged: bool
    team: str = ""


@dataclass(frozen=True)
class Context:
    """Values laid under every arm: of the world, and of levers where an arm sets none of its own."""

    world: Mapping[str, Value] = field(default_factory=dict)
    levers: Mapping[str, Value] = field(default_factory=dict)
    variants: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Claim:
    """A claim file.

    needs       the lever that is not built yet; then there is nothing else
    parts       the effects, of which all judged ones must hold (see `statistics.py` for claims that combine otherwise)
    variants    parameter -> values laid over the worlds for this claim only; levers in all arms but today
    without     variants of the ensemble that are part of what this claim itself varies
    ranges      of C1: group -> lever -> (today's value, the other end)
    counter     where the verdict must read 'contradicted'; None: the claim follows from how the program is built
    off         where it must read 'no clear difference'
    rule        numbers of the verdict's rule that differ from the common ones
    digest      hash of the file as it was when it ran
    """

    id: str
    articles: tuple[str, ...]
    digest: str
    needs: str = ""
    weeks: int = 156
    period: str = "last_year"
    cost_period: str = "last_year"
    arms: Mapping[str, Arm] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    statistic: str = "contrast"
    ranges: Mapping[str, Mapping[str, tuple[float, float]]] = field(default_factory=dict)
    variants: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    equal_cost: bool = True
    teams: bool = False
    counter: Context | None = None
    off: Context | None = None
    rule: Mapping[str, float] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Where its texts stand: 'claim.c5'."""
        return f"claim.{self.id.lower()}"

    @property
    def by_team(self) -> dict[str, set[str]]:
        """Team -> arms in which its own outcomes are asked for."""
        found: dict[str, set[str]] = {}
        for part in self.parts:
            if part.team:
                found.setdefault(part.team, set()).update(part.contrast)
        return found

    @property
    def judged(self) -> tuple[int, ...]:
        """Numbers of the parts that the verdict rests on."""
        return tuple(k for k, part in enumerate(self.parts) if part.judged)


@functools.lru_cache(maxsize=1)
def load_claims() -> dict[str, Claim]:
    """Every claim by id, in order."""
    found = [read_claim(path) for path in sorted(FOLDER.glob("*.toml"))]
    by_id = {claim.id: claim for claim in found}
    return {name: by_id[name] for name in CLAIMS if name in by_id}


def chosen(names) -> list[Claim]:
    """The claims of these names (upper or lower case), in order; all, when none is named. Raises InvalidInput."""
    claims = load_claims()
    for name in names or ():
        if name.upper() not in claims:
            raise unknown("claim", name, claims)
    asked = {name.upper() for name in names or claims}
    return [claim for name, claim in claims.items() if name in asked]


def read_claim(path: Path) -> Claim:
    """The claim in a file. Raises InvalidInput, in one line."""
    where = f"claim file {path.name}"
    given = table(read_toml(path, where), KEYS, where)
    return parse_claim(given, digest(path.read_text(encoding="utf-8")), where)


def parse_claim(given: Mapping, hashed: str, where: str = "claim") -> Claim:
    """The claim that these tables describe; `hashed` is the hash of its text."""
    name = one_of(given.get("id"), CLAIMS, "claim", f"{where}: id")
    articles = tuple(line(one, f"{where}: articles") for one in rows(given.get("articles", ()), f"{where}: articles"))
    if "needs" in given:
        return Claim(name, articles, hashed, needs=line(given["needs"], f"{where}: needs"))
    weeks = whole(given, "weeks", 53, 5200, where, 156)
    arms = {TODAY: Arm()}
    arms |= {arm: _arm(one, weeks, f"{where}, arm {arm}") for arm, one in given.get("arms", {}).items()}
    parts = tuple(_part(one, arms, f"{where}, part {k}") for k, one in enumerate(given.get("parts", ()), start=1))
    found = Claim(
        name, articles, hashed, weeks=weeks, arms=arms, parts=parts,
        period=one_of(given.get("period", PERIODS[0]), PERIODS, "period", f"{where}: period"),
        cost_period=one_of(given.get("cost_period", PERIODS[0]), PERIODS, "period", f"{where}: cost_period"),
        statistic=line(given.get("statistic", "contrast"), f"{where}: statistic"),
        ranges={group: {lever: (float(a), float(b)) for lever, (a, b) in levers.items()}
                for group, levers in given.get("ranges", {}).items()},
        variants={one: tuple(value_of(one, value, f"{where}, variants") for value in levels)
                  for one, levels in given.get("variants", {}).items()},
        without=tuple(given.get("without", ())), equal_cost=bool(given.get("equal_cost", True)),
        teams=bool(given.get("teams", False)), counter=_context(given, "counter_world", where),
        off=_context(given, "mechanism_off", where), rule=dict(given.get("rule", {})))
    if not found.judged and found.statistic == "contrast":
        raise InvalidInput(f"{where}: no part is judged, so there is nothing to give a verdict on")
    return found


def _arm(given: Mapping, weeks: int, where: str) -> Arm:
    table(given, ("levers", "fixed", "switches"), where)
    later = []
    for week, change in given.get("switches", ()):
        whole({"week": week}, "week", 0, weeks - 1, where)
        later.append((week, _values(change, where)))
    return Arm(_values(given.get("levers", {}), where), _values(given.get("fixed", {}), where), tuple(later))


def _part(given: Mapping, arms: Mapping, where: str) -> Part:
    table(given, ("name", "measure", "contrast", "more", "matters", "below", "judged", "team"), where)
    declared = measure(line(given.get("measure"), f"{where}: measure"))
    contrast = {one_of(arm, arms, "arm", f"{where}: contrast"): float(weight)
                for arm, weight in given.get("contrast", {}).items()}
    if not contrast:
        raise InvalidInput(f"{where}: contrast must name at least one arm, as {{ arm = 1, today = -1 }}")
    more = given.get("more", declared.better != "down")  # unless told, a claim is that things get better
    limit = given.get("below")
    return Part(line(given.get("name"), f"{where}: name"), declared.name, contrast, 1.0 if more else -1.0,
                float(given.get("matters", declared.matters if limit is None else declared.matters / 2)),
                None if limit is None else float(limit), bool(given.get("judged", True)),
                line(given["team"], f"{where}: team") if "team" in given else "")


def _context(given: Mapping, name: str, where: str) -> Context | None:
    if name not in given:
        return None
    where = f"{where}, {name}"
    one = table(given[name], ("world", "levers", "variants"), where)
    return Context(*(_values(one.get(key, {}), where) for key in ("world", "levers", "variants")))


def _values(given: Mapping, where: str) -> dict[str, Value]:
    """{name: value}, also of what equals the default: an arm may set back what a variant set. 'dose' is a number."""
    found = {}
    for name, value in given.items():
        if name == "dose":
            found[name] = float(value)
        elif name not in PARAMETERS:
            raise InvalidInput(f"{where}: {unknown('parameter', name, PARAMETERS)}")
        else:
            found[name] = value_of(name, value, where)
    return found
