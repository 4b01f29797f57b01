"""The part of a claim's page that holds the numbers: effects, the rule step by step, our own choices, costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from silosim.experiments.claims.boxes import choice_label
from silosim.experiments.claims.declared import Claim
from silosim.experiments.claims.rule import AS_IS, CLAIMS_IN_ALL, EQUAL, FOR, SUPPORTED
from silosim.experiments.docs import table
from silosim.experiments.publish.said import Words, curve, decisive, is_level, no_region, not_passed
from silosim.model.parameters import PARAMETERS
from silosim.model.text import number

NESTED = ("replicates", "worlds", "choices")


def effects(say: Words, claim: Claim, document: Mapping) -> list[str]:
    """Every part in the unit of its measure, in both cost arms."""
    found = [f"## {say('title.effects')}"]
    costs = list(document["parts"])
    if claim.parts:
        columns = [say("column.part")]
        for cost in costs:
            columns += [say.cost(cost), say.of("claims.column.hold"), say.of("claims.column.oppose")]
        decides = any(part.get("weakest") is not None for part in document["parts"][AS_IS])
        if decides:
            columns.append(say("column.weakest"))
        rows = []
        for k, part in enumerate(claim.parts):
            name = say.part(claim, part.name)
            row = [name if part.judged else f"{name} ({say('only_reported')})"]
            for cost in costs:
                one = document["parts"][cost][k]
                row += [say.span(one, part), *("" if is_level(part) else say.percent(one[name])
                                               for name in ("hold", "oppose"))]
            if decides:
                weakest = document["parts"][AS_IS][k].get("weakest")
                row.append("" if weakest is None else say.percent(weakest))
            rows.append(row)
        found += [say("page.effects"), table(columns, rows)]
        found += _nested(say, claim, document)
    found += list(curve(say, document))
    by = document["curve"].get("share") and _curve_table(say, document["curve"])
    return [*found, by] if by else found


def _nested(say: Words, claim: Claim, document: Mapping) -> list[str]:
    """The interval of every part by what is drawn anew, in both cost arms."""
    rows = []
    for k, part in enumerate(claim.parts):
        for cost, parts in document["parts"].items():
            spans = parts[k]["intervals"]
            rows.append([say.part(claim, part.name), say.cost(cost), *(
                say("interval", low=say.effect(spans[name][0], part), high=say.effect(spans[name][1], part))
                if name in spans else "" for name in NESTED)])
    return [say("page.nested"), table([say("column.part"), say("column.cost"), *(say(f"column.{name}")
                                                                               for name in NESTED)], rows)]


def _curve_table(say: Words, found: Mapping) -> str:
    """The grade at each share of the day, over all worlds and by level of our choices."""
    rows = [[say("all_worlds"), *(number(x, ".2f", say.lang) for x in found["grade"])]]
    for name, levels in found.get("by", {}).items():
        rows += [[f"{choice_label(name, say.lang)}: {_level(say, name, level)}",
                  *(number(x, ".2f", say.lang) for x in grades)] for level, grades in levels.items()]
    return table(["", *(number(share, ".0%", say.lang) for share in found["share"])], rows)


def verdict(say: Words, claim: Claim, document: Mapping) -> list[str]:
    """How the rule came to its verdict: u and its nested intervals, each condition and whether it is met."""
    arms, rule = document["arms"], document["rule"]
    costs = list(arms)
    rows = [[say("u.mean"), *(say.units(arms[cost]["mean"]) for cost in costs)]]
    for name in NESTED:
        if all(name in arms[cost]["intervals"] for cost in costs):
            rows.append([say(f"u.{name}"), *(_interval(say, arms[cost]["intervals"][name]) for cost in costs)])
    if document["wide"]:
        rows.append([say("u.wide", worlds=document["wide"][AS_IS]["worlds"]),
                     *(say("u.mean_hold", mean=say.units(document["wide"][cost]["mean"]),
                           hold=document["wide"][cost]["hold"]) for cost in costs)])
    tests = [[say("rule.above"), *(_met(say, _over(one["low"]), say.units(one["low"])) for one in arms.values())],
             [say("rule.hold", share=rule["share"]),
              *(_met(say, one["hold"] >= rule["share"], say.percent(one["hold"])) for one in arms.values())],
             [say("rule.below"), *(_met(say, _under(one["high"]), say.units(one["high"])) for one in arms.values())],
             [say("rule.oppose", share=rule["share"]),
              *(_met(say, one["oppose"] >= rule["share"], say.percent(one["oppose"])) for one in arms.values())],
             [say("rule.reading"), *("**" + say("reading." + one["reading"]) + "**" for one in arms.values())]]
    headings = ["", *(say.cost(cost) for cost in costs)]
    worlds = arms[AS_IS]["worlds"]
    return [f"## {say('title.verdict')}", say("page.u", worlds=worlds), table(headings, rows), say("page.rule"),
            table(headings, tests), " ".join(_steps(say, document))]


def _steps(say: Words, document: Mapping) -> Iterator[str]:
    """From the readings to the verdict."""
    yield say("step.control", of=CLAIMS_IN_ALL, p=number(document["p"], ".4f", say.lang),
              passes=say("passes" if document["passes"] else "passes_not"))
    yield from not_passed(say, document)
    if any(one["reading"] != FOR for one in document["arms"].values()):
        region = document["holds"]
        if region:
            yield say("step.region", worlds=region["worlds"], density=region["density"],
                      p=number(region["p"], ".3f", say.lang))
        else:
            yield no_region(say, document)
    yield say("step.so", verdict=say.of(f"claims.verdict.{document['verdict']}"))
    yield say("step.fragile" if document["fragile"] else "step.not_fragile", changes=document["changes"],
              limit=document["rule"]["fragile"], times=f"{number(document['rule']['resamples'], ',d', say.lang)}")


def capital(words: str) -> str:
    """The same, to begin a sentence with."""
    return words[:1].upper() + words[1:]


def _interval(say: Words, of) -> str:
    return say("interval", low=say.units(of[0]), high=say.units(of[1]))


def _over(value: float | None) -> bool:
    return value is not None and value > 0


def _under(value: float | None) -> bool:
    return value is not None and value < 0


def _met(say: Words, met: bool, value: str) -> str:
    return f"{say('yes' if met else 'no')} ({value})"


def choices(say: Words, document: Mapping) -> list[str]:
    """How u differs between the levels of our own choices."""
    rows = []
    for name, levels in document["sensitivity"].items():
        for k, (level, one) in enumerate(_in_order(levels)):
            rows.append([choice_label(name, say.lang) if k == 0 else "", _level(say, name, level),
                         say.units(one["mean"]), say.percent(one["hold"]), str(one["worlds"])])
    if not rows:
        return []
    columns = [say.of(f"claims.column.{name}") for name in ("choice", "level", "mean", "hold", "worlds")]
    return [f"## {say('title.choices')}", say("page.choices"), table(columns, rows)]


def _in_order(levels: Mapping):
    """Levels that are numbers by size."""
    try:
        return sorted(levels.items(), key=lambda one: float(one[0]))
    except ValueError:
        return list(levels.items())


def _level(say: Words, name: str, level: str) -> str:
    if name in PARAMETERS and PARAMETERS[name].choices:
        return say.of(f"param.{name}.choice.{level}")
    return number(float(level), "g", say.lang)


def costs(say: Words, document: Mapping) -> list[str]:
    """What is left of differences in cost, and what an hour does, for scale."""
    found = [f"## {say('title.costs')}"]
    if EQUAL not in document["arms"]:
        return [*found, say.of("claims.one_cost_arm")]
    found.append(say("page.costs"))
    left = {arm: share for arm, share in document["remaining_cost"].items() if share is not None}
    if left:
        most = max(left, key=lambda arm: abs(left[arm]))
        found.append(say("page.remaining", arm=f"`{most}`", most=number(abs(left[most]), ".2%", say.lang)))
    if document["grade_per_percent_hours"] is not None:
        found.append(say.of("claims.hours", grade=number(document["grade_per_percent_hours"], ".3f", say.lang, True)))
    return found


def what_would_change(say: Words, claim: Claim, document: Mapping) -> Iterator[str]:
    """What stands between this verdict and another."""
    arms, rule = document["arms"], document["rule"]
    share = say.percent(rule["share"])
    if document["verdict"] == SUPPORTED:
        least = min(arms.values(), key=lambda one: one["hold"])
        yield say("change.away", hold=least["hold"], share=share)
    else:
        yield say("change.hold", share=share, now=" / ".join(say.percent(one["hold"]) for one in arms.values()),
                  low=" / ".join(say.units(one["low"]) for one in arms.values()))
        yield say("change.oppose", share=share, now=" / ".join(say.percent(one["oppose"]) for one in arms.values()),
                  high=" / ".join(say.units(one["high"]) for one in arms.values()))
    k = decisive(claim, document)
    if k is not None and document["parts"][AS_IS][k].get("weakest") and len(claim.judged) > 1:
        part = claim.parts[k]
        yield say("change.part", part=say.part(claim, part.name), share=document["parts"][AS_IS][k]["weakest"])
    yield from _by_choice(say, document)
    yield from _by_interval(say, arms)
    yield say("change.again", changes=document["changes"])


def _by_choice(say: Words, document: Mapping) -> Iterator[str]:
    """The choice of ours that moves the share of worlds most."""
    def spread(name: str) -> float:
        shares = [one["hold"] for one in document["sensitivity"][name].values()]
        return max(shares) - min(shares)

    if not document["sensitivity"]:
        return
    name = max(document["sensitivity"], key=spread)
    if spread(name) == 0:
        yield from _by_mean(say, document["sensitivity"])
        return
    levels = document["sensitivity"][name]
    low, high = (pick(levels, key=lambda level: levels[level]["hold"]) for pick in (min, max))
    yield say("change.choice", choice=choice_label(name, say.lang), low=_level(say, name, low),
              hold_low=levels[low]["hold"], high=_level(say, name, high), hold_high=levels[high]["hold"])


def _by_mean(say: Words, sensitivity: Mapping) -> Iterator[str]:
    """The choice of ours that moves the mean score most, where none moves the share of worlds."""
    means = {name: {level: one["mean"] for level, one in levels.items()} for name, levels in sensitivity.items()}
    name = max(means, key=lambda name: max(means[name].values()) - min(means[name].values()))
    low, high = (pick(means[name], key=means[name].get) for pick in (min, max))
    yield say("change.mean", choice=choice_label(name, say.lang),
              low=_level(say, name, low), mean_low=say.units(means[name][low]),
              high=_level(say, name, high), mean_high=say.units(means[name][high]))


def _by_interval(say: Words, arms: Mapping) -> Iterator[str]:
    """Whether the sign still stands when our own choices are drawn anew as well."""
    for cost, one in arms.items():
        if "choices" not in one["intervals"]:
            continue
        low, high = one["intervals"]["choices"]
        clear = _over(one["low"]) or _under(one["high"])
        key = "change.never_clear" if not clear else "change.sign_lost" if low <= 0 <= high else "change.sign_stays"
        yield say(key, cost=capital(say.cost(cost)), interval=_interval(say, (low, high)))
