"""What a pooled measure pays each activity: measured on the living organisation, never set.

Recipe: burn the organisation in; freeze habits, conviction, beliefs, leaving and capacity in both arms; add
DELTA to one activity on top of everybody's budget for HORIZON weeks; v = paired difference of the measure / DELTA,
normalised to length 1 over handle, care, connect, improve. Handling is divided by the availability of work (what
idle time dilutes is an artefact). A measure of which less is better counts negatively. Vectors depend on load, pay
and structure, so they belong to (organisation, world, structure): they are measured when first needed and kept in
the folder of the compiled rules, under the rulebook's hash, exactly (measuring again gives the same bits).
"""

from __future__ import annotations

import hashlib
import json

import numpy as np

from silosim.model import doors
from silosim.model.kept import keep, once, recall
from silosim.model.layout import CARE, CONNECT, HANDLE, IMPROVE, A
from silosim.model.measures import INDEX, MEASURES
from silosim.model.parameters import PARAMETERS
from silosim.model.rulebook import rulebook_hash
from silosim.model.rules.pay import CONTEXT_LOST

DELTA = 0.02
HORIZON = 26  # weeks; improvement pays 0.2 over 13 weeks and 2.3 over 52, so the horizon is a choice
BURN_IN = 104
RUNS = 24
SEED = 20_000  # of the measurement, apart from the seeds of any experiment
MEASURED = (HANDLE, CARE, CONNECT, IMPROVE)
FROZEN = ("inertia", "trait_pull", "social_pull", "impact_gain", "gap_loss", "culture_push", "imitation", "quit_rate",
          "capacity_cut", "capacity_return", "fear_spread", "fear_fade")
SIGN = {"grade": 1.0, "nps": 1.0, "effort": -1.0, "lead_time": -1.0, "contacts": -1.0}
COLUMN = {"grade": "grade", "nps": "nps", "effort": "effort_score", "lead_time": "lead_time", "contacts": "contacts"}


def install_pay_vectors(sim) -> None:
    """Fill in what the reward scheme in force needs to know; nothing is measured where nothing is paid on it."""
    par = sim.worlds["par"][0]
    w = sim.worlds[0]
    values = {**PARAMETERS.defaults(), **sim.values}
    pays = par["customer_weight"] > 0 and values["customer_pay_mode"] != "cut_only"
    pays = pays or (par["process_teams"] >= 1 and par["process_pay"] > 0)
    w["pay_vector"][:] = 0.0
    w["okr_vector"][:] = 0.0
    w["driver_vector"][:] = 0.0
    if par["driver_weight"] > 0 and values["customer_pay_mode"] != "cut_only":
        vectors, loss = _vectors_of(sim, "organisation", values["customer_measure"])
        w["driver_vector"] = vectors[0]
        w["loss_start"] = loss
    if pays:
        vectors, loss = _vectors_of(sim, values["customer_scope"], values["customer_measure"])
        w["pay_vector"][: len(vectors)] = vectors
        w["loss_start"] = loss
    if par["okr_count"] >= 1:
        if w["lead_start"] <= 0.0:
            teams = w["team"]["lead_last"][: int(w["teams"])]
            w["lead_start"] = teams.mean() if teams.mean() > 0 else 0.0
        if values["okr_result"] == "lead_time":
            w["okr_vector"] = _vectors_of(sim, "organisation", "lead_time")[0][0]


def _vectors_of(sim, scope: str, measure: str) -> tuple[np.ndarray, float]:
    """Vectors per team, float64[teams, A], and the loss rate at which they were measured."""
    world = tuple(sorted((n, v) for n, v in sim.founded.items() if PARAMETERS[n].role == "world"))
    structure = {**PARAMETERS.defaults(), **sim.values}["structure"]
    by_measure, loss = measure_pay(sim.spec, world, structure, "team" if scope == "team" else "organisation")
    vectors = by_measure[measure]
    teams = int(sim.worlds["teams"][0])
    return (np.repeat(vectors, teams, axis=0) if len(vectors) == 1 else vectors), loss


