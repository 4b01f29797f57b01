"""From an organisation file and parameters to the state record of a world on day 0."""

from __future__ import annotations

import math

import numpy as np

from silosim.model import doors
from silosim.model.chance import mix
from silosim.model.layout import CLASSES, Capacity, world_dtype
from silosim.model.organisation_file import OrganisationSpec
from silosim.model.parameters import PARAMETERS, InvalidInput
from silosim.model.rules.queues import NOT_WAITING

FOUNDING_ONLY = ("conviction_start", "capability_start", "expectation_start", "churn_feedback", "market_slack")
DEMAND_ROOM = 2.0  # the case table holds the worst backlog at this multiple of demand


def capacity_for(spec: OrganisationSpec, codes: dict[str, float]) -> Capacity:
    """The smallest capacity class the organisation fits in; raises InvalidInput when none does."""
    patience = spec.patience * codes["patience"]
    worst_days = 3 * patience + 1 / codes["withdraw_rate"]
    cases = spec.arrivals / 5 * max(DEMAND_ROOM, codes["demand"]) * worst_days
    teams = max(len(spec.teams), len(spec.journeys))
    for c in CLASSES:
        fits = spec.headcount <= c.employees and teams <= c.teams and len(spec.journeys) <= c.journeys
        if fits and spec.customers <= c.customers and (cases <= c.cases or c is CLASSES[-1]):
            return c
    top = CLASSES[-1]
    raise InvalidInput(
        f"organisation {spec.name}: {spec.headcount} employees, {teams} teams or journeys "
        f"and {spec.customers} customers; "
        f"at most {top.employees}, {top.teams} and {top.customers} are supported"
    )


def world_key(seed: int, replicate: int) -> np.uint64:
    """The key of all draws of one replicate under a root seed."""
    with np.errstate(over="ignore"):
        return np.uint64(mix(np.uint64(mix(np.uint64(seed % 2**64))) + np.uint64(replicate % 2**64)))


def found(spec: OrganisationSpec, codes: dict[str, float], seed: int, replicate: int) -> np.ndarray:
    """An array of one world, founded. codes: every parameter's stored number."""
    capacity = capacity_for(spec, codes)
    worlds = np.zeros(1, world_dtype(capacity))
    w = worlds[0]
    w["key"] = world_key(seed, replicate)
    for name in PARAMETERS:
        w["par"][name] = codes[name]
    fill_tables(w, spec, codes)
    w["org"] = capacity.teams
    w["calendar"][:] = -1
    w["waiting_since"][:] = NOT_WAITING
    doors.found(worlds, 0)
    return worlds


def fill_tables(w, spec: OrganisationSpec, codes: dict[str, float]) -> None:
    """Counts, journeys and homes from the file."""
    w["employees"], w["journeys"], w["customers"] = spec.headcount, len(spec.journeys), spec.customers
    w["domains"] = len(spec.teams)
    w["cycle"] = next_prime(max(spec.headcount, 2))
    w["arrivals_day"] = spec.arrivals / 5
    w["planned_demand"] = codes["demand"]
    w["patience"] = spec.patience
    until = 0.0
    for j, journey in enumerate(spec.journeys):
        table = w["journey"][j]
        until += journey.share
        table["until"] = until
        table["stages"] = len(journey.stages)
        meets = [spec.teams[stage.team].meets_customer for stage in journey.stages]
        if not any(meets):
            meets[0] = True
        for s, stage in enumerate(journey.stages):
            table["domain"][s] = stage.team
            table["hours"][s] = stage.hours
            table["meets"][s] = meets[s]
    home = np.repeat(np.arange(len(spec.teams)), [t.headcount for t in spec.teams])
    w["emp"]["home"][: spec.headcount] = home


def next_prime(n: int) -> int:
    """Smallest prime >= n."""
    while any(n % d == 0 for d in range(2, math.isqrt(n) + 1)):
        n += 1
    return n
