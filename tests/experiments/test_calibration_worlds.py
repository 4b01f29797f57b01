"""Worlds are drawn from what the prior says, and history matching sees nothing but the targets."""

import ast
from pathlib import Path

import numpy as np
import pytest

from silosim.experiments import calibration
from silosim.experiments.calibration import (
    PRIORS,
    SOLVED,
    TARGETS,
    draw,
    load_worlds,
    range_of,
    ranges,
    solve,
)
from silosim.experiments.calibration.publish import DRAWS, as_toml
from silosim.experiments.calibration.run import fit_world
from silosim.experiments.calibration.worlds import read_list
from silosim.model.organisation_file import load_organisation
from silosim.model.parameters import PARAMETERS

FOLDER = Path(calibration.__file__).parent
PUBLISHED = Path(__file__).resolve().parents[2] / "results" / "calibration"


@pytest.mark.parametrize("prior", PRIORS)
def test_draws_lie_in_the_declared_ranges(prior):
    span = ranges(prior)
    draws = [draw(k, seed=3, prior=prior) for k in range(200)]
    for name, (low, high) in span.items():
        values = np.array([d[name] for d in draws])
        p = PARAMETERS[name]
        assert p.role == "world"
        assert p.low <= low < high <= p.high
        assert low <= p.default <= high
        assert low <= values.min() < low * (high / low) ** 0.1  # the whole range is used
        assert low * (high / low) ** 0.9 < values.max() <= high
        PARAMETERS.checked({name: values[0]})


def test_what_is_not_drawn_is_solved_defined_or_switched_off():
    left = {p.name for p in PARAMETERS.of_role("world")} - set(ranges("narrow")) - set(SOLVED)
    assert left - {"demand", "patience"} == {p.name for p in PARAMETERS.of_role("world") if p.default == 0}


def test_a_wider_prior_is_wider_and_a_world_does_not_depend_on_how_many_are_drawn():
    narrow, wide = ranges("narrow"), ranges("wide")
    assert all(wide[n][0] <= narrow[n][0] and narrow[n][1] <= wide[n][1] for n in narrow)
    assert wide["duty"][1] > narrow["duty"][1]
    assert draw(7, seed=1) == draw(7, seed=1) != draw(7, seed=2)
    assert draw(7, seed=1) != draw(8, seed=1)


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.py")), ids=lambda f: f.name)
def test_history_matching_sees_only_the_targets(file):
    """No part of it may import patterns, policies, claims or anything else that knows what a policy does."""
    allowed = ("silosim.experiments.calibration", "silosim.experiments.runkey", "silosim.experiments.running",
               "silosim.experiments.store", "silosim.experiments.extras", "silosim.experiments.quantile",
               "silosim.experiments.engine", "silosim.experiments.interrupts", "silosim.experiments.scenarios.Planned",
               "silosim.experiments.figures.style", "silosim.model.measures.declared",
               "silosim.model.parameters", "silosim.model.simulation", "silosim.model.organisation_file",
               "silosim.model.rulebook", "silosim.model.text")
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("silosim"):
            for alias in node.names:
                assert f"{node.module}.{alias.name}".startswith(allowed), f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Import):
            assert not [alias.name for alias in node.names if alias.name.startswith("silosim")]


def test_no_lever_is_touched():
    levers = {p.name for p in PARAMETERS.of_role("lever")}
    assert not levers & {*ranges("wide"), *SOLVED}


def test_a_step_moves_each_constant_towards_its_aim():
    aims = {t.measure: t.aim for t in TARGETS if t.aim is not None}
    start = {name: float(PARAMETERS[name].default) for name in SOLVED}
    settled = {**aims, "expectation": 0.8, "capability": 0.6}
    there = solve.improved(start, settled)
    for name in ("u_base", "case_spread", "defect_rate", "quit_rate"):
        assert there[name] == pytest.approx(start[name])
    assert (there["expectation_start"], there["capability_start"]) == (0.8, 0.6)
    low = solve.improved(start, {**settled, "grade": 6.0, "share_nine": 0.04, "first_time_right": 0.6, "turnover": 0.3})
    assert low["u_base"] > start["u_base"]
    assert low["case_spread"] > start["case_spread"]
    assert low["defect_rate"] < start["defect_rate"]
    assert low["quit_rate"] < start["quit_rate"]


@pytest.mark.parametrize("prior", PRIORS)
def test_the_published_worlds_come_with_the_program(prior, tmp_path, monkeypatch):
    """The copy in the package is the list in the checkout, and neither is needed to be near."""
    listed = PUBLISHED / f"worlds_{prior}.csv"
    assert (FOLDER / f"worlds_{prior}.toml").read_text(encoding="utf-8") == as_toml(listed)
    for admissible in (True, False):
        monkeypatch.chdir(tmp_path)
        assert load_worlds(prior, admissible=admissible) == load_worlds(prior, listed, admissible=admissible)
    assert len(load_worlds(prior, admissible=False)) == DRAWS[prior]


def test_the_published_worlds_are_those_of_todays_rules():
    """One of them fitted again. After a change of results: python -m silosim.experiments.calibration.publish"""
    _, rows = read_list(PUBLISHED / "worlds_narrow.csv")
    world, admissible = rows[17]
    again = fit_world(load_organisation("insurer"), 17, 1, "narrow")
    assert again.solved == world.solved
    assert again.row() == world.row()
    assert again.admissible == admissible


def test_a_range_for_every_world_parameter_that_is_a_number():
    for p in PARAMETERS.of_role("world"):
        for prior in PRIORS:
            low, high = range_of(p.name, prior)
            assert p.low <= low < high <= p.high
            assert low <= p.default <= high
