"""Page 5: which assumptions drive the result, globally (everything at once) and locally (one at a time)."""

from __future__ import annotations

from dataclasses import replace

from silosim.experiments.report.blocks import Page, Picture, Prose, Title, grid
from silosim.experiments.report.facts.drivers import clear
from silosim.experiments.report.facts.facts import Facts
from silosim.experiments.report.pages.fails import command
from silosim.experiments.report.words import Words


def drivers_page(facts: Facts, words: Words) -> Page:
    """The page."""
    title, short = words.say("drivers.title"), words.plain("page.drivers")
    policy = facts.choice.policy
    if not policy:
        return Page(5, "drivers", short, title, [Prose(words.say("answers.no_policy"), "lead")])
    blocks = [*_worlds(facts, words), *_whole(facts, words), *_local(facts, words), *_missing(facts, words)]
    return Page(5, "drivers", short, title, blocks, True)


def _worlds(facts: Facts, words: Words) -> list:
    """What goes along with the effect over the tested worlds."""
    policy = words.policy(facts.choice.policy)
    if not facts.has("robust"):
        return [Prose(words.say("worlds.none"), "lead")]
    varied = facts.cell("setup", "varied", "number")
    how = words.say("drivers.how")
    if facts.borrowed:
        how += " " + words.say("worlds.borrowed", organisation=words.the_organisation)
    if not facts.has("drivers"):
        return [Prose(words.say("drivers.nothing", policy=policy, varied=varied), "lead"),
                Prose(how, "note")]
    key = next(iter(facts.tables["drivers"].rows))
    rank = facts.cell("drivers", key, "rank")
    return [Prose(words.say("drivers.lead_up" if rank.value > 0 else "drivers.lead_down", param=words.param(key),
                            policy=policy, rank=rank, varied=varied), "lead"),
            Picture("drivers", words.plain("drivers.picture_alt", param=words.param(key), rank=rank),
                    words.say("drivers.picture", policy=policy)),
            grid(words, facts.tables["drivers"], words.say("drivers.caption"), first=words.plain("column.param"),
                 note=how)]


def _whole(facts: Facts, words: Words) -> list:
    """Global indices."""
    if not facts.has("global"):
        return []
    key = next(iter(facts.tables["global"].rows))
    index, method = facts.cell("global", key, "index"), facts.drivers.method
    kind = "morris" if method == "morris" else "share"
    fields = {"policy": words.policy(facts.choice.policy), "unit": words.unit(key), "index": index,
              **{name: facts.cell("setup", f"global_{name}", "number") for name in ("points", "runs", "varied")}}
    shown = grid(words, facts.tables["global"], words.say(f"drivers.whole_caption_{kind}", policy=fields["policy"]),
                 [c for c in facts.tables["global"].columns if c != "chance" or facts.cell("global", key, "chance")],
                 first=words.plain("column.unit"), note=words.say(f"drivers.whole_note_{kind}"))
    return [Title(words.say("drivers.whole_title")), Prose(words.say(f"drivers.whole_{kind}", **fields), "before"),
            Picture("global", words.plain("drivers.whole_alt", unit=fields["unit"], index=index),
                    words.say(f"drivers.whole_picture_{kind}", policy=fields["policy"])), shown]


def _local(facts: Facts, words: Words) -> list:
    """The tornado."""
    if not facts.has("local"):
        return []
    table, policy = facts.tables["local"], words.policy(facts.choice.policy)
    key = next((row.key for row in table if clear(row.values["grade.verdict"])), "")
    runs = facts.cell("setup", "local_runs", "number")
    if key:
        ends = {end: facts.cell("local", key, f"grade.{end}") for end in ("low", "high")}
        said = words.say("drivers.local_most", policy=policy, param=words.param(key), runs=runs, **ends)
    else:
        said = words.say("drivers.local_nothing", policy=policy, runs=runs)
    columns = [name for name in table.columns if not name.endswith(".verdict")]
    looks = {name: name.replace(".high", ".verdict") for name in columns if name.endswith(".high")}
    shown = grid(words, table, words.say("drivers.local_caption", policy=policy), columns,
                 first=words.plain("column.param"), style="wide", looks=looks, note=words.say("drivers.local_note"))
    return [Title(words.say("drivers.local_title")), Prose(said, "before"),
            Picture("tornado", words.plain("drivers.local_alt", policy=policy,
                                           n=facts.cell("setup", "local", "number")),
                    words.say("drivers.local_picture", policy=policy)), replace(shown, name="local")]


def _missing(facts: Facts, words: Words) -> list:
    """What is not stored, in a sentence, and the command that makes it."""
    lacking = [name for name in ("global", "local") if not facts.has(name)]
    if not lacking:
        return []
    key = "both" if len(lacking) == 2 else lacking[0]
    return [Prose(words.say(f"drivers.missing_{key}", policy=words.policy(facts.choice.policy)), "note"),
            Prose(command(facts), "command")]
