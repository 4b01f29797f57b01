"""The runs behind page 5, declared as ordinary designs: what each assumption does alone, and what groups of them do.

    report-local   one at a time: the assumptions that go along most with the policy's effect over the tested worlds,
                   each moved alone to where 5% and 95% of those worlds have it, everything else as in the comparison
    report-global  Morris: all assumptions of a group at once, group after group, over the whole range of the prior

Both hold today and the policy that comes first, on the same draws. They are stored like any sweep: `silosim analyse`
takes them, and a larger sweep of the same kind that somebody made by hand is taken by the report as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from silosim.experiments.calibration.prior import ranges
from silosim.experiments.report.facts.choice import choose
from silosim.experiments.report.facts.compared import differences
from silosim.experiments.report.facts.source import read
from silosim.experiments.report.facts.worlds import Worlds, correlations, read_worlds
from silosim.experiments.report.worlds import PRIOR, make_worlds
from silosim.experiments.running.make import Made, Orders
from silosim.experiments.scenarios import Frame, Scenario
from silosim.experiments.store import Store
from silosim.experiments.sweeps.design import Design
from silosim.experiments.sweeps.run import run_sweep
from silosim.model.parameters import PARAMETERS, InvalidInput

LOCAL, GLOBAL = "report-local", "report-global"
MOST_LOCAL, LOCAL_RUNS = 10, 8
TRAJECTORIES, GLOBAL_RUNS = 10, 2
LEVELS = 4


def local_design(frame: Frame, chosen: Sequence[Scenario], worlds: Worlds | None) -> Design:
    """The assumptions that go along most with the effect of the last of `chosen`, each alone, low and high.

    Raises InvalidInput where none is known to: there are no worlds, or nothing varies with the effect.
    """
    known = worlds is not None and chosen[-1].name in worlds.policies
    rho = correlations(worlds, chosen[-1].name) if known else {}
    names = sorted(rho, key=lambda name: -abs(rho[name]))[:MOST_LOCAL]
    factors = {name: [float(f"{x:.6g}") for x in np.percentile(worlds.x[name], (5, 95))] for name in names}
    return _design(LOCAL, "one_at_a_time", frame, chosen, factors, LOCAL_RUNS)


def global_design(frame: Frame, chosen: Sequence[Scenario]) -> Design:
    """All assumptions that the prior varies and the comparison does not set, in the groups of the registry."""
    factors = {name: {"low": low, "high": high, "log": True, "group": PARAMETERS[name].group}
               for name, (low, high) in ranges(PRIOR).items() if name not in frame.world and low < high}
    return _design(GLOBAL, "morris", frame, chosen, factors, GLOBAL_RUNS,
                   {"size": TRAJECTORIES, "levels": LEVELS})


def _design(name: str, method: str, frame: Frame, chosen: Sequence[Scenario], factors: Mapping, runs: int,
            sample: Mapping | None = None) -> Design:
    courses = [{"name": one.name, "levers": dict(one.levers), "switches": [[week, dict(values)] for week, values in
                                                                          one.switches]} for one in chosen]
    worlds = {"list": [{"name": "around", "values": dict(frame.world)}]} if frame.world else {}
    return Design(name=name, method=method, organisations=(frame.spec,), policies=courses, weeks=frame.weeks,
                  burn_in=frame.burn_in, start=frame.start, seed=frame.seed, factors=factors, sample=sample or {},
                  worlds=worlds, replications={"runs": runs})


def make_all(store: Store, frame: Frame, chosen: Sequence[Scenario], telling: Callable, workers: int | None = None,
             about: Mapping | None = None) -> list[Made]:
    """Makes everything that a report is about beside its comparison, the last one stored: worlds, then what drives it.

    telling  key of a text -> context that gives a function for progress
    Raises running.make.Stopped.
    """
    with telling("doing") as tell:
        made = [make_worlds(store, frame, chosen, tell, workers, about)]
    source = read(store)
    first = choose(source, differences(source)).policy
    pair = [one for one in chosen if one.name in (source.today, first)]
    if len(pair) == 2:
        with telling("doing_drivers") as tell:
            made += make_ensembles(store, frame, pair, read_worlds(source), tell, workers, about)
    return made


def make_ensembles(store: Store, frame: Frame, pair: Sequence[Scenario], worlds: Worlds | None,
                   progress: Callable[[int, int], None], workers: int | None = None,
                   about: Mapping | None = None) -> list[Made]:
    """Makes what is missing of both designs for today and the policy that comes first (`pair`).

    A design that cannot be drawn here (a Morris sample needs the extra `analysis`) is left out: the report says what
    is not there. Raises running.make.Stopped.
    """
    made = []
    for plan in (lambda: global_design(frame, pair), lambda: local_design(frame, pair, worlds)):
        try:
            design = plan()
            design.points()
        except InvalidInput:
            continue
        made.append(run_sweep(store, design, Orders(workers=workers), progress=progress, other_rules=True,
                              about=about).made)
    return made
