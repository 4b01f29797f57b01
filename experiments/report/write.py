"""Writes a report: the page, the PDF, and beside them the pictures and the tables.

Drawing and typesetting take longer than everything else of a report, so each language has a process of its own.
"""

from __future__ import annotations

import contextlib
import functools
import json
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
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

    def add(self, more: Written) -> None:
        """Takes in what was written besides."""
        self.pages += more.pages
        self.pdfs += more.pdfs
        self.pictures += more.pictures
        self.tables += more.tables
        self.no_pdf = self.no_pdf or more.no_pdf


def write_report(asked: Asked) -> Written:
    """Makes and writes everything. Raises InvalidInput in one line where there is nothing to report or to write to."""
    written = Written(asked.out or asked.db.parent / "report")
    with opened(asked.db) as store:
        facts = compute(read(store, asked.sweep)).apart()
    write = functools.partial(write_language, facts, folder=written.folder, pdf=asked.pdf)
    try:
        written.folder.mkdir(parents=True, exist_ok=True)
        written.tables = _tables(facts, written.folder / "tables")
        with side_by_side(len(asked.langs)) as each:
            for one in each(write, asked.langs):
                written.add(one)
    except OSError as problem:
        raise InvalidInput(f"{written.folder}: the report cannot be written here ({problem.strerror or problem}); "
                           "name another folder with --out") from None
    return written


@contextlib.contextmanager
def side_by_side(count: int) -> Iterator[Callable]:
    """A `map` for so many things that take seconds each: with a process for each where there are several."""
    if count < 2:
        yield map
        return
    with ProcessPoolExecutor(count, get_context("spawn"), signal.signal,
                             (signal.SIGINT, signal.SIG_IGN)) as executor:  # Ctrl-C is for whoever started it
        yield executor.map


def write_language(facts: Facts, lang: str, folder: Path, pdf: bool) -> Written:
    """The page of one language with its pictures, and its print edition where that is wanted and can be made."""
    written = Written(folder)
    words = Words(facts, lang)
    pictures = draw(facts, words)
    page = folder / f"report-{lang}.html"
    page.write_text(html(facts, words, pictures), encoding="utf-8")
    written.pages.append(page)
    written.pictures = _pictures(pictures, folder / "pictures", lang)
    if pdf:
        try:
            written.pdfs.append(write_pdf(html(facts, words, pictures, on_paper=True), page.with_suffix(".pdf")))
        except NoPdf as problem:
            written.no_pdf = problem.why
    return written


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
