"""Directions of steering on the customer's journey: process teams, mapping sessions, gestures."""

import numpy as np
from mechanisms import after, chosen, counted, dotted, less, measured, more, motive, person, state, team

PROCESS = {"process_teams": 40, "process_people": 0.5}
LEARNING = {"mapping_hours": 0.05, "familiarity_gain": 0.035}
MAPPED = {"mapping_boundaries": 2, "familiarity_gain": 0.035}
MAPPING = {**MAPPED, "mapping_hours": 0.05}
STRANGERS = {"mapping_hours": 0.1, "familiarity_gain": 0.1, "mapping_effect": 200.0}
GESTURES = {"gesture_hours": 0.05}
UNEQUAL = {"capability_start": 0.6, "capability_decay": 0.01, "improve_effect": 0.5}


def best_against_worst(sim):
    """How far the best-kept stage of a journey stands above its worst: what gathering hours on one stage does."""
    journeys = sim.record["journey"][: int(sim.record["journeys"])]
    return float(np.mean([np.ptp(j["capability"][: int(j["stages"])]) for j in journeys]))


def blamed(sim):
    """Share of recorded failures that stands with the last stage at which the customer is met."""
    journeys = sim.record["journey"][: int(sim.record["journeys"])]
    last = [max(s for s in range(int(j["stages"])) if j["meets"][s] or s == 0) for j in journeys]
    whole = sum(j["failures"].sum() for j in journeys)
    return float(sum(j["failures"][s] for j, s in zip(journeys, last, strict=True)) / whole)


def unevenness(sim):
    """How much stages differ in what they are known to have done wrong, per journey that passed."""
    journeys = sim.record["journey"][: int(sim.record["journeys"])]
    return float(np.mean([np.std(f) / np.mean(f) for f in (j["failures"][: int(j["stages"])] for j in journeys)]))


def on_the_costly(sim):
    """Share of process teams that work on the stage of most hours, whatever customers come back with."""
    journeys = sim.record["journey"][: int(sim.record["journeys"])]
    for j in journeys:
        j["failures"][:] = 0.0
        j["failures"][int(np.argmin(j["hours"][: int(j["stages"])]))] = 50.0
    sim.run(1)
    return float(np.mean([int(j["focus"]) - 1 == int(np.argmax(j["hours"])) for j in journeys]))


touch = team("touch", 13)

STEERING = {
    "customer-process teams": [
        *more("process_teams", 0, 40, after(8, best_against_worst), process_people=0.5, **UNEQUAL),
        *more("process_teams", 0, 40, counted("cost_programme")),
        *more("process_people", 0.1, 0.9, after(8, best_against_worst), process_teams=40, **UNEQUAL),
        *less("process_people", 0.1, 0.9, chosen("budget"), process_teams=40),
        *more("process_pay", 0.0, 0.8, motive("care"), process_teams=40, process_people=1.0),
        *more("process_pay", 0.0, 0.8, counted("cost_bonus", weeks=14), **PROCESS),
        *less("board_customer", 0.0, 1.0, on_the_costly, **PROCESS),
        *more("defect_spread", 0.0, 1.5, after(13, unevenness), attribution=1.0),
        *more("blame_shift", 0.0, 1.0, after(13, blamed), attribution=0.3),
        *less("process_hours", 0.0, 0.5, chosen("budget"), **PROCESS),
        *more("process_money", 0.0, 90000.0, counted("cost_programme"), **PROCESS),
    ],
    "mapping sessions": [
        *more("mapping_boundaries", 0, 2, state("familiar", 13), **LEARNING),
        *less("mapping_boundaries", 0, 2, measured("lost_across", 26), **STRANGERS),
        *less("mapping_boundaries", 0, 2, chosen("budget")),
        *more("mapping_hours", 0.0, 0.1, state("familiar", 13), **MAPPED),
        *less("mapping_hours", 0.0, 0.1, chosen("budget"), mapping_boundaries=2),
        *more("mapping_effect", 0.0, 100.0, state("familiar", 13), **MAPPING),
    ],
    "gestures": [
        *more("gesture_hours", 0.0, 0.05, after(26, lambda sim: sim.record["emp"]["warmth"][0]), measured("grade", 26)),
        *less("gesture_hours", 0.0, 0.05, chosen("budget")),
        *less("gesture_interval", 1, 20, touch, **GESTURES),
        *more("gesture_effect", 0.0, 2.0, touch, **GESTURES),
        *less("gesture_fade", 0.0, 0.3, touch, **GESTURES),
        *less("gesture_fixed", 0.0, 0.04, touch, **GESTURES),
        *more("gesture_feedback", 0.0, 40.0, person("impact", 1), **GESTURES, **dotted(person__impact=0.0)),
    ],
}
