"""Pages 7 and 8: who wins and who loses, and the articles' claims."""

from __future__ import annotations

from silosim.experiments.commands.tables import SYMBOLS
from silosim.experiments.report.blocks import Grid, Page, Picture, Prose, Title, View, grid, look_of, view
from silosim.experiments.report.facts.facts import Facts
from silosim.experiments.report.facts.tables import WORD
from silosim.experiments.report.facts.teams import FELT, MAPS
from silosim.experiments.report.pages.answers import _loses
from silosim.experiments.report.words import Words
from silosim.model.measures.declared import MEASURES
from silosim.model.text import text

MOST_PAIRS = 20


def sides_page(facts: Facts, words: Words) -> Page:
    """Page 7."""
    title, short = words.say("sides.title"), words.plain("page.sides")
    if not facts.has("teams"):
        return Page(7, "sides", short, title, [Prose(words.say("sides.none"), "lead")])
    policy = facts.choice.policy
    blocks: list = []
    if policy:
        blocks.append(Prose(_loses(facts, words), "lead"))
        blocks.append(_of_first(facts, words, policy))
    blocks.append(grid(words, facts.tables["sides"], words.say("sides.sums_caption"),
                       first=words.plain("column.policy")))
    blocks += [Title(words.say("sides.maps_title")), Prose(words.say("sides.maps"))]
    blocks += [_heat(facts, words, name) for name in MAPS]
    if len(facts.maps) < len(facts.source.others):
        blocks.append(Prose(words.say("sides.only_some"), "note"))
    blocks.append(Prose(words.say("sides.rule"), "note"))
    if facts.has("people"):
        blocks += [Title(words.say("sides.people_title")),
                   grid(words, facts.tables["people"], words.say("sides.people_caption"),
                        first=words.plain("column.policy"), note=words.say("sides.people_note"))]
    if facts.has("silo_map"):
        blocks += [Title(words.say("sides.silo_title")),
                   Picture("silo", words.plain("sides.silo_alt"), words.say("sides.silo")),
                   _busiest(facts, words)]
    return Page(7, "sides", short, title, blocks, True)


def _busiest(facts: Facts, words: Words) -> Grid:
    """The pairs of teams with most handoffs."""
    table = facts.tables["silo_map"]
    rows = sorted(table.rows, key=lambda key: -table.cell(key, "handoffs").value)[:MOST_PAIRS]
    note = words.say("sides.silo_some") if len(rows) < len(table) else ""
    return grid(words, table, words.say("sides.silo_caption"), [n for n, c in table.columns.items() if c.kind != WORD],
                rows, words.plain("column.pair"), note=note)


def _of_first(facts: Facts, words: Words, policy: str) -> Grid:
    """Every team under the first policy."""
    table, rows = facts.tables["teams"], []
    for row in table:
        if row.values["policy"] == policy:
            cells = [view(words, table.cell(row.key, f"{m}.change"), look_of(row.values[f"{m}.verdict"]),
                          sign=SYMBOLS[row.values[f"{m}.verdict"]]) for m in FELT]
            rows.append((words.team(row.values["team"]), cells))
    return Grid("teams", words.say("sides.first_caption", policy=words.policy(policy)),
                [words.plain("column.team"), *(words.measure(m) for m in FELT)], rows)


def _heat(facts: Facts, words: Words, name: str) -> Grid:
    """Teams by policies, coloured by what the difference means; strength of colour in steps of what matters."""
    table = facts.tables["teams"]
    teams = list(dict.fromkeys(row.values["team"] for row in table))
    rows = []
    for team in teams:
        cells = []
        for policy in facts.maps:
            key = f"{policy} {team}"
            verdict, cell = table.word(key, f"{name}.verdict"), table.cell(key, f"{name}.change")
            step = min(3, int(abs(cell.value) / MEASURES[name].matters)) if cell else 0
            look = f"{look_of(verdict)} h{step}" if look_of(verdict) != "flat" else "flat"
            cells.append(View(view(words, cell, sign=SYMBOLS[verdict]).words, look=look))
        rows.append((words.team(team), cells))
    return Grid(f"teams_{name}", words.say("sides.heat_caption", measure=words.measure(name)),
                [words.plain("column.team"), *(words.policy(p) for p in facts.maps)], rows, "heat wide")


def claims_page(facts: Facts, words: Words) -> Page:
    """Page 8."""
    title, short = words.say("claims_page.title"), words.plain("page.claims")
    if not facts.has("claims"):
        return Page(8, "claims", short, title, [
            Prose(words.say("claims_page.none"), "lead"), Prose("silosim claims", "command")], True)
    table, rows = facts.tables["claims"], []
    columns = ("hold", "oppose", "hold_equal", "oppose_equal", "mean", "mean_equal", "worlds")
    for row in table:
        document = facts.claims.documents[row.key]
        condition = _condition(document, words)
        verdict = words.there(f"claims.verdict.{row.values['verdict']}") and _text(words, row.values["verdict"])
        shown = verdict or str(row.values["verdict"])
        if row.values["fragile"] == "yes":
            shown += f" ({words.plain('word.fragile')})"
        cells = [View(shown, look="word"), *(view(words, table.cell(row.key, c)) for c in columns),
                 View(condition, look="word")]
        rows.append((words.label("claim", row.key), cells))
    headings = [words.plain("column.claim"), words.plain("column.claim_verdict"),
                *(words.plain(f"column.{c}") for c in ("hold", "oppose", "hold_equal", "oppose_equal", "claim_mean",
                                                       "claim_mean_equal", "worlds", "condition"))]
    if not any(cells[-1].words for _, cells in rows):  # no claim rests on a region or a cost
        headings, rows = headings[:-1], [(label, cells[:-1]) for label, cells in rows]
    blocks = [Prose(words.say("claims_page.lead"), "lead"),
              Prose(words.say("claims_page.verdicts")),
              *([Prose(words.say("claims_page.published"))] if facts.claims.published else []),
              Grid("claims", words.say("claims_page.caption"), headings, rows, "wide",
                   words.say("claims_page.note"))]
    return Page(8, "claims", short, title, blocks)


def _condition(document: dict, words: Words) -> str:
    """In which region of worlds a claim holds, or at which cost; empty where it rests on neither."""
    region = ((document.get("holds") or {}).get("words") or {}).get(words.lang, "")
    key = f"claims.say.cost_{document.get('condition')}"
    return region or (text(key, words.lang) if words.there(key) else "")


def _text(words: Words, verdict: str) -> str:
    return text(f"claims.verdict.{verdict}", words.lang)
