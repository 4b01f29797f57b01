"""Names, numbers and sentences of an analysis, for tables and pictures, in both languages."""

from __future__ import annotations

import math

from silosim.experiments.analysis.condition import Condition
from silosim.experiments.analysis.data import SweepData
from silosim.experiments.analysis.discovery import Box, Limit
from silosim.experiments.analysis.run import Finding
from silosim.experiments.commands.session import inline
from silosim.model.measures.declared import MEASURES
from silosim.model.parameters import PARAMETERS
from silosim.model.text import catalogue, number, text

NAMES = {"sobol": "Sobol", "shapley": "Shapley", "morris": "Morris", "pawn": "PAWN", "delta": "delta"}
KINDS = {"S1": "S1", "ST": "ST", "mu_star": "mu*", "mu": "mu", "sigma": "sigma"}
MOST_CHANCE = 0.1  # share of the variation that may be chance before it is called much


class Words:
    """What an analysis of one sweep is told in: one language, one outcome."""

    def __init__(self, data: SweepData, lang: str = "en"):
        self.data, self.lang = data, lang
        self.measure = MEASURES[data.outcome]

    def say(self, key: str, **fields) -> str:
        """The words of `analysis.<key>`."""
        return text(f"analysis.{key}", self.lang, **fields)

    @property
    def outcome(self) -> str:
        """The outcome's name."""
        return text(f"measure.{self.data.outcome}.label", self.lang)

    def factor(self, name: str) -> str:
        """A factor's name; a group is called what its design calls it."""
        return text(f"param.{name}.label", self.lang) if name in PARAMETERS else name

    def factors(self, names) -> str:
        """Several in a row, in the middle of a sentence."""
        return ", ".join(inline(self.factor(name)) for name in names)

    def policy(self, name: str) -> str:
        """A policy's name, with what was set on top of it."""
        base, plus, extra = name.partition("+")
        key = f"policy.{base}.label"
        label = text(key, self.lang) if key in catalogue(self.lang) else base
        return f"{label} {plus}{extra}" if extra else label

    def organisation(self, name: str) -> str:
        """An organisation's name."""
        return next((getattr(spec, self.lang) for spec in self.data.design.organisations if spec.name == name), name)

    def about(self, finding: Finding) -> str:
        """What a finding is about, in a line."""
        parts = [self.outcome, self.organisation(finding.organisation)]
        parts.append(self.policy(finding.policy) if finding.policy else self.say("all_policies"))
        if finding.world:
            parts.append(self.say("in_world", world=finding.world))
        line = ", ".join(parts)
        against = finding.block.against if finding.block else finding.against
        return f"{line}: {self.say('against', against=self.policy(against))}" if against else line

    def basis(self, finding: Finding) -> str:
        """How many points and runs it rests on."""
        if finding.block is None:
            return self.say("basis_worlds", size=len(finding.worlds))
        rows = len(finding.block.y)
        if finding.method == "morris":
            points = self.say("basis_trajectories", size=finding.result.size, rows=rows)
        elif finding.method in ("sobol", "shapley"):
            points = self.say("basis_base", size=finding.result.size, rows=rows)
        else:
            points = self.say("basis_rows", rows=rows)
        least, most = finding.block.replicates
        if most == 1:
            return f"{points}, {self.say('one_run')}"
        if least == most:
            return f"{points}, {self.say('runs_each', runs=least)}"
        return f"{points}, {self.say('runs_between', least=least, most=most)}"

    def noise(self, finding: Finding) -> str:
        """What part chance has in the differences between points."""
        share = finding.block.noise.share
        if math.isnan(share):
            return self.say("says.noise_unknown")
        return self.say("says.noise_high" if share > MOST_CHANCE else "says.noise", share=share)

    def value(self, name: str, value) -> str:
        """A factor's value: a choice in words, a number in three digits."""
        if isinstance(value, str):
            key = f"param.{name}.choice.{value}"
            return text(key, self.lang) if key in catalogue(self.lang) else value
        return self.three(value)

    def three(self, value: float) -> str:
        """A number in three digits, without a power of ten."""
        if not math.isfinite(value) or value == 0:
            return number(value, "g", self.lang)
        digits = max(0, 2 - math.floor(math.log10(abs(value))))
        plain = number(value, f",.{digits}f", self.lang)
        point = "." if self.lang == "en" else ","
        return plain.rstrip("0").rstrip(point) if digits and point in plain else plain

    def kind(self, kind: str) -> str:
        """Sign or name of an index."""
        return KINDS.get(kind) or self.say(f"column.{'delta_index' if kind == 'delta' else kind}")

    def limit(self, of: Limit) -> str:
        """One limit of a box."""
        factor = inline(self.factor(of.factor))
        if of.among is not None:
            few = len(of.out) > 1 or len(of.among) == 1
            choices = f" {self.say('limit.or')} ".join(f"‘{inline(self.value(of.factor, value))}’" for value in
                                                       (of.among if few else of.out))
            return f"{factor} is {choices}" if few else self.say("limit.isnt", factor=factor, choice=choices)
        return f"{factor} > {self.three(of.low)}" if of.low is not None else f"{factor} < {self.three(of.high)}"

    def limits(self, box: Box) -> str:
        """All limits of a box; two on one factor as a range."""
        ends: dict[str, dict] = {}
        parts = []
        for of in box.limits:
            if of.low is not None or of.high is not None:
                ends.setdefault(of.factor, {})["low" if of.low is not None else "high"] = of
        for of in box.limits:
            both = ends.get(of.factor, {})
            if len(both) < 2 or of not in both.values():
                parts.append(self.limit(of))
            elif of is both["low"]:
                parts.append(self.say("limit.within", factor=inline(self.factor(of.factor)), low=self.three(of.low),
                                      high=self.three(both["high"].high)))
        last = f" {self.say('limit.and')} "
        return last.join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)

    def box(self, box: Box, where: Condition) -> str:
        """A box in a sentence, measured on the points it was not made from."""
        case = where.says(self.lang)
        return self.say("says.box", case=case[:1].upper() + case[1:], limits=self.limits(box),
                        coverage=box.coverage[1], density=box.density[1], base=box.base[1])

    def tried(self, box: Box) -> str:
        """A box that does not hold up, and by how much it falls short."""
        return self.say("says.tried", limits=self.limits(box), k=box.k[1], n=box.n[1], base=box.base[1],
                        p=number(box.p, ".2f", self.lang))
