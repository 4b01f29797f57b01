"""Writes a report: the page, the PDF, and beside them the pictures and the tables."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from silosim.experiments.report.facts.facts import Facts, compute
from silosim.experiments.report.facts.source import opened, read
from silosim.experiments.report.pdf import NoPdf, typeset
from silosim.experiments.report.pictures.gallery import draw
from silosim.experiments.report.render import html
from silosim.experiments.report.words import Words
from silosim.model.parameters import InvalidInput


@dataclass(frozen=True)
class Asked:
    """What report: of which comparison (the last, by default), in which languages, whether a PDF is wanted."""

    db: Path
    langs: tuple[str, ...] = ("en",)
    sweep: str | None = None
    out: Path | None = None
    pdf: bool = True


@dataclass
class Written:
    """What was written; `no_pdf` is the key of the reason why a PDF that was wanted is not there."""

    folder: Path
    pages: list[Path] = field(default_factory=list)
    pdfs: list[Path] = field(default_factory=list)
    pictures: list[Path] = field(default_factory=list)
    tables: list[Path] = field(default_factory=list)
    no_pdf: str = ""


def write_report(asked: Asked) -> Written:
    """Makes and writes everything. Raises InvalidInput in one line where there is nothing to report or to write to."""
    written = Written(asked.out or asked.db.parent / "report")
    with opened(asked.db) as store:
        facts = compute(read(store, asked.sweep))
        try:
            written.folder.mkdir(parents=True, exist_ok=True)
            written.tables = _tables(facts, written.folder / "tables")
            with typeset(len(asked.langs) if asked.pdf else 0) as print_edition:
                for lang in asked.langs:
                    _write(facts, lang, print_edition, written)
                _printed(print_edition, written)
        except OSError as problem:
            raise InvalidInput(f"{written.folder}: the report cannot be written here ({problem.strerror or problem}); "
                               "name another folder with --out") from None
    return written


def _write(facts: Facts, lang: str, print_edition, written: Written) -> None:
    """One language; its PDF is begun."""
    words = Words(facts, lang)
    pictures = draw(facts, words)
    page = written.folder / f"report-{lang}.html"
    page.write_text(html(facts, words, pictures), encoding="utf-8")
    written.pages.append(page)
    written.pictures += _pictures(pictures, written.folder / "pictures", lang)
    if print_edition.wanted:
        print_edition.begin(html(facts, words, pictures, on_paper=True), page.with_suffix(".pdf"))


def _printed(print_edition, written: Written) -> None:
    """Waits for the PDFs."""
    try:
        written.pdfs += print_edition.finish()
    except NoPdf as problem:
        written.no_pdf = problem.why


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
