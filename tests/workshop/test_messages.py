"""What a browser may say: good messages mean what they say, everything else gets one line."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from silosim.experiments.workshop.dials import SLIDERS, WORLD, dial_levers, positions_of
from silosim.experiments.workshop.messages import (
    HORIZONS,
    LARGEST_MESSAGE,
    PARTS,
    RUNS,
    SPAN,
    Scenario,
    parse,
    scenario_from,
)
from silosim.model.organisation_file import load_organisation
from silosim.model.parameters import PARAMETERS, InvalidInput
from silosim.model.policies import load_policies
from silosim.model.text import LANGUAGES, catalogue

ORGANISATIONS = {name: load_organisation(name) for name in ("insurer", "clinic")}


def run(**scenario) -> Scenario:
    return parse(json.dumps({"type": "run", "id": 3, "scenario": scenario}), ORGANISATIONS).scenario


def test_an_empty_scenario_is_today():
    assert run().all_levers() == {}
    assert run() == run().today() == Scenario()


def test_everything_in_a_message_is_read():
    message = parse(json.dumps({
        "type": "run", "id": 12, "runs": 200, "parts": ["day", "map"], "series": ["strain"],
        "scenario": {"organisation": "clinic", "policy": "customer_time", "dials": {"platform": [50]},
                     "levers": {"culture": 0.5}, "world": {"demand": 1.1}, "seed": 7, "weeks": 52},
    }), ORGANISATIONS)
    assert (message.id, message.runs, message.parts, message.series) == (12, 200, ("day", "map"), ("strain",))
    assert message.scenario.all_levers() == {"customer_time": 0.2, "work_in_progress": 2.0, "platform": 0.5,
                                             "culture": 0.5}
    assert (message.scenario.organisation, message.scenario.seed, message.scenario.weeks) == ("clinic", 7, 52)
    assert message.scenario.today().all_levers() == {}
    assert message.scenario.today().world == {"demand": 1.1}


def test_levers_go_before_sliders_and_sliders_before_the_policy():
    assert run(policy="customer_time").all_levers()["customer_time"] == 0.2
    assert run(policy="customer_time", dials={"customer_time": [10]}).all_levers()["customer_time"] == 0.1
    both = run(policy="customer_time", dials={"customer_time": [10]}, levers={"customer_time": 0.3})
    assert both.all_levers()["customer_time"] == 0.3
    assert both.all_levers()["work_in_progress"] == 2.0  # what nobody touched stays as the policy has it


def test_positions_are_brought_to_the_grid_so_that_answers_can_be_kept():
    assert run(dials={"customer_time": [10.3]}) == run(dials={"customer_time": [9.6]}) == run(
        dials={"customer_time": 10})


def test_equal_scenarios_are_equal_in_whatever_order_they_are_given():
    one = run(world={"demand": 1.1, "patience": 0.9}, levers={"bonus": 1, "culture": 0.2})
    other = run(world={"patience": 0.9, "demand": 1.1}, levers={"culture": 0.2, "bonus": 1.0})
    assert one == other
    assert one.document() == other.document()
    assert scenario_from(json.loads(json.dumps(one.document())), ORGANISATIONS) == one


@pytest.mark.parametrize(("message", "why"), [
    ("", "not valid JSON"),
    ("[1]", "must be a JSON object"),
    ('{"type": "run"', "not valid JSON"),
    ('{"type": "run", "id": NaN}', "not valid JSON"),
    ('{"type": "run", "id": 1e999}', "id = inf must be a whole number"),
    ("[" * 20_000, "not valid JSON"),
    (b"\xff\xfe\x00", "not valid JSON"),
    ('{"type": "evil"}', "message type 'evil' is not one of hello, run"),
    ('{"type": ["run"]}', "message type ['run'] is not one of"),
    ('{"type": "run", "id": -1}', "id = -1 must be a whole number"),
    ('{"type": "run", "id": true}', "id = True must be"),
    ('{"type": "run", "runs": 7}', "runs = 7 must be a whole number from 8 to 200"),
    ('{"type": "run", "runs": 1000000}', "runs = 1000000 must be"),
    ('{"type": "run", "parts": ["passwords"]}', "unknown parts: 'passwords'"),
    ('{"type": "run", "series": ["grde"]}', "did you mean 'grade'?"),
    ('{"type": "run", "series": "grade"}', "series must be a short list"),
    ('{"type": "run", "scenario": 5}', "scenario must be an object"),
    ('{"type": "run", "scenario": {"file": "/etc/passwd"}}', "unknown field of a scenario 'file'"),
    ('{"type": "run", "scenario": {"organisation": "../../etc/passwd"}}', "unknown organisation"),
    ('{"type": "run", "scenario": {"policy": "mine.toml"}}', "unknown policy 'mine.toml'"),
    ('{"type": "run", "scenario": {"policy": "custmer_time"}}', "did you mean 'customer_time'?"),
    ('{"type": "run", "scenario": {"weeks": 100}}', "weeks = 100 is not one of 52, 104, 156"),
    ('{"type": "run", "scenario": {"weeks": 1e9}}', "weeks = 1000000000 must be a whole number from 1 to 156"),
    ('{"type": "run", "scenario": {"seed": -3}}', "seed = -3 must be"),
    ('{"type": "run", "scenario": {"levers": {"bonus": 9}}}', "bonus = 9 is out of range: a number from 0 to 1.5"),
    ('{"type": "run", "scenario": {"levers": {"bonus": "__import__(1)"}}}', "is not a number"),
    ('{"type": "run", "scenario": {"levers": {"bonus": [1]}}}', "is no parameter with a number"),
    ('{"type": "run", "scenario": {"levers": {"structure": 2}}}', "structure = 2 is not one of functional"),
    ('{"type": "run", "scenario": {"levers": {"demand": 1}}}', "demand is a world parameter; here only lever"),
    ('{"type": "run", "scenario": {"world": {"bonus": 1}}}', "bonus is a lever parameter; here only world"),
    ('{"type": "run", "scenario": {"world": {"dmand": 1}}}', "did you mean 'demand'?"),
    ('{"type": "run", "scenario": {"world": {"demand": 9}}}', "demand = 9 is out of range"),
    ('{"type": "run", "scenario": {"dials": {"presure": [1]}}}', "did you mean 'pressure'?"),
    ('{"type": "run", "scenario": {"dials": {"pressure": ["x"]}}}', "dial pressure takes numbers"),
    ('{"type": "run", "scenario": {"dials": {"pressure": [1, 2]}}}', "dial pressure takes 1 values"),
    ('{"type": "run", "scenario": {"dials": {"customer_time": [31]}}}', "must be from 0 to 30"),
    ('{"type": "run", "scenario": {"dials": {"reward_mix": [80, 20, 5, 0]}}}', "must add up to 100"),
    ('{"type": "path", "first": 104}', "first = 104 must be a whole number from 0 to 103"),
    ('{"type": "path", "side": "both"}', "unknown side 'both'"),
    ('{"type": "open"}', "must be the text of a link"),
    ('{"type": "hello", "token": 5}', "token must be a word"),
])
def test_anything_else_is_refused_with_one_line(message, why):
    with pytest.raises(InvalidInput) as refused:
        parse(message, ORGANISATIONS)
    assert why in str(refused.value)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 400


def test_a_message_that_is_too_long_is_not_even_read():
    with pytest.raises(InvalidInput, match="larger than 32,768 bytes"):
        parse(json.dumps({"type": "ping", "more": "x" * LARGEST_MESSAGE}), ORGANISATIONS)


def test_what_comes_back_in_an_error_is_short_and_harmless():
    with pytest.raises(InvalidInput) as refused:
        parse(json.dumps({"type": "\x1b[31m" + "x" * 5000}), ORGANISATIONS)
    assert "\x1b" not in str(refused.value)


PLAIN = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
                     lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner,
                                                                               max_size=4), max_leaves=12)
NAMES = st.sampled_from(["type", "id", "scenario", "runs", "parts", "levers", "world", "dials", "bonus", "demand"])


@given(st.dictionaries(NAMES, PLAIN) | PLAIN, st.sampled_from(["run", "path", "link", "open", "hello"]))
def test_nothing_that_is_said_raises_anything_but_one_line(thing, kind):
    if isinstance(thing, dict):
        thing = {**thing, "type": kind}
    try:
        found = parse(json.dumps(thing), ORGANISATIONS)
    except InvalidInput as refused:
        assert "\n" not in str(refused)
    else:
        assert found.type == kind


def test_a_longer_path_is_shortened():
    message = parse('{"type": "path", "first": 100, "weeks": 26}', ORGANISATIONS)
    assert message.weeks == 4
    assert parse('{"type": "path", "weeks": 26}', ORGANISATIONS).weeks == SPAN


# --- sliders ----------------------------------------------------------------------------------------------------

def test_a_slider_at_today_sets_what_holds_today():
    for name, slider in SLIDERS.items():
        levers = dial_levers({name: list(slider.dial.default)})
        assert set(levers) == set(slider.dial.sets)
        for lever, value in levers.items():
            assert value == pytest.approx(PARAMETERS[lever].default), f"{name}: {lever}"


def test_both_ends_of_every_slider_are_valid_levers():
    for name, slider in SLIDERS.items():
        if len(slider.dial.parts) == 1:
            for end in (slider.dial.low, slider.dial.high):
                PARAMETERS.checked(dial_levers({name: [end]}))
                assert slider.checked([end]) == (end,)


def test_presets_stand_where_their_levers_are():
    for policy in load_policies().values():
        shown = positions_of(policy.levers)
        for name, one in shown.items():
            sets = dial_levers({name: one["at"]})
            same = all(sets[lever] == pytest.approx(policy.levers.get(lever, PARAMETERS[lever].default))
                       if not isinstance(sets[lever], str) else
                       sets[lever] == policy.levers.get(lever, PARAMETERS[lever].default) for lever in sets)
            assert one["exact"] == same, f"{policy.name}: {name}"
    assert positions_of(load_policies()["customer_time"].levers)["customer_time"] == {"at": [20], "exact": True}
    assert not positions_of(load_policies()["customer_pay"].levers)["reward_mix"]["exact"]  # on top of the whole pot


def test_the_drawer_lies_within_the_declared_ranges():
    for name, (least, most, step) in WORLD.items():
        p = PARAMETERS[name]
        assert p.role == "world"
        assert p.low <= least < p.default < most <= p.high
        assert step < (most - least) / 5


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_slider_has_its_words(lang):
    words = catalogue(lang)
    for name, slider in SLIDERS.items():
        where = f"dial.{name}" if f"dial.{name}.label" in words else f"workshop.dial.{name}"
        for part in ("label", "help", *slider.dial.parts):
            assert f"{where}.{part}" in words
        assert f"workshop.unit.{name}" in words


def test_stages_and_horizons_rise():
    assert list(RUNS) == sorted(set(RUNS))
    assert list(HORIZONS) == sorted(set(HORIZONS))
    assert len(set(PARTS)) == len(PARTS)
