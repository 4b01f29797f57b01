"""One analysis of a stored sweep: every block of it by one method, or by the method that its design is for."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from silosim.experiments.analysis.condition import Condition
from silosim.experiments.analysis.convergence import Convergence, convergence
from silosim.experiments.analysis.data import Block, SweepData
from silosim.experiments.analysis.discovery import Boxes, discover
from silosim.experiments.analysis.estimates import Indices
from silosim.experiments.analysis.given_data import delta, pawn
from silosim.experiments.analysis.independent import block_of, independent_rows
from silosim.experiments.analysis.responses import Level, responses
from silosim.experiments.analysis.robustness import ALPHA, Robustness, robustness
from silosim.experiments.analysis.sensitivity import morris, sobol
from silosim.experiments.analysis.shapley import shapley
from silosim.experiments.sweeps.sampling import shapley_subsets
from silosim.model.measures.declared import MEASURES
from silosim.model.parameters import PARAMETERS, InvalidInput, unknown

METHODS = ("auto", "sobol", "morris", "shapley", "pawn", "delta", "response", "prim", "robustness")
OF_DESIGN = {"sobol": "sobol", "morris": "morris", "shapley": "shapley", "lhs": "pawn"}  # others: response


@dataclass(frozen=True)
class Finding:
    """What was found in one block, or for one organisation (robustness).

    problem  why nothing was, in a line; the other findings stand
    worlds   robustness: names of the worlds
    against  robustness: policy that the values are differences with, or ''
    """

    method: str
    organisation: str
    policy: str = ""
    world: str = ""
    block: Block | None = None
    result: Indices | Boxes | Robustness | list[Level] | None = None
    convergence: Convergence | None = None
    problem: str = ""
    worlds: tuple[str, ...] = ()
    against: str = ""

    def plain(self) -> dict:
        """For JSON."""
        noise = self.block.noise.share if self.block else None
        result = ([level.plain() for level in self.result] if isinstance(self.result, list)
                  else self.result.plain() if self.result else None)
        return {"organisation": self.organisation, "policy": self.policy, "world": self.world,
                "noise_share": noise if noise == noise else None,
                "replicates": list(self.block.replicates) if self.block else None,
                "result": result, "convergence": self.convergence.plain() if self.convergence else None,
                "problem": self.problem}


@dataclass(frozen=True)
class Asked:
    """What to analyse, checked: a method, cases of interest, a reference policy, coarser groups, optimism (Hurwicz)."""

    method: str = "auto"
    where: Condition | None = None
    against: str = ""
    groups: Mapping[str, Sequence[str]] | None = None
    alpha: float = ALPHA


EVERYTHING = Asked()


def analyse(data: SweepData, asked: Asked = EVERYTHING) -> list[Finding]:
    """One finding a block. Raises InvalidInput when the design cannot say what is asked, or no block can tell."""
    method = method_of(data, asked)
    against = asked.against
    if asked.where is not None and asked.where.change and not against:
        against = data.policies[0]
    if method == "robustness":
        findings = [_robustness(data, asked, against, organisation)
                    for organisation in dict.fromkeys(data.points["organisation"])]
    else:
        compute = _computation(method, data, asked)
        findings = [_finding(method, block, compute) for block in data.blocks(against)]
    if all(finding.problem for finding in findings):
        raise InvalidInput(f"sweep {data.sweep}, {data.outcome}: {findings[0].problem}")
    return findings


def method_of(data: SweepData, asked: Asked) -> str:
    """The method asked for, or the design's own; InvalidInput where the design does not serve it."""
    if asked.method not in METHODS:
        raise unknown("method", asked.method, METHODS)
    own = data.design.method
    method = asked.method if asked.method != "auto" else _fitting(data, asked)
    if method in ("sobol", "morris", "shapley") and own != method:
        raise InvalidInput(f"sweep {data.sweep} has method = \"{own}\": {method} needs a design made with "
                           f"method = \"{method}\"; pawn, delta and prim take any sample")
    if method != "robustness" and data.design.row_count == 1:
        raise InvalidInput(f"sweep {data.sweep} varies no factor, so {method} has nothing to look at")
    if method == "prim" and asked.where is None:
        raise InvalidInput("prim needs to know which cases are of interest, for example --where 'grade < 6.5'")
    if asked.where is not None and asked.where.measure != data.outcome:
        raise InvalidInput(f"condition '{asked.where}' is about {asked.where.measure}, and the outcome is "
                           f"{data.outcome}: take --outcome {asked.where.measure}")
    if asked.groups and method != "shapley":
        raise InvalidInput("coarser groups can be made afterwards for method = \"shapley\" only; "
                           "for other methods groups stand in the design")
    return method


def _fitting(data: SweepData, asked: Asked) -> str:
    """The method that a design is made for: several policies in several named worlds ask which one holds up; cases of
    interest ask where they lie; a sample asks what matters, and a list of values what each does."""
    if data.design.row_count == 1 or (len(data.policies) > 1 and len(data.design.worlds) > 1):
        return "robustness"
    return "prim" if asked.where is not None else OF_DESIGN.get(data.design.method, "response")


