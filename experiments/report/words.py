"""Sentences: texts of the string files with names and numbers filled in; every number points to its table cell."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property

from markupsafe import Markup, escape

from silosim.experiments.commands.session import inline
from silosim.experiments.report.facts.facts import Facts
from silosim.experiments.report.facts.tables import CHANGE, Cell
from silosim.experiments.runkey import organisation_hash
from silosim.model.organisation_file import bundled_organisations, load_organisation
from silosim.model.parameters import PARAMETERS
from silosim.model.text import catalogue, difference, number, text

_MARK = re.compile("\x00(\\d+)\x00")


class _Held:
    """Something that has markup of its own, put into a text after everything else was escaped."""

    def __init__(self, holder: list, thing, words: Words):
        self.holder, self.thing, self.words = holder, thing, words

    def __format__(self, spec: str) -> str:
        self.holder.append(self.words.markup(self.thing, spec))
        return f"\x00{len(self.holder) - 1}\x00"


def typeset(words: str) -> str:
    """A number with a minus sign instead of a hyphen."""
    return words.replace("-", "−")


class Name(str):
    """A name of a policy, team, parameter or measure: its digits are no numbers."""

    __slots__ = ()


class PolicyName(Name):
    """A name of a policy: in prose between quotes, since it may be a whole phrase."""

    __slots__ = ()


class Words:
    """What a report is told in: one language, one set of facts."""

    def __init__(self, facts: Facts, lang: str = "en"):
        self.facts, self.lang = facts, lang

    def say(self, key: str, **fields) -> Markup:
        """The words of `report.<key>`. Cells become numbers that link to their place in a table; all is escaped.

        In a text {cell} writes the number as its table does and {cell:size} its size without a sign; {level} is the
        level of intervals, which every text may name.
        """
        held: list[Markup] = []
        fields = {"level": self.facts.cell("setup", "confidence", "number"), **fields}
        given = {name: _Held(held, value, self) if isinstance(value, (Cell, Name, Markup)) else value
                 for name, value in fields.items()}
        words = str(escape(text(f"report.{key}", self.lang, **given)))
        return Markup(_MARK.sub(lambda found: held[int(found[1])], words))

    def markup(self, thing, spec: str = "") -> Markup:
        """A cell as a link to where it stands, a name as a name, markup as it is."""
        if isinstance(thing, Markup):
            return thing
        if isinstance(thing, Name):
            words = inline(str(thing)) if spec == "inline" else str(thing)
            form = "‘{}’" if isinstance(thing, PolicyName) else "{}"
            return Markup('<span class="name">' + form + "</span>").format(words)
        return Markup('<a class="n" href="#{}" data-cell="{}">{}</a>').format(thing.id, thing.id,
                                                                              self.number(thing, spec))

    def number(self, cell: Cell, spec: str = "") -> str:
        """A cell's number as this language writes it, without markup."""
        if spec == "size":
            words = difference(abs(cell.value), cell.fmt, self.lang) if cell.kind == CHANGE else number(
                abs(cell.value), cell.fmt, self.lang)
            return words.lstrip("+")
        write = difference if cell.kind == CHANGE else number
        return typeset(write(cell.value, cell.fmt, self.lang))

    def short(self, value: float, fmt: str, kind: str) -> str:
        """A number for a table: as above, but percentage points in two letters."""
        if kind != CHANGE:
            return typeset(number(value, fmt, self.lang))
        words = typeset(difference(value, fmt, self.lang))
        return words.replace(text("number.points", self.lang), text("cli.points", self.lang))

    def plain(self, key: str, **fields) -> str:
        """The words of `report.<key>` without any markup, for alt texts and pictures."""
        fields = {"level": self.facts.cell("setup", "confidence", "number"), **fields}
        given = {name: self.number(value) if isinstance(value, Cell) else value for name, value in fields.items()}
        return text(f"report.{key}", self.lang, **given)

    def there(self, key: str) -> bool:
        """Whether there is such a text."""
        return key in catalogue(self.lang)

    def policy(self, name: str) -> PolicyName:
        """A policy's name for people, with what was set on top of it."""
        base, plus, extra = name.partition("+")
        key = f"policy.{base}.label"
        label = text(key, self.lang) if self.there(key) else base
        return PolicyName(f"{label} {plus}{extra}" if extra else label)

    def measure(self, name: str) -> Name:
        """A measure's name."""
        return Name(text(f"measure.{name}.label", self.lang))

    def param(self, name: str) -> Name:
        """A parameter's name."""
        key = f"param.{name}.label"
        return Name(text(key, self.lang) if self.there(key) else name)

    def unit(self, name: str) -> Name:
        """What is moved at once: a group of the registry, a parameter, or a group with a name of somebody's own."""
        key = f"group.{name.replace(' ', '_')}"
        return Name(text(key, self.lang)) if self.there(key) else self.param(name)

    def setting(self, name: str, value) -> str:
        """A parameter's value: a choice in words, a number in up to six digits, a share as a percentage."""
        if isinstance(value, str):
            key = f"param.{name}.choice.{value}"
            return text(key, self.lang) if self.there(key) else value
        share = name in PARAMETERS and PARAMETERS[name].unit.startswith("share of the day")
        return number(float(value), ".3g" if not share else ".0%", self.lang)

    @cached_property
    def _bundled(self):
        """The bundled organisation that this is, if it is one: it has labels."""
        for name in bundled_organisations():
            spec = load_organisation(name)
            if organisation_hash(spec) == self.facts.source.organisation_hash:
                return spec
        return None

    @property
    def is_example(self) -> bool:
        """Whether the organisation came with the program."""
        return self._bundled is not None

    @property
    def organisation(self) -> Name:
        """The organisation's name."""
        if self._bundled is not None:
            return Name(getattr(self._bundled, self.lang))
        return Name(self.facts.source.organisation.get("name", "?"))

    @property
    def the_organisation(self) -> Name:
        """The organisation as a sentence names it: one that came with the program is 'the insurer'."""
        key = f"report.organisation.{self._bundled.name}" if self._bundled is not None else ""
        return Name(text(key, self.lang)) if self.there(key) else self.organisation

    def team(self, name: str) -> Name:
        """A team's name."""
        for team in self._bundled.teams if self._bundled is not None else ():
            if team.name == name:
                return Name(getattr(team, self.lang))
        return Name(name.replace("_", " "))

    def listed(self, parts: Iterable) -> Markup:
        """a, b and c."""
        marked = [part if isinstance(part, Markup) else self.markup(part) if isinstance(part, (Name, Cell))
                  else escape(part) for part in parts]
        if len(marked) < 2:
            return Markup("").join(marked)
        last = Markup(" {} ").format(text("report.and", self.lang))
        return Markup(", ").join(marked[:-1]) + last + marked[-1]

    def label(self, what: str, key: str) -> str:
        """The heading of a row: of a policy, team, measure, parameter, pair of teams, check, claim ..."""
        if what == "policy":
            return self.policy(key.split(" ")[0] if key not in self.facts.source.policies else key)
        if what == "measure":
            return self.measure(key)
        if what == "param":
            return self.param(key)
        if what == "evidence":
            return text(f"report.evidence_word.{key}", self.lang)
        if what == "unit":
            return self.unit(key)
        if what == "pair":
            return " → ".join(self.team(team) for team in key.split(" > "))
        if what == "claim":
            label = f"claim.{key.lower()}.label"
            return f"{key} {text(label, self.lang)}" if self.there(label) else key
        for known in (f"{what}.{key}.label", f"report.{what}.{key}"):
            if self.there(known):
                return text(known, self.lang)
        return key
