"""Page 1: the answer, three findings with their badges, the caveats, and eleven questions of a leader."""

from __future__ import annotations

from markupsafe import Markup

from silosim.experiments.report.blocks import Answers, Finding, Findings, Items, Page, Picture, Prose, Title, defined
from silosim.experiments.report.facts.badges import Badge, badge
from silosim.experiments.report.facts.claims import related
from silosim.experiments.report.facts.compared import MAIN
from silosim.experiments.report.facts.facts import Facts
from silosim.experiments.report.facts.trust import evidence_of
from silosim.experiments.report.pages.answers import answers, harms
from silosim.experiments.report.words import Name, Words

MOST_WORSE = 2  # policies named as making it worse


def page(facts: Facts, words: Words) -> Page:
    """The first page."""
    kind = facts.choice.kind
    blocks = [Prose(words.say("answer.question", n=facts.cell("setup", "policies", "number"),
                              organisation=words.the_organisation), "kicker"),
              Prose(headline(facts, words), "answer")]
    found = findings(facts, words)
    if found:
        blocks.append(Findings(found))
    blocks += [Title(words.say("answer.caveats_title")), Items(caveats(facts, words), "caveats")]
    if kind != "alone":
        blocks.append(Picture("gains", gains_alt(facts, words), words.say("answer.picture")))
    blocks += [Title(words.say("answer.questions_title")), Answers(answers(facts, words))]
    return Page(1, "answer", words.plain("page.answer"), words.say(f"answer.title_{kind}", **_names(facts, words)),
                blocks)


def _names(facts: Facts, words: Words) -> dict:
    return {"policy": words.policy(facts.choice.policy)} if facts.choice.policy else {}


def headline(facts: Facts, words: Words):
    """What to do, in one or two sentences."""
    choice = facts.choice
    if not choice.policy:
        return words.say(f"answer.headline_{choice.kind}", n=facts.cell("setup", "policies", "number"))
    fields = {"policy": words.policy(choice.policy), "change": facts.cell("compare", choice.policy, f"{MAIN}.change"),
              "value": facts.cell("compare", choice.policy, f"{MAIN}.value"),
              "today": facts.cell("compare", facts.source.today, f"{MAIN}.value")}
    if choice.kind == "price":
        fields["harms"] = harms(facts, words, choice.policy)
    return words.say(f"answer.headline_{choice.kind}", **fields) + _price(facts, words, choice.policy)


def _price(facts: Facts, words: Words, policy: str):
    """What it costs, in a sentence after the gain; nothing where costs are not known."""
    year = facts.cell("money", policy, "year")
    if not defined(year):
        return Markup("")
    verdict = facts.tables["money"].word(policy, "verdict")
    key = "unclear" if verdict in ("unclear", "equal") else "more" if year.value > 0 else "less"
    return Markup(" ") + words.say(f"answer.costs_{key}", year=year)


def findings(facts: Facts, words: Words) -> list[Finding]:
    """Three findings: the one that is first, what would do more at a price or as well, and what makes it worse."""
    choice = facts.choice
    if choice.kind in ("alone", "undefined"):
        return []
    return [*_first(facts, words), *_others(facts, words), *_worse(facts, words)]


def _first(facts: Facts, words: Words) -> list[Finding]:
    policy = facts.choice.policy
    if not policy:
        best = max(facts.source.others, key=lambda p: (facts.found[p, MAIN].change.n, facts.found[p, MAIN].change.mean))
        if not facts.cell("compare", best, f"{MAIN}.low"):
            return [_finding(facts, words, best, words.say("trust.one_run"))]
        return [_finding(facts, words, best, words.say(
            "finding.nothing", policy=words.policy(best), low=facts.cell("compare", best, f"{MAIN}.low"),
            high=facts.cell("compare", best, f"{MAIN}.high")))]
    key = "finding.first" if facts.choice.kind != "slight" else "finding.slight"
    return [_finding(facts, words, policy, words.say(
        key, policy=words.policy(policy), change=facts.cell("compare", policy, f"{MAIN}.change"),
        low=facts.cell("compare", policy, f"{MAIN}.low"), high=facts.cell("compare", policy, f"{MAIN}.high"),
        agree=facts.cell("compare", policy, f"{MAIN}.agree")), claims=True)]


