"""The key of a run: one name for everything that determines its outcome.

key = blake2b of canonical JSON {rulebook, organisation, levers, world, switches, burn_in, start, weeks,
replicate, seed}. Two runs have the same key exactly when the model would do the same thing:

* every value is brought to its declared type first, so 1 and 1.0 are one value, while 0.1 + 0.2 and 0.3
  are two (they are two different numbers);
* the order in which levers were given does not matter;
* a default given explicitly equals a default not given, and a switch that changes nothing is no switch
  (defaults themselves are part of the rulebook's hash).
"""

from __future__ import annotations

import functools
import json
import math
import operator
from collections.abc import Iterable, Mapping
from hashlib import blake2b

from silosim.model.parameters import PARAMETERS, InvalidInput

KEY_BYTES = 16
STARTS = ("branch", "steady")
LARGEST = 2**63 - 1  # what a database column holds
_REPLICATE = ',"replicate":'


class Setting:
    """Everything that determines a run but its replicate: the canonical form is worked out once for all replicates.

    template   a job of this setting; which replicate it has does not matter
    canonical  the plain document that names it, without replicate
    burn_in_id settings with the same one share their burn-in, replicate by replicate
    Raises InvalidInput when a value is unknown, out of range or not finite.
    """

    __slots__ = ("_after", "_before", "burn_in_id", "canonical", "template")

    def __init__(self, template, rulebook: str | None = None):
        self.template = template
        self.canonical = canonical_run(template, rulebook)
        whole_text = canonical_json({**self.canonical, "replicate": 0})
        # Names are sorted, so only levers and the organisation's hash stand before it: no such text is among them.
        before, _, after = whole_text.partition(_REPLICATE + "0,")
        self._before = blake2b((before + _REPLICATE).encode(), digest_size=KEY_BYTES)
        self._after = "," + after
        del self.canonical["replicate"]
        before_it = {name: self.canonical[name] for name in ("rulebook", "organisation", "world", "burn_in", "seed")}
        if self.canonical["start"] == "steady":
            before_it["levers"] = self.canonical["levers"]
        self.burn_in_id = digest(canonical_json(before_it))

    def key(self, replicate: int) -> str:
        """The key of one replicate, in about a microsecond."""
        named = self._before.copy()
        named.update(f"{replicate}{self._after}".encode())
        return named.hexdigest()

    def job(self, replicate: int):
        """The run itself, as the engine takes it."""
        return replicate_of(self.template, replicate)


def replicate_of(job, replicate: int):
    """The same job under another replicate number, which nobody looks at once more.

    What `dataclasses.replace` does, in a tenth of its time: the job was found valid already.
    """
    copy = object.__new__(type(job))
    copy.__dict__.update(job.__dict__, replicate=replicate)
    return copy


def run_key(job, rulebook: str | None = None) -> str:
    """32 hexadecimal digits that name the run `job` describes.

    job       anything with the fields of `silosim.model.ensemble.Job`
    rulebook  hash of the rules; by default those of this installation
    Raises InvalidInput when a value is unknown, out of range or not finite.
    """
    return Setting(job, rulebook).key(whole("replicate", job.replicate, 0))


def canonical_run(job, rulebook: str | None = None) -> dict:
    """The plain document that is hashed: only what differs from the defaults, each value in its declared type."""
    levers = canonical_values(job.levers, ("lever",))
    world = canonical_values(job.world, ("world", "constant"))
    if job.start not in STARTS:
        raise InvalidInput(f"start = {job.start!r} is not one of {', '.join(STARTS)}")
    return {
        "rulebook": current_rulebook() if rulebook is None else rulebook,
        "organisation": organisation_hash(job.spec),
        "levers": levers,
        "world": world,
        "switches": canonical_switches(job.switches, {**levers, **world}),
        "burn_in": whole("burn_in", job.burn_in, 0),
        "start": job.start,
        "weeks": whole("weeks", job.weeks, 1),
        "replicate": whole("replicate", job.replicate, 0),
        "seed": whole("seed", job.seed, 0),
    }


def canonical_values(values: Mapping[str, object], roles: Iterable[str]) -> dict[str, float | int | str]:
    """`values` checked, in declared type, without those that equal the default; only parameters of `roles`."""
    result = {}
    for name, value in values.items():
        parameter = PARAMETERS[name]
        if parameter.role not in roles:
            raise InvalidInput(f"{name} is a {parameter.role} parameter; here only {' or '.join(roles)} is meant")
        code = parameter.code(value)
        if code != parameter.code(parameter.default):
            result[name] = parameter.value(code + 0.0)  # + 0.0 makes one zero of -0.0 and 0.0
    return result


def canonical_switches(switches: Iterable[tuple[int, Mapping]], start: Mapping[str, object]) -> list:
    """[[week, {name: value}], ...] by week, holding only what changes from the values in force before it.

    switches  pairs of (week after the burn-in, values); of several in one week the later one wins
    start     values in force at week 0 that differ from the defaults
    """
    by_week: dict[int, dict] = {}
    for week, values in switches:
        by_week.setdefault(whole("week of a switch", week, 0), {}).update(values)
    in_force = {name: PARAMETERS[name].code(value) for name, value in start.items()}
    result = []
    for week in sorted(by_week):
        changes = {}
        for name, value in by_week[week].items():
            parameter = PARAMETERS[name]
            code = parameter.code(value) + 0.0
            if code != in_force.get(name, parameter.code(parameter.default)):
                changes[name] = parameter.value(code)
                in_force[name] = code
        if changes:
            result.append([week, changes])
    return result


def whole(name: str, value, low: int, high: int = LARGEST) -> int:
    """`value` as an int from `low` to `high`; 3 and 3.0 are accepted, 3.5, True and 'three' are not."""
    try:
        if isinstance(value, bool):
            raise TypeError
        number = int(value) if isinstance(value, float) and value.is_integer() else operator.index(value)
    except TypeError:
        raise InvalidInput(f"{name} = {value!r} must be a whole number of at least {low}") from None
    if not low <= number <= high:
        limit = f"of at least {low}" if number < low else f"of at most {high}"
        raise InvalidInput(f"{name} = {number} must be a whole number {limit}")
    return number


@functools.lru_cache(maxsize=256)
def organisation_hash(spec) -> str:
    """32 hexadecimal digits for the whole organisation (frozen, so it is hashed once)."""
    return digest(canonical_json(_with_float_numbers(spec.canonical())))


@functools.lru_cache(maxsize=1)
def current_rulebook() -> str:
    """Hash of the rules of this installation; imported here because a stored key needs no engine."""
    from silosim.model.rulebook import rulebook_hash

    return rulebook_hash()


def canonical_json(document) -> str:
    """The one JSON text for a document: sorted names, no spaces, shortest exact numbers, no NaN."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(text: str) -> str:
    """blake2b of a text, as hexadecimal digits."""
    return blake2b(text.encode(), digest_size=KEY_BYTES).hexdigest()


def _with_float_numbers(thing):
    """The same document with every number a float: an organisation file may say 4 or 4.0 hours."""
    if isinstance(thing, Mapping):
        return {str(name): _with_float_numbers(value) for name, value in thing.items()}
    if isinstance(thing, (list, tuple)):
        return [_with_float_numbers(value) for value in thing]
    if isinstance(thing, (bool, str)) or thing is None:
        return thing
    number = float(thing)
    if not math.isfinite(number):
        raise InvalidInput(f"the organisation contains {number}, which is not a number that can be used")
    return number + 0.0
