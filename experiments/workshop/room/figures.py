"""The table in the guide: what the model shows today for every step of the session, from real runs.

    python -m silosim.experiments.workshop.room.figures

writes it anew in guide/en.md and guide/nl.md (a quarter of a minute of computing). It names the rules it belongs to.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from silosim.experiments.workshop.messages import Scenario
from silosim.experiments.workshop.room.declared import CHOICES, DEPARTMENTS, OUTCOMES, PLAN, RUNS, WORLDS
from silosim.experiments.workshop.room.packages import settings, sum_of
from silosim.experiments.workshop.room.playing import Player, compared
from silosim.model.measures.declared import MEASURES
from silosim.model.rulebook import rulebook_hash
from silosim.model.text import LANGUAGES, difference, number, text

GUIDE = Path(__file__).parent.parent / "guide"
START, END = "<!-- figures -->", "<!-- end -->"
# Four packages of ten points that people in a room might build.
EXAMPLES = {
    "incentives": {"pressure": 2, "kpi_quality": 2, "workload": 2, "platform": 4},
    "culture": {"culture": 4, "leaders": 4, "customer_pay": 2},
    "structure": {"process_team": 1, "platform": 4, "okr": 3},
    "time": {"customer_time": 4, "workload": 4, "rules": 2},
}


def scenes() -> list[tuple[str, dict, dict]]:
    """(key, fields of its label, what changes) of every row. A change is what Player.pairs takes."""
    votes = [name.partition(":")[2] for name in (*PLAN, "vote:customer_time") if name.startswith("vote")]
    rows: list[tuple[str, dict, dict]] = [("policy", {"name": name}, {"policy": name}) for name in votes]
    for n in range(1, DEPARTMENTS + 1):
        chosen = {k: {"push": 1.0} if k < n else {"keep": 1.0} for k in range(DEPARTMENTS)}
        rows.append(("push", {"n": n}, {"levers": sum_of(chosen)}))
    rows.append(("connect", {}, {"levers": dict(CHOICES["connect"].levers)}))
    for name, points in EXAMPLES.items():
        rows.append((f"example.{name}", {}, settings(points)))
        rows.append(("busier", {}, {**settings(points), "world": WORLDS["busier"]}))
    return rows


def label(lang: str, key: str, given: dict) -> str:
    """What a row is about, in words."""
    if key == "policy":
        return text(f"policy.{given['name']}.label", lang)
    return text(f"room.figures.{key}", lang, **given)


def table(lang: str, today: dict, found: list[tuple[str, dict, dict]]) -> str:
    """The block between the markers."""
    lines = [text("room.figures.about", lang, runs=RUNS, weeks=Scenario().weeks, rulebook=rulebook_hash()), ""]
    lines.append(f"| {text('room.figures.change', lang)} | "
                 + " | ".join(text(f"room.outcome.{name}", lang) for name in OUTCOMES) + " |")
    lines.append("|---" * (len(OUTCOMES) + 1) + "|")
    lines.append(f"| {text('policy.today.label', lang)} | "
                 + " | ".join(number(today[name]["today"], MEASURES[name].format, lang) for name in OUTCOMES) + " |")
    for key, given, rows in found:
        cells = [f"{difference(rows[name]['difference'], MEASURES[name].format, lang)}"
                 f", {text('room.say.' + rows[name]['word'], lang)}" for name in OUTCOMES]
        lines.append(f"| {label(lang, key, given)} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


async def figures(player: Player) -> list[tuple[str, dict, dict]]:
    """Every row with what its runs gave."""
    return [(key, given, compared(await player.pairs(**changes))) for key, given, changes in scenes()]


def renewed(page: str, block: str) -> str:
    """A guide with another block between its markers."""
    before, rest = page.split(START)
    return f"{before}{START}\n{block}\n{END}{rest.split(END)[1]}"


def main() -> None:
    """Make the runs and write both guides."""
    from silosim.experiments.workshop.ensembles import Ensembles
    from silosim.experiments.workshop.room.playing import asker
    from silosim.experiments.workshop.room.room import Room
    from silosim.model.organisation_file import load_organisation

    organisations = {Scenario().organisation: load_organisation(Scenario().organisation)}
    engine = Ensembles()

    async def made():
        player = Player(Room("", ()), asker(engine, organisations), organisations)
        return compared(await player.pairs()), await figures(player)

    today, found = asyncio.run(made())
    engine.close()
    for lang in LANGUAGES:
        path = GUIDE / f"{lang}.md"
        path.write_text(renewed(path.read_text(encoding="utf-8"), table(lang, today, found)), encoding="utf-8")


if __name__ == "__main__":
    main()
