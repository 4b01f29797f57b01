"""What `silosim claims` prints: a page a claim, and the table of verdicts."""

from __future__ import annotations

import math

from silosim.experiments.claims.boxes import WHY_NONE, choice_label
from silosim.experiments.claims.declared import Claim
from silosim.experiments.claims.ensemble import Size
from silosim.experiments.claims.judge import Judged
from silosim.experiments.claims.record import region_words
from silosim.experiments.claims.rule import (
    AS_IS,
    CLAIMS_IN_ALL,
    COMMON,
    CONTRADICTED,
    EQUAL,
    NONE,
    PENDING,
    SUPPORTED,
    verdict_of,
)
from silosim.experiments.claims.run import Result
from silosim.experiments.claims.statistics import ASKED
from silosim.model.measures.declared import MEASURES
from silosim.model.parameters import PARAMETERS

UNITS = ".2f"  # of effects in units of the smallest one that matters


def document(result: Result) -> dict:
    """For JSON."""
    return {"sweep": result.sweep, "runs": result.made.total, "new": result.made.new, "seconds": result.seconds,
            "claims": [one.plain() for one in result.judged],
            "pending": [{"claim": claim.id, "needs": claim.needs} for claim in result.pending]}


def print_result(session, result: Result, size: Size) -> None:
    """A page a claim, then all verdicts, how long it took, and the rule."""
    say = session.words
    for one in result.judged:
        print_judged(session, one)
        session.print("")
    print_table(session, result)
    session.print(say("claims.units"))
    session.print(say("claims.rule", share=COMMON.share, fragile=COMMON.fragile, of=CLAIMS_IN_ALL,
                      level=COMMON.discoveries))
    if len(result.judged) < CLAIMS_IN_ALL:
        session.print(say("claims.only_some", of=CLAIMS_IN_ALL))
    session.print(say("claims.took", runs=result.made.total, new=result.made.new, seconds=result.seconds,
                      narrow=size.narrow, wide=size.wide, times=size.runs, sweep=result.sweep))


def print_claim(session, claim: Claim) -> None:
    """What is claimed, how it is put to the test, and what is not."""
    say = session.words
    session.print(f"{claim.id}  {say(f'{claim.key}.label')}  ({', '.join(claim.articles)})")
    session.print(f"  {say('claims.title.claim')}: {say(f'{claim.key}.claim')}")
    session.print(f"  {say('claims.title.hypothesis')}: {say(f'{claim.key}.hypothesis')}")
    if claim.needs:
        session.print(f"  {say('claims.list_needs', lever=claim.needs)}")
    else:
        session.print(f"  {say('claims.title.untested')}: {say(f'{claim.key}.untested')}")


def print_judged(session, one: Judged) -> None:
    """The page of one claim."""
    say = session.words
    print_claim(session, one.claim)
    _print_effects(session, one)
    for words in _findings(session, one):
        session.print(f"  {words}")
    _print_choices(session, one)
    fragile = f" {say('claims.say.fragile')}" if one.fragile else ""
    changes = say("claims.say.changes", changes=one.changes)
    session.print(f"  => {say(f'claims.verdict.{one.verdict}')}{fragile}. {changes}")


def _print_effects(session, one: Judged) -> None:
    say, costs = session.words, list(one.parts)
    if not one.claim.parts:
        return
    headings = [say("claims.column.effect")]
    for cost in costs:
        headings += [say(f"claims.column.{cost}"), say("claims.column.hold"), say("claims.column.oppose")]
    table = session.table(*headings, title=say("claims.title.effects"), right=3 * len(costs))
    for k, part in enumerate(one.claim.parts):
        fmt = MEASURES[part.measure].format
        row = [("" if part.judged else "  ") + say(f"{one.claim.key}.part.{part.name}")]
        for cost in costs:
            found = one.parts[cost][k]
            row += [f"{session.difference(found.mean, fmt)} ({_span(session, found, fmt)})",
                    session.number(found.hold, ".0%"), session.number(found.oppose, ".0%")]
        table.add_row(*row)
    session.print(table)


def _span(session, found, fmt: str) -> str:
    return session.say("interval", low=session.difference(found.low, fmt), high=session.difference(found.high, fmt))


def _findings(session, one: Judged):
    """The sentences under the table."""
    say, evidence = session.words, one.evidence
    first = evidence[AS_IS]

    def units(value: float) -> str:
        return session.number(value, UNITS, signed=True)

    if EQUAL in evidence:
        other = evidence[EQUAL]
        yield say("claims.say.mean", mean=units(first.mean), low=units(first.low), high=units(first.high),
                  mean_equal=units(other.mean), low_equal=units(other.low), high_equal=units(other.high))
        yield say("claims.say.holds", hold=first.hold, equal=other.hold, oppose=first.oppose, oppose_equal=other.oppose)
    else:
        yield say("claims.say.mean_one", mean=units(first.mean), low=units(first.low), high=units(first.high))
        yield say("claims.say.holds_one", hold=first.hold, oppose=first.oppose)
        yield say("claims.one_cost_arm")
    yield from _curve(session, one)
    yield from _when(session, one)
    if one.wide:
        wide = one.wide[AS_IS]
        yield say("claims.wide_prior", worlds=len(wide.u), mean=units(wide.mean), hold=wide.hold)
    if one.remaining:
        most = max(one.remaining.values(), key=abs)
        yield say("claims.remaining", most=session.number(abs(most), ".2%"))
    if not math.isnan(one.hours):
        yield say("claims.hours", grade=session.number(one.hours, ".3f", signed=True))


