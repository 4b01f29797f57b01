"""Page 4: how policies hold up in other worlds."""

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
    key = "regret.lead_borrowed" if facts.borrowed else "regret.lead"
    blocks = [Prose(words.say(key, organisation=words.the_organisation, worlds=facts.cell("setup", "worlds", "number"),
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


def _missing(facts: Facts, words: Words) -> list:
    return [Prose(words.say("worlds.none"), "lead"), Prose(words.say("worlds.how"), ""),
            Prose(command(facts), "command")]
