"""The prior: from which worlds history matching draws, before anything was run.

Every world parameter that is not solved, set by definition or switched off is drawn log-uniformly around its default,
within a factor that depends on how much is known: motives of people, the physics of work, the rest. Motives are held
narrow because they stand against each other and against a performance pay that management chooses: multiplying all of
them by two changes little, multiplying one of them by two makes its activity the only one.
World k under a seed is the same however many worlds are drawn.
"""

from __future__ import annotations

import numpy as np

from silosim.model.parameters import PARAMETERS, unknown

FACTORS = {  # prior -> group -> factor
    "narrow": {"motives": 1.15, "physics": 1.3, "rest": 2.0},
    "wide": {"motives": 1.5, "physics": 1.5, "rest": 2.0},
}
PRIORS = tuple(FACTORS)

MOTIVES = ("duty", "intrinsic", "value_care", "value_connect", "value_improve", "value_help", "value_honest",
           "effort_cost", "conviction_start")
PHYSICS = ("care_effect", "context_loss", "connect_effect", "u_contact", "rework_share", "impact_gain",
           "improve_effect", "capability_decay", "coordination", "switching", "withdraw_rate")

# What is left after drawing is solved, so that each world is as good a description of today as it can be:
# the first four to the aim of a target, the last two to the level that the world itself settles at.
SOLVED = {"u_base": "grade", "case_spread": "share_nine", "defect_rate": "first_time_right", "quit_rate": "turnover",
          "expectation_start": "", "capability_start": ""}
# The organisation file says how much demand there is and how patient customers are.
BY_DEFINITION = ("demand", "patience")
OF_SOLVED = 4.0  # factor within which a positive one of them is looked for, when it is fitted alone


def factor(name: str, prior: str = "narrow") -> float:
    """Within which factor of its default a parameter is drawn."""
    group = "motives" if name in MOTIVES else "physics" if name in PHYSICS else "rest"
    return FACTORS[_known(prior)][group]


def ranges(prior: str = "narrow") -> dict[str, tuple[float, float]]:
    """Parameter -> (low, high) from which it is drawn, log-uniformly; never outside what the registry accepts."""
    found = {}
    for p in PARAMETERS.of_role("world"):
        if p.name in SOLVED or p.name in BY_DEFINITION or p.choices or not p.default > 0:
            continue  # a default of 0 is a mechanism that is switched off
        f = factor(p.name, prior)
        found[p.name] = (max(p.low, p.default / f), min(p.high, p.default * f))
    return found


def range_of(name: str, prior: str = "narrow") -> tuple[float, float]:
    """The range of one world parameter for fitting it alone: as in `ranges`, and for those that are not drawn there:

    what is solved there may be anything that the registry accepts, above 0 within a factor OF_SOLVED; what the
    organisation file says lies within the factor of the rest; what is switched off, anywhere in the registry's range.
    """
    p = PARAMETERS[name]
    span = ranges(prior)
    if name in span:
        return span[name]
    if p.low < 0 or not p.default > 0:
        return p.low, p.high
    f = OF_SOLVED if name in SOLVED else FACTORS[prior]["rest"]
    return max(p.low, p.default / f), min(p.high, p.default * f)


def draw(world: int, seed: int = 1, prior: str = "narrow") -> dict[str, float]:
    """The drawn parameters of world number `world`."""
    span = ranges(prior)
    u = np.random.default_rng([seed, world]).random(len(span))
    return {name: float(low * (high / low) ** x) for (name, (low, high)), x in zip(span.items(), u, strict=True)}


def _known(prior: str) -> str:
    if prior not in FACTORS:
        raise unknown("prior", str(prior), FACTORS)
    return prior
