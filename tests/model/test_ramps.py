"""Policies that ramp, stop and start: written out as switches in one place."""

import numpy as np
import pytest
from worlds import Simulation, small

from silosim.model.layout import F
from silosim.model.parameters import InvalidInput
from silosim.model.policies import load_policy
from silosim.model.ramps import holds_at, merged, ramp


def test_equal_steps_to_the_target():
    steps = ramp(4, 8, {"bonus": 0.7}, {"bonus": 0.3})
    assert steps == ((5, {"bonus": 0.6}), (6, {"bonus": 0.5}), (7, {"bonus": 0.4}), (8, {"bonus": 0.3}))


def test_a_whole_number_steps_when_it_comes_nearest():
    assert ramp(0, 6, {"okr_count": 0}, {"okr_count": 2}) == ((2, {"okr_count": 1}), (5, {"okr_count": 2}))


def test_several_levers_move_together_and_one_that_stays_makes_no_switch():
    steps = ramp(0, 2, {"bonus": 0.7, "audit": 0.1, "okr": 0.2}, {"bonus": 0.7, "audit": 0.3})
    assert steps == ((1, {"audit": 0.2}), (2, {"audit": 0.3}))


def test_what_holds_at_a_week():
    later = ((3, {"bonus": 1.0}), (1, {"bonus": 0.9, "audit": 0.5}))
    assert [holds_at(week, {"audit": 0.1}, later)["bonus"] for week in range(5)] == [0.7, 0.9, 0.9, 1.0, 1.0]
    assert holds_at(0, {"audit": 0.1}, later)["audit"] == 0.1


def test_merging_keeps_every_lever_of_a_week():
    assert merged([(2, {"a": 1})], [(2, {"b": 2}), (1, {"a": 0})]) == ((1, {"a": 0}), (2, {"a": 1, "b": 2}))


FILE = """
[levers]
bonus = 1.0
[[switch]]
week = 4
levers = { audit = 0.2 }
[[switch]]
week = 10
levers = { bonus = 0.5 }
[[ramp]]
from = 4
until = 6
levers = { audit = 0.4, bonus = 0.8 }
[[ramp]]
from = 10
until = 12
levers = { bonus = 0.7 }
"""


def load(tmp_path, content):
    path = tmp_path / "plan.toml"
    path.write_text(content, encoding="utf-8")
    return load_policy(path)


def test_a_policy_file_starts_stops_and_ramps(tmp_path):
    policy = load(tmp_path, FILE)
    assert policy.levers == {"bonus": 1.0}
    assert policy.switches == (
        (4, {"audit": 0.2}), (5, {"audit": 0.3, "bonus": 0.9}), (6, {"audit": 0.4, "bonus": 0.8}),
        (10, {"bonus": 0.5}), (11, {"bonus": 0.6}), (12, {"bonus": 0.7}),
    )


def test_a_ramp_begins_at_todays_value(tmp_path):
    policy = load(tmp_path, "[levers]\n[[ramp]]\nfrom = 0\nuntil = 2\nlevers = { customer_time = 0.2 }")
    assert policy.switches == ((1, {"customer_time": 0.1}), (2, {"customer_time": 0.2}))


