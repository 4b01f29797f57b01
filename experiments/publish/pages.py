"""The page of one claim, in one language: first for a leader, then everything a referee needs to attack it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from silosim.experiments.claims.declared import TODAY, Arm, Claim, Context
from silosim.experiments.claims.rule import AS_IS, CLAIMS_IN_ALL
from silosim.experiments.commands.session import inline
from silosim.experiments.docs import table
from silosim.experiments.publish import evidence
from silosim.experiments.publish.records import Record
from silosim.experiments.publish.said import Words, is_level, matters, summary, when
from silosim.model.parameters import PARAMETERS
from silosim.model.text import LANGUAGES, number


def file_of(claim: Claim) -> str:
    """The name of its files: 'c05'."""
    return f"c{int(claim.id[1:]):02d}"


def page(claim: Claim, record: Record, lang: str) -> str:
    """The page, as Markdown."""
    say, document = Words(lang), record.documents[claim.id]
    parts = [
        f"# {claim.id} {say.label(claim)}",
        _links(say, claim),
        f"> {say.of(f'{claim.key}.claim')}",
        f"**{_sentence(say.verdict(document))}** {' '.join(summary(say, claim, document))}",
        f"![{alt(say, claim, document)}](../figures/{file_of(claim)}_{lang}.svg)",
        say("page.read"),
        *_asked(say, claim, record),
        *evidence.effects(say, claim, document),
        *evidence.verdict(say, claim, document),
        f"## {say('title.when')}", when(say, document),
        *evidence.choices(say, document),
        *evidence.costs(say, document),
        *_able_to_lose(say, claim, record),
        f"## {say('title.changes')}", bullets(evidence.what_would_change(say, claim, document)),
        f"## {say('title.limits')}",
        bullets([say("page.untested", words=say.of(f"{claim.key}.untested")),
                 *(say(f"limit.{k}") for k in ("worlds", "means", "article", "shares"))]),
        f"## {say('title.again')}", reproduction(say, record, claim)]
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"


def alt(say: Words, claim: Claim, document: Mapping) -> str:
    """What the figure shows, for those who do not see it."""
    arms = [say("alt.arm", cost=say.cost(cost), mean=say.units(one["mean"]), low=say.units(one["low"]),
                high=say.units(one["high"]), hold=one["hold"], oppose=one["oppose"])
            for cost, one in document["arms"].items()]
    return say("alt.all", id=claim.id, worlds=document["arms"][AS_IS]["worlds"], arms="; ".join(arms))


def bullets(lines: Iterable[str]) -> str:
    """A list."""
    return "\n".join(f"- {line}" for line in lines)


def _sentence(words: str) -> str:
    words = evidence.capital(words)
    return words if words.endswith("…") else f"{words}."


def _links(say: Words, claim: Claim) -> str:
    other = next(lang for lang in LANGUAGES if lang != say.lang)
    front = "README.md" if say.lang == "en" else "README.nl.md"
    return (f"[{say('page.other')}](../{other}/{file_of(claim)}.md) · [{say('page.all')}](../{front}) · "
            f"{say('page.articles', names=', '.join(claim.articles))}")


def _asked(say: Words, claim: Claim, record: Record) -> list[str]:
    """What was put to the test: hypothesis, arms, and what is judged."""
    size = record.ensemble
    found = [f"## {say('title.asked')}", say("page.hypothesis", words=say.of(f"{claim.key}.hypothesis")),
             say.of(f"{claim.key}.help"),
             f"### {say('title.arms')}",
             " ".join([say("page.arms", weeks=claim.weeks, burn_in=size["burn_in"], runs=size["runs"],
                           narrow=size["narrow"], wide=size["wide"], period=say(f"period.{claim.period}")),
                       *([say("page.arms_equal")] if claim.equal_cost else []),
                       *([say("page.arms_dose")] if "dose" not in claim.without else [])])]
    if len(claim.arms) > 1:
        found.append(table((say("column.arm"), say("column.levers"), say("column.fixed"), say("column.later")),
                           [_arm(say, name, arm) for name, arm in claim.arms.items()]))
    if claim.ranges:
        found.append(table((say("column.group"), say("column.lever"), say("column.ends")), [
            [say.of(f"claims.group.{group}"), _name(say, lever), f"{_value(say, lever, a)} → {_value(say, lever, b)}"]
            for group, levers in claim.ranges.items() for lever, (a, b) in levers.items()]))
    if claim.variants:
        found.append(say("page.variants", words="; ".join(
            f"{_name(say, name)}: {' / '.join(_value(say, name, level) for level in levels)}"
            for name, levels in claim.variants.items())))
    found += [f"### {say('title.judged')}", say(f"statistic.{claim.statistic}")]
    if claim.parts:
        found.append(table([say(f"column.{name}") for name in ("part", "measure", "contrast", "claimed", "matters",
                                                               "judged")],
                           [_part(say, claim, k) for k in range(len(claim.parts))]))
    return found


def _arm(say: Words, name: str, arm: Arm) -> list[str]:
    later = "; ".join(f"{say('page.week', week=week)}: {settings(say, values)}" for week, values in arm.switches)
    nothing = say("page.unchanged") if name == TODAY else ""
    return [f"`{name}`", settings(say, arm.levers) or nothing, settings(say, arm.fixed), later]


def _part(say: Words, claim: Claim, k: int) -> list[str]:
    part = claim.parts[k]
    contrast = " ".join(_term(say, weight, arm, n == 0) for n, (arm, weight) in enumerate(part.contrast.items()))
    if part.team:
        contrast += say("page.team", team=f"`{part.team}`")
    way = "level" if is_level(part) else "below" if part.limit is not None else "more" if part.sign > 0 else "less"
    return [say.part(claim, part.name), say.of(f"measure.{part.measure}.label"), contrast, say(f"way.{way}"),
            matters(say, part), say("yes" if part.judged else "only_reported")]


def _term(say: Words, weight: float, arm: str, first: bool) -> str:
    sign = "−" if weight < 0 else "" if first else "+"
    size = "" if abs(weight) == 1 else f"{number(abs(weight), 'g', say.lang)} × "
    return f"{sign} {size}`{arm}`".strip()


def settings(say: Words, values: Mapping) -> str:
    """Settings in words: 'customer in pay (`customer_weight`) 0.3; ...'."""
    return "; ".join(f"{_name(say, name)} {_value(say, name, value)}" for name, value in values.items())


def _name(say: Words, name: str) -> str:
    if name in PARAMETERS:
        return f"{inline(say.of(f'param.{name}.label'))} (`{name}`)"
    return say.of(f"claims.{name}")


def _value(say: Words, name: str, value) -> str:
    if name in PARAMETERS and PARAMETERS[name].choices:
        return f"'{say.of(f'param.{name}.choice.{value}')}'"
    return number(float(value), "g", say.lang)


def _able_to_lose(say: Words, claim: Claim, record: Record) -> list[str]:
    """Counter-world and mechanism off: the settings, what must come out and what came out."""
    found = [f"## {say('title.lose')}", say("page.lose")]
    proofs = record.proofs.get(claim.id, {})
    for kind in ("counter", "off"):
        context: Context | None = getattr(claim, kind)
        if context is None:
            found.append(say(f"page.no_{kind}"))
            continue
        under = "; ".join(words for words in (settings(say, values) for values in
                                              (context.world, context.levers, context.variants)) if words)
        one = proofs.get(kind)
        came = say("page.not_proved") if one is None else say(
            "page.proved", wanted=say.of(f"claims.verdict.{one['wanted']}"), worlds=one["worlds"], runs=one["runs"],
            verdict=say.of(f"claims.verdict.{one['verdict']}"), mean=say.units(one["mean"]), hold=one["hold"],
            oppose=one["oppose"], well=say.of(f"claims.prove.{'well' if one['verdict'] == one['wanted'] else 'badly'}"))
        found.append(f"**{say(f'title.{kind}')}** {say('page.under', settings=under)} {came}")
    return found


def reproduction(say: Words, record: Record, claim: Claim | None = None) -> str:
    """Seed, version, rules, ensemble, number of runs and time."""
    size = record.ensemble
    words = [say("again.command", command=f"silosim claims --{size['name']} --seed {record.seed}"),
             say("again.version", version=record.versions.get("silosim", "?"), rules=record.rulebook,
                 python=record.versions.get("python", "?"), numpy=record.versions.get("numpy", "?"),
                 numba=record.versions.get("numba", "?")),
             say("again.took", runs=f"{number(record.runs, ',d', say.lang)}", failed=record.failed,
                 minutes=record.seconds / 60, calls=record.calls, machine=record.machine)]
    if claim:
        words.append(say("again.file", file=claim.digest))
        words.append(say("again.control", of=CLAIMS_IN_ALL, id=claim.id))
    return bullets(words)
