"""Page 6: when it fails, in one sentence with its coverage and density, or that no such region holds up."""

from __future__ import annotations

from markupsafe import Markup

from silosim.experiments.report.blocks import Page, Picture, Prose, Title, grid
from silosim.experiments.report.facts.facts import Facts
from silosim.experiments.report.words import Words

MOST_LIMITS = 3


def sentence(facts: Facts, words: Words) -> Markup:
    """When the first policy fails."""
    policy = facts.choice.policy
    if not facts.has("robust", policy):
        return words.say("fails.unknown")
    missed = facts.cell("robust", policy, "missed")
    fields = {"matters": facts.cell("setup", "matters", "number"), "worlds": facts.cell("setup", "worlds", "number")}
    if missed.value == 0:
        return words.say("fails.never", **fields)
    said = words.say("fails.share", missed=missed, **fields)
    boxes = facts.boxes.boxes if facts.boxes is not None else ()
    if boxes and facts.has("region"):
        said += " " + words.say("fails.box", limits=limits(facts, words),
                                coverage=facts.cell("fails", "1", "coverage"),
                                density=facts.cell("fails", "1", "density"), base=facts.cell("fails", "1", "base"))
        return said
    few = facts.boxes is None  # too few of a kind to look for a region at all
    said += " " + words.say("fails.few" if few else "fails.scattered",
                            failing=facts.cell("setup", "failing", "number"))
    if facts.has("drivers"):
        key = next(iter(facts.tables["drivers"].rows))
        rank = facts.cell("drivers", key, "rank")
        said += " " + words.say("fails.where_low" if rank.value > 0 else "fails.where_high",
                                param=words.param(key), rank=rank)
    return said


def limits(facts: Facts, words: Words) -> Markup:
    """The limits of the first region in words."""
    parts = []
    for key in list(facts.tables["region"].rows)[:MOST_LIMITS]:
        low, high = facts.cell("region", key, "low"), facts.cell("region", key, "high")
        ends = "between" if low and high else "above" if low else "below"
        parts.append(words.say(f"fails.limit_{ends}", param=words.param(key), low=low, high=high))
    return words.listed(parts)


def page(facts: Facts, words: Words) -> Page:
    """The page."""
    policy = facts.choice.policy
    blocks: list = []
    if not policy:
        blocks.append(Prose(words.say("answers.no_policy"), "lead"))
    else:
        blocks.append(Prose(sentence(facts, words), "lead"))
    if facts.has("region"):
        blocks.append(grid(words, facts.tables["region"], words.say("fails.region_caption"),
                           first=words.plain("column.param")))
        blocks.append(grid(words, facts.tables["fails"], words.say("fails.caption"), first=words.plain("column.region"),
                           note=words.say("fails.note")))
    elif policy and facts.has("robust", policy):
        blocks.append(Prose(words.say("fails.no_table"), "note"))
    if policy and facts.around is not None and policy in facts.around.policies:
        blocks += [Title(words.say("fails.worlds_title")),
                   Picture("worlds", words.plain("fails.picture_alt", policy=words.policy(policy),
                                                 missed=facts.cell("robust", policy, "missed")),
                           words.say("fails.picture", policy=words.policy(policy)))]
    if facts.borrowed:
        blocks.append(Prose(words.say("worlds.borrowed", organisation=words.the_organisation), "note"))
    if not facts.has("robust"):
        blocks += [Prose(words.say("worlds.how"), "note"), Prose(command(facts), "command")]
    return Page(6, "fails", words.plain("page.fails"), words.say("fails.title"), blocks, True)


def command(facts: Facts) -> str:
    """What makes the runs in other worlds."""
    organisation = str(facts.source.settings.get("organisation", "insurer"))
    chosen = "" if organisation == "insurer" else f" --organisation {organisation}"
    return f"silosim compare --report{chosen}"
