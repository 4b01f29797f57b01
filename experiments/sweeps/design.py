"""A design: the whole experiment, checked, in one frozen value.

    design = Design.from_toml("sweep.toml")
    design = Design(method="grid", factors={"bonus": [0, 0.7]}, policies=["today", "customer_time"])   # the same rules
    design.size()                     # points, runs at least, runs at most, before anything is made
    design.points()                   # every setting, in a fixed order
    Design.parse(design.document)     # an equal design, from the database alone

The format of the file is explained in README.md beside this module.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from silosim.experiments.runkey import LARGEST, STARTS, canonical_json, digest
from silosim.experiments.store.keep import LEVELS, SUMMARY, Keep
from silosim.experiments.store.rows import WEEKLY
from silosim.experiments.sweeps import blocks, sampling
from silosim.experiments.sweeps.blocks import Course, World
from silosim.experiments.sweeps.checks import LAST_WEEK, line, one_of, rows, table, whole
from silosim.experiments.sweeps.design_file import Listed, read_points, read_toml
from silosim.experiments.sweeps.factors import Factor, read_factors
from silosim.experiments.sweeps.points import Point, all_points
from silosim.experiments.sweeps.replication import Replications, read_replications
from silosim.experiments.sweeps.sampling import METHODS, Sample, read_sample
from silosim.model.organisation_fields import one_line, show
from silosim.model.parameters import InvalidInput

__all__ = ["Design", "Point"]

MOST_POINTS = 1_000_000
MOST_RUNS = 10_000_000
KEYS = ("name", "description", "method", "organisations", "policies", "weeks", "burn_in", "start", "seed", "factors",
        "sample", "points", "worlds", "replications", "keep")
NOT_IN_HASH = ("name", "description")


@dataclass(frozen=True)
class Design:
    """An experiment. Every field takes what a design file takes, and is checked and resolved when it is made.

    where   begins every message about what is wrong
    folder  where files that are named are looked for
    Raises InvalidInput, in one line.
    """

    name: str = "sweep"
    description: str = ""
    method: str = "grid"
    organisations: tuple = ("insurer",)
    policies: tuple[Course, ...] = ("today",)
    weeks: int = 156
    burn_in: int = 104
    start: str = "branch"
    seed: int = 1
    factors: tuple[Factor, ...] = ()
    sample: Sample = field(default_factory=dict)
    listed: tuple[Listed, ...] = ()
    worlds: tuple[World, ...] = ()
    replications: Replications = field(default_factory=dict)
    keep: Keep = SUMMARY
    where: InitVar[str] = "design"
    folder: InitVar[str | Path] = "."

    def __post_init__(self, where: str, folder: str | Path):
        folder = Path(folder)
        for name, read in self._readers(where, folder).items():
            object.__setattr__(self, name, read(getattr(self, name)))
        points, _, runs = self.size()
        if points > MOST_POINTS:
            raise InvalidInput(f"{where}: the design has {points:,} points; at most {MOST_POINTS:,} are possible")
        if runs > MOST_RUNS:
            raise InvalidInput(f"{where}: the design may take {runs:,} runs; at most {MOST_RUNS:,} are possible")

    def _readers(self, where: str, folder: Path) -> dict:
        """How each field is checked, in an order in which each may look at those before it."""
        return {
            "name": lambda given: line(given, f"{where}: name"),
            "description": lambda given: _description(given, where),
            "method": lambda given: one_of(given, METHODS, "method", f"{where}, method"),
            "weeks": lambda given: whole({"weeks": given}, "weeks", 1, LAST_WEEK, where),
            "burn_in": lambda given: whole({"burn_in": given}, "burn_in", 0, LAST_WEEK, where),
            "start": lambda given: one_of(given, STARTS, "start", f"{where}, start"),
            "seed": lambda given: whole({"seed": given}, "seed", 0, LARGEST, where),
            "organisations": lambda given: blocks.read_organisations(given, folder, where),
            "policies": lambda given: blocks.read_policies(given, folder, self.weeks, where),
            "worlds": lambda given: blocks.read_worlds(given, folder, self.weeks, where),
            "factors": lambda given: read_factors(given, self.method, where),
            "listed": lambda given: read_points(given, _points_file(self.sample), self.method, folder, where),
            "sample": lambda given: read_sample(given, self.method, self.seed, self.factors, where),
            "replications": lambda given: read_replications(given, where),
            "keep": lambda given: _keep(given, where),
        }

    @classmethod
    def from_toml(cls, path: str | Path) -> Design:
        """The design in a file; files that it names are looked for from its folder. Raises InvalidInput."""
        path = Path(path)
        where = f"design file {one_line(repr(str(path)))}"
        return cls.parse({"name": path.stem, **read_toml(path, where)}, where, path.parent)

    @classmethod
    def parse(cls, document: Mapping, where: str = "design", folder: str | Path = ".") -> Design:
        """The design that `document` (the tables of a design file, or `Design.document`) describes."""
        given = dict(table(document, KEYS, where))
        if "points" in given:
            given["listed"] = given.pop("points")
        return cls(**given, where=where, folder=folder)

    @cached_property
    def document(self) -> dict:
        """Everything, in full and as plain JSON values, in the shape of a design file."""
        return {
            "name": self.name, "description": self.description, "method": self.method,
            "organisations": [blocks.organisation_document(spec) for spec in self.organisations],
            "policies": [policy.plain() for policy in self.policies],
            "weeks": self.weeks, "burn_in": self.burn_in, "start": self.start, "seed": self.seed,
            "factors": {factor.name: factor.plain() for factor in self.factors},
            "sample": self.sample.plain(),
            "points": [point.plain() for point in self.listed],
            "worlds": {"list": [world.plain() for world in self.worlds if world != World()]},
            "replications": self.replications.plain(),
            "keep": _plain_keep(self.keep),
        }

    @cached_property
    def hash(self) -> str:
        """32 hexadecimal digits for everything that determines what is stored.

        That leaves out the name, the description and the labels of organisations, and takes in what is kept and how
        many replicates are made. The rules of the model are not in it: a sweep records their hash beside it.
        """
        document = {key: value for key, value in self.document.items() if key not in NOT_IN_HASH}
        return digest(canonical_json(document | {"organisations": [spec.canonical() for spec in self.organisations]}))

    @cached_property
    def factor_names(self) -> tuple[str, ...]:
        """What is varied, in order of name; for listed points everything that one of them sets."""
        return tuple(sorted({factor.name for factor in self.factors}.union(*(p.values for p in self.listed))))

    @property
    def rounds(self) -> Replications:
        """The rule for how many replicates each point gets."""
        return self.replications

    @property
    def row_count(self) -> int:
        """Rows of the sample, counted without making it."""
        return sampling.count_rows(self)

    def size(self) -> tuple[int, int, int]:
        """(points, runs at least, runs at most), counted without making any."""
        points = self.row_count * len(self.organisations) * len(self.worlds) * len(self.policies)
        return points, points * self.replications.least, points * self.replications.most

    def rows(self) -> list[dict]:
        """The sample: of each row the values that it sets; what it leaves out keeps the policy's and world's value."""
        return sampling.sample_rows(self)

    def unit_rows(self) -> np.ndarray:
        """The sample of lhs, sobol, morris or shapley in the unit cube, float64 [rows, factors]."""
        return sampling.unit_sample(self)

    @cached_property
    def units(self) -> tuple[str, ...]:
        """What is varied and judged together: groups, and factors without one, in order of their first factor."""
        return sampling.units_of(self.factors) or self.factor_names

    def problem(self) -> dict:
        """The factors as SALib describes them, in order of name: num_vars, names, bounds, and groups if there are any.

        Bounds are in the numbers that `Parameter.code` gives, so a choice counts 0, 1, 2 ... as in the registry;
        `dists` says 'logunif' where a factor is sampled so. For listed points bounds are what the points set.
        """
        return problem_of(self.factors or _listed_factors(self.listed))

    def points(self) -> list[Point]:
        """Every setting, in the order that points.py states; the same every time."""
        return list(all_points(self, self.rows()))


def problem_of(factors: Sequence[Factor]) -> dict:
    """SALib's description of these factors."""
    names = [factor.name for factor in factors]
    codes = [factor.codes() or [factor.low, factor.high] for factor in factors]
    found = {"num_vars": len(names), "names": names, "bounds": [[min(c), max(c)] for c in codes]}
    if any(factor.group for factor in factors):
        found["groups"] = [factor.unit for factor in factors]
    if any(factor.log for factor in factors):
        found["dists"] = ["logunif" if factor.log else "unif" for factor in factors]
    return found


