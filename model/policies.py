"""Policies: named sets of lever values, kept in TOML files anyone can read and write.

    default_order = 20            # where lists show it; optional in your own file
    label = "..."                 # optional, or { en = "...", nl = "..." }; so is `help`
    [levers]                      # what differs from today, from week 0 on
    bonus = 1.0
    [[switch]]                    # optional, any number: what changes later
    week = 26
    levers = { bonus = 0.7 }
    [[ramp]]                      # optional, any number: what moves week by week, in equal steps
    from = 13                     # here the lever still has the value that the file gives it
    until = 39                    # here it has the target
    levers = { customer_time = 0.2 }

A policy sets levers and nothing else: the world is not management's to choose. The bundled policies stand in
`policies/` and take their label and help from the string files; they are hypotheses, not promised results.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from silosim.model.parameters import PARAMETERS, InvalidInput, nearest, unknown
from silosim.model.ramps import Switches, holds_at, merged, ramp
from silosim.model.text import LANGUAGES, catalogue, text

FOLDER = Path(__file__).parent / "policies"
LAST_WEEK = 5200
LARGEST_FILE = 1_000_000
_KEYS = ("default_order", "label", "help", "levers", "switch", "ramp")


@dataclass(frozen=True, slots=True)
class Policy:
    """What management does.

    levers    lever name -> value, from week 0 on (weeks count from the end of the burn-in)
    switches  (week, lever name -> value), by week: what changes later, on top of what holds already; ramps written out
    default_order  where lists show it
    bundled   whether it comes with the package, with its label and help in the string files
    words     (kind, language) -> label and help that a user's file gives, if any
    """

    name: str
    levers: dict[str, float | str]
    switches: Switches = ()
    default_order: float = float("inf")
    bundled: bool = False
    words: dict[tuple[str, str], str] = field(default_factory=dict)

    def label(self, lang: str = "en") -> str:
        """What lists call it; a user's file without one goes by its name."""
        return text(f"policy.{self.name}.label", lang) if self.bundled else self.words.get(("label", lang), self.name)

    def help(self, lang: str = "en") -> str:
        """The idea in a sentence or two; '' where a user's file has none."""
        return text(f"policy.{self.name}.help", lang) if self.bundled else self.words.get(("help", lang), "")


def load_policies() -> dict[str, Policy]:
    """The bundled policies by name, in the order in which lists show them."""
    policies = [_read(path, bundled=True) for path in FOLDER.glob("*.toml")]
    return {p.name: p for p in sorted(policies, key=lambda p: (p.default_order, p.name))}


def load_policy(name_or_path: str | Path) -> Policy:
    """A bundled policy by name, or one from a TOML file.

    Raises InvalidInput, in one line, for a name that is not bundled and a file that is no valid policy.
    """
    given = str(name_or_path)
    bundled = {path.stem: path for path in FOLDER.glob("*.toml")}
    if given in bundled:
        return _read(bundled[given], bundled=True)
    path = Path(given)
    if path.suffix == ".toml" or path.name != given or os.path.exists(given):
        return _read(path, bundled=False)
    if given in missing_policies():
        raise InvalidInput(f"policy {given!r} cannot be run in this version: {text(f'policy_missing.{given}.why')}")
    raise unknown("policy", given, bundled)


def missing_policies(lang: str = "en") -> dict[str, tuple[str, str]]:
    """The policies whose levers do not exist yet: name -> (label, what is missing)."""
    names = dict.fromkeys(key.split(".")[1] for key in catalogue(lang) if key.startswith("policy_missing."))
    return {n: (text(f"policy_missing.{n}.label", lang), text(f"policy_missing.{n}.why", lang)) for n in names}


def _read(path: Path, bundled: bool) -> Policy:
    """The policy in the file at `path`, every value checked."""
    where = f"policy file {str(path)!r}"
    table = _table(path, where)
    for key in table:
        if key not in _KEYS:
            raise _unknown_key(where, key, _KEYS)
    if "levers" not in table:
        raise InvalidInput(f"{where} has no [levers] table; an empty one means today's values")
    order = table.get("default_order", float("inf"))
    if isinstance(order, bool) or not isinstance(order, (int, float)) or order != order:
        raise InvalidInput(f"{where}: default_order = {order!r} must be a number")
    words = {**_translations(where, "label", table), **_translations(where, "help", table)}
    levers = _levers(table["levers"], f"{where}, [levers]")
    switches = _switches(table.get("switch", []), where)
    ramps = _ramps(table.get("ramp", []), levers, switches, where)
    return Policy(path.stem, levers, merged(switches, ramps), order, bundled, words)


