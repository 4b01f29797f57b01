"""Samples: the rows of a design, one method at a time. Every sample follows from the factors and the seed alone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

from silosim.experiments.sweeps.checks import Value, table

METHODS = ("grid", "one_at_a_time", "points")


@dataclass(frozen=True)
class Sample:
    """How the sample is drawn, as far as the method has something to say about it."""

    def plain(self) -> dict:
        """As in a design file."""
        return {}


def read_sample(given, method: str, seed: int, factors, where: str) -> Sample:
    """The [sample] table."""
    if isinstance(given, Sample):
        given = given.plain()
    table(given, ("file",) if method == "points" else (), f"{where}, [sample]")
    return Sample()


def count_rows(design) -> int:
    """Rows of the sample."""
    if design.method == "points":
        return len(design.listed)
    counts = [len(factor.values) for factor in design.factors]
    return math.prod(counts) if design.method == "grid" else 1 + sum(counts)


def sample_rows(design) -> list[Mapping[str, Value]]:
    """The rows, each the values that it sets."""
    if design.method == "points":
        return [dict(point.values) for point in design.listed]
    names = [factor.name for factor in design.factors]
    levels = [factor.values for factor in design.factors]
    if design.method == "grid":
        return [dict(zip(names, row, strict=True)) for row in product(*levels)]
    return [{}] + [{factor.name: value} for factor in design.factors for value in factor.values]