def _finding(method: str, block: Block, compute: Callable) -> Finding:
    known = {"method": method, "organisation": block.organisation, "policy": block.policy, "world": block.world,
             "block": block}
    try:
        result, converged = compute(block)
    except InvalidInput as problem:
        return Finding(**known, problem=str(problem))
    return Finding(**known, result=result, convergence=converged)


def _computation(method: str, data: SweepData, asked: Asked) -> Callable[[Block], tuple]:
    """What gives a block's result and its convergence."""
    design = data.design
    if method in ("sobol", "morris", "shapley"):
        return lambda block: _designed(method, design, block, asked)
    if method == "response":
        return lambda block: (responses(block.x, block.values, data.outcome, design.method == "one_at_a_time"), None)
    rows = independent_rows(design)
    if method == "prim":
        return lambda block: (discover(block.x.iloc[rows], asked.where.holds(block.y[rows]), design.seed), None)
    by = {"pawn": pawn, "delta": delta}[method]
    return lambda block: (by(list(block.x.columns), block.codes()[rows], block.y[rows], design.seed), None)


def _designed(method: str, design, block: Block, asked: Asked) -> tuple[Indices, Convergence | None]:
    problem, y, seed = design.problem(), block.y, design.seed
    if method == "sobol":
        def part(rows: np.ndarray) -> Indices:
            return sobol(problem, y[rows], bool(design.sample.second_order), seed)
    elif method == "morris":
        x = block.codes()

        def part(rows: np.ndarray) -> Indices:
            return morris(problem, x[rows], y[rows], design.sample.levels, seed)
    else:
        subsets = shapley_subsets(len(design.units))

        def part(rows: np.ndarray) -> Indices:
            return shapley(design.units, y[rows], subsets, asked.groups, seed)
    result = part(np.arange(len(y)))
    result = replace(result, noise=_noise(method, design, block, len(result.names)))
    kinds = {"sobol": ("ST", "S1"), "morris": ("mu_star",), "shapley": ("shapley",)}[method]
    return result, convergence(part, len(y), block_of(design), kinds)


def _noise(method: str, design, block: Block, factors: int) -> dict[str, float]:
    """What independent chance in the points' means gives a factor without influence: two points that differ in it alone
    differ by chance, which the total index and mu_star take for its doing, and Shapley effects share what is left."""
    share = block.noise.share
    if math.isnan(share):
        return {}
    step = (design.sample.levels or 2) / (2 * ((design.sample.levels or 2) - 1))  # of a trajectory, in parts of a range
    return {"sobol": {"ST": share}, "shapley": {"ST": share, "shapley": share / factors},
            "morris": {"mu_star": 2 / math.sqrt(math.pi) * math.sqrt(block.noise.variance) / step}}[method]


def _robustness(data: SweepData, asked: Asked, against: str, organisation: str) -> Finding:
    name = data.organisation_name(organisation)
    try:
        policies, worlds, values = arrange(data, organisation, against)
        threshold = asked.where.limit if asked.where else None
        _check_threshold(asked.where, data.outcome)
        result = robustness(policies, values, MEASURES[data.outcome].better, threshold, asked.alpha, data.design.seed)
    except InvalidInput as problem:
        return Finding("robustness", name, problem=str(problem))
    return Finding("robustness", name, result=result, worlds=tuple(worlds), against=against)


def _check_threshold(where: Condition | None, outcome: str) -> None:
    better = MEASURES[outcome].better
    if where is not None and better != "neither" and where.upward != (better == "up"):
        sign = ">=" if better == "up" else "<="
        raise InvalidInput(f"condition '{where}' says when {outcome} is too bad: for robustness say when it is good "
                           f"enough, '{outcome} {sign} {where.limit:g}'")


def arrange(data: SweepData, organisation: str, against: str = "") -> tuple[list[str], list[str], np.ndarray]:
    """(policies, worlds, outcome [policies, worlds]) of one organisation, means over replicates.

    A policy here is one of the design with the values of the levers that vary; a world is a named one with the values
    of the world parameters that vary. InvalidInput unless every policy was tried in every world.
    """
    table: dict[str, dict[str, float]] = {}
    for block in data.blocks(against):
        if block.organisation != data.organisation_name(organisation):
            continue
        for row, y in zip(block.x.to_dict("records"), block.y, strict=True):
            levers = [_setting(n, v) for n, v in row.items() if PARAMETERS[n].role == "lever"]
            around = [_setting(n, v) for n, v in row.items() if PARAMETERS[n].role != "lever"]
            world = " ".join([*([block.world] if block.world else []), *around])
            table.setdefault("+".join([block.policy, *levers]), {})[world] = float(y)
    worlds = list(dict.fromkeys(world for of in table.values() for world in of))
    if len(worlds) < 2 or any(len(of) < len(worlds) for of in table.values()):
        raise InvalidInput(f"robustness needs every policy in every one of two or more worlds, and this sweep has "
                           f"{len(table)} policies with their levers and {len(worlds)} worlds in {len(data.points)} "
                           "points: give [worlds], or vary world parameters only")
    return list(table), worlds, np.array([[of[world] for world in worlds] for of in table.values()])


def _setting(name: str, value) -> str:
    return f"{name}={value:.6g}" if isinstance(value, float) else f"{name}={value}"
