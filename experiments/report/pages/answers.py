"""The questions of a leader, each answered from the tables by a rule: or told that it cannot be answered, and why."""

from __future__ import annotations

from markupsafe import Markup

from silosim.experiments.commands.session import inline
from silosim.experiments.report.blocks import Answer, defined
from silosim.experiments.report.facts.badges import badge
from silosim.experiments.report.facts.compared import MAIN
from silosim.experiments.report.facts.facts import Facts
from silosim.experiments.report.facts.teams import losing
from silosim.experiments.report.facts.trust import evidence_of
from silosim.experiments.report.words import Name, Words
from silosim.model.measures.declared import MEASURES
from silosim.model.text import unit

QUESTIONS = ("first", "much", "euros", "fte", "sure", "loses", "long", "dip", "watch", "fails", "assumed")
MOST_LOSERS = 3
COUNTED = ("working days", "days of work", "EUR")  # units that a number means little without


def answers(facts: Facts, words: Words) -> list[Answer]:
    """One answer a question."""
    found = []
    for name in QUESTIONS:
        if name in ("first", "assumed") or facts.choice.policy:
            said = globals()[f"_{name}"](facts, words)
        else:
            said = words.say("answers.no_policy")
        found.append(Answer(name, words.plain(f"question.{name}"), said))
    return found


def _first(facts: Facts, words: Words) -> Markup:
    choice = facts.choice
    if not choice.policy:
        return words.say(f"answers.first_{choice.kind}")
    fields = {"policy": words.policy(choice.policy)}
    if choice.tied:
        return words.say("answers.first_tied", **fields,
                         others=words.listed(words.policy(p) for p in choice.tied))
    return words.say(f"answers.first_{choice.kind}", **fields)


def _much(facts: Facts, words: Words) -> Markup:
    policy = facts.choice.policy
    said = words.say("answers.much", **{part: facts.cell("compare", policy, f"{MAIN}.{part}")
                                        for part in ("change", "low", "high", "p10", "p90")})
    return said + " " + _direction(facts, words, policy, "share_nine")


def _direction(facts: Facts, words: Words, policy: str, name: str) -> Markup:
    """One measure in a sentence; a direction only where its verdict names one."""
    cell = facts.cell("compare", policy, f"{name}.change")
    verdict = facts.found[policy, name].verdict
    if not defined(cell):
        return words.say("direction.undefined", measure=words.measure(name))
    key = verdict if verdict in ("equal", "unclear") else "up" if cell.value > 0 else "down"
    if verdict.startswith("slightly"):
        key += "_slightly"
    return words.say(f"direction.{key}", measure=words.measure(name), change=cell)


def _euros(facts: Facts, words: Words) -> Markup:
    policy = facts.choice.policy
    year, verdict = facts.cell("money", policy, "year"), facts.tables["money"].word(policy, "verdict")
    if not defined(year):
        return words.say("answers.euros_undefined")
    parts = {part: facts.cell("money", policy, part) for part in ("year", "year_low", "year_high")}
    if verdict in ("unclear", "equal"):
        said = words.say("answers.euros_unclear", **parts)
    else:
        said = words.say("answers.euros_more" if year.value > 0 else "answers.euros_less", **parts,
                         part=facts.cell("money", policy, "part"))
    if facts.has("equal_cost", policy):
        verdict = facts.tables["equal_cost"].word(policy, "verdict")
        key = "answers.equal_holds" if verdict == "better" else "answers.equal_slight" \
            if verdict == "slightly_better" else "answers.equal_gone"
        said += " " + words.say(key, change=facts.cell("equal_cost", policy, "change"))
    return said


def _fte(facts: Facts, words: Words) -> Markup:
    policy = facts.choice.policy
    wages, moved, aside = (facts.cell("money", policy, part) for part in ("wages", "moved", "aside"))
    if not defined(moved):
        return words.say("answers.fte_undefined")
    said = words.say("answers.fte_less" if moved.value < 0 else "answers.fte_more", moved=moved,
                     employees=facts.cell("setup", "employees", "number"))
    if defined(aside):
        said += " " + words.say("answers.fte_aside", aside=aside)
    if defined(wages):
        said += " " + words.say("answers.fte_wages_less" if wages.value < 0 else "answers.fte_wages", wages=wages)
    return said


def _sure(facts: Facts, words: Words) -> Markup:
    policy = facts.choice.policy
    robust = facts.has("robust", policy)
    share = facts.cell("robust", policy, "better") if robust else None
    of = badge(facts.found[policy, MAIN].verdict, share.value if share else float("nan"),
               evidence_of(facts.source, policy))
    said = words.say("answers.sure_runs", agree=facts.cell("compare", policy, f"{MAIN}.agree"),
                     runs=facts.cell("setup", "runs", "number"))
    said += " " + (words.say("answers.sure_worlds", share=share, worlds=facts.cell("setup", "worlds", "number"),
                             matters=facts.cell("setup", "matters", "number"))
                   if share else words.say("answers.sure_one_world"))
    return said + " " + words.say("answers.sure_confidence", level=words.plain(f"badge.{of.confidence}").lower(),
                                  evidence=words.plain(f"badge.basis_{of.evidence}"))


