"""Process teams, mapping sessions and gestures: nothing while they are off, and what they may not do when on."""

import numpy as np
import pytest
from worlds import Simulation, put, small

from silosim.model import doors

# What may be anything while its lever is off, to the bit
SILENT = {
    "process teams": {
        "process_people": 0.9, "process_pay": 0.8, "board_customer": 0.2, "process_hours": 0.4, "process_money": 9000.0,
        "blame_shift": 1.0,
    },
    "mapping": {"mapping_hours": 0.1, "mapping_effect": 150.0},
    "gestures": {
        "gesture_interval": 30, "gesture_effect": 5.0, "gesture_fade": 0.4, "gesture_feedback": 40.0,
        "gesture_fixed": 1.0,
    },
}
# Switched on, with nothing in it
EMPTY = {
    "process teams without people": {"process_teams": 3, "process_people": 0.0, "process_money": 0.0},
    "sessions without hours": {"mapping_boundaries": 3, "mapping_hours": 0.0},
    "gestures that pressure takes": {"gesture_hours": 0.0, "gesture_interval": 5},
}


def lived(weeks=30, **values):
    return Simulation(small(), seed=3, **values).run(weeks)


@pytest.mark.parametrize("values", [*SILENT.values(), *EMPTY.values()], ids=[*SILENT, *EMPTY])
def test_off_is_off_to_the_bit(values):
    np.testing.assert_array_equal(lived(), lived(**values))


def test_switching_off_leaves_nothing_steered():
    on = {"process_teams": 3, "mapping_boundaries": 3, "gesture_hours": 0.05}
    sim = Simulation(small(), seed=3, **on)
    sim.run(6)
    assert sim.record["journey"]["focus"][:3].all()
    assert sim.record["team"]["sessions"][:3].all()
    sim.set(**dict.fromkeys(on, 0)).run(1)
    for field in ("processes", "steered", "sessions", "pay_journey", "saved"):
        assert not sim.record["team"][field].any(), field
    assert not sim.record["journey"]["focus"].any()


def test_pooling_adds_no_improving():
    """Where nothing meets diminishing returns (all at 0, small effect), what is gathered is what was spread."""
    gained = []
    for process_teams in (0, 3):
        sim = Simulation(small(), seed=3, process_teams=process_teams, process_people=0.5, process_hours=0.0,
                         capability_start=0.0, capability_decay=0.0, improve_effect=1e-3, improve_fixed=0.0)
        sim.run(1)
        gained.append(sim.record["journey"]["capability"].sum())
    assert gained[1] == pytest.approx(gained[0], rel=1e-3)


def test_every_month_the_stage_that_fails_most_is_chosen():
    sim = Simulation(small(), seed=3, process_teams=3)
    journey = sim.record["journey"]
    journey["failures"][1, :3] = (1, 9, 2)
    sim.run(1)
    assert journey["focus"][1] == 2  # stages count from 1 here
    journey["failures"][1, 2] += 1000
    sim.run(2)
    assert journey["focus"][1] == 2  # not before the month is over
    sim.run(1)
    assert journey["focus"][1] == 3


def test_hard_stages_make_no_harder_journey():
    sim = Simulation(small(), seed=3, defect_spread=1.5)
    for journey in sim.record["journey"][:3]:
        hard = journey["hard"][: int(journey["stages"])]
        assert hard.mean() == pytest.approx(1.0)
        assert np.ptp(hard) > 0.1
    sim.set(defect_spread=0.0)
    assert (sim.record["journey"]["hard"][0, :2] == 1.0).all()


def test_places_in_process_teams_are_spread_and_counted():
    for share in (0.0, 0.1, 0.25, 0.5, 0.77, 1.0):
        sim = Simulation(small(headcounts=(10, 7, 3)), seed=3, process_teams=3, process_people=share)
        doors.teams_set_pay(sim.worlds, 0)
        e = sim.record["emp"][:20]
        place = e["place"].astype(float)
        sits = np.floor((place + 1) * share) > np.floor(place * share)
        assert [int(sits[e["team"] == t].sum()) for t in range(3)] == [int(n * share) for n in (10, 7, 3)]


def test_familiarity_is_lost_again_when_sessions_stop():
    sim = Simulation(small(), seed=3, mapping_boundaries=3, mapping_hours=0.05)
    plain = Simulation(small(), seed=3)
    sim.run(52)
    plain.run(52)
    gained = sim.record["familiar"][0, 1] - plain.record["familiar"][0, 1]
    sim.set(mapping_boundaries=0).run(104)
    plain.run(104)
    left = sim.record["familiar"][0, 1] - plain.record["familiar"][0, 1]
    assert gained > 0.1
    assert abs(left) < 0.3 * gained


def test_the_busiest_boundary_is_mapped_first():
    """.5 + ... of questions go from team 0 to 1; .3 from 1 to 2; .2 + .2 between 0 and 2."""
    sim = Simulation(small(), seed=3, mapping_boundaries=2)
    sim.run(1)
    assert np.argwhere(np.triu(sim.record["mapped"])).tolist() == [[0, 1], [0, 2]]
    assert sim.record["team"]["sessions"][:3].tolist() == [2, 1, 1]


def test_the_same_hours_are_saved_whatever_the_interval():
    """Time taken off the day is the same; only when it is used differs."""
    weekly = Simulation(small(), seed=3, gesture_hours=0.03, gesture_interval=1, gesture_effect=0.0,
                        gesture_feedback=0.0)
    yearly = Simulation(small(), seed=3, gesture_hours=0.03, gesture_interval=52, gesture_effect=0.0,
                        gesture_feedback=0.0)
    np.testing.assert_array_equal(weekly.run(60), yearly.run(60))
    assert weekly.record["team"]["saved"][0] == 0.0
    assert 0.0 < yearly.record["team"]["saved"][0] <= 8 * 0.03 + 1e-12


def test_a_programme_cut_short_has_given_nothing():
    sim = Simulation(small(), seed=3, gesture_hours=0.05, gesture_interval=52)
    sim.run(51)
    assert not sim.record["team"]["touch"].any()
    sim.set(gesture_hours=0.0).run(5)
    assert not sim.record["team"]["touch"].any()
    assert not sim.record["team"]["saved"].any()


def test_a_threshold_undoes_small_gestures_and_hardly_a_programme():
    def touch(interval, fixed):
        sim = Simulation(small(0.3), seed=3, gesture_hours=0.02, gesture_interval=interval, gesture_fixed=fixed)
        sim.run(52)
        return float(sim.record["team"]["touch"][0])

    assert touch(1, 0.02) == 0.0
    assert touch(52, 0.02) > 0.95 * touch(52, 0.0) > 0.0


def test_feedback_on_gestures_may_disappoint():
    sim = Simulation(small(), seed=3, gesture_hours=0.1, gesture_feedback=50.0, impact_rate=0.0, u_base=-3.0)
    put(sim, time_yields=0.0)
    before = float(sim.record["emp"]["impact"][:12].mean())
    sim.run(6)
    assert sim.record["emp"]["impact"][:12].mean() < before
