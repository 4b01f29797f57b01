"""Today's organisation meets the targets the worlds are fitted to, and the targets are declared completely."""

import math

import numpy as np
import pytest

from silosim.experiments.calibration import (
    SOLVED,
    TARGETS,
    check,
    holds,
    solve,
)
from silosim.experiments.comparison import spread
from silosim.experiments.engine import simulate
from silosim.model.ensemble import Job
from silosim.model.measures.declared import INDEX
from silosim.model.organisation_file import bundled_organisations, load_organisation
from silosim.model.parameters import PARAMETERS
from silosim.model.parameters.registry import EVIDENCE

RUNS = 16


@pytest.fixture(scope="module")
def today():
    """Summaries and teams of today's default organisation, and the same runs a year earlier."""
    spec = load_organisation("insurer")
    jobs = [Job(spec, weeks=weeks, replicate=r, seed=5) for r in range(RUNS) for weeks in (52, 104)]
    found = {(job.weeks, job.replicate): outcome for job, outcome in simulate(jobs, workers=2)}
    assert not [o for o in found.values() if isinstance(o, Exception)]
    return {weeks: [found[weeks, r] for r in range(RUNS)] for weeks in (52, 104)}


@pytest.mark.parametrize("target", TARGETS, ids=lambda t: t.measure)
def test_the_default_organisation_meets_the_target(today, target):
    """The whole 95% interval lies in the range, not just the mean."""
    s = spread([o.summary[INDEX[target.measure]] for o in today[104]])
    assert target.low <= s.low, s
    assert s.high <= target.high, s


def test_backlogs_are_stationary_and_no_team_is_overloaded(today):
    first, second = (np.array([o.team for o in today[weeks]]) for weeks in (52, 104))
    assert second[:, :, INDEX["utilisation"]].mean(axis=0).max() < 0.95
    growth = second[:, :, INDEX["backlog"]] - first[:, :, INDEX["backlog"]]
    for team in growth.T:
        s = spread(team)
        assert abs(s.mean) < max(0.2, s.half_width)


def test_the_grade_does_not_drift(today):
    first, second = (np.array([o.summary[INDEX["grade"]] for o in today[weeks]]) for weeks in (52, 104))
    assert abs(np.mean(second - first)) < 0.1


def test_expectations_start_where_they_settle():
    found = solve.settle(load_organisation("insurer"), {}, 4, seed=6)
    assert found["expectation"] == pytest.approx(PARAMETERS["expectation_start"].default, abs=0.05)
    assert found["capability"] == pytest.approx(PARAMETERS["capability_start"].default, abs=0.05)


@pytest.mark.parametrize("name", [n for n in bundled_organisations() if n not in ("insurer", "large")])
def test_other_bundled_organisations_are_believable(name):
    found = [o for _, o in simulate([Job(load_organisation(name), weeks=104, replicate=r, seed=5) for r in range(8)])]
    assert 6 < np.mean([o.summary[INDEX["grade"]] for o in found]) < 8
    assert np.mean([o.team[:, INDEX["utilisation"]] for o in found], axis=0).max() < 0.95


def test_targets_are_declared_completely():
    assert len({t.measure for t in TARGETS}) == len(TARGETS) == 7
    for t in TARGETS:
        assert t.measure in INDEX
        assert t.low < t.high
        assert t.aim is None or t.low < t.aim < t.high
        assert t.source
        assert t.evidence in EVIDENCE
    assert {m for m in SOLVED.values() if m} == {t.measure for t in TARGETS if t.aim is not None}


def test_a_target_holds_on_its_edges_and_not_where_undefined():
    values = {t.measure: t.low for t in TARGETS}
    assert holds(values)
    assert holds({t.measure: t.high for t in TARGETS})
    for t in TARGETS:
        for bad in (t.low - 1e-6, t.high + 1e-6, math.nan):
            held = check({**values, t.measure: bad})
            assert [m for m, ok in held.items() if not ok] == [t.measure]
