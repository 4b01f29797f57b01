"""The silo map: what is counted of every pair of teams, help across the boundary included."""

import numpy as np
from worlds import Simulation, people, small

from silosim.model import doors
from silosim.model.measures import INDEX


def mapped(connect, weeks=40):
    """[from, to, ...] with everybody connecting this much, and familiarity as it was."""
    sim = Simulation(small(), seed=3, inertia=0.0, familiarity_gain=0.0, familiarity_loss=0.0, quit_rate=0.0)
    people(sim)["effort"][:, 2] = connect
    doors.everyone_settles(sim.worlds, 0)
    sim.run(weeks)
    return sim.silo_map()


def test_help_is_what_connecting_saves():
    """What is lost and what was helped add up to what is lost without connecting, within four standard errors."""
    without, some = mapped(0.0), mapped(0.06)
    assert not without[..., 3].any()
    assert (some[..., 3] > 0).sum() >= 4
    rate = without[..., 1].sum() / without[..., 0].sum()
    handed, lost, _, helped, _ = some.sum(axis=(0, 1))
    assert helped > 0.3 * lost
    spread = np.sqrt(rate * (1 - rate) * (1 / handed + 1 / without[..., 0].sum()))
    assert abs((lost + helped) / handed - rate) < 4 * spread


def test_no_more_is_helped_than_was_handed_over():
    some = mapped(0.3, 13)
    assert (some[..., 3] <= some[..., 0]).all()
    assert not some[..., 3][some[..., 0] == 0].any()


def test_one_team_has_no_grade_between_teams():
    sim = Simulation(small(), seed=3, structure="pool")
    series = sim.run(13)
    assert np.isnan(series[:, INDEX["internal_grade_across"]]).all()
    assert sim.measures()[INDEX["internal_grade"]] > 1.0
