"""What is said of a verdict, by rules from its numbers, and no direction that the rule did not allow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from silosim.experiments.claims.declared import Claim, Part
from silosim.experiments.claims.rule import (
    AS_IS,
    ASSUMED,
    CLAIMS_IN_ALL,
    CONTRADICTED,
    EQUAL,
    NONE,
    SUPPORTED,
    verdict_of,
)
from silosim.experiments.claims.statistics import ASKED
from silosim.experiments.commands.session import inline
from silosim.model.measures.declared import MEASURES
from silosim.model.text import difference, number, text


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

    def effect(self, value: float | None, measure: str) -> str:
        """A difference in a measure, as the measure is written."""
        return difference(value, MEASURES[measure].format, self.lang)

    def span(self, of: Mapping, measure: str) -> str:
        """Mean and interval of an effect."""
        return self("span", mean=self.effect(of["mean"], measure), low=self.effect(of["low"], measure),
                    high=self.effect(of["high"], measure))

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
    return [*_verdict(say, document), *_effect(say, claim, document), *_where(say, document),
            *([say("fragile", changes=document["changes"])] if document["fragile"] else []), say("scope")]


def lean(document: Mapping) -> str:
    """Where the mean lies of a claim without a verdict: 'for' or 'against' when, in every cost arm, its 95% interval
    leaves out zero that way ('for_small' when it is also shown to be less than what matters), else 'neither'.

    No verdict: the rule also asks for three quarters of the worlds.
    """
    arms = document["arms"].values()
    if all(one["low"] is not None and one["low"] > 0 for one in arms):
        return "for_small" if document["small"] else "for"
    if all(one["high"] is not None and one["high"] < 0 for one in arms):
        return "against_small" if document["small"] else "against"
    return "neither"


def _verdict(say: Words, document: Mapping) -> Iterator[str]:
    first, other, verdict = document["arms"][AS_IS], document["arms"].get(EQUAL), document["verdict"]
    shares = {"worlds": first["worlds"], "hold": first["hold"], "oppose": first["oppose"]}
    if other:
        shares |= {"hold_equal": other["hold"], "oppose_equal": other["oppose"]}
    arms = "two" if other else "one"
    if verdict in (SUPPORTED, CONTRADICTED):
        yield say(f"verdict.{verdict}_{arms}", **shares)
        return
    if verdict == ASSUMED:
        yield say("verdict.assumed")
    if document["condition"]:
        yield say("verdict.cost", arm=say.of(f"claims.say.cost_{document['condition']}"))
    yield from not_passed(say, document)
    if verdict == NONE and document["small"]:
        yield say("verdict.small")
    yield say(f"verdict.shares_{arms}", **shares)
    if verdict == NONE:
        yield say(f"lean.sentence.{lean(document)}")


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
    effects = say.span(first, part.measure)
    if EQUAL in document["parts"]:
        effects = say("effect.two", effect=effects,
                      equal=say.span(document["parts"][EQUAL][k], part.measure))
    key = "decides" if len(claim.judged) > 1 else "judged"
    yield say(f"effect.{key}", part=say.part(claim, part.name), measure=say.measure(part.measure), effects=effects,
              matters=matters(say, part), hold=first["hold"])


def reported(say: Words, claim: Claim, document: Mapping) -> str:
    """The mean of every part as it is, of a claim that judges none of them by itself."""
    return "; ".join(f"{say.part(claim, part.name)} {say.effect(one['mean'], part.measure)}"
                     for part, one in zip(claim.parts, document["parts"][AS_IS], strict=True))


def matters(say: Words, part: Part) -> str:
    """The smallest effect that matters, or what the effect must stay below."""
    fmt = MEASURES[part.measure].format
    if part.limit is not None:
        return say("below", limit=say.effect(part.sign * part.limit, part.measure) if part.sign < 0 else
                   difference(part.limit, fmt, say.lang).lstrip("+"))
    return difference(part.matters, fmt, say.lang).lstrip("+")


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
    why = {"few": "claims.few_worlds", "thin": "claims.thin_region"}
    return say.of(why.get(document["why_no_region"], "claims.no_region"))
