"""Writes a report: the page, the PDF, and beside them the pictures and the tables."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from silosim.experiments.report.facts.facts import Facts, compute
from silosim.experiments.report.facts.source import opened, read
from silosim.experiments.report.pdf import NoPdf, write_pdf
from silosim.experiments.report.pictures.gallery import draw
from silosim.experiments.report.render import html
from silosim.experiments.report.words import Words
from silosim.model.parameters import InvalidInput


@dataclass(frozen=True)
class Asked:
    """What report: of which comparison (the last, by default), into which folder, whether a PDF is wanted."""

    db: Path
    lang: str = "en"
    sweep: str | None = None
    out: Path | None = None
    pdf: bool = True


@dataclass(frozen=True)
class Written:
    """What was written; `pdf` is None where it could not be made, and `no_pdf` the key of the reason."""

    page: Path
    pdf: Path | None
    no_pdf: str
    pictures: list[Path]
    tables: list[Path]


def write_report(asked: Asked) -> Written:
    """Makes and writes everything. Raises InvalidInput in one line where there is nothing to report or to write to."""
    with opened(asked.db) as store:
        facts = compute(read(store, asked.sweep))
        words = Words(facts, asked.lang)
        pictures = draw(facts, words)
        document = html(facts, words, pictures)
        paper = html(facts, words, pictures, on_paper=True) if asked.pdf else ""
    folder = asked.out or asked.db.parent / "report"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        page = folder / f"report-{asked.lang}.html"
        page.write_text(document, encoding="utf-8")
        drawn = _pictures(pictures, folder / "pictures", asked.lang)
        tables = _tables(facts, folder / "tables")
        pdf, why = None, ""
        if asked.pdf:
            try:
                pdf = write_pdf(paper, page.with_suffix(".pdf"))
            except NoPdf as problem:
                why = problem.why
    except OSError as problem:
        raise InvalidInput(f"{folder}: the report cannot be written here ({problem.strerror or problem}); "
                           "name another folder with --out") from None
    return Written(page, pdf, why, drawn, tables)


def _pictures(pictures, folder: Path, lang: str) -> list[Path]:
    folder.mkdir(exist_ok=True)
    written = []
    for name, drawn in pictures.items():
        for suffix, content in (("png", drawn.png), ("svg", drawn.svg["wide"])):
            written.append(folder / f"{name.replace('_', '-')}-{lang}.{suffix}")
            written[-1].write_bytes(content)
    return written


def _tables(facts: Facts, folder: Path) -> list[Path]:
    """Every table as CSV, and all of them in one JSON file."""
    folder.mkdir(exist_ok=True)
    written = []
    for name, table in facts.tables.items():
        written.append(folder / f"{name.replace('_', '-')}.csv")
        written[-1].write_text(table.csv(), encoding="utf-8", newline="")
    everything = folder / "facts.json"
    everything.write_text(json.dumps(facts.plain(), indent=1, ensure_ascii=False, default=str), encoding="utf-8")
    return [*written, everything]