def _others(facts: Facts, words: Words) -> list[Finding]:
    choice = facts.choice
    if choice.tied:
        other = choice.tied[0]
        return [_finding(facts, words, other, words.say(
            "finding.tied", policy=words.policy(other), first=words.policy(choice.policy),
            change=facts.cell("compare", other, f"{MAIN}.change")))]
    if choice.more:
        other = choice.more[0]
        return [_finding(facts, words, other, words.say(
            "finding.more", policy=words.policy(other), change=facts.cell("compare", other, f"{MAIN}.change"),
            harms=harms(facts, words, other)))]
    if choice.policy and len(facts.source.others) > 1:
        return [Finding(words.say("finding.no_other"), "none", "", "", "")]
    return []


def _worse(facts: Facts, words: Words) -> list[Finding]:
    worse = facts.choice.worse
    if not worse:
        return [Finding(words.say("finding.none_worse"), "none", "", "", "")]
    named = [words.say("finding.by", policy=words.policy(p), change=facts.cell("compare", p, f"{MAIN}.change"))
             for p in worse[:MOST_WORSE]]
    rest = len(worse) > MOST_WORSE
    key = "finding.worse" if len(worse) > 1 else "finding.worse_one"
    return [_finding(facts, words, worse[0], words.say(key, policies=words.listed(named),
                                                       n=facts.cell("setup", "worse", "number")), down=True,
                     extra=words.say("finding.worse_in_all", n=facts.cell("setup", "worse", "number")) if rest else "")]


def _finding(facts: Facts, words: Words, policy: str, sentence, down: bool = False, extra="",
             claims: bool = False) -> Finding:
    column = "worse" if down else "better"
    share = facts.cell("robust", policy, column) if facts.has("robust", policy) else None
    of = badge(facts.found[policy, MAIN].verdict, share.value if share else float("nan"),
               evidence_of(facts.source, policy))
    return Finding(sentence + (" " + extra if extra else ""), of.confidence, words.plain(f"badge.{of.confidence}"),
                   support_words(words, of, share, down),
                   words.say(f"badge.evidence_{of.evidence}") + (claims_words(facts, words, policy) if claims else ""))


def claims_words(facts: Facts, words: Words, policy: str):
    """What came out of the articles' claims about the levers that a policy moves; nothing where there are none."""
    names = related(facts.source.levers.get(policy, {}))
    if not names:
        return Markup("")
    known = [words.markup(Name(words.label("claim", name))) + ": " + words.label(
        "claim_verdict", facts.tables["claims"].word(name, "verdict")) for name in names if facts.has("claims", name)]
    said = words.say("badge.claims", verdicts=words.listed(known)) if known else words.say("badge.claims_unknown")
    return Markup(" ") + said


def support_words(words: Words, of: Badge, share, down: bool = False):
    """How far the model supports it: a share of the tested worlds, never a chance."""
    if of.support == "none":
        return words.say("badge.support_none")
    if share is None:
        return words.say("badge.support_one_world")
    return words.say("badge.support_worse" if down else "badge.support_worlds", share=share)


def caveats(facts: Facts, words: Words) -> list:
    """Two or three things that a reader must know before acting."""
    found = [words.say("caveat.calibrated" if words.is_example else "caveat.calibrated_own",
                       organisation=words.the_organisation)]
    policy = facts.choice.policy
    if policy and facts.has("robust", policy):
        key = "caveat.worlds" if facts.cell("robust", policy, "missed").value > 0 else "caveat.worlds_all"
        found.append(words.say(key, missed=facts.cell("robust", policy, "missed"),
                               worlds=facts.cell("setup", "worlds", "number")))
    elif not facts.has("robust"):
        found.append(words.say("caveat.one_world"))
    if facts.borrowed:
        found.append(words.say("worlds.borrowed", organisation=words.the_organisation))
    found.append(words.say("caveat.assumed", free=facts.cell("evidence", "free", "count"),
                           all=facts.cell("evidence", "free", "all")))
    if facts.has("lost"):
        found.append(words.say("caveat.lost", lost=facts.cell("setup", "lost", "number")))
    if facts.source.runs < 10:
        found.append(words.say("caveat.few_runs", runs=facts.cell("setup", "runs", "number")))
    return found


def gains_alt(facts: Facts, words: Words) -> str:
    """What the picture shows, from the numbers."""
    others = [p for p in facts.fans if facts.found[p, MAIN].change.n]
    if not others:
        return words.plain("answer.picture_empty")
    best = max(others, key=lambda p: facts.found[p, MAIN].change.mean)
    worst = min(others, key=lambda p: facts.found[p, MAIN].change.mean)
    return words.plain("answer.picture_alt", best=words.policy(best), worst=words.policy(worst),
                       most=facts.cell("compare", best, f"{MAIN}.change"),
                       least=facts.cell("compare", worst, f"{MAIN}.change"))
