"""From facts to one HTML document: pages in words, the template, everything inline and no script at all."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path

from silosim.experiments.onefile import styled, template
from silosim.experiments.report.facts.facts import Facts
from silosim.experiments.report.pages import answer, compared, drivers, fails, sides, trust, worlds
from silosim.experiments.report.pictures.canvas import NARROW, PRINT, WIDE, Drawn
from silosim.experiments.report.words import Words

XML = '<?xml version="1.0" encoding="utf-8" standalone="no"?>'
TEMPLATES = Path(__file__).parent / "templates"
PAGES = (answer.page, compared.comparison_page, compared.course_page, worlds.regret_page, drivers.drivers_page,
         fails.page, sides.sides_page, sides.claims_page, trust.assumptions_page, trust.confidence_page,
         trust.reproduction_page)


def pages(facts: Facts, words: Words) -> list:
    """The eleven pages."""
    return [make(facts, words) for make in PAGES]


def html(facts: Facts, words: Words, pictures: dict[str, Drawn], on_paper: bool = False) -> str:
    """The whole document: opens from disk, asks the network for nothing. `on_paper` takes pictures made for print."""
    style = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    day = str(facts.source.row.get("started") or "")[:10]
    return template(TEMPLATES / "report.html.jinja").render(
        lang=words.lang, title=words.plain("title", organisation=words.organisation),
        **styled(style), version=version("silosim"), rules=facts.source.row["rulebook"],
        pages=pages(facts, words),
        runhead=words.plain("runhead", organisation=words.organisation),
        made=words.plain("made_on", date=day, version=version("silosim")), say=words.plain,
        pictures={name: _inline(drawn, on_paper) for name, drawn in pictures.items()})


def _inline(drawn: Drawn, on_paper: bool) -> dict:
    form = PRINT if on_paper and PRINT in drawn.svg else WIDE
    # A list of sources, in which a space would end the address, is what the narrow one stands in.
    return {"wide": _data(drawn.svg[form]), "narrow": re.sub(r"\s", "%20", _data(drawn.svg[NARROW])),
            "wide_size": drawn.size[form],
            "narrow_size": drawn.size[NARROW]}


def _data(svg: bytes) -> str:
    """A data URL. As text and not as base64: a quarter smaller, and it packs well."""
    words = svg.decode().removeprefix(XML).strip()
    for mark in "%#<>\"'&":
        words = words.replace(mark, f"%{ord(mark):02X}")
    return "data:image/svg+xml," + words
