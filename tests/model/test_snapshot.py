"""Snapshots, branches and switches: the same world to the bit, whichever way it is reached."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from worlds import organisation, small

from silosim.model.ensemble import Job, live, run_job
from silosim.model.founding import FOUNDING_ONLY
from silosim.model.layout import CLASSES, world_dtype
from silosim.model.parameters import PARAMETERS, InvalidInput
from silosim.model.simulation import Simulation

HERE = Path(__file__).parent
BEHIND_A_DOOR = ("structure", "top_tasks", "board_conviction", "manager_conviction")  # moves people or cases
# switching notes what the interface was like on that day
REMEMBERED = ("customer_weight", "driver_weight", "okr_count")


def lived(weeks=15, **values) -> Simulation:
    sim = Simulation(small(0.62), seed=12, **values)
    sim.run(weeks)
    return sim


def other(name: str):
    """A value of a parameter that is not its default."""
    p = PARAMETERS[name]
    if p.choices:
        return next(c for c in reversed(p.choices) if c != p.default)
    return p.high if p.default != p.high else p.low


def test_same_seed_same_history():
    assert lived(30).state_hash() == lived(30).state_hash()
    assert lived(30).state_hash() != Simulation(small(0.62), seed=13).state_hash()
    in_parts = lived(10)
    weekly = np.concatenate([in_parts.run(1), in_parts.run(0), in_parts.run(19)])
    whole = lived(10)
    assert np.array_equal(weekly, whole.run(20), equal_nan=True)
    assert in_parts.state_hash() == whole.state_hash()


def test_branch_with_unchanged_levers_goes_on():
    """Branching changes nothing in either: copy and original live the same life, apart."""
    sim = lived()
    today = sim.snapshot()
    copy = Simulation.branch(today)
    weekly = sim.run(30)
    assert np.array_equal(copy.run(30), weekly, equal_nan=True)
    assert copy.state_hash() == sim.state_hash()
    levers = {p.name: p.default for p in PARAMETERS.of_role("lever")}
    assert np.array_equal(Simulation.branch(today, **levers).run(30), weekly, equal_nan=True)


@pytest.mark.parametrize(
    "values",
    [
        {"bonus": 1.2},
        {"structure": "pool"},
        {"structure": "journey", "top_tasks": 2},
        {"demand": 1.5},
        {"okr_count": 2, "okr": 0.5},
        {"hours_spread": 1.0},
        {"platform": 1.0, "culture": 1.0},
    ],
)
def test_at_a_week_equals_branching_in_that_week(values):
    announced = lived(0)
    announced.at(15, **values).at(25, bonus=0.1)
    first = announced.run(40)
    branched = Simulation.branch(lived(15).snapshot(), **values)
    branched.at(25, bonus=0.1)
    assert np.array_equal(branched.run(25), first[15:], equal_nan=True)
    assert branched.state_hash() == announced.state_hash()
    assert branched.state_hash() != lived(40).state_hash()


def test_what_was_announced_survives_a_snapshot():
    sim = lived()
    sim.at(20, bonus=1.0)
    copy = Simulation.branch(pickle.loads(pickle.dumps(sim.snapshot())))
    sim.run(20)
    copy.run(20)
    assert copy.state_hash() == sim.state_hash() != lived(35).state_hash()


def test_a_snapshot_pickles_small():
    sim = lived()
    packed = pickle.dumps(sim.snapshot())
    assert len(packed) < sim.worlds.nbytes / 2  # without the unused tail of the case table
    again = Simulation.branch(pickle.loads(packed))
    assert again.state_hash() == sim.state_hash()
    assert again.identity == sim.identity
    assert again.values == sim.values
    again.run(10)
    sim.run(10)
    assert again.state_hash() == sim.state_hash()


def test_a_used_world_gives_the_same_as_a_fresh_one():
    """What an earlier run left behind in a buffer is never read."""
    today = lived().snapshot()
    dirty = np.zeros(1, world_dtype(today.capacity))
    dirty.view(np.uint8)[:] = np.random.default_rng(0).integers(0, 256, dirty.nbytes, np.uint8)
    dirty["case"]["filler"] = 0  # the one field of a case that nobody ever writes
    fresh, used = Simulation.branch(today, demand=2.0), Simulation.branch(today, worlds=dirty, demand=2.0)
    for _ in range(3):
        assert np.array_equal(fresh.run(10), used.run(10), equal_nan=True)
        assert fresh.state_hash() == used.state_hash()
    again = Simulation.branch(today, worlds=dirty)
    again.run(15)
    assert again.state_hash() == lived(30).state_hash()


@pytest.mark.parametrize("name", [n for n in PARAMETERS if n not in (*FOUNDING_ONLY, *BEHIND_A_DOOR, *REMEMBERED)])
def test_there_and_back_is_no_change(name):
    """A lever switched and switched back before anybody lived under it leaves no trace."""
    sim = lived(5)
    before = sim.state_hash()
    sim.set(**{name: other(name)})
    assert sim.state_hash() != before
    sim.set(**{name: PARAMETERS[name].default})
    assert sim.state_hash() == before
    assert sim.set(**{name: PARAMETERS[name].default}).state_hash() == before


@pytest.mark.parametrize("name", [*BEHIND_A_DOOR, "okr_count"])
def test_only_the_last_announcement_of_a_week_counts(name):
    """Two switches announced for one week are one decision: there and back moves nobody and nothing."""
    sim = lived(5)
    sim.at(9, **{name: other(name)}).at(9, **{name: PARAMETERS[name].default})
    sim.run(8)
    assert sim.state_hash() == lived(13).state_hash()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"value_care": 1.5}, "example"),
        ({"duty": 1.5, "effort_cost": 2.0}, "example"),
        ({"hours_spread": 1.2}, "hours"),
    ],
)
def test_what_follows_from_a_parameter_follows_its_change(values, field):
    """The leaders' example and the distribution of hours are those of a world founded so."""
    changed, born = lived(0).set(**values), lived(0, **values)
    assert np.array_equal(changed.record[field], born.record[field])
    assert not np.array_equal(changed.record[field], lived(0).record[field])