def pay_alignment(spec, **flat) -> float:
    """cos(pay, value): how far what is paid points where customers' grade comes from, over the measured activities.

    pay    what the scheme of `flat` pays each activity (own, team and end-to-end, customer, driver and OKR parts),
           mean over employees
    value  the organisation's measured vector of the grade under today's levers
    1: every paid hour serves; 0: none does; below 0: pay works against the grade. NaN when nothing is paid.
    """
    from silosim.model.simulation import Simulation

    sim = Simulation(spec, **flat)
    doors.teams_set_pay(sim.worlds, 0)
    w = sim.record
    pay, seen = np.zeros(A), np.zeros(A)
    for i in range(int(w["employees"])):
        t = w["team"][w["emp"]["team"][i]]
        doors.add_sight(sim.worlds, 0, i, seen, t["pay_own"] + t["pay_team"])
    pay[list(MEASURED)] += seen[list(MEASURED)]
    customer_work = np.isin(np.arange(A), (CARE, CONNECT, IMPROVE))
    for k in range(int(w["teams"])):
        t = w["team"][k]
        pay[HANDLE] += t["size"] * (t["pay_own"] + t["pay_team"])
        judged = int(t["size"] * w["par"]["process_people"]) if t["pay_journey"] > 0 else 0
        pay += (t["size"] * t["pay_customer"] + judged * t["pay_journey"]) * w["pay_vector"][k]
        pay += t["size"] * t["pay_driver"] * customer_work * np.maximum(0.0, w["driver_vector"])
        on_loss = sim.record["par"]["okr_result"] == CONTEXT_LOST
        okr = np.array([0.0, 0.0, 1.0, 0.5, 0.0, 0.0]) if on_loss else w["okr_vector"]  # as motives.add_okr
        pay += t["size"] * t["pay_okr"] * okr
    world = tuple(sorted((n, v) for n, v in sim.founded.items() if PARAMETERS[n].role == "world"))
    value = measure_pay(spec, world, "functional", "organisation")[0]["grade"][0]
    length = float(np.linalg.norm(pay) * np.linalg.norm(value))
    return float(pay @ value) / length if length > 0 else float("nan")


@once
def measure_pay(spec, world: tuple, structure: str, scope: str) -> tuple[dict[str, np.ndarray], float]:
    """Per customer measure the pay vectors, float64[1 or teams, A], and the loss rate they were measured at.

    world   ((name, value), ...) of world parameters that differ from their defaults, sorted
    scope   'organisation' (one vector) or 'team' (a vector per team, of the team's own measure)
    """
    identity = json.dumps([rulebook_hash(), spec.canonical(), world, structure, scope], sort_keys=True)
    name = f"pay-{hashlib.blake2b(identity.encode(), digest_size=12).hexdigest()}"
    try:
        kept = recall(name)
        return {measure: np.array(rows) for measure, rows in kept["vectors"].items()}, kept["loss"]
    except (KeyError, TypeError, ValueError):  # not there yet, or spoiled
        vectors, loss = _measure(spec, world, structure, scope)
        keep(name, {"loss": loss, "vectors": {measure: rows.tolist() for measure, rows in vectors.items()}})
        return vectors, loss


def _measure(spec, world: tuple, structure: str, scope: str) -> tuple[dict[str, np.ndarray], float]:
    from silosim.model.simulation import Simulation

    arms: dict[tuple[int, int], list[np.ndarray]] = {}
    losses, busy = [], []
    runs = RUNS if scope == "organisation" else max(4, RUNS * 6 // max(6, len(spec.teams)))
    for replicate in range(runs):
        sim = Simulation(spec, SEED, replicate, **dict(world), structure=structure)
        sim.run(BURN_IN)
        losses.append(float(sim.record["loss_rate"]))
        busy.append(float(sim.record["team"]["availability"][: int(sim.record["teams"])].mean()))
        frozen = sim.snapshot()
        teams = [-1] if scope == "organisation" else range(int(sim.record["teams"]))
        base = _arm(frozen, -1, HANDLE, 0.0)
        for team in teams:
            for activity in MEASURED:
                row = 0 if team < 0 else team + 1
                change = _arm(frozen, team, activity, DELTA)[row] - base[row]
                arms.setdefault((max(team, 0), activity), []).append(change)
    return _normalised(arms, float(np.mean(busy))), float(np.mean(losses))


def _arm(frozen, team: int, activity: int, delta: float) -> np.ndarray:
    """Measures over the horizon with effort nudged: float64[1 + teams, M], the organisation first."""
    from silosim.model.simulation import Simulation

    sim = Simulation.branch(frozen, **dict.fromkeys(FROZEN, 0.0))
    if delta:
        doors.nudge(sim.worlds, 0, team, activity, delta)
    sim.open_window()
    sim.run(HORIZON)
    return np.vstack([sim.measures()[None], sim.measures("team")])


def _normalised(arms: dict, busy: float) -> dict[str, np.ndarray]:
    rows = 1 + max(row for row, _ in arms)
    result = {}
    for name, column in COLUMN.items():
        vectors = np.zeros((rows, A))
        for (row, activity), changes in arms.items():
            # nobody came, nobody to please
            seen = [c[INDEX[column]] for c in changes if not np.isnan(c[INDEX[column]])]
            slope = SIGN[name] * float(np.mean(seen)) / DELTA if seen else 0.0
            vectors[row, activity] = slope / busy if activity == HANDLE else slope
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        result[name] = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return result


assert set(COLUMN.values()) <= set(MEASURES)
