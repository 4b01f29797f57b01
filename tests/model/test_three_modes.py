"""One rulebook, three ways to live it: machine code, row by row through Mesa, and plain Python without a compiler.

After every week the whole state is hashed; for every policy the hashes must be the same. The interpreted mode runs
in processes of its own (this file, started as a script with NUMBA_DISABLE_JIT=1), on an organisation of six people.
"""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import FunctionType

import numpy as np
import pytest

from silosim.model import doors, pay_vectors, schedule
from silosim.model.faces import Employee, Organisation
from silosim.model.faces.by_day import ROW_RULES, calls_any, python_of, rules_called
from silosim.model.layout import DAYS_PER_WEEK
from silosim.model.organisation_file import parse_organisation
from silosim.model.policies import load_policies
from silosim.model.simulation import Simulation

WEEKS = 14  # the thirteenth closes a quarter
TODAY = 2  # weeks before the policy is switched on

TINY = parse_organisation(
    {
        "name": "tiny",
        "arrivals": 14,
        "patience": 2,
        "customers": 20,
        "team": [
            {"name": "desk", "headcount": 2, "meets_customer": True},
            {"name": "experts", "headcount": 3},
            {"name": "back", "headcount": 1},
        ],
        "journey": [
            {
                "name": "claim",
                "share": 0.6,
                "stages": [
                    {"team": "desk", "hours": 3.0},
                    {"team": "experts", "hours": 5.0},
                    {"team": "back", "hours": 1.5},
                ],
            },
            {
                "name": "change",
                "share": 0.3,
                "stages": [{"team": "desk", "hours": 2.0}, {"team": "desk", "hours": 1.0}],
            },
            {"name": "appeal", "share": 0.1, "stages": [{"team": "experts", "hours": 6.0}]},
        ],
    },
    "tiny",
)

# What no preset does, so that every rule and every switch is lived in all modes
EXTRA = {
    "journey teams": {"structure": "journey", "ownership": 0.5, "top_tasks": 1, "platform": 0.5, "compensation": 0.5},
    "one pool": {"structure": "pool", "kpi": "within_norm", "quit_rate": 0.05, "demand": 1.5, "audit": 0.5},
    "fear": {
        "kpi": "first_closures", "goal_alignment": -0.5, "leader_example": 0.3, "hours_spread": 0.8, "demand": 0.3,
    },
    "paid by the hour": {
        "kpi": "per_paid_hour", "customer_weight": 0.3, "customer_scope": "team", "customer_pay_mode": "instead",
        "capacity_return": 0.2, "okr": 0.5, "okr_count": 2, "okr_result": "lead_time",
    },
    "paid by the journey": {"customer_weight": 0.5, "customer_scope": "journey", "give_up": 0.3, "quit_rate": 0.05},
    "ranked and judged": {
        "rank_share": 0.4, "driver_weight": 0.3, "kpi_sight": 0.7, "kpi_count": 3, "onboarding": 40, "exits": 0.3,
        "recruit_candidates": 4, "customer_flag": 0.8, "goal_alignment": -0.7, "quit_rate": 0.05, "platform": 0.5,
    },
    "managers": {
        "management_layers": 3, "board_conviction": 0.9, "manager_conviction": 0.5, "leader_contact": 2,
        "leader_contact_layers": 2, "manager_customer_weight": 0.5, "appraisal_room": 1.0, "leader_example": 0.5,
        "owner_pressure": 0.2, "okr": 0.3, "okr_count": 1, "sponsorship": 0.5, "target_ratchet": 0.3,
        "capacity_cut": 0.2, "capacity_return": 0.2, "customer_time": 0.2, "demand": 1.5,
    },
    "team managers only": {"management_layers": 1, "customer_scope": "team", "structure": "journey"},
    "ranked under managers": {
        "management_layers": 2, "manager_conviction": 0.3, "appraisal_room": 1.0, "rank_share": 0.4, "kpi_sight": 0.5,
        "driver_weight": 0.3, "customer_flag": 0.8, "goal_alignment": -0.7, "leader_example": 0.3, "okr_count": 1,
    },
    "process teams, maps and a programme": {
        "process_teams": 2, "process_people": 0.5, "process_pay": 0.5, "board_customer": 0.5, "mapping_boundaries": 2,
        "gesture_hours": 0.05, "gesture_interval": 4, "gesture_fixed": 0.05, "quit_rate": 0.05,
    },
    "nobody is sure": {
        "routing_doubt": 4.0, "routing_spread": 1.5, "routing_hours": 0.5, "platform": 0.5, "mapping_boundaries": 2,
        "quit_rate": 0.05, "goal_alignment": -0.5, "top_tasks": 1,
    },
    "a term and its clock": {
        "kpi": "within_norm", "term_days": 2, "hold_days": 3.0, "hold_norm": 0.6, "routing_doubt": 2.0, "demand": 1.5,
        "customer_weight": 0.2, "quit_rate": 0.05,
    },
    "cut only": {"customer_weight": 0.5, "customer_pay_mode": "cut_only", "work_in_progress": 1, "demand": 0.0},
}
IMPATIENT = {"withdraw_rate": 0.3, "call_rate": 0.5}  # so that a few weeks see every rule
LEAVING = {"churn_feedback": 0.5, "churn_risk": 0.5, "churn_return": 0.4}


