"""What every command shares: the language, words by key, and ways to print tables and JSON."""

import functools
import json
import os
import sys
from dataclasses import dataclass

from silosim.model.text import difference, number, text

WIDE = 140  # columns, where there is no terminal to ask


class StoppedByUser(Exception):
    """Ctrl-C, with one line on how far it came; its own kind, since the library keeps KeyboardInterrupt to itself."""


@dataclass(frozen=True)
class Session:
    """One call of `silosim`: its language, and whether errors show their traceback."""

    lang: str = "en"
    debug: bool = False

    def say(self, key: str, **fields) -> str:
        """The words of `cli.<key>` in this language."""
        return text(f"cli.{key}", self.lang, **fields)

    def words(self, key: str, **fields) -> str:
        """The words of any key, such as `measure.grade.label`, in this language."""
        return text(key, self.lang, **fields)

    def number(self, value, fmt: str, signed: bool = False) -> str:
        """A number as this language writes it."""
        return number(value, fmt, self.lang, signed)

    def difference(self, value, fmt: str) -> str:
        """A signed difference as this language writes it."""
        return difference(value, fmt, self.lang)

    @functools.cached_property
    def out(self):
        """Where results go."""
        return _console(sys.stdout)

    @functools.cached_property
    def err(self):
        """Where progress and warnings go."""
        return _console(sys.stderr)

    def print(self, *things) -> None:
        """Prints words or tables to the output; what looks like markup in words is left alone."""
        for thing in things:
            if isinstance(thing, str):
                self.out.print(thing, markup=False, highlight=False, soft_wrap=not self.out.is_terminal)
            else:
                self.out.print(thing)

    def note(self, words: str) -> None:
        """One line on the error stream."""
        self.err.print(words, markup=False, highlight=False, soft_wrap=True)

    def json(self, document) -> None:
        """Prints a document as JSON; numbers that are undefined must be None already."""
        print(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False))

    def table(self, *headings: str, title: str = "", right: int = 0):
        """An empty table; the last `right` columns hold numbers."""
        from rich.box import SIMPLE_HEAD
        from rich.table import Table

        table = Table(box=SIMPLE_HEAD, title=title or None, title_justify="left", title_style="bold", pad_edge=False)
        for k, heading in enumerate(headings):
            table.add_column(heading, justify="right" if k >= len(headings) - right else "left", overflow="fold")
        return table


def _console(stream):
    from rich.console import Console

    console = Console(file=stream, markup=False, emoji=False)  # names of teams may hold brackets and colons
    if not console.is_terminal and not os.environ.get("COLUMNS"):
        console.width = WIDE
    return console


def inline(label: str) -> str:
    """A label in the middle of a sentence: no capital, unless it is an abbreviation."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label
