"""Pages 4 and 5: how policies hold up in other worlds, and which assumptions drive the result."""

from __future__ import annotations

from silosim.experiments.report.blocks import Page, Picture, Prose, Title, grid
from silosim.experiments.report.facts.facts import Facts
from silosim.experiments.report.facts.worlds import RANKED
from silosim.experiments.report.pages.fails import command
from silosim.experiments.report.words import Words

COLUMNS = ("mean", "worst", "best", "regret_90", "regret_max", "good_enough", "better", "worse", "missed")


def regret_page(facts: Facts, words: Words) -> Page:
    """Page 4."""
    title, short = words.say("regret.title"), words.plain("page.regret")
    if not facts.has("robust"):
        return Page(4, "regret", short, title, _missing(facts, words))
    table = facts.tables["robust"]
    blocks = [Prose(words.say("regret.lead", worlds=facts.cell("setup", "worlds", "number"),
                              runs=facts.cell("setup", "world_runs", "number")), "lead"),
              Prose(same_or_not(facts, words)),
              grid(words, table, words.say("regret.caption", matters=facts.cell("setup", "matters", "number")), COLUMNS,
                   first=words.plain("column.policy"), style="wide",
                   note=words.say("regret.note", grade=facts.cell("setup", "enough_grade", "number"),
                                  backlog=facts.cell("setup", "enough_backlog", "number"))),
              Picture("regret", words.plain("regret.picture_alt"), words.say("regret.picture")),
              Title(words.say("regret.ranks_title")),
              grid(words, table, words.say("regret.ranks_caption"), [f"rank_{m}" for m in RANKED],
                   first=words.plain("column.policy"))]
    ranks = blocks[-1]
    headings = [ranks.headings[0], *(words.plain(f"metric.{m}") for m in RANKED)]
    blocks[-1] = type(ranks)("robust_ranks", ranks.caption, headings, ranks.rows, ranks.style, ranks.note)
    return Page(4, "regret", short, title, blocks)


def same_or_not(facts: Facts, words: Words):
    """Whether every way of judging puts the same policy first."""
    table = facts.tables["robust"]
    best = {m: next(row.key for row in table if row.values[f"rank_{m}"] == 1) for m in RANKED}
    if len(set(best.values())) == 1:
        return words.say("regret.same", policy=words.policy(best["mean"]))
    named = [words.say("regret.by", metric=words.plain(f"metric.{m}").lower(), policy=words.policy(p))
             for m, p in best.items()]
    return words.say("regret.differs", named=words.listed(named))


def drivers_page(facts: Facts, words: Words) -> Page:
    """Page 5."""
    title, short = words.say("drivers.title"), words.plain("page.drivers")
    policy = facts.choice.policy
    if not facts.has("robust"):
        return Page(5, "drivers", short, title, _missing(facts, words))
    if not policy:
        return Page(5, "drivers", short, title, [Prose(words.say("answers.no_policy"), "lead")])
    varied = facts.cell("setup", "varied", "number")
    if not facts.has("drivers"):
        return Page(5, "drivers", short, title, [
            Prose(words.say("drivers.nothing", policy=words.policy(policy), varied=varied), "lead"),
            Prose(words.say("drivers.how"), "note")])
    key = next(iter(facts.tables["drivers"].rows))
    rank = facts.cell("drivers", key, "rank")
    blocks = [Prose(words.say("drivers.lead_up" if rank.value > 0 else "drivers.lead_down", param=words.param(key),
                              policy=words.policy(policy), rank=rank, varied=varied), "lead"),
              Picture("drivers", words.plain("drivers.picture_alt", param=words.param(key), rank=rank),
                      words.say("drivers.picture", policy=words.policy(policy))),
              grid(words, facts.tables["drivers"], words.say("drivers.caption"), first=words.plain("column.param")),
              Prose(words.say("drivers.how"), "note"), Prose(words.say("drivers.local"), "note")]
    return Page(5, "drivers", short, title, blocks)


def _missing(facts: Facts, words: Words) -> list:
    return [Prose(words.say("worlds.none"), "lead"), Prose(words.say("worlds.how"), ""),
            Prose(command(facts), "command")]
