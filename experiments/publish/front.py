"""The front of the published claims: two small tables as CSV, a page in each language, and the table in the README."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from silosim.experiments.claims.declared import load_claims
from silosim.experiments.claims.published import CLAIMS, read
from silosim.experiments.claims.rule import AS_IS, CLAIMS_IN_ALL, COMMON, EQUAL, VERDICTS
from silosim.experiments.docs import table
from silosim.experiments.publish.pages import file_of, reproduction
from silosim.experiments.publish.records import Record
from silosim.experiments.publish.said import Words, curve, decisive, is_level, lean, names_measure, reported, when
from silosim.model.measures.declared import MEASURES
from silosim.model.text import number

PARTS = "parts.csv"
FRONTS = {"en": "README.md", "nl": "README.nl.md"}
MARKED = re.compile(r"(<!-- claims -->\n).*?(<!-- end -->)", re.DOTALL)
OF_ARM = ("worlds", "mean", "low", "high", "hold", "oppose", "reading")
OF_PART = ("mean", "low", "high", "hold", "oppose", "weakest")
ALSO = ("replicates", "choices")  # what else is drawn anew


def head(record: Record) -> str:
    """What made the tables, in a line."""
    size = record.ensemble
    return (f"# ensemble={size['name']} narrow={size['narrow']} wide={size['wide']} replicates={size['runs']} "
            f"seed={record.seed} runs={record.runs} rules={record.rulebook} "
            f"silosim={record.versions.get('silosim', '?')}\n")


def claims_csv(record: Record) -> str:
    """A row a claim: verdict, what it rests on in both cost arms, and when it holds or fails."""
    columns = ["claim", "verdict", "lean", "fragile", "changes", "p", "passes",
               *(f"{cost}_{name}" for cost in (AS_IS, EQUAL) for name in OF_ARM), "when", "when_nl", "file"]
    rows = []
    for claim in record.claims:
        one = record.documents[claim.id]
        arms = [one["arms"].get(cost, {}).get(name) for cost in (AS_IS, EQUAL) for name in OF_ARM]
        rows.append([claim.id, one["verdict"], lean(one), int(one["fragile"]), one["changes"], one["p"],
                     int(one["passes"]), *arms,
                     *(when(Words(lang), one) for lang in ("en", "nl")), one["file"]])
    return head(record) + _csv(columns, rows)


def parts_csv(record: Record) -> str:
    """A row a part and cost arm: the effect in the unit of its measure."""
    columns = ["claim", "part", "measure", "unit", "judged", "claimed", "matters", "cost", *OF_PART,
               *(f"{name}_{end}" for name in ALSO for end in ("low", "high"))]
    rows = []
    for claim in record.claims:
        for cost, parts in record.documents[claim.id]["parts"].items():
            for part, one in zip(claim.parts, parts, strict=True):
                way = f"below {part.limit:g}" if part.limit is not None else "more" if part.sign > 0 else "less"
                own = [None if is_level(part) and name in ("hold", "oppose") else one[name] for name in OF_PART]
                rows.append([claim.id, part.name, part.measure, MEASURES[part.measure].unit, int(part.judged), way,
                             part.matters, cost, *own,
                             *(end for name in ALSO for end in one["intervals"].get(name, (None, None)))])
    return head(record) + _csv(columns, rows)


def _csv(columns: list[str], rows: list[list]) -> str:
    """Numbers to six figures; undefined is empty."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([f"{x:.6g}" if isinstance(x, float) else x for x in row] for row in rows)
    return file.getvalue()


