"""Pages 2 and 3: every policy on every measure against today, what it costs, and the way there."""

from __future__ import annotations

from dataclasses import replace

from silosim.experiments.commands.tables import SYMBOLS
from silosim.experiments.report.blocks import Grid, Page, Picture, Prose, Title, View, defined, grid, look_of, view
from silosim.experiments.report.facts.compared import DAY, MAIN, MORE, SHOWN
from silosim.experiments.report.facts.facts import Facts
from silosim.experiments.report.words import Words

MOST_QUARTERS = 12
DASHBOARD = "share_green"
DETAIL = ("value", "change", "low", "high", "p10", "p90", "agree")


def comparison_page(facts: Facts, words: Words) -> Page:
    """Page 2."""
    blocks = [Prose(words.say("compare.lead", runs=facts.cell("setup", "runs", "number"),
                              last=facts.cell("setup", "last", "number")), "lead"),
              _wide(facts, words),
              Prose(words.say("compare.legend"), "note"),
              Prose(words.say("compare.rule", agreement=facts.cell("setup", "agreement", "number"),
                              confidence=facts.cell("setup", "confidence", "number")), "note"),
              Title(words.say("compare.detail_title")), _detail(facts, words, MAIN)]
    blocks += [_detail(facts, words, DASHBOARD),
               replace(grid(words, facts.tables["compare"], words.say("compare.more_caption"),
                            [f"{m}.change" for m in MORE if m != DASHBOARD], list(facts.source.others),
                            words.plain("column.policy"), looks={f"{m}.change": f"{m}.verdict" for m in MORE}),
                       name="compare_more")]
    blocks += [Title(words.say("compare.money_title")), Prose(words.say("compare.money")),
               grid(words, facts.tables["money"], words.say("compare.money_caption"),
                    ("year", "year_low", "year_high", "part", "wages", "moved", "aside"),
                    first=words.plain("column.policy"))] if facts.has("money") else []
    if facts.has("day"):
        blocks.append(grid(words, facts.tables["day"], words.say("compare.day_caption"), DAY,
                           first=words.plain("column.policy")))
    if facts.has("equal_cost"):
        blocks.append(grid(words, facts.tables["equal_cost"], words.say("compare.equal_caption"),
                           ("change", "low", "high", "agree"), first=words.plain("column.policy")))
    else:
        blocks.append(Prose(words.say("compare.no_equal"), "note"))
    return Page(2, "compare", words.plain("page.compare"), words.say("compare.title"), blocks)


def _wide(facts: Facts, words: Words) -> Grid:
    """Today's values, then differences with their sign and the range of single organisations."""
    table, today = facts.tables["compare"], facts.source.today
    rows = [(words.policy(today), [view(words, table.cell(today, f"{m}.value")) for m in SHOWN])]
    for policy in facts.source.others:
        cells = []
        for m in SHOWN:
            verdict = facts.found[policy, m].verdict
            change, low, high = (table.cell(policy, f"{m}.{part}") for part in ("change", "p10", "p90"))
            extra = [(one.id, words.short(one.value, one.fmt, one.kind)) for one in (low, high)] \
                if defined(low, high) else []
            cells.append(view(words, change, look_of(verdict), extra, SYMBOLS[verdict]))
        rows.append((words.policy(policy), cells))
    headings = [words.plain("column.policy"), *(words.measure(m) for m in SHOWN)]
    return Grid("compare", words.say("compare.caption"), headings, rows, "wide")


def _detail(facts: Facts, words: Words, name: str) -> Grid:
    """One measure in full; of the main one, ids that the first table has already are left to that one."""
    table, rows = facts.tables["compare"], []
    taken = {"change", "p10", "p90"} if name in SHOWN else set()
    for policy in facts.source.policies:
        d = facts.found[policy, name]
        cells = [view(words, table.cell(policy, f"{name}.value"))]
        if policy == facts.source.today:
            cells = [View(cells[0].words, "" if name in SHOWN else cells[0].id)] + [View("")] * len(DETAIL)
        else:
            shown = [(part, table.cell(policy, f"{name}.{part}")) for part in DETAIL[1:]]
            cells += [View(v.words, "" if part in taken else v.id, v.look) for part, v in
                      ((part, view(words, cell)) for part, cell in shown)]
            cells.append(View(_verdict(words, d.verdict), look=f"word {look_of(d.verdict)}"))
        rows.append((words.policy(policy), cells))
    headings = [words.plain("column.policy"), *(words.plain(f"column.{part}") for part in DETAIL),
                words.plain("column.verdict")]
    return Grid(f"compare_{name}", words.say("compare.detail", measure=words.measure(name)), headings, rows)


def _verdict(words: Words, verdict: str) -> str:
    from silosim.model.text import text

    return text(f"cli.verdict.{verdict}", words.lang)


def _some(quarters: list[str]) -> list[str]:
    """At most MOST_QUARTERS of them, evenly, the first and the last among them."""
    if len(quarters) <= MOST_QUARTERS:
        return quarters
    step = (len(quarters) - 1) / (MOST_QUARTERS - 1)
    return [quarters[round(k * step)] for k in range(MOST_QUARTERS)]


def course_page(facts: Facts, words: Words) -> Page:
    """Page 3."""
    blocks: list = []
    if not facts.has("course"):
        return Page(3, "course", words.plain("page.course"), words.say("course.title"),
                    [Prose(words.say("course.none"), "lead")])
    policy = facts.choice.policy
    if policy:
        quarter = facts.cell("course", policy, "quarter")
        key = "course.lead" if defined(quarter) else "course.lead_never"
        blocks.append(Prose(words.say(key, policy=words.policy(policy), quarter=quarter,
                                      q1=facts.cell("course", policy, "q1")), "lead"))
    for name, key in (("fan_change_grade", "course.change"), ("fan_grade", "course.fan")):
        measure = words.measure(name.rsplit("_", 1)[1])
        alt = words.plain(f"{key}_alt", measure=measure, runs=facts.cell("setup", "runs", "number"))
        if policy and name == "fan_change_grade":
            alt += " " + words.plain("course.alt_first", policy=words.policy(policy),
                                     change=facts.cell("compare", policy, f"{MAIN}.change"))
        blocks.append(Picture(name, alt, words.say(key, measure=measure)))
    if len(facts.fans) < len(facts.source.others):
        blocks.append(Prose(words.say("course.only_some"), "note"))
    table = facts.tables["course"]
    quarters = [name for name, column in table.columns.items() if column.label == "report.column.q"]
    note = words.say("course.note", quarter=facts.cell("setup", "quarter", "number"),
                     block=facts.cell("setup", "block", "number"))
    blocks += [Title(words.say("course.table_title")),
               grid(words, table, words.say("course.caption"), [c for c in table.columns if c not in quarters],
                    first=words.plain("column.policy"), note=note),
               replace(grid(words, table, words.say("course.quarters_caption"), _some(quarters),
                            first=words.plain("column.policy"), style="wide"), name="course_quarters")]
    if facts.has("signals"):
        blocks += [Title(words.say("course.signals_title")), Prose(words.say("course.signals")),
                   grid(words, facts.tables["signals"], words.say("course.signals_caption"),
                        ("early", "rank", "size"), first=words.plain("column.measure"), looks={"early": "verdict"})]
    return Page(3, "course", words.plain("page.course"), words.say("course.title"), blocks)
