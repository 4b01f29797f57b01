"""What is said of a verdict, by rules from its numbers, and no direction that the rule did not allow."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from silosim.experiments.claims.boxes import WHY_NONE
from silosim.experiments.claims.declared import Claim, Part
from silosim.experiments.claims.ensemble import NARROW
from silosim.experiments.claims.rule import (
    AGAINST,
    AS_IS,
    ASSUMED,
    CLAIMS_IN_ALL,
    CONTRADICTED,
    EQUAL,
    FOR,
    NONE,
    SUPPORTED,
    UNCLEAR,
    verdict_of,
)
from silosim.experiments.claims.statistics import ASKED
from silosim.experiments.commands.session import inline
from silosim.model.measures.declared import MEASURES
from silosim.model.text import difference, number, text

MOST = 2 / 3  # of the worlds on one side of 0, before it is said that a claim leans that way
MANY = 0.2  # of the worlds for a claim and as many against it: then worlds differ
SEVERAL = ("three_of_four", "both_sides")  # statistics that let several things hold, without judged parts


@dataclass(frozen=True)
class Words:
    """One language: the words of `publish`, and numbers."""

    lang: str

    def __call__(self, key: str, **fields) -> str:
        """The words of `publish.<key>`."""
        return text(f"publish.{key}", self.lang, **fields)

    def of(self, key: str, **fields) -> str:
        """The words of any key."""
        return text(key, self.lang, **fields)

    def units(self, value: float | None, signed: bool = True) -> str:
        """A number in units of the smallest effect that matters."""
        return number(value, ".2f", self.lang, signed)

    def percent(self, value: float | None) -> str:
        """A share of worlds."""
        return number(value, ".0%", self.lang)

    def effect(self, value: float | None, part: Part) -> str:
        """A difference in the measure of a part, as the measure is written; the level itself where that is the part."""
        fmt = MEASURES[part.measure].format
        return number(value, fmt, self.lang) if is_level(part) else difference(value, fmt, self.lang)

    def span(self, of: Mapping, part: Part) -> str:
        """Mean and interval of an effect."""
        return self("span", mean=self.effect(of["mean"], part), low=self.effect(of["low"], part),
                    high=self.effect(of["high"], part))

    def verdict(self, document: Mapping) -> str:
        """The verdict, and whether it is fragile."""
        fragile = f" {self.of('claims.say.fragile')}" if document["fragile"] else ""
        return self.of(f"claims.verdict.{document['verdict']}") + fragile

    def label(self, claim: Claim) -> str:
        """The claim's short name."""
        return self.of(f"{claim.key}.label")

    def part(self, claim: Claim, name: str) -> str:
        """What a part is called."""
        return self.of(f"{claim.key}.part.{name}")

    def measure(self, name: str) -> str:
        """What a measure is called in the middle of a sentence."""
        return inline(self.of(f"measure.{name}.label"))

    def cost(self, cost: str) -> str:
        """What a cost arm is called."""
        return self.of(f"claims.column.{cost}")


def is_level(part: Part) -> bool:
    """Whether a part is an outcome itself and no difference between arms: then it is neither more nor less than 0."""
    return not math.isclose(math.fsum(part.contrast.values()), 0.0, abs_tol=1e-9)


def in_units(part: Part, value: float) -> float:
    """An effect in the unit of its measure, in units of the smallest that matters, positive for the claim."""
    raw = part.sign * value
    return raw / part.matters if part.limit is None else (part.limit - raw) / part.matters


def decisive(claim: Claim, document: Mapping) -> int | None:
    """The judged part that is the weakest in most worlds (where that is not stored, the one with the weakest mean).

    None of a claim that judges no part by itself.
    """
    found = document["parts"].get(AS_IS, [])
    judged = [k for k in claim.judged if found[k]["mean"] is not None]
    known = [k for k in judged if found[k]["weakest"] is not None]
    if known:
        return max(known, key=lambda k: found[k]["weakest"])
    return min(judged, key=lambda k: in_units(claim.parts[k], found[k]["mean"]), default=None)


