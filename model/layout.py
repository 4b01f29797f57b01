"""The shape of the state: one nested record per world, and the names of its accumulators.

A rule takes `w` (the record of one world) and reads `w.emp[i].conviction`, `w.par.bonus`. One buffer
to copy, pickle or branch. Table sizes are part of the type, so they come in capacity classes; each
class compiles anew. Fillers are explicit: copying a record with hidden padding would make hashes flaky.
"""

from __future__ import annotations

from collections import namedtuple
from functools import cache

import numpy as np

from silosim.model.interpreted import INTERPRETED, readable
from silosim.model.maths import BINS
from silosim.model.parameters import PARAMETERS

# Activities: what a day is spent on
ACTIVITIES = ("handle", "care", "connect", "improve", "game", "help")
HANDLE, CARE, CONNECT, IMPROVE, GAME, HELP = range(6)
A = len(ACTIVITIES)
LEAST_HANDLE = 0.02  # share of the day: ratios 'per handling' are clamped here

FLOW = 4  # what is counted of every pair of teams: handoffs, lost, bounced, helped
LEADERS = 5  # most layers of managers above the team managers
STAGES = 8  # most stages in a journey
DAYS_AHEAD = 128  # a parked case comes back within this many days (asserted)
DAYS_FELT = 256  # waiting beyond this many days feels like this many
HOURS_PER_DAY, DAYS_PER_WEEK, SLOTS, WEEKS_PER_QUARTER = 8.0, 5, 4, 13
HOURS_PER_WEEK = HOURS_PER_DAY * DAYS_PER_WEEK
WEEKS_PER_YEAR = 52.0

# Where a case is
FREE, QUEUED, IN_HAND, ESCALATED, AWAY, GONE, HELD = range(7)

# Accumulators. FLOW fields add up over teams; CASE fields count a case once per row it belongs to.
FLOW_FIELDS = (
    "stages", "stages_first", "stages_timely", "stages_same_day", "points", "polished", "defects", "exceptions",
    "spot", "wrong", "escalated",
    "across", "lost_across", "within", "lost_within", "lost_reference", "bounces", "calls", "returns", "sanctions",
    "audited",
    "received", "received_intact", "received_within", "intact_within", "leavers", "hours_paid",
    "hours_offered", "hours_worked", "person_weeks",
    "handle", "care", "connect", "improve", "game", "help", "intended_connect",
    "intended", "intended_in_time", "acted", "conviction", "price", "fear", "belief", "strain", "lost_day",
    "self_view", "colleague_view", "self_above",
    "team_weeks", "pressure", "backlog", "capacity", "capability", "familiarity",
    "managed_weeks", "manager_focus",
    "team_quarters", "green", "attained", "attained_closures", "attained_first", "variable_pay",
    "cost_wage", "cost_bonus", "cost_people", "cost_error",
)
# ENDED fields describe one ended case; they stand together, so that a case adds them to a row in one sweep.
ENDED_FIELDS = (
    "solved", "gave_up", "withdrawn", "first_right", "contacts", "bounced_cases", "lost_cases", "handoffs_of_cases",
    "grade", "nine", "eight", "seven_half", "seven", "effort", "lead_time", "answers", "score", "promoters",
    "detractors",
)
CASE_FIELDS = (
    *ENDED_FIELDS,
    "arrived", "turned_away", "contacts_all", "contacts_failure", "weeks", "adoption", "cost_compensation",
    "cost_programme", "board_weeks", "board_focus", "churned", "customer_weeks", "base",
    "pay_gaps", "strain_shared", "strain_gaps",
)
FIELDS = FLOW_FIELDS + CASE_FIELDS
F = namedtuple("Fields", FIELDS)(*range(len(FIELDS)))
FLOWS = len(FLOW_FIELDS)
SUMS = len(FIELDS)
ENDED = len(ENDED_FIELDS)

Capacity = namedtuple("Capacity", "employees teams journeys customers cases")
CLASSES = (
    Capacity(128, 16, 16, 2048, 16384),
    Capacity(512, 48, 32, 16384, 65536),
    Capacity(1024, 48, 32, 32768, 131072),
    Capacity(4096, 64, 64, 131072, 524288),
)

PAR = np.dtype([(name, "f8") for name in PARAMETERS], align=True)