def test_setting_what_holds_moves_nobody():
    sim = lived(5)
    before = sim.state_hash()
    assert sim.set(structure="functional", top_tasks=0, okr_count=0, customer_weight=0.0).state_hash() == before


@pytest.mark.parametrize("name", FOUNDING_ONLY)
def test_the_founding_is_past(name):
    sim = lived(1)
    value = other(name)
    for attempt in (
        lambda: sim.set(**{name: value}),
        lambda: sim.at(3, **{name: value}),
        lambda: Simulation.branch(sim.snapshot(), **{name: value}),
    ):
        with pytest.raises(InvalidInput, match=f"^{name} .*founding"):
            attempt()
    assert sim.state_hash() == lived(1).state_hash()


@pytest.mark.parametrize(
    ("attempt", "says"),
    [
        (lambda sim: sim.at(1, bonus=1.0), "week 1 has passed"),
        (lambda sim: sim.set(bonuss=1.0), "did you mean 'bonus'"),
        (lambda sim: sim.set(bonus=9.0), "bonus = 9 is out of range"),
        (lambda sim: sim.run(-1), "weeks = -1"),
        (lambda sim: sim.run(2.5), "weeks = 2.5"),
        (lambda sim: sim.measures("nation"), "level 'nation'"),
    ],
)
def test_a_refused_request_changes_nothing(attempt, says):
    sim = lived(3)
    before = sim.state_hash()
    with pytest.raises(InvalidInput, match=says):
        attempt(sim)
    assert sim.state_hash() == before