def summary(say: Words, claim: Claim, document: Mapping) -> list[str]:
    """The first paragraph, for somebody who reads no further."""
    return [*_verdict(say, claim, document), *_effect(say, claim, document), *_where(say, document),
            *([say("fragile", changes=document["changes"])] if document["fragile"] else []), say("scope")]


def lean(document: Mapping) -> str:
    """Which way a claim leans, whatever its verdict: 'for' or 'against' when in every cost arm the 95% interval of the
    mean leaves out zero that way and two thirds of the worlds lie on that side ('for_small' when it is also shown to be
    less than what matters); 'for_equal_cost' and the like when that is so in one arm and the other takes no side;
    'differ' when many worlds are for it and many against; else 'neither'.

    No verdict: the rule asks for what matters in three quarters of the worlds. A mean alone may rest on a few worlds.
    """
    sides = {cost: _side(document, cost) for cost in document["arms"]}
    taken = {side for side in sides.values() if side != UNCLEAR}
    if len(taken) == 1:
        costs = [cost for cost, side in sides.items() if side != UNCLEAR]
        if len(costs) == len(sides):
            return taken.pop() + ("_small" if document["small"] else "")
        if not document["small"]:
            return f"{taken.pop()}_{costs[0]}"
    differ = any(min(one["hold"], one["oppose"]) >= MANY for one in document["arms"].values())
    return "differ" if differ else "neither"


def _side(document: Mapping, cost: str) -> str:
    """The side that a cost arm leans to: 'for', 'against' or 'unclear'."""
    one = document["arms"][cost]
    u = [world["u"][cost] for world in document["worlds"]
         if world["prior"] == NARROW and world["u"].get(cost) is not None]
    for side, sign, end in ((FOR, 1, one["low"]), (AGAINST, -1, one["high"])):
        if end is not None and sign * end > 0 and sum(sign * x > 0 for x in u) >= MOST * len(u):
            return side
    return UNCLEAR


def several(claim: Claim) -> bool:
    """Whether more than one thing must hold, so that one of them can go against it by itself."""
    return len(claim.judged) > 1 or claim.statistic in SEVERAL


def _verdict(say: Words, claim: Claim, document: Mapping) -> Iterator[str]:
    first, other, verdict = document["arms"][AS_IS], document["arms"].get(EQUAL), document["verdict"]
    shares = {"worlds": first["worlds"], "hold": first["hold"], "oppose": first["oppose"],
              "opposite": say("opposite.several" if several(claim) else "opposite.one")}
    if other:
        shares |= {"hold_equal": other["hold"], "oppose_equal": other["oppose"]}
    arms = "two" if other else "one"
    if verdict in (SUPPORTED, CONTRADICTED):
        yield say(f"verdict.{verdict}_{arms}", **shares)
        if document["wide"]:
            one, name = document["wide"][AS_IS], "hold" if verdict == SUPPORTED else "oppose"
            yield say(f"wide.{verdict}", worlds=one["worlds"], share=one[name])
        return
    if verdict == ASSUMED:
        yield say("verdict.assumed")
    if document["condition"]:
        yield say("verdict.cost", arm=say.of(f"claims.say.cost_{document['condition']}"))
    yield from not_passed(say, document)
    yield say(f"verdict.shares_{arms}", **shares)
    if verdict == NONE:
        yield say("verdict.small") if document["small"] else say(f"lean.sentence.{lean(document)}")
        readings = {cost: one["reading"] for cost, one in document["arms"].items()}
        for cost, reading in readings.items():
            if reading == AGAINST and set(readings.values()) != {AGAINST}:
                yield say("verdict.against_one", arm=say.of(f"claims.say.cost_{cost}"))


def not_passed(say: Words, document: Mapping) -> Iterator[str]:
    """That only the control for nineteen claims stood in the way, where that is so."""
    free = verdict_of([one["reading"] for one in document["arms"].values()])
    if free in (SUPPORTED, CONTRADICTED) and not document["passes"]:
        yield say.of("claims.say.not_passed", verdict=say.of(f"claims.verdict.{free}"), of=CLAIMS_IN_ALL,
                     p=number(document["p"], ".3f", say.lang))


