"""The print edition: the same document, typeset by WeasyPrint with its print styles (page numbers, running heads).

WeasyPrint and not a browser: it knows running heads and breaks tables well, and it is a Python package whose only
system library, Pango, every Debian desktop has. Where one of the two is missing the report goes without a PDF.

Typesetting takes longer than everything else of a report. Of two languages each gets a process of its own, which
typesets while the next language is being drawn.
"""

from __future__ import annotations

import contextlib
import logging
import signal
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path


class NoPdf(Exception):
    """There is no PDF; `why` is the key of the reason under report.pdf."""

    def __init__(self, why: str):
        super().__init__(why)
        self.why = why


def write_pdf(document: str, path: Path) -> Path:
    """Typesets the document into `path`; the same document gives the same bytes.

    Raises NoPdf where WeasyPrint or its library is missing.
    """
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except ImportError:
        raise NoPdf("install") from None
    except OSError:  # it is there, and Pango is not
        raise NoPdf("library") from None

    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)  # it warns of every style that is for screens only
    logging.getLogger("fontTools").setLevel(logging.CRITICAL)

    only_inline = URLFetcher(allowed_protocols=("data",))  # a report asks for nothing from outside
    HTML(string=document, url_fetcher=only_inline).write_pdf(path, pdf_tags=True)
    return path


class Press:
    """PDFs that are being made: begun one by one, and waited for together."""

    def __init__(self, executor: Executor | None, wanted: bool):
        self.wanted = wanted
        self._executor = executor
        self._begun: list[Future] = []

    def begin(self, document: str, path: Path) -> None:
        """Starts on a document, or makes it here and now where there is one only."""
        if self._executor is not None:
            self._begun.append(self._executor.submit(write_pdf, document, path))
            return
        done: Future = Future()
        self._begun.append(done)
        try:
            done.set_result(write_pdf(document, path))
        except NoPdf as problem:
            done.set_exception(problem)

    def finish(self) -> list[Path]:
        """The PDFs, in the order in which they were begun. Raises NoPdf."""
        return [one.result() for one in self._begun]


@contextlib.contextmanager
def typeset(languages: int) -> Iterator[Press]:
    """A press for so many languages; for none nothing is wanted."""
    if languages < 2:
        yield Press(None, languages > 0)
        return
    with ProcessPoolExecutor(languages, get_context("spawn"), signal.signal,
                             (signal.SIGINT, signal.SIG_IGN)) as executor:  # Ctrl-C is for whoever started it
        yield Press(executor, True)