def jobs() -> list[Job]:
    spec, tiny = small(0.62), organisation((2, 1), (((0, 2.0), (1, 3.0)),), a_day=3.0)
    policies = ({}, {"bonus": 1.2}, {"structure": "pool"}, {"customer_time": 0.2, "top_tasks": 1})
    more = [Job(spec, levers, burn_in=10, weeks=20, replicate=k) for k in range(3) for levers in policies]
    more += [Job(spec, levers, start="steady", burn_in=10, weeks=20) for levers in policies]
    return [
        *more,
        Job(tiny, burn_in=5, weeks=30),
        Job(spec, switches=((7, {"structure": "journey"}),), burn_in=10, weeks=20),
    ]


def hashes(batch: list[Job]) -> dict[int, str]:
    return {id(job): outcome.outcome_hash for job, outcome in zip(batch, live(batch), strict=True)}


def test_neither_order_nor_neighbours_matter():
    batch = jobs()
    alone = {id(job): run_job(job).outcome_hash for job in batch}
    assert len(set(alone.values())) >= len(batch) - 1  # today's 'branch' and 'steady' are the same run
    assert hashes(batch) == alone
    assert hashes(batch[::-1]) == alone
    assert hashes([batch[k] for k in np.random.default_rng(1).permutation(len(batch))]) == alone


def test_an_unchanged_policy_is_exactly_today():
    """TD2: the paired difference of identical settings is exactly 0, branch or steady."""
    branch, steady = (run_job(Job(small(), start=start, burn_in=12, weeks=25)) for start in ("branch", "steady"))
    assert np.array_equal(branch.weekly, steady.weekly, equal_nan=True)
    assert np.array_equal(branch.path, steady.path, equal_nan=True)


def test_one_failing_run_does_not_stop_the_others():
    spec = small(0.62)
    good, bad = Job(spec, burn_in=5, weeks=10), Job(spec, {"conviction_start": 0.2}, burn_in=5, weeks=10)
    first, second, third = live([bad, good, bad])
    assert isinstance(first, InvalidInput)
    assert isinstance(third, InvalidInput)
    assert second.outcome_hash == run_job(good).outcome_hash


def test_a_stop_ends_after_the_run_at_hand():
    done = []
    for outcome in live((Job(small(), burn_in=5, weeks=10, replicate=k) for k in range(200)), lambda: len(done) >= 3):
        done.append(outcome)
    assert len(done) == 3


def test_customer_measures_pay_differently():
    """What pay on customer contacts and on lead time reward is measured, and not the same."""
    spec = organisation((2, 1), (((0, 2.0), (1, 3.0)),), a_day=1.5)
    vectors = [
        Simulation(spec, customer_weight=0.3, customer_measure=m).record["pay_vector"][0].copy()
        for m in ("contacts", "lead_time")
    ]
    for vector in vectors:
        assert np.linalg.norm(vector) == pytest.approx(1.0)
    assert not np.array_equal(*vectors)


LIFE = """
import sys
sys.path.insert(0, sys.argv[1])
from worlds import Simulation, small
sim = Simulation(small(0.62), seed=12)
sim.at(10, structure="pool").at(15, structure="journey").at(20, structure="functional", top_tasks=1)
sim.run(40)
print(sim.state_hash())
"""


def test_another_process_lives_the_same_life():
    """Three reorganisations in a process of its own, with another hash seed: equal to the bit."""
    said = [
        subprocess.run(
            [sys.executable, "-c", LIFE, str(HERE.parent)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    ]
    here = Simulation(small(0.62), seed=12)
    here.at(10, structure="pool").at(15, structure="journey").at(20, structure="functional", top_tasks=1)
    here.run(40)
    assert said == [here.state_hash()] * 2


def test_the_state_has_no_hidden_bytes():
    """Every byte of the record has a name, so that a copy or a hash cannot pick up what nobody wrote."""
    from silosim.model.layout import without_padding

    for capacity in CLASSES:
        assert without_padding(world_dtype(capacity))
