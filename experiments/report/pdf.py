"""The print edition: the same document, typeset by WeasyPrint with its print styles (page numbers, running heads).

WeasyPrint and not a browser: it knows running heads and breaks tables well, and it is a Python package whose only
system library, Pango, every Debian desktop has. Where one of the two is missing the report goes without a PDF.
"""

from __future__ import annotations

import logging
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
