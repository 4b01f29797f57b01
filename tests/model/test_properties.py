"""Whatever the parameters and the organisation: no exception, nothing infinite, shares are shares, nobody is lost."""

from functools import cache

import numpy as np
import pytest
from casebook import check_books
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from worlds import OrganisationSpec, Simulation, organisation, people

from silosim.model import pay_vectors
from silosim.model.founding import FOUNDING_ONLY
from silosim.model.layout import CLASSES
from silosim.model.measures import INDEX, MEASURES
from silosim.model.parameters import PARAMETERS

# Shares that may leave 0..1 by definition: differences, what was done against what was intended, a yearly rate
NOT_WITHIN_ONE = (
    "value_action_gap",
    "gap_from_time",
    "gap_from_incentives",
    "boundary_help",
    "turnover",
    "churn",
    "watermelon",
    "watermelon_seven",
    "watermelon_eight",
    "watermelon_nine",
)
BOUNDS = {name: (0.0, 1.0) for name, m in MEASURES.items() if m.format == "share" and name not in NOT_WITHIN_ONE}
BOUNDS |= {
    "watermelon": (-1, 1),
    "watermelon_seven": (-1, 1),
    "watermelon_eight": (-1, 1),
    "watermelon_nine": (-1, 1),
    "grade": (1, 10),
    "survey_score": (1, 10),
    "internal_grade": (1, 10),
    "effort_score": (1, 7),
    "nps": (-100, 100),
    "pressure": (0, 1),
    "conviction": (0, 1),
    "fear": (0, 1),
    "strain": (0, 1),
    "capability": (0, 1),
    "familiarity": (0, 1),
    "contacts": (1, np.inf),
    "capacity": (0.59, 1.21),
}
NEVER_BELOW = (
    "lead_time",
    "backlog",
    "shadow_price",
    "handoffs",
    "cost_total",
    "gaming_belief_held",
    "attainment",
    "silo_index",
)


@pytest.fixture(autouse=True, scope="module")
def quick_pay_vectors():
    """What a customer measure pays is measured in shorter lives here; nothing of it is kept for anybody else."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("BURN_IN", 6), ("HORIZON", 3), ("RUNS", 2)):
            patch.setattr(pay_vectors, name, value)
        patch.setattr(pay_vectors, "measure_pay", cache(pay_vectors._measure))
        yield


def value_of(p) -> st.SearchStrategy:
    """Any value a parameter accepts, its ends included, to nine decimals.

    Beyond these, numbers such as 5e-324 make a denominator that is positive and a ratio that is infinite.
    """
    if p.choices:
        return st.sampled_from(p.choices)
    if p.whole:
        return st.integers(int(p.low), int(p.high))
    return st.one_of(st.sampled_from([p.low, p.high]), st.floats(p.low, p.high).map(lambda x: round(x, 9)))


def some_of(names) -> st.SearchStrategy:
    """Values for a few of these parameters."""
    return st.lists(st.sampled_from(sorted(names)), unique=True, max_size=12).flatmap(
        lambda chosen: st.fixed_dictionaries({name: value_of(PARAMETERS[name]) for name in chosen})
    )


@st.composite
def organisations(draw) -> OrganisationSpec:
    """One to four teams, one to five journeys of one to six stages, from idle to hopelessly overloaded."""
    heads = draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    stage = st.tuples(st.integers(0, len(heads) - 1), st.floats(0.1, 12.0))
    routes = draw(st.lists(st.lists(stage, min_size=1, max_size=6).map(tuple), min_size=1, max_size=5))
    weights = draw(st.lists(st.integers(1, 9), min_size=len(routes), max_size=len(routes)))
    shares = [w / sum(weights) for w in weights]
    hours = sum(s * sum(h for _, h in route) for s, route in zip(shares, routes, strict=True))
    a_day = min(draw(st.floats(0.0, 1.5)) * sum(heads) * 8.0 / hours, 8.0)
    meets = draw(st.lists(st.booleans(), min_size=len(heads), max_size=len(heads)))
    return organisation(
        tuple(heads), tuple(routes), shares, a_day, draw(st.floats(1.0, 15.0)), draw(st.integers(1, 300)), meets
    )


def check_measures(values: np.ndarray) -> None:
    """Finite or undefined, and within what the measure can be."""
    assert not np.isinf(values).any()
    for name, (low, high) in BOUNDS.items():
        column = values[..., INDEX[name]]
        column = column[~np.isnan(column)]
        assert (column >= low - 1e-9).all(), name
        assert (column <= high + 1e-9).all(), name
    for name in NEVER_BELOW:
        column = values[..., INDEX[name]]
        assert not (column < 0.0).any(), name


def check_people(sim: Simulation) -> None:
    """A day has one day; convictions, fears and familiarity are shares; nothing is undefined."""
    e, w = people(sim), sim.record
    assert (e["effort"] >= 0.0).all()
    assert (e["effort"].sum(axis=1) <= 1.0 + 1e-9).all()
    assert ((e["budget"] >= 0.0) & (e["budget"] <= 1.0)).all()
    assert (e["price"] >= 0.0).all()
    for name in (
        "conviction",
        "trait",
        "fear",
        "impact",
        "ambition",
        "gap",
        "p_polish",
        "p_defect",
        "p_lose",
        "p_spot",
        "p_wrong",
    ):
        assert ((e[name] >= 0.0) & (e[name] <= 1.0)).all(), name
    for name in e.dtype.names:
        if e[name].dtype.kind == "f":
            assert np.isfinite(e[name]).all(), name
    teams = int(w["teams"])
    familiar = w["familiar"][:teams, :teams]
    assert ((familiar >= 0.0) & (familiar <= 1.0)).all()
    assert w["team"]["size"][:teams].sum() == len(e)
    assert 0.0 <= w["adoption"] <= 1.0


@settings(
    max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
@given(organisations(), some_of(PARAMETERS), some_of(set(PARAMETERS) - set(FOUNDING_ONLY)), st.integers(0, 2**63))
def test_any_life(spec, founding, switched, seed):
    """A few months under any parameters, then a switch to any others, and a few months more."""
    patient = {**founding, **switched}
    founding, switched = ({**v, **quick_to_withdraw(patient)} for v in (founding, switched))
    sim = Simulation(spec, seed=seed, **founding)
    assert sim.capacity == CLASSES[0]
    for values in ({}, switched):
        sim.set(**values)
        check_books(sim, closed=True)
        weekly = sim.run(15)
        check_measures(weekly)
        for level in ("organisation", "team", "employee"):
            check_measures(sim.measures(level))
        check_books(sim, closed=True)
        check_people(sim)
    assert Simulation.branch(sim.snapshot()).state_hash() == sim.state_hash()


def quick_to_withdraw(values) -> dict:
    """Waiting customers leave soon enough for the smallest capacity class (the larger ones compile for a minute)."""
    return {"withdraw_rate": max(0.01, values.get("withdraw_rate", 0.01))}
