"""Nobody and nothing is lost, on any day, under any policy, however extreme, and across every switch.

Driven day by day through the doors; after every day each case is counted in four ways: from the accounts, the case
table, the queues with the calendar, and people's hands.
"""

import numpy as np
import pytest
from casebook import books, check_books
from worlds import Simulation, live_week, organisation, people, small, total

from silosim.model.layout import DAYS_PER_WEEK, SLOTS
from silosim.model.measures import INDEX

ONE = organisation((1,), (((0, 2.0),), ((0, 1.0), (0, 3.0))), (0.6, 0.4), a_day=2.0, patience=5.0)
ONE_TEAM = organisation((12,), (((0, 2.0), (0, 2.0)), ((0, 4.0),)), (0.6, 0.4), a_day=14.0, patience=5.0)

# What: (organisation, values from the founding on, {week: values switched to})
EXTREMES = {
    "today": (small(), {}, {}),
    "load .7": (small(0.7), {}, {}),
    "bonus 1.5": (small(), {"bonus": 1.5}, {}),
    "demand pulse x2": (small(), {}, {4: {"demand": 2.0}, 12: {"demand": 1.0}}),
    "flooded": (small(0.7), {"demand": 3.0, "patience": 0.2, "withdraw_rate": 0.5, "call_rate": 1.0}, {}),
    "one employee": (ONE, {}, {}),
    "one employee, other structures": (
        ONE,
        {},
        {3: {"structure": "journey"}, 6: {"structure": "pool"}, 9: {"structure": "functional"}},
    ),
    "one team": (ONE_TEAM, {}, {}),
    "zero demand": (small(), {"demand": 0.0}, {}),
    "demand stops": (small(), {}, {5: {"demand": 0.0}}),
    "no customers at all": (organisation((2, 2), (((0, 2.0), (1, 2.0)),), a_day=0.0), {}, {}),
    "structure back and forth": (
        small(0.65),
        {},
        {
            5: {"structure": "pool"},
            9: {"structure": "journey"},
            14: {"structure": "functional"},
            17: {"structure": "journey"},
            18: {"structure": "pool"},
        },
    ),
    "more journeys than people": (
        organisation((2,), tuple(((0, 2.0),) for _ in range(4)), a_day=3.0, patience=3.0),
        {},
        {4: {"structure": "journey"}, 12: {"structure": "functional"}},
    ),
    "top tasks on and off": (small(0.7), {}, {4: {"top_tasks": 1}, 8: {"top_tasks": 2}, 12: {"top_tasks": 0}}),
    "everybody leaves": (small(), {"quit_rate": 0.05, "quit_gap": 5.0}, {7: {"structure": "pool"}}),
    "everything audited": (small(), {"audit": 1.0, "gaming_belief": 3.0, "sanction": 1.0, "strictness": 1.0}, {}),
    "polishing costs nothing and fools everybody": (
        small(),
        {"polish_hours": 0.0, "polish_defect": 0.0, "gaming_belief": 3.0, "audit": 0.0},
        {},
    ),
    "polishing always fails": (
        small(),
        {"polish_hours": 0.0, "polish_defect": 1.0, "gaming_belief": 3.0, "give_up": 0.0},
        {},
    ),
    "half exceptions": (small(), {"exception_rate": 0.5, "escalation_delay": 20.0}, {}),
    "half exceptions, no discretion": (
        small(),
        {"exception_rate": 0.5, "discretion": 0.0},
        {6: {"structure": "journey"}},
    ),
    "half exceptions, all judged wrongly": (
        small(),
        {"exception_rate": 0.5, "discretion": 1.0, "judgement_error": 1.0},
        {},
    ),
    "every stage fails": (small(), {"defect_rate": 1.0, "care_effect": 0.0, "give_up": 0.0, "return_delay": 20.0}, {}),
    "everything lost and bounced": (
        small(),
        {
            "context_loss": 1.0,
            "connect_effect": 0.0,
            "familiarity_gain": 0.0,
            "repeat_work": 2.0,
            "goal_alignment": -1.0,
            "bonus": 1.5,
        },
        {8: {"structure": "pool"}},
    ),
    "owned": (small(), {"ownership": 1.0, "structure": "journey"}, {6: {"ownership": 0.0}}),
    "capacity cut and given back": (
        small(),
        {"capacity_cut": 0.3, "capacity_return": 0.3, "quit_rate": 0.05, "target_level": 0.8},
        {},
    ),
}

# What an extreme must have brought about, or it tests nothing
HAPPENS = {
    "demand pulse x2": ("calls",),
    "flooded": ("withdrawn", "calls"),
    "top tasks on and off": ("calls",),
    "everybody leaves": ("leavers",),
    "everything audited": ("audited", "sanctions"),
    "half exceptions": ("escalated", "spot"),
    "half exceptions, no discretion": ("escalated",),
    "half exceptions, all judged wrongly": ("wrong", "returns"),
    "polishing costs nothing and fools everybody": ("polished",),
    "polishing always fails": ("polished", "returns"),
    "every stage fails": ("returns",),
    "everything lost and bounced": ("bounces", "lost_across", "lost_within"),
    "today": ("gave_up", "returns", "across"),
}