def _employee(teams: int) -> np.dtype:
    return np.dtype([
        # read and written for every case: kept together, because a cache line costs more than a rule
        ("team", "u4"), ("hand", "i4"), ("slot_hours", "f8"), ("worked", "f8"), ("p_polish", "f8"), ("p_defect", "f8"),
        ("p_lose", "f8"), ("points", "f8"), ("shown", "f8"),
        ("warmth", "f8"), ("done", "f8"), ("timely", "f8"), ("sent", "f8"), ("lost", "f8"), ("seen", "f8"),
        ("newness", "f8"), ("p_spot", "f8"),
        ("p_wrong", "f8"), ("polished", "f8"), ("graded", "f8"), ("grades", "f8"), ("impact", "f8"), ("begging", "f8"),
        ("conviction", "f8"), ("gap", "f8"), ("sight", "f8"),
        ("domain", "f8", (teams,)),  # experience: stages done per domain
        # who I am
        ("home", "u4"), ("recruits", "i4"), ("place", "i4"), ("filler", "i4"),
        ("trait", "f8"), ("belief", "f8"), ("next_belief", "f8"), ("fear", "f8"),
        ("ambition", "f8"), ("tenure", "f8"), ("perceive", "f8", (A,)),
        # what I do and why
        ("effort", "f8", (A,)), ("motive", "f8", (A,)), ("price", "f8"), ("budget", "f8"),
        ("intended", "f8"), ("intended_in_time", "f8"),
        ("offered", "f8"),  # hours for cases in the week that ends, before effort changes
    ], align=True)


def _team(teams: int) -> np.dtype:
    return np.dtype([
        ("size", "i4"), ("first", "i4"), ("waiting", "i4"), ("filler", "i4"), ("head", "i4", (2,)),
        ("tail", "i4", (2,)),
        ("budget", "f8"), ("availability", "f8"), ("pressure", "f8"), ("backlog", "f8"), ("capacity", "f8"),
        ("plan", "f8"), ("target", "f8"), ("attained", "f8"), ("norm", "f8", (A,)), ("conviction", "f8"),
        ("pay_own", "f8"), ("pay_team", "f8"), ("pay_customer", "f8"), ("pay_okr", "f8"), ("sponsor", "f8"),
        ("pay_rank", "f8"), ("rivalry", "f8"), ("winning", "f8"), ("pay_driver", "f8"), ("end_to_end", "f8"),
        ("strange", "f8"), ("discussed", "f8"), ("newness", "f8"),
        ("offered", "f8"), ("worked", "f8"), ("sanctions", "f8"), ("capability", "f8"),
        # this quarter
        ("points", "f8"), ("closed_first", "f8"), ("closed", "f8"), ("closed_same_day", "f8"), ("leavers", "f8"),
        ("pressed", "f8"), ("paid", "f8"), ("paid_week", "f8"), ("weeks", "f8"),
        ("answers", "f8"), ("score", "f8"), ("answers_last", "f8"), ("lost", "f8"),
        ("handed", "f8"),
        ("loss_last", "f8"), ("lead", "f8"), ("ended", "f8"), ("lead_last", "f8"), ("taken", "f8"),
        # governance and gestures
        ("processes", "f8"), ("steered", "f8"), ("sessions", "f8"), ("pay_journey", "f8"), ("saved", "f8"),
        ("touch", "f8"),
        # the term of the KPI, and the clock
        ("term", "f8"), ("pay_term", "f8"), ("holding", "f8"), ("at_term", "f8"), ("put_off", "f8"),
    ], align=True)


# Indices that are never -1 are unsigned: the compiler then leaves out the check for counting from the end.
CASE = np.dtype([
    ("key", "u8"), ("left", "f8"), ("extra", "f8"), ("warmth", "f8"),
    ("next", "i4"), ("customer", "i4"), ("opened", "i4"), ("arrived", "i4"),
    ("team", "u2"), ("journey", "u2"), ("sender", "i2"), ("mender", "i2"), ("attempt", "i2"), ("contacts", "i2"),
    ("bounces", "i2"), ("handoffs", "i2"), ("todo", "i2"), ("defects", "i2"),
    ("status", "i1"), ("stage", "u1"), ("lost", "i1"), ("mending", "i1"), ("polished", "i1"), ("excepted", "i1"),
    ("lost_across", "i1"), ("audited", "i1"), ("held", "i2"), ("astray", "i1"), ("filler", "i1"),
    ("handler", "i2", (STAGES,)),
], align=True)