BAD = {
    "one table": ("[ramp]\nfrom=1\nuntil = 2\nlevers = {bonus = 1}", "must be written as [[ramp]]"),
    "no end": ("[[ramp]]\nfrom = 1\nlevers = {bonus = 1}", "ramp 1 has no until"),
    "no start": ("[[ramp]]\nuntil = 1\nlevers = {bonus = 1}", "ramp 1 has no from"),
    "no levers": ("[[ramp]]\nfrom=1\nuntil=3\nlevers = {}", "ramp 1 changes no lever"),
    "an unknown key": ("[[ramp]]\nform=1\nuntil=3\nlevers = {bonus = 1}", "unknown key 'form'; did you mean 'from'"),
    "backwards": ("[[ramp]]\nfrom=9\nuntil=9\nlevers = {bonus = 1}", "must end after its start, in week 10 or later"),
    "half a week": ("[[ramp]]\nfrom=1.5\nuntil=9\nlevers = {bonus = 1}", "from = 1.5 must be a whole number from 0"),
    "out of range": ("[[ramp]]\nfrom=1\nuntil=9\nlevers = {bonus = 9}", "bonus = 9 is out of range"),
    "a choice": ('[[ramp]]\nfrom=1\nuntil=9\nlevers = {structure = "pool"}', "structure is a choice and cannot ramp"),
    "leaders": ("[[ramp]]\nfrom=1\nuntil=9\nlevers = {board_conviction = 1}", "board_conviction changes when other"),
    "the world": ("[[ramp]]\nfrom=1\nuntil=9\nlevers = {demand = 1}", "demand is not a lever"),
    "a switch on the way": (
        "[[switch]]\nweek = 5\nlevers = {bonus = 1}\n[[ramp]]\nfrom=1\nuntil=9\nlevers = {bonus = 0.2}",
        "ramp 1: bonus moves in week 5 already; ramps and switches may not overlap",
    ),
    "another ramp on the way": (
        "[[ramp]]\nfrom = 5\nuntil=9\nlevers = {bonus = 0.2}\n[[ramp]]\nfrom=1\nuntil = 6\nlevers = {bonus = 1}",
        "ramp 1: bonus moves in week 6 already",
    ),
}


@pytest.mark.parametrize(("content", "fragment"), BAD.values(), ids=BAD)
def test_a_bad_ramp_gives_one_line(tmp_path, content, fragment):
    with pytest.raises(InvalidInput) as error:
        load(tmp_path, "levers = {}\n" + content)
    assert fragment in str(error.value)
    assert "plan.toml" in str(error.value)
    assert len(str(error.value).splitlines()) == 1


def test_a_simulation_ramps_as_if_it_were_switched():
    """From what was announced for the week in which it starts; the world may ramp, too."""
    ramped = Simulation(small(), seed=3).at(4, bonus=1.0).ramp(4, 6, bonus=0.6, demand=1.5)
    switched = Simulation(small(), seed=3).at(4, bonus=1.0)
    switched.at(5, bonus=0.8, demand=1.25).at(6, bonus=0.6, demand=1.5)
    np.testing.assert_array_equal(ramped.run(9), switched.run(9))
    assert ramped.values["bonus"] == 0.6


def test_a_simulation_refuses_what_cannot_ramp():
    sim = Simulation(small(), seed=3)
    for attempt, says in (
        (lambda: sim.ramp(3, 3, bonus=1.0), "must end after its start"),
        (lambda: sim.ramp(1, 3, churn_feedback=1.0), "founding"),
        (lambda: sim.ramp(-1, 3, bonus=1.0), "week = -1 must be a whole number"),
        (lambda: sim.ramp(1, 3, kpi="per_paid_hour"), "kpi is a choice"),
    ):
        with pytest.raises(InvalidInput, match=says):
            attempt()


# --- shocks ----------------------------------------------------------------------------------------------------------


def test_a_demand_pulse_comes_and_goes():
    """Weeks before and after it bring the very same questions as without it."""
    def arrived(sim):
        found = []
        for _ in range(9):
            sim.open_window()
            sim.run(1)
            found.append(sim.sums()[0, F.arrived])
        return found

    pulse = Simulation(small(), seed=3).at(3, demand=2.0).at(6, demand=1.0)
    plain, high = arrived(Simulation(small(), seed=3)), arrived(pulse)
    assert high[:3] == plain[:3]
    assert sum(high[3:6]) > 1.5 * sum(plain[3:6])
    assert high[6:] == plain[6:]


def test_a_reorganisation_in_a_week():
    sim = Simulation(small(), seed=3).at(4, structure="pool")
    sim.run(4)
    assert sim.record["teams"] == 3
    sim.run(1)
    assert sim.record["teams"] == 1
    assert sim.record["team"]["size"][0] == 12


def test_a_change_of_leaders_in_a_week():
    sim = Simulation(small(), seed=3, management_layers=2).at(4, board_conviction=0.2)
    sim.run(4)
    assert sim.record["manager"]["trait"][0] == pytest.approx(0.7)
    appointed = sim.record["manager"]["appointed"].copy()
    sim.run(1)
    assert sim.record["manager"]["trait"][0] == pytest.approx(0.2)
    assert sim.record["manager"]["appointed"][0] == appointed[0] + 1
    assert (sim.record["manager"]["appointed"][5:8] == appointed[5:8]).all()