def check_hours(sim: Simulation) -> None:
    """After five days nobody has worked longer than the week had hours for."""
    e = people(sim)
    assert (e["worked"] >= 0.0).all()
    assert (e["worked"] <= e["slot_hours"] * SLOTS * DAYS_PER_WEEK + 1e-9).all()


@pytest.mark.parametrize("extreme", EXTREMES)
def test_every_day(extreme):
    spec, values, switches = EXTREMES[extreme]
    sim = Simulation(spec, seed=2, **values)
    for week in range(20):
        if week in switches:
            sim.set(**switches[week])
            check_books(sim, closed=True)
        live_week(sim, after_day=lambda: check_books(sim), after_days=lambda: check_hours(sim))
    if spec.arrivals and values.get("demand") != 0.0:
        assert total(sim, "arrived", closed=True) > 50
        assert total(sim, "solved", closed=True) > 0
    for field in HAPPENS.get(extreme, ()):
        assert total(sim, field, closed=True) > 0, field


def test_the_doors_are_the_schedule():
    """What these tests drive through the doors is what a run lives through, to the bit."""
    by_hand, at_once = (Simulation(small(), seed=3) for _ in range(2))
    for _ in range(27):
        live_week(by_hand)
    at_once.run(27)
    assert by_hand.state_hash() == at_once.state_hash()


@pytest.mark.parametrize("extreme", EXTREMES)
def test_hours_in_the_accounts(extreme):
    """Week by week the accounts never show more hours worked than offered."""
    spec, values, switches = EXTREMES[extreme]
    sim = Simulation(spec, seed=2, **values)
    for week, change in switches.items():
        sim.at(week, **change)
    used = sim.run(40)[:, INDEX["utilisation"]]
    assert np.nanmax(used, initial=0.0) <= 1.0 + 1e-9
    for level in ("team", "employee"):
        assert np.nanmax(sim.measures(level)[:, INDEX["utilisation"]], initial=0.0) <= 1.0 + 1e-9


def test_a_full_case_table_turns_customers_away():
    """No row left: the customer is turned away, counted as such, and everybody else is served as before."""
    sim = Simulation(small(0.7), seed=2)
    room, rows = 30, len(sim.record["case"])
    sim.record["high"] = rows - room  # the table is as good as full from the start
    for _ in range(8):
        live_week(sim)
        b = books(sim)
        ended = sum(total(sim, field, closed=True) for field in ("solved", "gave_up", "withdrawn"))
        assert total(sim, "withdrawn", closed=True) >= total(sim, "turned_away", closed=True)
        assert total(sim, "arrived", closed=True) == ended + sim.record["in_system"]
        assert sim.record["in_system"] == b.live <= room
    assert total(sim, "turned_away", closed=True) > 20
    assert total(sim, "solved", closed=True) > 20


def test_teams_without_people_are_not_appraised():
    """More journeys than people: a team nobody sits in has no attainment to spoil the organisation's."""
    spec, _, _ = EXTREMES["more journeys than people"]
    sim = Simulation(spec, seed=2)
    sim.run(4)
    sim.set(structure="journey")
    sim.open_window()
    sim.run(26)
    assert np.isfinite(sim.measures()[INDEX["attainment"]])


def test_closures_per_paid_hour_count_every_paid_hour():
    """Where exactly the planned hours are paid, the KPI per paid hour is that of closures from the start."""
    attained = [
        Simulation(small(), seed=2, kpi=kpi).run(26)[[12, 25], INDEX["attainment"]]
        for kpi in ("closures", "per_paid_hour")
    ]
    assert attained[0][0] == pytest.approx(attained[1][0], rel=1e-12)
    switched = [
        Simulation(small(), seed=2, kpi=kpi, inertia=0.0).at(10, structure="journey").run(13)[12, INDEX["attainment"]]
        for kpi in ("closures", "per_paid_hour")
    ]
    assert switched[0] == pytest.approx(switched[1], rel=1e-12)


def test_nobody_is_lost_in_a_reorganisation():
    """People keep seat, conviction, effort and experience; cases keep their history; new teams list their members."""
    sim = Simulation(small(0.65), seed=6)
    sim.run(10)
    kept = ("home", "hand", "recruits", "conviction", "trait", "belief", "fear", "effort", "domain", "tenure", "impact")
    before = {name: people(sim)[name].copy() for name in kept}
    cases = sim.record["case"][: int(sim.record["high"])].copy()
    for structure in ("pool", "journey", "functional"):
        sim.set(structure=structure)
        for name in kept:
            assert (people(sim)[name] == before[name]).all(), name
        after = sim.record["case"][: len(cases)]
        alive = (cases["status"] > 0) & (cases["status"] < 5)
        for name in (
            "key",
            "left",
            "extra",
            "status",
            "stage",
            "attempt",
            "todo",
            "defects",
            "contacts",
            "bounces",
            "handler",
        ):
            assert (after[name][alive] == cases[name][alive]).all(), name
        teams = int(sim.record["teams"])
        sizes = sim.record["team"]["size"][:teams]
        assert sizes.sum() == len(people(sim))
        assert sorted(sim.record["members"][: len(people(sim))]) == list(range(len(people(sim))))
    assert (people(sim)["team"] == people(sim)["home"]).all()
