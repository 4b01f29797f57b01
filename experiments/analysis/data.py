"""A stored sweep as analysis takes it: blocks of points that differ in the factors alone, with one outcome.

A block is one policy in one named world of one organisation, its rows in the order of the design's sample. All points
share their random draws replicate by replicate, so the mean over replicates is a smooth function of the factors except
for what chance does differently at every point: the noise. Its share of the variation between points is reported with
every analysis, because nothing else tells noise from interaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from silosim.experiments.store import Store
from silosim.experiments.sweeps.design import Design
from silosim.model.measures.declared import measure
from silosim.model.parameters import PARAMETERS, InvalidInput, unknown


@dataclass(frozen=True)
class Block:
    """Points that differ in the factors alone.

    x        frame [rows, factors] of their values; choices as words
    values   outcome by row and replicate, float [rows, replicates]; NaN where a point has fewer replicates
    against  name of the policy that the values are differences with, or ''
    """

    policy: str
    organisation: str
    world: str
    x: object
    values: np.ndarray
    against: str = ""

    @cached_property
    def y(self) -> np.ndarray:
        """Mean over replicates, [rows]."""
        return np.nanmean(self.values, axis=1)

    @property
    def replicates(self) -> tuple[int, int]:
        """Fewest and most replicates of a point."""
        counts = (~np.isnan(self.values)).sum(axis=1)
        return int(counts.min()), int(counts.max())

    def codes(self) -> np.ndarray:
        """The factors as numbers [rows, factors]: of a choice its place in the registry."""
        return np.array([[PARAMETERS[name].code(value) for value in self.x[name]] for name in self.x.columns],
                        dtype=float).T.reshape(len(self.x), -1)

    @cached_property
    def noise(self) -> Noise:
        """How much of the variation between points is chance."""
        return noise_of(self.values)


@dataclass(frozen=True)
class Noise:
    """Chance in the outcomes of points.

    between   variance between the points' means
    variance  of which chance, as far as replicates tell: mean over points of the squared standard error of the mean,
              after taking off what a replicate does to all points alike; NaN with one replicate
    """

    between: float
    variance: float

    @property
    def share(self) -> float:
        """Share of the variation between points that is chance, 0 to 1; NaN with one replicate."""
        if not self.between > 0 or np.isnan(self.variance):
            return float("nan")
        return min(1.0, self.variance / self.between)


def noise_of(values: np.ndarray) -> Noise:
    """The noise in outcomes [rows, replicates] that share their random draws by replicate."""
    means = np.nanmean(values, axis=1)
    between = float(means.var(ddof=1)) if len(means) > 1 else 0.0
    everyone = ~np.isnan(values).any(axis=0)
    shared = values[:, everyone]  # replicates that every point has
    rows, runs = shared.shape
    if rows < 2 or runs < 2:
        return Noise(between, float("nan"))
    residual = shared - shared.mean(axis=1, keepdims=True) - shared.mean(axis=0) + shared.mean()
    of_one_run = (residual**2).sum(axis=1) * rows / ((runs - 1) * (rows - 1))
    counts = (~np.isnan(values)).sum(axis=1)
    return Noise(between, float((of_one_run / counts).mean()))


@dataclass(frozen=True)
class SweepData:
    """One outcome of a whole sweep. `points` is Store.points; `values` [points, replicates], NaN where there are fewer.

    sweep, name   number and name of the sweep
    """

    sweep: int
    name: str
    design: Design
    outcome: str
    period: str
    points: object
    values: np.ndarray

    @property
    def policies(self) -> list[str]:
        """Names of the policies, in the design's order."""
        return list(dict.fromkeys(self.points["policy"]))

    @property
    def factors(self) -> list[str]:
        """What varies within a block, in the design's order."""
        return [name for name in self.design.factor_names if name in self.points]

    def blocks(self, against: str = "") -> list[Block]:
        """Every block; with `against` the differences with that policy's runs, replicate by replicate, without it."""
        parts = {key: (rows, x) for key, rows, x in self._parts()}
        if against and against not in self.policies:
            raise unknown("policy of this sweep", against, self.policies)
        if against and len(self.policies) == 1:
            raise InvalidInput(f"sweep {self.sweep} has no policy but {against}: nothing to compare with it")
        found = []
        for (organisation, world, policy), (rows, x) in parts.items():
            if policy == against:
                continue
            values = self.values[rows]
            if against:
                values = values - self.values[parts[organisation, world, against][0]]
            found.append(Block(policy, self.organisation_name(organisation), world, x, values, against))
        return found

    def _parts(self) -> Iterator[tuple[tuple[str, str, str], np.ndarray, object]]:
        """(organisation, world, policy), row numbers and factors of each block."""
        by = ["organisation", "world_name", "policy"]
        places = np.arange(len(self.points))
        for key, group in self.points.groupby(by, sort=False):
            rows = places[self.points.index.isin(group.index)]
            yield key, rows, self.points.iloc[rows][self.factors].reset_index(drop=True)

    def organisation_name(self, key: str) -> str:
        """What the design calls the organisation whose hash is `key`."""
        hashes = list(dict.fromkeys(self.points["organisation"]))
        return self.design.organisations[hashes.index(key)].name


def load(store: Store, sweep: int, outcome: str, period: str = "last_year") -> SweepData:
    """One outcome of a finished sweep, from the database alone.

    Raises InvalidInput when the sweep has no design, or a run is missing, failed or without this outcome: half a
    design gives wrong indices without a sign of it.
    """
    measure(outcome)
    settings = store.sweep_settings(sweep)
    row = store.sweeps().loc[sweep]
    if not isinstance(row["design"], str):
        raise InvalidInput(f"sweep {sweep} was made by `silosim {row['command']}` and has no design; "
                           "`silosim sweep FILE.toml` makes sweeps that can be analysed")
    design = Design.parse(settings, f"sweep {sweep}")
    points = store.points(sweep)
    found = store.sweep_outcomes(sweep, period)[outcome]
    values = found.unstack("replicate").reindex(points.index).to_numpy(dtype=float)
    _check_complete(store.members(sweep), design, points, found, sweep)
    return SweepData(sweep, str(row["name"]), design, outcome, period, points, values)


def _check_complete(members, design: Design, points, found, sweep: int) -> None:
    """Every point has its runs, and all of them have the outcome."""
    status = members["status"].fillna("missing")
    made = members[status == "ok"].groupby("point").size().reindex(points.index, fill_value=0)
    planned = members.groupby("point").size().reindex(points.index, fill_value=0)
    missing = int((status == "missing").sum() + (design.replications.least - planned).clip(lower=0).sum())
    failed = int((~status.isin(["ok", "missing"])).sum())
    undefined = int((~np.isfinite(found.to_numpy(dtype=float))).sum())
    if not missing + failed + undefined:
        return
    short = len(points) - int((made >= planned.clip(lower=design.replications.least)).sum())
    parts = [f"{count:,} runs {what}" for count, what in
             ((missing, "are missing"), (failed, "failed"), (undefined, f"have no {found.name}")) if count]
    mend = [words for count, words in (
        (missing, "`silosim sweep FILE.toml` goes on with it"), (failed, "`--retry-failed` tries failed runs again"),
        (undefined, "another outcome may be defined everywhere")) if count]
    rows = f" ({short:,} of {len(points):,} points incomplete)" if short else ""
    raise InvalidInput(f"sweep {sweep} cannot be analysed: {', '.join(parts)}{rows}; {'; '.join(mend)}")