def _table(path: Path, where: str) -> dict:
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise InvalidInput(f"{where} is a folder or a device, not a file")
        if size > LARGEST_FILE:
            raise InvalidInput(f"{where} is larger than {LARGEST_FILE:,} bytes; a policy is a few lines of TOML")
        return tomllib.loads(path.read_bytes().decode("utf-8"))
    except InvalidInput:
        raise
    except OSError as error:
        raise InvalidInput(f"{where} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise InvalidInput(f"{where} is not text in UTF-8; a policy is a few lines of TOML") from None
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{where} is not valid TOML: {' '.join(str(error).split())}") from None


def _levers(table, where: str) -> dict[str, float | str]:
    if not isinstance(table, dict):
        raise InvalidInput(f"{where} must be a table of lever = value, not {table!r}")
    return {name: _lever_value(name, value, where) for name, value in table.items()}


def _lever_value(name: str, value, where: str) -> float | str:
    levers = [p.name for p in PARAMETERS.of_role("lever")]
    if name not in levers:
        if name in PARAMETERS:
            role = text(f"role.{PARAMETERS[name].role}.label").lower()
            raise InvalidInput(f"{where}: {name} is not a lever but a {role} parameter; a policy sets levers only")
        raise _unknown_key(where, name, levers, "lever")
    parameter = PARAMETERS[name]
    if isinstance(value, str) and not parameter.choices:
        raise InvalidInput(f"{where}: {name} = {value!r} is not a number: {parameter.valid()}")
    try:
        return parameter.value(parameter.code(value))
    except OverflowError:
        raise InvalidInput(f"{where}: {name} is out of range: {parameter.valid()}") from None
    except InvalidInput as error:
        raise InvalidInput(f"{where}: {error}") from None


def _switches(rows, where: str) -> Switches:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InvalidInput(f"{where}: switch must be written as [[switch]] tables, each with a week and levers")
    switches: dict[int, dict[str, float | str]] = {}
    for k, row in enumerate(rows, start=1):
        here = f"{where}, switch {k}"
        _check_keys(row, ("week", "levers"), here)
        week = _week(row, "week", 1, here, " (week 0 is [levers])")
        if week in switches:
            raise InvalidInput(f"{here}: week {week} has a switch already; put all its levers in one")
        switches[week] = _levers(row["levers"], here)
    return tuple(sorted(switches.items()))


def _ramps(rows, levers: dict, switches: Switches, where: str) -> Switches:
    """The ramps as switches. While a ramp lasts nothing else may move its lever."""
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InvalidInput(f"{where}: ramp must be written as [[ramp]] tables, each with from, until and levers")
    found: Switches = ()
    given = []
    for k, row in enumerate(rows, start=1):
        here = f"{where}, ramp {k}"
        _check_keys(row, ("from", "until", "levers"), here)
        first = _week(row, "from", 0, here)
        given.append((first, _week(row, "until", 1, here), _levers(row["levers"], here), here))
    for first, last, target, here in sorted(given, key=lambda one: one[0]):
        others = merged(switches, found)
        for week, values in others:
            if first < week <= last and target.keys() & values.keys():
                both = ", ".join(sorted(target.keys() & values.keys()))
                raise InvalidInput(f"{here}: {both} moves in week {week} already; ramps and switches may not overlap")
        try:
            found = merged(found, ramp(first, last, holds_at(first, levers, others), target))
        except InvalidInput as error:
            raise InvalidInput(f"{here}: {error}") from None
    return found


def _check_keys(row: dict, known: tuple[str, ...], here: str) -> None:
    """Exactly the known keys, and at least one lever."""
    for key in row:
        if key not in known:
            raise _unknown_key(here, key, known)
    for key in known:
        if key not in row:
            raise InvalidInput(f"{here} has no {key}")
    if row["levers"] == {}:
        raise InvalidInput(f"{here} changes no lever")


def _week(row: dict, key: str, least: int, here: str, hint: str = "") -> int:
    week = row[key]
    if isinstance(week, bool) or not isinstance(week, int) or not least <= week <= LAST_WEEK:
        raise InvalidInput(f"{here}: {key} = {week!r} must be a whole number from {least} to {LAST_WEEK}{hint}")
    return week


def _translations(where: str, kind: str, table: dict) -> dict[tuple[str, str], str]:
    given = table.get(kind, {})
    if isinstance(given, str):
        given = dict.fromkeys(LANGUAGES, given)
    good = isinstance(given, dict) and all(lang in LANGUAGES and isinstance(w, str) for lang, w in given.items())
    if not good:
        raise InvalidInput(f"{where}: {kind} must be text, or a table with text for {' and '.join(LANGUAGES)}")
    return {(kind, lang): " ".join(words.split()) for lang, words in given.items()}


def _unknown_key(where: str, key: str, known, kind: str = "key") -> InvalidInput:
    near = nearest(key, known)
    hint = f"did you mean {near!r}?" if near else f"known: {', '.join(known)}"
    return InvalidInput(f"{where}: unknown {kind} {key!r}; {hint}")