def harms(facts: Facts, words: Words, policy: str) -> Markup:
    """What a policy makes clearly worse, with the numbers, and their unit where they count something."""
    named = []
    for name in facts.choice.harms[policy]:
        change, counted = words.markup(facts.cell("compare", policy, f"{name}.change")), MEASURES[name].unit in COUNTED
        named.append(words.say("answer.harm", measure=words.measure(name),
                               change=change + " " + unit(MEASURES[name].unit, words.lang) if counted else change))
    return words.listed(named)


def _loses(facts: Facts, words: Words) -> Markup:
    policy = facts.choice.policy
    parts = []
    if facts.choice.harms.get(policy):
        parts.append(words.say("answers.loses_all", harms=harms(facts, words, policy)))
    if not facts.has("teams"):
        parts.append(words.say("answers.loses_unknown"))
    else:
        lost = losing(facts.tables["teams"], policy)
        teams = list(dict.fromkeys(key for key, _ in lost))
        if not lost:
            parts.append(words.say("answers.loses_nobody", all=facts.cell("sides", policy, "all")))
        else:
            named = [words.say("answers.loser", team=words.team(facts.tables["teams"].word(key, "team")),
                               measure=words.measure(m), change=facts.cell("teams", key, f"{m}.change"))
                     for key, m in lost if key in teams[:MOST_LOSERS]][:MOST_LOSERS]
            parts.append(words.say("answers.loses_teams" if len(teams) > 1 else "answers.loses_team",
                                   losing=facts.cell("sides", policy, "losing"),
                                   all=facts.cell("sides", policy, "all"), teams=words.listed(named)))
    if facts.has("people", policy):
        worse, better = (facts.cell("people", policy, f"strain.{side}") for side in ("worse", "better"))
        if defined(worse, better):
            parts.append(words.say("answers.loses_people", worse=worse, better=better))
    parts.append(_dashboards(facts, words, policy))
    return Markup(" ").join(part for part in parts if part)


def _dashboards(facts: Facts, words: Words, policy: str) -> Markup:
    """What the dashboards will show: managers see that first."""
    change, verdict = facts.cell("compare", policy, "share_green.change"), facts.found[policy, "share_green"].verdict
    if not defined(change) or verdict in ("equal", "undefined"):
        return Markup("")
    if verdict == "unclear":
        return words.say("answers.green_unclear", change=change)
    return words.say("answers.green_less" if change.value < 0 else "answers.green_more", change=change)


def _long(facts: Facts, words: Words) -> Markup:
    policy = facts.choice.policy
    if not facts.has("course", policy):
        return words.say("answers.long_unknown")
    quarter = facts.cell("course", policy, "quarter")
    if not defined(quarter):
        return words.say("answers.long_never")
    return words.say("answers.long", quarter=quarter, weeks=facts.cell("course", policy, "weeks"),
                     q1=facts.cell("course", policy, "q1"))


def _dip(facts: Facts, words: Words) -> Markup:
    policy = facts.choice.policy
    if not facts.has("course", policy):
        return words.say("answers.dip_unknown")
    dip, peak = facts.cell("course", policy, "dip"), facts.cell("course", policy, "peak")
    said = words.say("answers.dip", dip=dip, week=facts.cell("course", policy, "dip_week")) if defined(dip) \
        else words.say("answers.dip_none", block=facts.cell("setup", "block", "number"))
    if defined(peak):
        said += " " + words.say("answers.peak", peak=peak, week=facts.cell("course", policy, "peak_week"))
    return said


def _watch(facts: Facts, words: Words) -> Markup:
    watch = facts.way.watch
    if not watch:
        return words.say("answers.watch_nothing")
    early = facts.cell("signals", watch, "early")
    said = words.say("answers.watch_falls" if early.value < 0 else "answers.watch_rises", measure=words.measure(watch),
                     early=early, weeks=facts.cell("setup", "quarter", "number"))
    if facts.way.by == "correlation":
        said += " " + words.say("answers.watch_rank", rank=facts.cell("signals", watch, "rank"))
    return said


def _fails(facts: Facts, words: Words) -> Markup:
    from silosim.experiments.report.pages.fails import sentence

    return sentence(facts, words)


def _assumed(facts: Facts, words: Words) -> Markup:
    said = words.say("answers.assumed", weeks=facts.cell("setup", "weeks", "number"),
                     employees=facts.cell("setup", "employees", "number"), organisation=words.the_organisation,
                     free=facts.cell("evidence", "free", "count"), all=facts.cell("evidence", "free", "all"))
    policy = facts.choice.policy
    if facts.has("drivers"):
        names = words.listed(Name(inline(words.param(key))) for key in list(facts.tables["drivers"].rows)[:3])
        return said + " " + words.say("answers.assumed_most", names=names, policy=words.policy(policy))
    return said