def _effect(say: Words, claim: Claim, document: Mapping) -> Iterator[str]:
    if document["curve"]:
        yield from curve(say, document)
        return
    if claim.parts and not claim.judged:
        yield say("effect.reported", parts=reported(say, claim, document))
    k = decisive(claim, document)
    if k is None:
        return
    part, first = claim.parts[k], document["parts"][AS_IS][k]
    effects = say.span(first, part)
    if EQUAL in document["parts"]:
        effects = say("effect.two", effect=effects, equal=say.span(document["parts"][EQUAL][k], part))
    key = "decides" if len(claim.judged) > 1 else "judged"
    yield say(f"effect.{key}", part=say.part(claim, part.name), effects=effects, asked=_asked(say, part, first["hold"]),
              measured="" if names_measure(say, claim, part) else say("effect.measured",
                                                                      measure=say.measure(part.measure)))


def names_measure(say: Words, claim: Claim, part: Part) -> bool:
    """Whether what a part is called tells its measure already."""
    return say.measure(part.measure).lower() in say.part(claim, part.name).lower()


def _asked(say: Words, part: Part, hold: float) -> str:
    """What is asked of a part, and in how many worlds it is so."""
    if part.limit is None:
        return say("effect.asked", matters=matters(say, part), hold=hold)
    limit, holds, _ = limits(say, part)
    return say("effect.asked_small", limit=limit, holds=holds, hold=hold)


def reported(say: Words, claim: Claim, document: Mapping) -> str:
    """The mean of every part as it is, of a claim that judges none of them by itself."""
    return "; ".join(f"{say.part(claim, part.name)} {say.effect(one['mean'], part)}"
                     for part, one in zip(claim.parts, document["parts"][AS_IS], strict=True))


def matters(say: Words, part: Part) -> str:
    """The smallest effect that matters; of what must stay small its limit, and where it counts for and against."""
    if part.limit is None:
        return difference(part.matters, MEASURES[part.measure].format, say.lang).lstrip("+")
    limit, holds, fails = limits(say, part)
    return say("below", limit=limit, holds=holds, fails=fails)


def limits(say: Words, part: Part) -> tuple[str, str, str]:
    """(limit, where a world counts for the claim, where against) of an effect that must stay small."""
    fmt = MEASURES[part.measure].format
    return tuple(difference(part.sign * x, fmt, say.lang).lstrip("+")
                 for x in (part.limit, part.limit - part.matters, part.limit + part.matters))


def curve(say: Words, document: Mapping) -> Iterator[str]:
    """What stands behind a claim that is about more than a difference."""
    found = document["curve"]
    if "shapley" in found:
        for group, share, grade in zip(found["group"], found["shapley"], found["grade"], strict=True):
            yield say.of("claims.shapley", group=say.of(f"claims.group.{group}"), share=share,
                         grade=number(grade, ".2f", say.lang))
    elif "share" in found:
        best = max(range(len(found["share"])), key=found["grade"].__getitem__)
        loss = found["grade"][best] - found["grade"][found["share"].index(ASKED)]
        yield say.of("claims.best_share", share=found["share"][best], asked=ASKED, loss=number(loss, ".2f", say.lang))


def _where(say: Words, document: Mapping) -> Iterator[str]:
    """The sentences of scenario discovery."""
    if document["holds"] and document["verdict"] != SUPPORTED:
        yield document["holds"]["words"][say.lang]
    if document["fails"]:
        yield document["fails"]["words"][say.lang]


def when(say: Words, document: Mapping) -> str:
    """When it holds or fails, in a sentence; why there is none, where there is none."""
    found = list(_where(say, document))
    if document["condition"]:
        found.insert(0, say.of("claims.say.cost", arm=say.of(f"claims.say.cost_{document['condition']}")))
    if found:
        return " ".join(found)
    if document["verdict"] == SUPPORTED:
        return say("nowhere_fails")
    return no_region(say, document)


def no_region(say: Words, document: Mapping) -> str:
    """Why there is no region of worlds in which it holds."""
    return say.of(WHY_NONE[document["why_no_region"] or "none"])
