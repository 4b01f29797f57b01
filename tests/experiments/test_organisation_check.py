"""Warnings about a user's organisation: grade, busy teams, backlogs that do not settle."""

import numpy as np
import pytest
from fake_engine import FakeOrganisation

from silosim.experiments.organisation_check import RUNS, teams

SPEC = FakeOrganisation()  # front and back
NOISE = np.random.default_rng(1).normal(0, 0.05, size=(RUNS, 2))


def year(utilisation, backlog):
    """[runs, teams, (utilisation, backlog)] around the given values of the two teams."""
    return np.stack([np.array(utilisation) + NOISE / 10, np.array(backlog) + NOISE], axis=2)


@pytest.mark.parametrize(("first", "second", "found"), [
    (([0.9, 0.9], [1, 1]), ([0.9, 0.9], [1, 1]), []),
    (([0.9, 0.9], [1, 1]), ([0.9, 0.97], [1, 1]), [("utilisation", "back")]),
    (([0.9, 0.9], [1, 1]), ([0.9, 0.9], [1, 2]), [("backlog", "back")]),
    (([0.9, 0.9], [3, 1]), ([0.9, 0.9], [1, 1]), [("backlog", "front")]),
    (([0.9, 0.9], [1, 1]), ([0.9, 0.9], [1, 1.1]), []),  # less than matters
    (([0.99, 0.9], [1, 1]), ([0.99, 0.9], [9, 1]), [("utilisation", "front"), ("backlog", "front")]),
])
def test_teams(first, second, found):
    findings = teams(SPEC, year(*first), year(*second))
    assert [(f.kind, f.fields["team"].name) for f in findings] == found


def test_noise_is_no_trend():
    rng = np.random.default_rng(2)
    first, second = (np.stack([np.full((RUNS, 2), 0.9), rng.normal(5, 3, (RUNS, 2))], axis=2) for _ in range(2))
    assert teams(SPEC, first, second) == []
