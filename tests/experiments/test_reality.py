"""Four patterns of a real log: what is run, what is kept, and that the page says what was found."""

import re

import pytest

from silosim.experiments.logs.exporting import simulated_frame
from silosim.experiments.patterns import reality
from silosim.model.ensemble import Job
from silosim.model.organisation_file import load_organisation
from silosim.model.parameters import PARAMETERS


def test_arms_are_valid_and_all_of_them_are_shown():
    for arm in reality.ARMS.values():
        PARAMETERS.checked({**arm.levers, **arm.world})
    assert {arm for asked in reality.PATTERNS_ASKED for arm in asked.arms} == set(reality.ARMS)


def test_no_parameter_of_the_mechanisms_says_how_often_a_case_comes_back():
    """What is asked about is no number that somebody could set."""
    chances = [p.name for p in PARAMETERS.values() if p.name.startswith(("routing_", "hold_", "order_"))]
    assert len(chances) > 5
    assert not [name for name in chances if "probability" in PARAMETERS[name].unit]


@pytest.mark.parametrize("name", reality.ORGANISATIONS)
def test_organisations_can_be_read_and_none_is_overloaded(name):
    assert 0.4 < reality.organisation(name).load < 0.6


def test_a_short_run_gives_figures():
    found = reality.figures_of("insurer", "doubt", 0, weeks=3, burn_in=2)
    assert found["handoffs.mean"] > 1.0
    assert found["return_lift.lift"] == pytest.approx(found["return_lift.seen"] / found["return_lift.chance"])
    assert 0.0 < found["deadline.day_-1"] < 1.0


def test_a_log_tells_of_clocks_that_stand_still_and_run_again():
    """What is put on hold is in nobody's hands until it is resumed, withdrawn, or the log ends."""
    levers = {**reality.TERM, "term_days": 1, "audit": 0.0}
    world = {"demand": 1.4, "hold_days": 3.0, "routing_doubt": 1.0}
    frame = simulated_frame(Job(load_organisation("clinic"), levers, world, burn_in=4, start="steady", weeks=8))
    counts = frame["activity"].value_counts()
    assert counts["put on hold"] > 30
    follows = frame.groupby("case")["activity"].shift(-1)[frame["activity"] == "put on hold"].dropna()
    assert set(follows) <= {"resumed", "withdrawn", "customer called"}
    assert set(frame.loc[frame["activity"] == "put on hold", "state"]) == {reality.WAITING}


def test_runs_are_kept_for_one_version_of_the_rules(tmp_path):
    path = tmp_path / "runs.csv"
    found = {("insurer", "off", 0): {"handoffs.mean": 2.5}, ("insurer", "doubt", 1): {"return_lift.lift": 1.25}}
    reality.keep(found, path)
    assert reality.kept(path) == found
    assert reality.kept(path, rules="others") == {}


def test_cells_show_the_mean_and_the_paired_difference():
    base, other = {0: 1.0, 1: 2.0, 2: 3.0}, {0: 2.0, 1: 3.0, 3: 9.0}
    assert reality._cell(base, None, ".1f") == "2.0"
    assert reality._cell(other, base, ".1f") == "4.7<br>+1.0 [+1.0, +1.0]"
    assert reality._cell({}, base, ".1f") == "too few"


def test_the_page_shows_the_runs_that_are_kept():
    page = reality.PAGE.read_text(encoding="utf-8")
    rules = re.search(r"under rules ([0-9a-f]{16})", page)[1]
    assert reality.render(reality.kept(rules=rules), rules) == page
