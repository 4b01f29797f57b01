"""What a browser may say: one JSON object a message, everything in it checked against what is declared.

Nothing from a client becomes a path, a file name or code: names are looked up in what is declared or already loaded,
numbers must lie in their declared ranges. Anything else raises InvalidInput with one line, as the command line says it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from silosim.experiments.runkey import canonical_switches, canonical_values
from silosim.experiments.workshop.dials import SLIDERS, dial_levers
from silosim.model.parameters import PARAMETERS, InvalidInput, unknown
from silosim.model.policies import load_policies

LARGEST_MESSAGE = 32_768  # bytes; a scenario with every lever and world parameter takes 5,000
HORIZONS = (52, 104, 156)  # weeks
WEEKS, BURN_IN, SEED = 104, 104, 1
LARGEST_SEED = 2**31 - 1
RUNS = (8, 16, 50, 200)  # the stages of an answer: how many paired runs each rests on
SPAN = 8  # most weeks of one run whose moving cases are answered at once: 1,200 moves a week
PARTS = ("series", "summary", "day", "people", "map", "losers", "sentence")
SERIES = ("attainment", "grade")
WEEKLY = (  # what can be asked for week by week
    "attainment", "share_green", "grade", "share_nine", "share_seven", "nps", "effort_score", "lead_time", "contacts",
    "first_time_right", "failure_demand", "context_lost", "silo_index", "bounced", "gaming", "pressure", "backlog",
    "conviction", "value_action_gap", "perception_gap", "strain", "fear", "turnover", "capability", "cost_per_solved",
)
MOST_SERIES = 8
LONGEST_WORD = 80
TYPES = ("hello", "run", "path", "link", "open", "stop", "ping")
_FIELDS = ("organisation", "policy", "dials", "levers", "world", "seed", "weeks")


@cache
def policies() -> dict:
    """The bundled policies, read once."""
    return load_policies()


@dataclass(frozen=True)
class Scenario:
    """What somebody tries: a policy, sliders on top, single levers on top of those, in a world.

    dials   the sliders that were touched: name -> positions; what is not touched stays as the policy has it
    levers  single levers; they go before sliders
    world   where the world differs from the default one
    """

    organisation: str = "insurer"
    policy: str = "today"
    dials: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    levers: Mapping[str, float | str] = field(default_factory=dict)
    world: Mapping[str, float | str] = field(default_factory=dict)
    seed: int = SEED
    weeks: int = WEEKS

    def all_levers(self) -> dict[str, float | str]:
        """Every lever that differs from today, in its canonical form."""
        policy = policies()[self.policy]
        return canonical_values({**policy.levers, **dial_levers(self.dials), **self.levers}, ("lever",))

    def switches(self) -> tuple:
        """What the policy changes later, less what the user set."""
        mine = {**dial_levers(self.dials), **self.levers}
        later = [(week, {n: v for n, v in values.items() if n not in mine})
                 for week, values in policies()[self.policy].switches]
        found = canonical_switches([one for one in later if one[1]], self.all_levers())
        return tuple((week, values) for week, values in found)

    def today(self) -> Scenario:
        """Today's organisation in the same world: what this scenario is compared with."""
        return replace(self, policy="today", dials={}, levers={})

    def document(self) -> dict:
        """The scenario as JSON, every field."""
        return {"organisation": self.organisation, "policy": self.policy,
                "dials": {name: list(at) for name, at in self.dials.items()}, "levers": dict(self.levers),
                "world": dict(self.world), "seed": self.seed, "weeks": self.weeks}


@dataclass(frozen=True)
class Message:
    """A message that was found good.

    id     the client's number of the request; answers carry it
    runs   how many paired runs at most; stages up to it are answered one by one
    first, weeks  (path) the weeks whose moves are asked for; replicate: of which run
    """

    type: str
    id: int = 0
    scenario: Scenario | None = None
    runs: int = RUNS[-2]
    parts: tuple[str, ...] = PARTS
    series: tuple[str, ...] = SERIES
    first: int = 0
    weeks: int = SPAN
    replicate: int = 0
    side: str = "now"
    token: str = ""
    room: str = ""
    lang: str = "en"
    code: str = ""


def parse(words: str | bytes, organisations: Mapping) -> Message:
    """The message in one frame from a browser.

    organisations: names that a scenario may use -> OrganisationSpec
    Raises InvalidInput with one line: what, where, what would be valid.
    """
    table = object_from(words)
    kind = table.get("type")
    if kind not in TYPES:
        raise InvalidInput(f"message type {_shown(kind)} is not one of {', '.join(TYPES)}")
    read = {"hello": _hello, "run": _run, "path": _path, "link": _link, "open": _open}.get(kind, _plain)
    return read(table, kind, organisations)


def scenario_from(table, organisations: Mapping) -> Scenario:
    """The scenario in a plain table; used for messages, share links, rooms and exports alike."""
    if not isinstance(table, Mapping):
        raise InvalidInput(f"scenario must be an object, not {_shown(table)}")
    for name in table:
        if name not in _FIELDS:
            raise unknown("field of a scenario", str(name)[:LONGEST_WORD], _FIELDS)
    given = Scenario(
        _name(table.get("organisation", "insurer"), "organisation", organisations),
        _name(table.get("policy") or "today", "policy", policies()),
        _dials(table.get("dials") or {}),
        _values(table.get("levers") or {}, "levers", ("lever",)),
        _values(table.get("world") or {}, "world", ("world",)),
        _whole(table.get("seed", SEED), "seed", 0, LARGEST_SEED),
        _whole(table.get("weeks", WEEKS), "weeks", 1, HORIZONS[-1]),
    )
    if given.weeks not in HORIZONS:
        raise InvalidInput(f"weeks = {given.weeks} is not one of {', '.join(str(h) for h in HORIZONS)}")
    return given


