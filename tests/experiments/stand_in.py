"""A stand-in for the engine when fitting: measures are known functions of the parameters, with the chance of runs.

A replicate moves a measure by its own amount, a little differently at every place, as common random numbers do.
"""

import numpy as np

from silosim.experiments.calibration.asked import Asked, Target, Unknown

SPANS = {"u_base": (0.0, 2.0), "rework_share": (0.6, 1.2), "call_rate": (0.02, 0.2), "context_loss": (0.2, 0.8)}


class StandIn:
    """Evaluates worlds as `run_fit` asks; `calls` counts what was asked.

    of    places [points, parameters], from 0 to 1 -> measures [points, targets]
    sd    chance of one run, a number a target
    """

    def __init__(self, asked, of, sd):
        self.asked, self.of, self.sd = asked, of, np.asarray(sd)
        self.calls = []

    def __call__(self, worlds, wave, replicates):
        self.calls.append((wave, len(worlds), replicates))
        u = np.array([[float(one.place(world[one.name])) for one in self.asked.unknowns] for world in worlds])
        return np.stack([self.of(u) + self.sd * chance(u, r, len(self.sd)) for r in replicates], axis=1)


def chance(u, replicate, targets):
    """[points, targets], variance about 1 over replicates."""
    draw = np.random.default_rng([99, replicate])
    level, bend = draw.normal(size=targets), draw.normal(size=(u.shape[1], targets))
    return level + 0.3 * np.sin(2 * u @ bend)


def asked_for(targets, names=("u_base", "rework_share"), **more):
    """The question: {measure: (value, tolerance)} and names of parameters."""
    return Asked(tuple(Target(name, *figure) for name, figure in targets.items()),
                 tuple(Unknown(name, *SPANS[name]) for name in names), **{"check": 16, **more})
