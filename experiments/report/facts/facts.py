"""Everything a report says, computed once: tables, and the choices that follow from rules."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from silosim.experiments.comparison import AGREEMENT, CONFIDENCE
from silosim.experiments.report.facts import claims, compared, course, drivers, people, teams, trust, worlds
from silosim.experiments.report.facts.badges import MANY, MOST, Badge, badge
from silosim.experiments.report.facts.choice import Choice, choose, shown
from silosim.experiments.report.facts.source import Source
from silosim.experiments.report.facts.tables import VALUE, Cell, Column, Table
from silosim.model.measures.declared import MEASURES

MOST_FANS, MOST_MAPS = 12, 10
TIME_LEVERS = ("customer_time", "gesture_hours")  # a share of everybody's day


@dataclass
class Facts:
    """tables by name, and what the rules chose; `source` stays open for pictures.

    found    (policy, measure) -> Difference
    boxes    regions of worlds in which the first policy fails (None: not looked for, or too few worlds to look)
    claims   verdicts on the articles' claims
    drivers  what stored sweeps say about the first policy's effect
    """

    source: Source
    found: compared.Found
    choice: Choice
    badge: Badge | None
    way: course.Course
    around: worlds.Worlds | None
    boxes: object
    claims: claims.Claims
    fans: list[str]
    maps: list[str]
    drivers: drivers.Drivers = field(default_factory=drivers.Drivers)
    tables: dict[str, Table] = field(default_factory=dict)

    def apart(self) -> Facts:
        """The same facts without their database, for another process or when it is closed. Weekly series that were
        looked at are kept: pictures are drawn from them."""
        return replace(self, source=replace(self.source, store=None))

    def keep(self, *made: Table | None) -> None:
        """Takes tables in; None and empty ones are left out."""
        for table in made:
            if table is not None and len(table):
                self.tables[table.name] = table

    def has(self, name: str, row: str = "") -> bool:
        """Whether there is such a table (and row)."""
        return name in self.tables and (not row or row in self.tables[name].rows)

    def cell(self, table: str, row: str, column: str) -> Cell:
        """One number."""
        return self.tables[table].cell(row, column)

    @property
    def borrowed(self) -> bool:
        """Whether the tested worlds were fitted to another organisation."""
        return self.around is not None and self.around.borrowed

    def plain(self) -> dict:
        """For JSON: all tables, and what was chosen."""
        return {"first": self.choice.policy, "kind": self.choice.kind, "tied": list(self.choice.tied),
                "tables": {name: table.plain() for name, table in self.tables.items()}}


def compute(source: Source) -> Facts:
    """All facts of a comparison."""
    found = compared.differences(source)
    choice = choose(source, found)
    first = choice.policy
    way = course.signals(source, first)
    around = worlds.read_worlds(source)
    boxes = worlds.failing(around, first) if around is not None and first in around.policies else None
    known = claims.read_claims(source)
    fans, maps = shown(source, found, choice, MOST_FANS), shown(source, found, choice, MOST_MAPS)
    moved = drivers.find_drivers(source, first)
    facts = Facts(source, found, choice, None, way, around, boxes, known, fans, maps, moved)
    of_teams = teams.teams_table(source)
    facts.keep(compared.compare_table(found, source.policies), compared.all_measures_table(found, source.policies),
               _money(source), compared.day_table(source, found), compared.equal_cost_table(source),
               compared.precision_table(found, source.others), way.course, way.signals)
    facts.keep(of_teams, teams.sums_table(source, of_teams), people.people_table(source),
               teams.silo_table(source, [first] if first else []))
    facts.keep(trust.checks_table(source), known.table, trust.levers_table(source), trust.evidence_table(),
               trust.world_table(source), _lost(source))
    if around is not None:
        facts.keep(worlds.robust_table(around))
        if first in around.policies:
            facts.keep(worlds.drivers_table(around, first), worlds.box_table(boxes),
                       worlds.region_table(boxes))
    facts.keep(moved.local, moved.whole, _setup(source, choice, around, moved.numbers))
    if first:
        share = facts.cell("robust", first, "better").value if facts.has("robust", first) else math.nan
        facts.badge = badge(found[first, compared.MAIN].verdict, share, trust.evidence_of(source, first))
    return facts


def _money(source: Source) -> Table:
    """The money table with what the time levers put aside for everybody, in full-time employees."""
    plain = compared.money_table(source)
    table = Table("money", [*plain.columns.values(), Column("aside", ".1f", VALUE, "report.column.aside")], "policy")
    for row in plain:
        share = sum(float(source.levers.get(row.key, {}).get(lever, 0.0)) for lever in TIME_LEVERS)
        table.add(row.key, {**row.values, "aside": share * source.headcount if share else math.nan})
    return table


def _lost(source: Source) -> Table | None:
    """Runs that failed or were never made; None when there are none."""
    table = Table("lost", [Column("lost", ",.0f", VALUE, "report.column.lost"),
                           Column("runs", ",.0f", VALUE, "report.column.runs")], "policy")
    for policy, count in source.lost.items():
        if count:
            table.add(policy, {"lost": count, "runs": source.runs})
    return table


def _setup(source: Source, choice: Choice, around: worlds.Worlds | None, moved: Mapping[str, float]) -> Table:
    """The numbers of how it was made: prose that mentions them refers here."""
    table = Table("setup", [Column("number", "", VALUE, "report.column.number")], "setup")
    numbers = {"runs": source.runs, "weeks": source.settings.get("weeks", math.nan),
               "burn_in": source.settings.get("burn_in", math.nan), "policies": len(source.others),
               "employees": source.headcount, "teams": len(source.organisation.get("team", ())),
               "seed": source.row["seed"], "lost": sum(source.lost.values()), "last": 52, "quarter": course.QUARTER,
               "block": course.BLOCK, "more": len(choice.more), "worse": len(choice.worse)}
    shares = {"agreement": AGREEMENT, "confidence": CONFIDENCE, "strong": MOST, "partial": MANY}
    for name, number in numbers.items():
        table.add(name, {"number": float(number)}, fmts={"number": ".0f" if name == "seed" else ",.0f"})
    for name, number in shares.items():
        table.add(name, {"number": number}, fmts={"number": ".0%"})
    table.add("matters", {"number": MEASURES[compared.MAIN].matters},
              fmts={"number": MEASURES[compared.MAIN].format})
    sizes = worlds.sizes(around, choice.policy) if around is not None else {}
    for name, number in {**sizes, **moved}.items():
        table.add(name, {"number": float(number)}, fmts={"number": ".2f" if name.startswith("enough") else ",.0f"})
    return table