def object_from(words: str | bytes, largest: int = LARGEST_MESSAGE, what: str = "message") -> dict:
    """A JSON object of at most `largest` bytes from outside. Raises InvalidInput, saying `what` it was, for anything
    else, NaN and what is nested too deeply among it."""
    if len(words) > largest:
        raise InvalidInput(f"the {what} is larger than {largest:,} bytes")
    try:
        table = json.loads(words, parse_constant=_no_constant)
        json.dumps(table)  # nested too deeply for what follows
    except (ValueError, RecursionError):
        raise InvalidInput(f"the {what} is not valid JSON; one object a {what} is") from None
    if not isinstance(table, dict):
        raise InvalidInput(f"the {what} must be a JSON object")
    return table


def _no_constant(word: str):
    raise ValueError(word)


def _hello(table: dict, kind: str, organisations) -> Message:
    from silosim.model.text import LANGUAGES

    lang = table.get("lang", "en")
    return Message(kind, token=_word(table.get("token", ""), "token"), room=_word(table.get("room", ""), "room"),
                   lang=lang if lang in LANGUAGES else "en")


def _run(table: dict, kind: str, organisations) -> Message:
    parts = _words(table.get("parts", list(PARTS)), "parts", PARTS)
    series = _words(table.get("series", list(SERIES)), "series", WEEKLY)
    if len(series) > MOST_SERIES:
        raise InvalidInput(f"series: at most {MOST_SERIES} measures at a time")
    return Message(kind, _id(table), scenario_from(table.get("scenario", {}), organisations),
                   _whole(table.get("runs", RUNS[-2]), "runs", RUNS[0], RUNS[-1]), parts, series)


def _path(table: dict, kind: str, organisations) -> Message:
    scenario = scenario_from(table.get("scenario", {}), organisations)
    first = _whole(table.get("first", 0), "first", 0, scenario.weeks - 1)
    weeks = min(_whole(table.get("weeks", SPAN), "weeks", 1, HORIZONS[-1]), SPAN)
    side = _name(table.get("side", "now"), "side", ("now", "today"))
    return Message(kind, _id(table), scenario, first=first, weeks=min(weeks, scenario.weeks - first),
                   replicate=_whole(table.get("replicate", 0), "replicate", 0, RUNS[-1] - 1), side=side)


def _link(table: dict, kind: str, organisations) -> Message:
    return Message(kind, _id(table), scenario_from(table.get("scenario", {}), organisations))


def _open(table: dict, kind: str, organisations) -> Message:
    code = table.get("code")
    if not isinstance(code, str):
        raise InvalidInput(f"code {_shown(code)} must be the text of a link after #s=")
    return Message(kind, _id(table), code=code)


def _plain(table: dict, kind: str, organisations) -> Message:
    return Message(kind, _id(table))


def _id(table: dict) -> int:
    return _whole(table.get("id", 0), "id", 0, 2**53)


def _dials(table) -> dict[str, tuple[float, ...]]:
    if not isinstance(table, Mapping):
        raise InvalidInput(f"dials must be an object, not {_shown(table)}")
    dial_levers(table)
    return {name: SLIDERS[name].checked(table[name]) for name in SLIDERS if name in table}


def _values(table, where: str, roles: tuple[str, ...]) -> dict[str, float | str]:
    """Checked values by name, in the order of declaration, so that equal scenarios are equal."""
    if not isinstance(table, Mapping):
        raise InvalidInput(f"{where} must be an object, not {_shown(table)}")
    for name, value in table.items():
        if len(str(name)) > LONGEST_WORD or not isinstance(value, (int, float, str)) or isinstance(value, bool):
            raise InvalidInput(f"{where}: {_shown(name)} = {_shown(value)} is no parameter with a number or a word")
        if abs(value) > 1e12 if not isinstance(value, str) else len(value) > LONGEST_WORD:
            raise InvalidInput(f"{where}: {name} = {_shown(value)} is out of range")
        if PARAMETERS[name].role not in roles:
            raise InvalidInput(f"{where}: {name} is a {PARAMETERS[name].role} parameter; "
                               f"here only {' or '.join(roles)} is meant")
    checked = PARAMETERS.checked(table)
    return {name: checked[name] for name in PARAMETERS if name in checked}


def _words(given, what: str, known) -> tuple[str, ...]:
    if not isinstance(given, list) or len(given) > 2 * len(PARTS):
        raise InvalidInput(f"{what} must be a short list of names")
    return tuple(dict.fromkeys(_name(word, f"{what}:", known) for word in given))


def _name(word, what: str, known) -> str:
    if not isinstance(word, str) or len(word) > LONGEST_WORD:
        raise InvalidInput(f"{what} {_shown(word)} is not a name")
    if word not in known:
        raise unknown(what, word, known)
    return word


def _word(word, what: str) -> str:
    if not isinstance(word, str) or len(word) > LONGEST_WORD:
        raise InvalidInput(f"{what} must be a word of at most {LONGEST_WORD} characters")
    return word


def _whole(value, what: str, low: int, high: int) -> int:
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise InvalidInput(f"{what} = {_shown(value)} must be a whole number from {low} to {high}")
    return value


def _shown(thing) -> str:
    """Something from outside, in an error: short, on one line, and nothing a terminal could obey."""
    words = ascii(thing)
    return words if len(words) <= LONGEST_WORD else words[:LONGEST_WORD - 3] + "..."
