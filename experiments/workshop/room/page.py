"""The page to take home: one HTML file of what a session showed, written in memory and handed to the facilitator.

It holds counts and what the model gave, never an answer of somebody. It opens from disk without a network and prints
on one or two sheets.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from silosim.experiments.workshop.room.declared import ITEMS, OUTCOMES, PLAN, WORLDS
from silosim.experiments.workshop.room.exercises import SHOWN, Exercise
from silosim.experiments.workshop.room.packages import spread_of
from silosim.experiments.workshop.room.room import Room
from silosim.model.measures.declared import MEASURES
from silosim.model.parameters import InvalidInput
from silosim.model.text import LANGUAGES, difference, number, text

LONGEST_LINK = 8_000
STYLE = """
body{font:16px/1.45 system-ui,sans-serif;max-width:52rem;margin:1.5rem auto;padding:0 1rem;color:#1c1c1c}
h1{font-size:1.6rem;margin:0}h2{font-size:1.15rem;margin:1.4rem 0 .3rem}h3{font-size:1rem;margin:.8rem 0 .2rem}
p,li{margin:.2rem 0}table{border-collapse:collapse;margin:.3rem 0;width:100%}
th,td{text-align:left;padding:.2rem .6rem .2rem 0;border-bottom:1px solid #bbb}td{font-variant-numeric:tabular-nums}
.soft{color:#555}@media print{body{margin:0;font-size:11pt}h2{break-after:avoid}table{break-inside:avoid}}
"""


def page(room: Room, lang: object, link: str, model: dict[str, str], organisation) -> str:
    """The whole HTML file in `lang`; `link` opens the screen's present setting. InvalidInput for another language."""
    if lang not in LANGUAGES:
        raise InvalidInput(f"lang must be one of {', '.join(LANGUAGES)}")
    write = _Page(room, lang, organisation)
    parts = [part for part in (write.mirror(), write.votes(), write.roles(), write.packages(), write.worlds(),
                               write.commitment(), write.agreed()) if part]
    title = escape(write.t("page.title", organisation=getattr(organisation, lang)))
    body = "\n".join(parts) or _p(write.t("page.nothing"))
    safe = link if link.startswith(("http://", "https://")) and len(link) <= LONGEST_LINK else ""
    way = f'<p><a href="{escape(safe)}">{escape(write.t("page.link"))}</a></p>' if safe else ""
    return (f'<!doctype html>\n<html lang="{lang}"><head><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
            f"<style>{STYLE}</style></head><body><main>\n<h1>{title}</h1>\n<p><strong>{escape(write.t('practice'))}</strong></p>\n"
            f"{body}\n{way}<p class=\"soft\">{escape(write.t('page.model', **model))}</p>\n</main></body></html>\n")


class _Page:
    def __init__(self, room: Room, lang: str, organisation):
        self.room, self.lang = room, lang
        self.teams = {team.name: getattr(team, lang) for team in organisation.teams}

    def t(self, key: str, **fields) -> str:
        return text(f"room.{key}", self.lang, **fields)

    def shown(self, kind: str) -> list[Exercise]:
        """Exercises of a kind that were shown, in the order of the session, other policies last."""
        found = [e for e in self.room.exercises.values() if e.kind == kind and e.phase == SHOWN]
        return sorted(found, key=lambda e: PLAN.index(e.name) if e.name in PLAN else len(PLAN))

    def mirror(self) -> str:
        for exercise in self.shown("mirror"):
            found = exercise.result()
            means = found["means"]
            if found["gap"] is not None:
                return _h2(self.t("page.question")) + _p(self.t(
                    "panel.means", own=number(means["self"], ".1f", self.lang),
                    others=number(means["colleagues"], ".1f", self.lang),
                    gap=number(found["gap"], ".1f", self.lang, signed=True)))
        return ""

    def votes(self) -> str:
        parts = []
        for exercise in self.shown("vote"):
            rows = self.room.results.get(exercise.name, {}).get("model", {})
            table = [[self.t(f"outcome.{name}"), self._most(exercise, name, "say"), self._change(rows, name)]
                     for name in OUTCOMES]
            head = [self.t("panel.outcome"), self.t("panel.room_says"), self.t("panel.model_says")]
            parts.append(f"<h3>{escape(text(f'policy.{exercise.about}.label', self.lang))}</h3>" + _table(head, table))
        return _h2(self.t("page.votes")) + "".join(parts) if parts else ""

    def roles(self) -> str:
        parts = []
        for exercise in self.shown("roles"):
            table = [[self.teams.get(d, d), self._most(exercise, d, "choice")] for d in exercise.questions]
            rows = self.room.results.get(exercise.name, {}).get("model", {})
            total = "; ".join(f"{self.t(f'outcome.{name}')} {self._change(rows, name)}" for name in OUTCOMES if rows)
            parts.append(f"<h3>{escape(self.t(f'{exercise.about}.label'))}</h3>"
                         + _table([self.t("panel.department"), self.t("panel.chosen")], table)
                         + (_p(f"{self.t('panel.sum')}: {total}") if total else ""))
        return _h2(self.t("page.roles")) + "".join(parts) if parts else ""

    def packages(self) -> str:
        packages = self.room.packages()
        exercise = self.room.exercises.get("package")
        if not packages or exercise is None or exercise.phase != SHOWN:
            return ""
        spread = spread_of(packages)
        head = [self.t("panel.item"), *(self.t("panel.table_head", n=n) for n in packages),
                *(self.t(f"panel.{word}") for word in ("least", "mean", "most"))]
        rows = [[self.t(f"item.{name}.label"), *(str(i.cost * package.get(name, 0)) for package in packages.values()),
                 str(i.cost * spread[name]["min"]), number(i.cost * spread[name]["mean"], ".1f", self.lang),
                 str(i.cost * spread[name]["max"])] for name, i in ITEMS.items() if spread[name]["groups"]]
        found = self.room.results.get("package", {}).get("groups", {})
        for name in OUTCOMES:
            rows.append([self.t(f"outcome.{name}"), *(self._change(found.get(str(n), {}), name) for n in packages),
                         "", "", ""])
        return _h2(self.t("page.packages")) + _table(head, rows)

    def worlds(self) -> str:
        found = self.room.results.get("worlds", {}).get("worlds", {})
        head = [self.t("panel.world"), *(self.t(f"outcome.{name}") for name in OUTCOMES)]
        rows = [[self.t(f"world.{world}.label"), *(self._change(found[world], name) for name in OUTCOMES)]
                for world in WORLDS if world in found]
        return _h2(self.t("page.worlds")) + _table(head, rows) if rows else ""

    def commitment(self) -> str:
        rows = [[self.t(f"item.{option}.label"), str(n)] for exercise in self.shown("commit")
                for option, n in sorted(exercise.counts("first").items(), key=lambda one: -one[1]) if n]
        head = [self.t("panel.item"), self.t("panel.room_says")]
        return _h2(self.t("page.commitment")) + _table(head, rows) if rows else ""

    def agreed(self) -> str:
        lines = "".join(f"<li>{escape(line)}</li>" for line in self.room.notes)
        return _h2(self.t("page.agreed")) + f"<ul>{lines}</ul>" if lines else ""

    def _most(self, exercise: Exercise, question: str, words: str) -> str:
        """What most people said, with its share; a dash when nobody said anything."""
        shares = exercise.shares(question)
        if not shares:
            return "–"
        option = max(shares, key=shares.get)
        if sum(1 for share in shares.values() if share == shares[option]) > 1:
            return self.t("say.divided")
        key = f"{words}.{option}" if words == "say" else f"{words}.{option}.label"
        return f"{self.t(key)} ({number(shares[option], '.0%', self.lang)})"

    def _change(self, rows: dict, name: str) -> str:
        """The difference from today in its own format, with its direction in a word."""
        if name not in rows:
            return "–"
        said = difference(rows[name]["difference"], MEASURES[name].format, self.lang)
        return f"{said} ({self.t('say.' + rows[name]['word'])})"


def _h2(words: str) -> str:
    return f"<h2>{escape(words)}</h2>\n"


def _p(words: str) -> str:
    return f"<p>{escape(words)}</p>\n"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    headings = "".join(f'<th scope="col">{escape(words)}</th>' for words in head)
    lines = []
    for first, *rest in rows:
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in rest)
        lines.append(f'<tr><th scope="row">{escape(first)}</th>{cells}</tr>')
    return f"<table><thead><tr>{headings}</tr></thead><tbody>{''.join(lines)}</tbody></table>\n"
