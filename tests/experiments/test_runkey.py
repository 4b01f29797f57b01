"""The key of a run: equal exactly when the run is the same."""

import random

import numpy as np
import pytest
from fake_engine import RULEBOOK, FakeJob, FakeOrganisation, FakeTeam
from hypothesis import given
from hypothesis import strategies as st

from silosim.experiments.runkey import canonical_run, canonical_switches, run_key
from silosim.model.parameters import PARAMETERS, InvalidInput


def key(**fields):
    return run_key(FakeJob(**fields), RULEBOOK)


def values_of(parameter):
    if parameter.choices:
        return st.sampled_from(parameter.choices)
    if parameter.whole:
        return st.integers(int(parameter.low), int(parameter.high))
    return st.floats(parameter.low, parameter.high)


def some(role):
    names = [p.name for p in PARAMETERS.of_role(role)]
    return st.sets(st.sampled_from(names), max_size=5).flatmap(
        lambda chosen: st.fixed_dictionaries({name: values_of(PARAMETERS[name]) for name in chosen}))


def differing(values):
    return {n: v for n, v in values.items() if PARAMETERS[n].code(v) != PARAMETERS[n].code(PARAMETERS[n].default)}


def test_known_shape():
    assert len(key()) == 32
    assert int(key(), 16) >= 0
    assert key() == key()


def test_whole_number_or_float_is_one_value():
    assert key(levers={"bonus": 1}) == key(levers={"bonus": 1.0}) == key(levers={"bonus": np.float64(1)})
    assert key(levers={"bonus": 1}) == key(levers={"bonus": np.int64(1)})
    assert key(levers={"okr_count": 2}) == key(levers={"okr_count": 2.0})
    assert key(weeks=60) == key(weeks=60.0)
    assert key(levers={"team_share": 0.0}) == key(levers={"team_share": -0.0})


def test_nearly_equal_is_not_equal():
    assert 0.1 + 0.2 != 0.3
    assert key(levers={"bonus": 0.1 + 0.2}) != key(levers={"bonus": 0.3})


@given(some("lever"), some("world"), st.randoms())
def test_order_and_explicit_defaults_do_not_matter(levers, world, shuffler):
    def shuffled(values):
        items = list(values.items())
        shuffler.shuffle(items)
        return dict(items)

    every_default = {p.name: p.default for p in PARAMETERS.of_role("lever")}
    first = key(levers=levers, world=world)
    assert first == key(levers=shuffled(levers), world=shuffled(world))
    assert first == key(levers=shuffled({**every_default, **levers}), world=shuffled(world))


@given(some("lever"), some("lever"))
def test_keys_agree_exactly_when_settings_do(one, other):
    assert (key(levers=one) == key(levers=other)) == (differing(one) == differing(other))


@given(st.lists(st.tuples(st.integers(0, 100), some("lever")), max_size=4))
def test_switches_that_change_nothing_do_not_matter(switches):
    repeated = [switch for switch in switches for _ in range(2)]
    assert key(switches=tuple(switches)) == key(switches=tuple(repeated))
    spread = list(switches)
    random.Random(1).shuffle(spread)
    if len({week for week, _ in switches}) == len(switches):
        assert key(switches=tuple(spread)) == key(switches=tuple(switches))


def test_switches_by_hand():
    assert canonical_switches([(4, {"bonus": 0.7})], {}) == []  # the default
    assert canonical_switches([(4, {"bonus": 0.7})], {"bonus": 0.2}) == [[4, {"bonus": 0.7}]]
    assert canonical_switches([(9, {"bonus": 1}), (4, {"bonus": 1, "okr": 0})], {}) == [[4, {"bonus": 1.0}]]
    assert canonical_switches([(4, {"bonus": 1}), (4, {"bonus": 0.3})], {}) == [[4, {"bonus": 0.3}]]


@pytest.mark.parametrize("change", [
    {"levers": {"bonus": 0.71}}, {"world": {"demand": 1.1}}, {"world": {"wage": 50}}, {"burn_in": 103},
    {"start": "steady"}, {"weeks": 61}, {"replicate": 1}, {"seed": 2}, {"switches": ((3, {"bonus": 1}),)},
    {"switches": ((4, {"bonus": 1}),)}, {"spec": FakeOrganisation(arrivals=41)},
    {"spec": FakeOrganisation(teams=(FakeTeam("back", 2), FakeTeam("front", 3)))},
])
def test_everything_that_matters_changes_the_key(change):
    assert key(**change) != key()
    assert run_key(FakeJob(**change), RULEBOOK) != run_key(FakeJob(**change), "other rules")


def test_organisation_numbers_by_value():
    assert key(spec=FakeOrganisation(arrivals=40)) == key(spec=FakeOrganisation(arrivals=40.0))


def test_the_document_holds_only_what_differs():
    document = canonical_run(FakeJob(levers={"bonus": 1, "okr": 0.0}), RULEBOOK)
    assert document["levers"] == {"bonus": 1.0}
    assert set(document) == {"rulebook", "organisation", "levers", "world", "switches", "burn_in", "start", "weeks",
                             "replicate", "seed"}


@pytest.mark.parametrize(("fields", "words"), [
    ({"levers": {"bonus": float("nan")}}, "bonus"), ({"levers": {"bonus": 9}}, "from 0 to 1.5"),
    ({"levers": {"bonsu": 1}}, "did you mean 'bonus'"), ({"levers": {"demand": 1.1}}, "world parameter"),
    ({"world": {"bonus": 1}}, "lever parameter"), ({"start": "warm"}, "branch, steady"), ({"weeks": 0}, "at least 1"),
    ({"weeks": 1.5}, "whole number"), ({"replicate": -1}, "at least 0"), ({"seed": True}, "whole number"),
    ({"seed": 2**63}, "at most"), ({"switches": ((-1, {"bonus": 1}),)}, "at least 0"),
    ({"spec": FakeOrganisation(arrivals=float("inf"))}, "inf"),
])
def test_what_cannot_be_run_has_no_key(fields, words):
    with pytest.raises(InvalidInput, match=words) as caught:
        key(**fields)
    assert "\n" not in str(caught.value)
