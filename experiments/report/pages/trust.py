"""Pages 9 to 11: assumptions and limits, how far the model can be trusted, and how to make it all again."""

from __future__ import annotations

import json
import shlex
from pathlib import PurePath

from silosim.experiments.report.blocks import Grid, Items, Page, Prose, Title, View, grid
from silosim.experiments.report.facts.compared import MAIN
from silosim.experiments.report.facts.facts import Facts
from silosim.experiments.report.pages.fails import command
from silosim.experiments.report.words import Words
from silosim.model.policies import load_policies

LEFT_OUT = ("careers", "market", "labour", "unions", "technology", "others")
CRITIQUES = ("dose", "accounting", "circular", "article")


def assumptions_page(facts: Facts, words: Words) -> Page:
    """Page 9."""
    cell = facts.cell
    blocks = [Prose(words.say("assume.lead", free=cell("evidence", "free", "count"),
                              all=cell("evidence", "free", "all")), "lead"),
              grid(words, facts.tables["evidence"], words.say("assume.evidence_caption"),
                   first=words.plain("column.evidence"))]
    if facts.has("levers"):
        blocks.append(grid(words, facts.tables["levers"], words.say("assume.levers_caption"),
                           ("lever", "today", "value", "evidence"), first=words.plain("column.policy"),
                           note=words.say("assume.levers_note")))
    if facts.has("world"):
        blocks.append(grid(words, facts.tables["world"], words.say("assume.world_caption"),
                           first=words.plain("column.param")))
    else:
        blocks.append(Prose(words.say("assume.world_default")))
    blocks += [Title(words.say("assume.edit_title")), Prose(words.say("assume.edit")),
               Prose("silosim list world", "command"),
               Prose(f"{command(facts)} --set conviction_start=0.4", "command"),
               Title(words.say("assume.out_title")), Items([words.say(f"assume.out_{name}") for name in LEFT_OUT]),
               Title(words.say("assume.critique_title")),
               Items([words.say(f"assume.critique_{name}") for name in CRITIQUES])]
    return Page(9, "assumptions", words.plain("page.assumptions"), words.say("assume.title"), blocks)


def confidence_page(facts: Facts, words: Words) -> Page:
    """Page 10."""
    blocks: list = [Prose(precision(facts, words), "lead")]
    if facts.has("precision"):
        blocks.append(grid(words, facts.tables["precision"], words.say("trust.precision_caption"),
                           first=words.plain("column.policy")))
    if facts.has("lost"):
        blocks += [Title(words.say("trust.lost_title")), Prose(words.say("trust.lost")),
                   grid(words, facts.tables["lost"], words.say("trust.lost_caption"),
                        first=words.plain("column.policy"))]
    else:
        blocks.append(Prose(words.say("trust.no_lost")))
    blocks.append(Title(words.say("trust.checks_title")))
    if facts.has("checks"):
        rows = list(facts.tables["checks"].rows)
        failed = [key for key in rows if facts.tables["checks"].word(key, "status") in ("failed", "error")]
        names = [words.label("check", key) for key in failed]
        said = words.say("trust.failed", names="; ".join(names)) if failed else words.say("trust.all_passed")
        blocks += [Prose(said),
                   grid(words, facts.tables["checks"], words.say("trust.checks_caption"),
                        rows=failed + [key for key in rows if key not in failed], first=words.plain("column.check"))]
    else:
        blocks += [Prose(words.say("trust.no_checks")), Prose("silosim check", "command")]
    blocks += [Title(words.say("trust.three_title")), Items([words.say(f"trust.three_{name}")
                                                             for name in ("chance", "world", "structure")]),
               Title(words.say("trust.badges_title")),
               Items([words.say("trust.badge_support", strong=facts.cell("setup", "strong", "number"),
                                partial=facts.cell("setup", "partial", "number")),
                      words.say("trust.badge_evidence"), words.say("trust.badge_confidence")])]
    return Page(10, "confidence", words.plain("page.confidence"), words.say("trust.title"), blocks)


def precision(facts: Facts, words: Words):
    """Whether there were enough runs."""
    if not facts.has("precision"):
        return words.say("trust.nothing_compared")
    table = facts.tables["precision"]
    known = [key for key in table.rows if facts.cell("precision", key, "half_width")]
    if not known:
        return words.say("trust.one_run")
    widest = max(known, key=lambda key: facts.cell("precision", key, "half_width").value)
    width, matters = facts.cell("precision", widest, "half_width"), facts.cell("precision", widest, "matters")
    key = "trust.enough" if width.value <= matters.value else "trust.not_enough"
    return words.say(key, width=width, matters=matters, measure=words.measure(MAIN), policy=words.policy(widest),
                     needed=facts.cell("precision", widest, "needed"))


def reproduction_page(facts: Facts, words: Words) -> Page:
    """Page 11."""
    row, source = facts.source.row, facts.source
    known = [("started", row.get("started")), ("rulebook", row.get("rulebook")), ("git", row.get("git")),
             ("machine", row.get("machine")), ("database", source.name), ("sweep", source.sweep),
             ("organisation_hash", source.organisation_hash)]
    known += [(name, value) for name, value in json.loads(row.get("versions") or "{}").items()]
    rows = [(words.plain(f"made.{name}") if words.there(f"report.made.{name}") else name,
             [View(str(value), look="word")]) for name, value in known if value not in (None, "")]
    again = [(words.policy(p), [View(f"silosim run --policy {p}", look="code")]) for p in source.policies
             if p.split("+")[0] in load_policies()]
    blocks = [Prose(words.say("again.lead"), "lead"),
              Prose(_command_line(row.get("command_line"), facts), "command"),
              grid(words, facts.tables["setup"], words.say("again.setup_caption"), first=words.plain("column.what")),
              Grid("made", words.say("again.made_caption"), [words.plain("column.what"), words.plain("column.value")],
                   rows)]
    if again:
        blocks.append(Grid("scenarios", words.say("again.scenarios_caption"),
                           [words.plain("column.policy"), words.plain("column.command")], again))
    blocks.append(Prose(words.say("again.files"), "note"))
    return Page(11, "again", words.plain("page.again"), words.say("again.title"), blocks)


def _command_line(given, facts: Facts) -> str:
    """The command as it was typed, without the folder that the program lies in; of another program, what does it."""
    try:
        first, *rest = shlex.split(str(given).split("; ")[0])
    except ValueError:
        first, rest = "", []
    if PurePath(first).stem == "silosim" and "compare" in rest:
        return shlex.join(["silosim", *rest])
    return command(facts)
