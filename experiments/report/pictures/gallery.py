"""All pictures of a report."""

from __future__ import annotations

from silosim.experiments.report.facts.facts import Facts
from silosim.experiments.report.pictures import around, drivers, policies
from silosim.experiments.report.pictures.canvas import Drawn
from silosim.experiments.report.words import Words

FANS = (("grade", True), ("grade", False))


def draw(facts: Facts, words: Words) -> dict[str, Drawn]:
    """Name -> picture, of those that there is something to draw of."""
    drawn = [policies.gains(facts, words), policies.regret(facts, words), around.worlds(facts, words),
             drivers.drivers(facts, words), drivers.whole(facts, words), drivers.tornado(facts, words),
             around.silo(facts, words),
             *(policies.fan(facts, words, name, changes) for name, changes in FANS)]
    return {one.name: one for one in drawn if one is not None}
