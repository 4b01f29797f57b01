"""A report's HTML as tests read it: prose with its numbers, table cells by id, answers, attributes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "img", "source", "br", "link"}


@dataclass
class Prose:
    """One [data-prose] element: all its words, those outside numbers and names, and (cell id, words) of its numbers."""

    words: str = ""
    bare: str = ""
    numbers: list[tuple[str, str]] = field(default_factory=list)


class Page(HTMLParser):
    """Everything a test asks of a document."""

    def __init__(self, document: str):
        super().__init__()
        self.document = document
        self.stack: list[tuple[str, dict]] = []
        self.tags: list[tuple[str, dict]] = []
        self.ids: list[str] = []
        self.cells: dict[str, str] = {}
        self.prose: list[Prose] = []
        self.answers: dict[str, str] = {}
        self.text = ""
        self.feed(document)
        self.close()

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append((tag, attrs))
        if "id" in attrs:
            self.ids.append(attrs["id"])
        if "data-prose" in attrs:
            self.prose.append(Prose())
        if attrs.get("class") == "n":
            self.prose[-1].numbers.append((attrs["data-cell"], ""))
        if tag not in VOID:
            self.stack.append((tag, attrs))

    def handle_endtag(self, tag):
        opened, _ = self.stack.pop()
        assert opened == tag, f"{tag} closes {opened}"

    def handle_data(self, data):
        inside = [attrs for _, attrs in self.stack]
        if any(tag in ("style", "title") for tag, _ in self.stack):
            return
        self.text += data
        for attrs in inside:
            if attrs.get("id", "").startswith("c-"):
                self.cells[attrs["id"]] = self.cells.get(attrs["id"], "") + data
            if attrs.get("id", "").startswith("answer-"):
                name = attrs["id"].removeprefix("answer-")
                self.answers[name] = self.answers.get(name, "") + data
        if any("data-prose" in attrs for attrs in inside):
            one = self.prose[-1]
            one.words += data
            classes = {attrs.get("class") for attrs in inside}
            if "n" in classes:
                cell, words = one.numbers[-1]
                one.numbers[-1] = (cell, words + data)
            elif "name" not in classes:
                one.bare += data

    def of(self, tag: str) -> list[dict]:
        """Attributes of every element of this tag."""
        return [attrs for name, attrs in self.tags if name == tag]


def digits(words: str) -> list[str]:
    """Numbers in words that are no percentiles (p10)."""
    return re.findall(r"\d+", re.sub(r"\bp\d+\b", "", words))


def plain(words: str) -> str:
    """A number without sign, unit and what else prose and tables may write differently."""
    return re.sub(r"[^\d.,%]", "", words)