def founding(name: str) -> dict:
    """The world that a scenario is founded in: beyond the policies, customers leave in it."""
    return IMPATIENT | (LEAVING if name in EXTRA else {})


def scenarios() -> dict[str, list[tuple[int, dict]]]:
    """name -> switches (week, levers): every bundled policy, and what no policy does."""
    lives = {}
    for name, policy in load_policies().items():
        lives[name] = [(TODAY, policy.levers), *((TODAY + week, levers) for week, levers in policy.switches)]
    for name, levers in EXTRA.items():
        lives[name] = [(TODAY, levers), (WEEKS - 1, {"structure": "functional"})]
    return lives


@contextmanager
def given_pay_vectors():
    """Pay vectors as if measured: measuring them takes thousands of weeks, too many without a compiler."""
    measured = pay_vectors.measure_pay

    def measure_pay(spec, world, structure, scope):
        rows = 3 if scope == "team" else 1
        return {measure: np.tile([0.1, 0.7, 0.3, 0.2, 0.0, 0.0], (rows, 1)) for measure in pay_vectors.COLUMN}, 0.2

    pay_vectors.measure_pay = measure_pay
    try:
        yield
    finally:
        pay_vectors.measure_pay = measured


def lived(name: str) -> list[str]:
    """State hashes after every week of a scenario, by the engine: compiled, or interpreted if the compiler is off."""
    with given_pay_vectors():
        sim = Simulation(TINY, seed=5, **founding(name))
        for week, levers in scenarios()[name]:
            sim.at(week, **levers)
        return [_hash_after_a_week(sim) for _ in range(WEEKS)]


def _hash_after_a_week(sim: Simulation) -> str:
    sim.run(1)
    return sim.state_hash()


def lived_in_mesa(name: str, weeks: int = WEEKS, **how) -> list[str]:
    """The same, day by day through the Mesa face."""
    with given_pay_vectors():
        organisation = Organisation(TINY, rng=5, collect=(), **how, **founding(name))
        for week, levers in scenarios()[name]:
            organisation.at(week, **levers)
        return [organisation.run_weeks(1).state_hash() for _ in range(weeks)]


def swapped_day():
    """A day in which customers lose patience before parked cases come back, as plain Python."""
    source = inspect.getsource(python_of(schedule.day))
    source = source[source.index("def ") :]
    swapped = source.replace("due_back(w)", "...").replace("impatience(w)", "due_back(w)")
    swapped = swapped.replace("...", "impatience(w)")
    assert swapped != source
    namespace = dict(vars(schedule))
    exec(swapped, namespace)
    return namespace["day"]


