"""When a claim holds: a region of worlds and of our own choices, found on half of the worlds, judged on the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from silosim.experiments.claims.ensemble import CHOICES
from silosim.experiments.claims.rule import Rule
from silosim.model.parameters import PARAMETERS, InvalidInput
from silosim.model.text import number, text

MOST_FACTORS = 10
WHY_NONE = {"few": "claims.few_worlds", "none": "claims.no_region", "thin": "claims.thin_region",
            "chance": "claims.chance_region"}  # its words


@dataclass(frozen=True)
class Region:
    """A box that holds up: its limits, and how it does on the worlds it was not made from.

    density  share of the worlds in it that are of interest; coverage: share of those of interest that are in it
    base     density among all
    n        worlds in it, of those it was not made from
    """

    limits: tuple
    density: float
    coverage: float
    base: float
    n: int
    p: float

    def plain(self) -> dict:
        """For JSON."""
        limits = [{name: value for name, value in (("factor", one.factor), ("low", one.low), ("high", one.high),
                                                   ("among", one.among)) if value is not None} for one in self.limits]
        return {"limits": limits, "density": self.density, "coverage": self.coverage, "base": self.base,
                "worlds": self.n, "p": self.p}

    def words(self, lang: str) -> str:
        """The limits in words, joined by 'and'."""
        return f" {text('claims.and', lang)} ".join(_limit_words(one, lang) for one in self.limits)


def frame_of(factors: Sequence[Mapping]):
    """A frame of what differs between worlds; `factors`: of each world name -> value."""
    import pandas as pd

    frame = pd.DataFrame(list(factors))
    return frame.loc[:, [name for name in frame if frame[name].nunique() > 1]]


def lasting_region(frame, of_interest: np.ndarray, drawn: np.ndarray, seed: int,
                   rule: Rule) -> tuple[Region | None, str, np.ndarray]:
    """(the region, '', again) or (None, why there is none: 'few', 'none', 'thin' or 'chance', again).

    drawn   bool [searches, worlds]: which worlds are of interest when replicates are drawn anew
    again   bool [searches]: whether there is a region, with other halves of the worlds; 'chance' when too seldom
    """
    region, why = find_region(frame, of_interest, seed, rule.density)
    if why == "few":
        return None, why, np.zeros(len(drawn), dtype=bool)
    again = np.array([find_region(frame, one, seed + k, rule.density)[0] is not None
                      for k, one in enumerate(drawn, start=1)])
    return (region, why, again) if region is None or again.mean() >= rule.found_again else (None, "chance", again)


def find_region(frame, of_interest: np.ndarray, seed: int, density: float) -> tuple[Region | None, str]:
    """(the region, '') or (None, why there is none: 'few', 'none' or 'thin'), by one search.

    density      least share of the worlds of interest in it, among those it was not made from
    """
    from silosim.experiments.analysis.discovery import discover, halves

    frame = frame[_telling(frame, of_interest, halves(of_interest, seed))]
    try:
        found = discover(frame, of_interest, seed=seed, most=1)
    except InvalidInput:  # too few worlds, or too few of one kind
        return None, "few"
    if not found.boxes:
        return None, "none"
    box = found.boxes[0]
    if not box.density[1] >= density:
        return None, "thin"
    return Region(box.limits, box.density[1], box.coverage[1], box.base[1], box.n[1], box.p), ""


def _telling(frame, of_interest: np.ndarray, found: np.ndarray) -> list[str]:
    """The choices, and the ten numbers that differ most between worlds of interest and others in the half `found`.

    A hundred world parameters and twenty worlds give a region by chance; the other half is not looked at here.
    """
    yes, no = frame[found & of_interest], frame[found & ~of_interest]
    numbers = [name for name in frame if name not in CHOICES and pd_number(frame[name])]
    apart = {name: 0.0 if len(yes) == 0 or len(no) == 0 else
             abs(float(yes[name].mean() - no[name].mean())) / max(float(frame[name].std()), 1e-12) for name in numbers}
    first = set(sorted(numbers, key=lambda name: -apart[name])[:MOST_FACTORS])
    return [name for name in frame if name in first or name not in numbers]


def pd_number(column) -> bool:
    """Whether a column holds numbers."""
    return column.dtype.kind in "if"


def _limit_words(limit, lang: str) -> str:
    name = choice_label(limit.factor, lang)
    if limit.among is not None:
        few = len(limit.among) <= len(limit.out)
        values = f" {text('claims.or', lang)} ".join(limit.among if few else limit.out)
        return text("claims.limit.is" if few else "claims.limit.isnt", lang, name=name, value=values)
    for key, value in (("low", limit.low), ("high", limit.high)):
        if value is not None:
            return text(f"claims.limit.{key}", lang, name=name, value=number(value, ".3g", lang))
    return name


def choice_label(name: str, lang: str) -> str:
    """What a parameter, or the dose, is called."""
    label = text(f"param.{name}.label", lang) if name in PARAMETERS else text(f"claims.{name}", lang)
    return label[:1].lower() + label[1:] if label[1:2].islower() else label
