"""A peak of demand can be asked for: with --at, and in a world of a design."""

import pytest

from silosim.experiments.scenarios import parse_switches
from silosim.experiments.sweeps.blocks import read_worlds
from silosim.model.parameters import InvalidInput


def test_demand_switches_from_the_command_line():
    assert parse_switches(["26:demand=1.3", "39:demand=1"], 52) == [(26, {"demand": 1.3}), (39, {"demand": 1.0})]


def test_demand_switches_in_a_world_of_a_design(tmp_path):
    given = [{"name": "peak", "values": {}, "switches": [[26, {"demand": 1.3}], [39, {"demand": 1.0}]]}]
    peak = read_worlds({"list": given}, tmp_path, 52, "design")
    assert [world.switches for world in peak if world.name == "peak"] == [
        ((26, {"demand": 1.3}), (39, {"demand": 1.0}))]


def test_what_describes_the_founding_is_refused():
    with pytest.raises(InvalidInput, match="churn_feedback describes the founding"):
        parse_switches(["26:churn_feedback=1"], 52)