def interpreted(half: int) -> dict[str, list[str]]:
    """What the processes without a compiler report: every other scenario; the second one with another order of the
    day, too."""
    hashes = {name: lived(name) for name in [*scenarios()][half::2]}
    if half:
        schedule.day = swapped_day()
        hashes |= {"swapped": lived("today"), "swapped, row by row": lived_in_mesa("today", row_wise=True)}
    return hashes


if __name__ == "__main__":
    json.dump(interpreted(int(sys.argv[1])), sys.stdout)
    sys.exit()


@pytest.fixture(scope="module")
def without_compiler() -> dict[str, list[str]]:
    def run(half: int) -> dict[str, list[str]]:
        done = subprocess.run(
            [sys.executable, "-W", "error", __file__, str(half)],
            env={**os.environ, "NUMBA_DISABLE_JIT": "1"}, capture_output=True, text=True, timeout=300,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(run, (0, 1))
    return first | second


@pytest.mark.parametrize("name", scenarios())
def test_every_week_ends_in_the_same_state_in_all_modes(name, without_compiler):
    compiled = lived(name)
    assert len(set(compiled)) == WEEKS
    assert compiled == without_compiler[name]
    assert compiled == lived_in_mesa(name, row_wise=True)
    assert compiled == lived_in_mesa(name)


def test_a_changed_order_of_the_day_changes_engine_and_face_alike(without_compiler):
    assert without_compiler["swapped"] == without_compiler["swapped, row by row"]
    assert without_compiler["swapped"] != without_compiler["today"]


def test_the_row_wise_face_reads_the_order_from_the_schedule(monkeypatch, without_compiler):
    monkeypatch.setattr(schedule, "day", swapped_day())
    assert lived_in_mesa("today", row_wise=True) == without_compiler["swapped"]


def test_every_phase_of_the_schedule_is_bound():
    """Each name that a day or a week calls leads to a door or to people's own methods; none is left as it is."""
    for phases in (schedule.day, schedule.week):
        for name, phase in rules_called(phases).items():
            assert hasattr(doors, name) or calls_any(phase, frozenset(ROW_RULES)), name
    row_rules = set()
    for phase in (*rules_called(schedule.day).values(), *rules_called(schedule.week).values()):
        row_rules |= rules_called(phase).keys() & ROW_RULES.keys()
    assert row_rules == set(ROW_RULES)


def test_five_steps_call_the_phases_in_the_order_of_the_week(monkeypatch):
    """The schedule's own code, run with phases that only say their name, against five steps of the face."""
    said = []

    def saying(name, do=lambda *_: None):
        return lambda *given: said.append(name) or do(*given)

    def always(*_):
        return True

    names = rules_called(schedule.week).keys() | rules_called(schedule.day).keys()
    counting = {name: getattr(doors, name) for name in ("end_day", "close_accounts")}  # days and weeks do pass
    namespace = dict(vars(schedule)) | {name: saying(name) for name in names if name != "day"}
    namespace["quarter_ends"] = saying("quarter_ends", always)
    for whole in (schedule.day, schedule.week):
        code = python_of(whole)
        namespace[code.__name__] = FunctionType(code.__code__, namespace)
    namespace["week"](None)
    written, said[:] = said[:], []

    for name in names - {"day"}:
        monkeypatch.setattr(doors, name, saying(name))
    monkeypatch.setattr(doors, "quarter_ends", saying("quarter_ends", always))
    for name, door in counting.items():
        monkeypatch.setattr(doors, name, saying(name, door))

    class Walked(Employee):  # so that a day is lived in Python, phase by phase
        def work(self, slot):
            if self.row == 0:
                said.append("everyone_works")

    organisation = Organisation(TINY, rng=1, collect=(), employee_class=Walked)
    for _ in range(DAYS_PER_WEEK):
        organisation.step()
    assert said == written
    assert organisation.week == 1