def front(record: Record, lang: str) -> str:
    """The page that all claims are found from."""
    say, size = Words(lang), record.ensemble
    other = Words("nl" if lang == "en" else "en")
    counts = _counts(say, [one["verdict"] for one in record.documents.values()])
    fragile = [claim.id for claim in record.claims if record.documents[claim.id]["fragile"]]
    parts = [
        f"# {say('front.title')}", f"[{say('page.other')}]({FRONTS[other.lang]})", say("front.about"),
        counts, say("front.fragile", names=", ".join(fragile)) if fragile else say("front.no_fragile"),
        *([say("front.missing", names=", ".join(record.missing))] if record.missing else []),
        *([say("front.quick")] if size["name"] != "full" else []),
        _table(say, record), say("front.read"),
        say("front.rule", share=COMMON.share, fragile=COMMON.fragile, level=COMMON.discoveries, of=CLAIMS_IN_ALL),
        say("front.accounting"), f"## {say('title.worlds')}",
        say("front.worlds", narrow=size["narrow"], wide=size["wide"], runs=size["runs"]),
        f"## {say('title.again')}", reproduction(say, record), say("front.files")]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _counts(say: Words, verdicts: Sequence[str]) -> str:
    """How many claims have which verdict, in a sentence."""
    counts = [say("front.count", times=times, verdict=say.of(f"claims.verdict.{verdict}")) for verdict in VERDICTS
              if (times := sum(one == verdict for one in verdicts))]
    return say("front.counts", claims=len(verdicts), of=CLAIMS_IN_ALL, counts=", ".join(counts))


def _table(say: Words, record: Record) -> str:
    """A row a claim."""
    rows = []
    for claim in record.claims:
        one = record.documents[claim.id]
        name = f"[**{claim.id} {say.label(claim)}**]({say.lang}/{file_of(claim)}.md)<br>{say.of(f'{claim.key}.claim')}"
        shares = [say("front.shares", hold=one["arms"][cost]["hold"], oppose=one["arms"][cost]["oppose"])
                  if cost in one["arms"] else "–" for cost in (AS_IS, EQUAL)]
        rows.append([name, f"**{say.verdict(one)}**", say(f"lean.{lean(one)}"), *shares, *_effects(say, claim, one),
                     when(say, one)])
    return table([say.of("claims.column.claim"), say.of("claims.column.verdict"), say("lean.column"),
                  *(say("front.column.shares", cost=say.cost(cost)) for cost in (AS_IS, EQUAL)),
                  say("front.column.on"),
                  *(say("front.column.effect", cost=say.cost(cost)) for cost in (AS_IS, EQUAL)),
                  say.of("claims.title.when")], rows)


def _effects(say: Words, claim, document: Mapping) -> list[str]:
    """What the verdict rests on, and its effect in both cost arms."""
    if document["curve"]:
        return [" ".join(curve(say, document)), "", ""]
    k = decisive(claim, document)
    if k is None:
        return [say("effect.reported", parts=reported(say, claim, document)), "", ""]
    part = claim.parts[k]
    parts = document["parts"]
    name = say.part(claim, part.name)
    words = name if names_measure(say, claim, part) else f"{name} ({say.measure(part.measure)})"
    return [words, *(say.span(parts[cost][k], part) if cost in parts else "–" for cost in (AS_IS, EQUAL))]


def excerpt(folder: Path) -> str:
    """The table of the README, from the numbers kept; a line when nothing is published yet."""
    say, (first, rows) = Words("en"), read(folder / CLAIMS)
    if not rows:
        return say("excerpt.nothing") + "\n"
    known, body = load_claims(), []
    for row in rows:
        claim = known[row["claim"]]
        verdict = say.of(f"claims.verdict.{row['verdict']}") + (
            f" {say.of('claims.say.fragile')}" if row["fragile"] == "1" else "")
        body.append([f"[{claim.id}](results/claims/en/{file_of(claim)}.md) {say.label(claim)}", verdict,
                     say(f"lean.{row['lean']}"), *(_both(say, row, name) for name in ("hold", "oppose"))])
    columns = (say.of("claims.column.claim"), say.of("claims.column.verdict"), say("lean.column"),
               say("excerpt.for"), say("excerpt.against"))
    counts = _counts(say, [row["verdict"] for row in rows])
    made = say("excerpt.from", ensemble=first["ensemble"], worlds=first["narrow"], times=first["replicates"],
               seed=first["seed"], runs=number(int(first["runs"]), ",d"))
    return f"{counts}\n\n{made}\n\n{table(columns, body)}\n{say('excerpt.read')}\n\n{say('excerpt.more')}\n"


def _both(say: Words, row: Mapping[str, str], name: str) -> str:
    return " / ".join(say.percent(float(row[f"{cost}_{name}"])) for cost in (AS_IS, EQUAL) if row[f"{cost}_{name}"])


def filled(page: str, folder: Path) -> str:
    """The README with its table of claims written anew."""
    return MARKED.sub(lambda found: f"{found[1]}\n{excerpt(folder)}\n{found[2]}", page)
