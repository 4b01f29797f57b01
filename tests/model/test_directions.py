"""Strict directions of effect, one mechanism at a time: it fails when there is no effect, or the other way round.

Mechanisms only, paired on the same seed; never the outcome of a policy, which the model is free to find out.
"""

import pytest
from mechanisms_of_leaders import LEADING
from mechanisms_of_market import MARKET
from mechanisms_of_people import PEOPLE
from mechanisms_of_routes import ROUTES
from mechanisms_of_steering import STEERING
from mechanisms_of_work import WORK

from silosim.model.parameters import PARAMETERS

MECHANISMS = PEOPLE | WORK | LEADING | STEERING | MARKET | ROUTES

# Tested elsewhere: what they do is not a direction
ELSEWHERE = {
    "top_tasks": "tests/oracles/test_queues.py, TB7: waiting moves between customers",
    "customer_measure": "chooses which measured pay vector applies: tests/model/test_snapshot.py",
}

CASES = [
    pytest.param(m, id=f"{group}-{k}-{next(iter(m.low))}") for group, ms in MECHANISMS.items() for k, m in enumerate(ms)
]


@pytest.mark.parametrize("mechanism", CASES)
def test_direction(mechanism):
    """In each of three worlds, strictly."""
    for seed in (1, 2, 3):
        low, high = mechanism.readings(seed)
        assert (high > low) if mechanism.up else (high < low), f"seed {seed}: {low} -> {high}"


def test_every_parameter_has_a_direction():
    """A parameter that moves nothing would be a lie in every list that shows it."""
    touched = set().union(*(m.touches() for ms in MECHANISMS.values() for m in ms))
    assert touched | set(ELSEWHERE) == set(PARAMETERS)