JOURNEY_TABLE = np.dtype([
    ("stages", "i4"), ("front", "i4"), ("until", "f8"), ("people", "f8"),
    ("domain", "u4", (STAGES,)), ("team", "u4", (STAGES,)), ("meets", "i4", (STAGES,)),
    ("hours", "f8", (STAGES,)), ("capability", "f8", (STAGES,)), ("failures", "f8", (STAGES,)),
    ("known", "f8", (STAGES,)), ("hard", "f8", (STAGES,)), ("focus", "i4"), ("filler", "i4"),  # of the service manager
], align=True)

MANAGER_TABLE = np.dtype([(name, "f8") for name in (
    "trait", "conviction", "sight", "met", "customer", "numbers", "demand", "appointed",
)])

CUSTOMER_TABLE = np.dtype([("trait", "f8"), ("expectation", "f8"), ("grade", "f8"), ("cases", "f8")])


@cache
def world_dtype(capacity: Capacity) -> np.dtype:
    """The record of one world. The case table comes last, so that a snapshot can leave its unused tail out."""
    n, t, j, customers, cases = capacity
    world = np.dtype([
        ("key", "u8"),
        ("employees", "i4"), ("teams", "i4"), ("journeys", "i4"), ("customers", "i4"), ("domains", "i4"),
        ("day", "i4"), ("week", "i4"), ("cycle", "i4"), ("high", "i4"), ("free", "i4"), ("in_system", "i4"),
        ("org", "i4"),
        ("arrivals_day", "f8"), ("patience", "f8"), ("loss_rate", "f8"), ("adoption", "f8"), ("adopting", "f8"),
        ("planned_demand", "f8"), ("transition", "f8"), ("reputation", "f8"), ("answers", "f8"),
        ("answers_now", "f8"), ("loss_start", "f8"), ("lead_start", "f8"), ("lapsed", "f8"),
        ("par", PAR),
        ("pay_vector", "f8", (t, A)), ("okr_vector", "f8", (A,)), ("driver_vector", "f8", (A,)),
        ("scratch", "f8", (A,)),
        ("week_row", "f8", (SUMS,)), ("ended", "f8", (ENDED,)), ("stage_count", "f8", (t,)), ("example", "f8", (A,)),
        ("hours", "f8", (BINS + 1,)), ("waited", "f8", (DAYS_FELT,)),
        ("team", _team(t), (t,)), ("journey", JOURNEY_TABLE, (j,)),
        ("familiar", "f8", (t, t)), ("flow", "f8", (t, t, FLOW)),
        ("flows", "f8", (t, t, FLOW)),  # handoffs, lost, bounced, helped since the window opened; `flow`: this week
        ("mapped", "f8", (t, t)), ("saving", "f8"),
        ("knows", "f8", (t, t)),  # how well each team knows which cases each other one can help with
        ("sums", "f8", (t + 1, SUMS)),  # this week; the last row is the organisation
        ("window", "f8", (t + 1, SUMS)), ("emp_sums", "f8", (n, SUMS)),
        ("manager", MANAGER_TABLE, (LEADERS + t,)),
        ("calendar", "i4", (DAYS_AHEAD,)), ("members", "i4", (n,)),
        ("emp", _employee(t), (n,)),
        ("drawn", "f8", (n,)), ("strained", "f8", (n,)),  # per seat, in the quarter: variable pay, sum of strain
        ("customer", CUSTOMER_TABLE, (customers,)),
        ("gone", "i4", (customers,)), ("earlier", "i4", (customers,)),
        ("waiting_since", "i4", (cases,)), ("free_slots", "i4", (cases,)), ("been", "u8", (cases,)),
        ("case", CASE, (cases,)),
    ], align=True)
    return readable(world) if INTERPRETED else world


def without_padding(dtype: np.dtype) -> bool:
    """Whether every byte of the record belongs to a named field (recursively)."""
    if dtype.subdtype:
        return without_padding(dtype.subdtype[0])
    if not dtype.fields:
        return True
    named = sum(field[0].itemsize for field in dtype.fields.values())
    return named == dtype.itemsize and all(without_padding(field[0]) for field in dtype.fields.values())
