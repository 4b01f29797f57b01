"""Cases of interest in words: `grade < 6.5`, or `grade.change < 0` for the difference with a reference policy."""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass

import numpy as np

from silosim.model.measures.declared import MEASURES, measure
from silosim.model.parameters import InvalidInput
from silosim.model.text import difference, number, text

OPERATORS = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt}
_WRITTEN = re.compile(r"\s*([a-z_]\w*)(\.change)?\s*(<=|>=|<|>)\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(%?)\s*")
_INLINE = {"<": "below", "<=": "at_most", ">": "above", ">=": "at_least"}


@dataclass(frozen=True)
class Condition:
    """A measure (or its change against a reference policy), an operator and a number."""

    measure: str
    operator: str
    limit: float
    change: bool = False

    @classmethod
    def parse(cls, words: str) -> Condition:
        """From `MEASURE[.change] < NUMBER` with <, <=, > or >=; a share may be written as 20%."""
        found = _WRITTEN.fullmatch(words)
        if not found:
            raise InvalidInput(f"condition {words!r} must be written as MEASURE OPERATOR NUMBER with <, <=, > or >=, "
                               "for example 'grade < 6.5' or 'grade.change < 0'")
        name, change, sign, limit, percent = found.groups()
        measure(name)
        return cls(name, sign, float(limit) / (100 if percent else 1), bool(change))

    def holds(self, values: np.ndarray) -> np.ndarray:
        """bool, one for each of `values`; an undefined value is refused, since it is neither."""
        values = np.asarray(values, dtype=float)
        if np.isnan(values).any():
            raise InvalidInput(f"{self}: {self.measure} is undefined in {int(np.isnan(values).sum())} cases")
        return OPERATORS[self.operator](values, self.limit)

    @property
    def upward(self) -> bool:
        """Whether it asks for high values."""
        return self.operator in (">", ">=")

    def says(self, lang: str = "en") -> str:
        """As part of a sentence: 'the grade is below 6.50', 'the grade falls'."""
        label = text(f"measure.{self.measure}.label", lang)
        label = label[:1].lower() + label[1:] if label[1:2].islower() else label
        if self.change and self.limit == 0:
            return text(f"analysis.condition.{'rises' if self.upward else 'falls'}", lang, measure=label)
        write = difference if self.change else number
        kind = ("change_" if self.change else "") + _INLINE[self.operator]
        return text(f"analysis.condition.{kind}", lang, measure=label,
                    limit=write(self.limit, MEASURES[self.measure].format, lang))

    def __str__(self) -> str:
        return f"{self.measure}{'.change' if self.change else ''} {self.operator} {self.limit:g}"