def _listed_factors(points: Sequence[Listed]) -> list[Factor]:
    levels: dict[str, dict] = {}
    for point in points:
        for name, value in point.values.items():
            levels.setdefault(name, {})[value] = None
    return [Factor(name, tuple(levels[name])) for name in sorted(levels)]


def _description(given, where: str) -> str:
    if not isinstance(given, str) or len(given) > 10_000:
        raise InvalidInput(f"{where}: description = {show(given)} must be a text of at most 10,000 characters")
    return given


def _points_file(sample):
    return sample.get("file") if isinstance(sample, Mapping) else None


def _keep(given, where: str) -> Keep:
    """What of each run is kept beside its summary; a design keeps nothing else unless it says so."""
    if isinstance(given, Keep):
        return given
    where = f"{where}, [keep]"
    table(given, ("series", "levels"), where)
    series = WEEKLY if given.get("series") == "all" else rows(given.get("series", ()), f"{where}, series")
    levels = LEVELS if given.get("levels") == "all" else rows(given.get("levels", ()), f"{where}, levels")
    return Keep(tuple(one_of(name, WEEKLY, "weekly measure", f"{where}, series") for name in series),
                tuple(one_of(name, LEVELS, "level", f"{where}, levels") for name in levels))


def _plain_keep(keep: Keep) -> dict:
    return {"series": "all" if keep.series == tuple(WEEKLY) else list(keep.series), "levels": list(keep.levels)}

