"""What is played in the room, declared once: questions, predictions, roles, what ten points buy, and worlds.

Everything that moves the model is a slider of the screen or a lever of the model; nothing here touches an outcome.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

RUNS = 50           # paired runs of a reveal
FEWER_RUNS = 16     # of what is shown on the side, and of worlds, each of which needs a new today
POINTS = 10         # that each group may invest
GROUPS = 8
DEPARTMENTS = 5     # that are played; an organisation with fewer teams plays all of them
SCALE = tuple(str(grade) for grade in range(1, 11))
FEWEST_TO_SHOW = 3  # answers about oneself before they are shown, so that nobody's own answer can be read off

MIRROR = ("self", "colleagues")
PREDICTIONS = ("up", "same", "down")
# What a prediction is about, and what a result shows on top. Each is a measure of the model.
OUTCOMES = ("attainment_closures", "grade", "contacts", "strain")
SHOWN = (*OUTCOMES, "attainment", "share_green", "lead_time", "turnover", "cost_per_solved")
MIRROR_IN_THE_MODEL = ("perception_gap", "more_than_colleagues")
BY_INTENTION = {"perception_mix": 1.0}  # people see themselves by what they mean to do, and colleagues by what they get


@dataclass(frozen=True, slots=True)
class Choice:
    """What a department may decide for itself. `levers` is what the model gets when every department decides it."""

    name: str
    levers: Mapping[str, float] = field(default_factory=dict)


CHOICES = {c.name: c for c in (
    Choice("push", {"bonus": 1.0}),
    Choice("rank", {"rank_share": 0.5}),
    Choice("checks", {"audit": 0.0}),
    Choice("connect", {"customer_time": 0.2, "work_in_progress": 2.0, "goal_alignment": 1.0}),
    Choice("keep"),
)}


@dataclass(frozen=True, slots=True)
class Item:
    """Something to invest in: up to `most` steps of `cost` points; each step moves a slider by `step`, or a lever.

    slider  the slider and which of its parts moves; a part of the reward mix takes from the own KPI
    """

    name: str
    step: float
    slider: tuple[str, int] | None = None
    lever: str | None = None
    most: int = 4
    cost: int = 1


ITEMS = {i.name: i for i in (
    Item("customer_pay", 10, ("reward_mix", 2)),
    Item("okr", 10, ("reward_mix", 3)),
    Item("kpi_quality", 25, ("kpi_quality", 0)),
    Item("pressure", -5, ("pressure", 0)),
    Item("workload", -0.5, ("workload", 0)),
    Item("customer_time", 5, ("customer_time", 0)),
    Item("platform", 25, ("platform", 0)),
    Item("rules", -5, ("rules", 0)),
    Item("leaders", 3, ("leaders", 0)),
    Item("process_team", 1, ("process_team", 0), most=1, cost=3),
    Item("culture", 0.25, lever="culture"),
)}
PAID_FROM = {"reward_mix": 0}  # the part of a slider that gives what another part gets

# Worlds in which a plan may fail, all of them within the screen's drawer of assumptions, so that each can be put on the
# screen. Each is compared with today *in that world*.
WORLDS: dict[str, dict[str, float]] = {
    "as_it_is": {},
    "busier": {"demand": 1.15},
    "quieter": {"demand": 0.85},
    "less_convinced": {"conviction_start": 0.45},
    "harder_handoffs": {"context_loss": 0.75},
    "no_sight": {"impact_sight": 0.1},
}
NONE = "none"  # the prediction that the plan holds in all of them

# The session: each step and its minutes, an hour together. A vote's name is 'vote:' and a policy; a role play's is
# 'roles:' and what counts in that round.
MINUTES = {
    "welcome": 4, "mirror": 6, "ground": 4, "vote:tighten_targets": 9, "roles:kpi": 8, "roles:customer": 4,
    "vote:culture_only": 5, "vote:customer_time_full_plates": 4, "package": 8, "worlds": 4, "commit": 4,
}
PLAN = tuple(MINUTES)
ROUNDS = ("kpi", "customer")