def _when(session, one: Judged):
    say, lang = session.words, session.lang
    readings = [e.reading for e in one.evidence.values()]
    free = verdict_of(readings)
    if free in (SUPPORTED, CONTRADICTED) and not one.passes:
        yield say("claims.say.not_passed", verdict=say(f"claims.verdict.{free}"), of=CLAIMS_IN_ALL,
                  p=session.number(one.p, ".3f"))
    if one.on_cost:
        yield say("claims.say.cost", arm=say(f"claims.say.cost_{one.on_cost}"))
    if one.holds and one.verdict != SUPPORTED:
        yield region_words("holds", one.holds, lang)
    elif one.verdict == NONE:
        yield say(WHY_NONE[one.why_no_region or "none"])
    if one.fails:
        yield region_words("fails", one.fails, lang)
    if one.verdict == NONE and one.small:
        yield say("claims.say.small")


def _curve(session, one: Judged):
    say, curve = session.words, one.curve
    if "shapley" in curve:
        for group, share, grade in zip(curve["group"], curve["shapley"], curve["grade"], strict=True):
            yield say("claims.shapley", group=say(f"claims.group.{group}"), share=share,
                      grade=session.number(grade, ".2f"))
    elif curve:
        best = max(range(len(curve["share"])), key=curve["grade"].__getitem__)
        asked = curve["share"].index(ASKED)
        yield say("claims.best_share", share=curve["share"][best], asked=ASKED,
                  loss=session.number(curve["grade"][best] - curve["grade"][asked], ".2f"))


def _print_choices(session, one: Judged) -> None:
    """How the verdict's effect differs between the levels of our own choices."""
    say = session.words
    table = session.table(*(say(f"claims.column.{c}") for c in ("choice", "level", "mean", "hold", "worlds")),
                          title=say("claims.title.choices"), right=3)
    for name, levels in one.sensitivity.items():
        for k, (level, found) in enumerate(levels.items()):
            table.add_row(choice_label(name, session.lang) if k == 0 else "", _level(session, name, level),
                          session.number(found["mean"], UNITS, signed=True), session.number(found["hold"], ".0%"),
                          str(found["worlds"]))
    if one.sensitivity:
        session.print(table)


def _level(session, name: str, level: str) -> str:
    if name in PARAMETERS and PARAMETERS[name].choices:
        return level
    return session.number(float(level), "g")


def print_table(session, result: Result) -> None:
    """All verdicts."""
    say = session.words
    columns = ("claim", "as_is", "hold", "equal_cost", "hold", "verdict")
    table = session.table(*(say(f"claims.column.{c}") for c in columns), title=say("claims.title.table"))
    for column in table.columns[1:5]:
        column.justify = "right"
    rows = {one.claim.id: one for one in result.judged}
    for claim in sorted([one.claim for one in result.judged] + list(result.pending), key=lambda c: int(c.id[1:])):
        name = f"{claim.id} {say(f'{claim.key}.label')}"
        if claim.needs:
            table.add_row(name, "", "", "", "", f"{say(f'claims.verdict.{PENDING}')} ({claim.needs})")
            continue
        one = rows[claim.id]
        cells = []
        for cost in (AS_IS, EQUAL):
            e = one.evidence.get(cost)
            cells += ["", ""] if e is None else [session.number(e.mean, UNITS, signed=True),
                                                 session.number(e.hold, ".0%")]
        fragile = f" {say('claims.say.fragile')}" if one.fragile else ""
        table.add_row(name, *cells, say(f"claims.verdict.{one.verdict}") + fragile)
    session.print(table)


def print_proofs(session, claims, proofs) -> None:
    """What each claim reads in its counter-world and with its mechanism off."""
    say = session.words
    session.print(say("claims.title.prove"))
    for one in proofs:
        words = say("claims.prove.well" if one.holds else "claims.prove.badly")
        session.print(f"  {one.claim.id} {say(f'claims.prove.{one.kind}')}: "
                      f"{say(f'claims.verdict.{one.judged.verdict}')}, "
                      f"{say('claims.prove.wanted', verdict=say(f'claims.verdict.{one.wanted}'))}: {words}")
    there = {(one.claim.id, one.kind) for one in proofs}
    for claim in claims:
        if (claim.id, "counter") not in there:
            session.print(f"  {say('claims.prove.none', id=claim.id)}")
