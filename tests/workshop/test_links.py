"""Share links: everything that decides the numbers is in them, and nothing else gets through."""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from silosim.experiments.workshop.dials import SLIDERS, WORLD
from silosim.experiments.workshop.links import LONGEST_CODE, LONGEST_QR, link_address, link_code, open_code, qr_svg
from silosim.experiments.workshop.messages import HORIZONS, Scenario, scenario_from
from silosim.experiments.workshop.security import Door
from silosim.experiments.workshop.state import MOST_OWN, Workshop
from silosim.model.organisation_file import load_organisation
from silosim.model.parameters import PARAMETERS, InvalidInput
from silosim.model.policies import load_policies

ORGANISATIONS = {name: load_organisation(name) for name in ("insurer", "clinic")}
MODEL = {"version": "0.1.0", "rulebook": "0123456789abcdef"}


@st.composite
def scenarios(draw) -> Scenario:
    """Any scenario that the sliders and the drawer can make, and some single levers."""
    dials = {}
    for name, slider in SLIDERS.items():
        if len(slider.dial.parts) == 1 and draw(st.booleans()):
            steps = int((slider.dial.high - slider.dial.low) / slider.step)
            dials[name] = [slider.dial.low + slider.step * draw(st.integers(0, steps))]
    world = {name: draw(st.floats(least, most)) for name, (least, most, _) in WORLD.items() if draw(st.booleans())}
    levers = {name: draw(st.floats(PARAMETERS[name].low, PARAMETERS[name].high))
              for name in ("bonus", "culture", "strictness") if draw(st.booleans())}
    return scenario_from({"organisation": draw(st.sampled_from(list(ORGANISATIONS))), "dials": dials, "levers": levers,
                          "policy": draw(st.sampled_from(list(load_policies()))), "world": world,
                          "seed": draw(st.integers(0, 2**31 - 1)), "weeks": draw(st.sampled_from(HORIZONS))},
                         ORGANISATIONS)


@given(scenarios())
def test_what_is_opened_is_what_was_shared(scenario):
    found = open_code(link_code(scenario, MODEL), MODEL, ORGANISATIONS)
    assert scenario_from(found["scenario"], ORGANISATIONS) == scenario
    assert found["same"]


def test_another_model_is_said():
    code = link_code(Scenario(policy="culture_only"), MODEL)
    found = open_code(code, {"version": "9.0", "rulebook": "fedcba9876543210"}, ORGANISATIONS)
    assert not found["same"]
    assert (found["version"], found["rulebook"]) == ("0.1.0", "0123456789abcdef")
    assert found["scenario"]["policy"] == "culture_only"


def test_every_lever_and_world_parameter_fits():
    parameters = list(PARAMETERS.values())
    full = {role: {p.name: p.choices[-1] if p.choices else p.low + (p.high - p.low) / 3 if not p.whole else p.high
                   for p in parameters if p.role == role} for role in ("lever", "world")}
    scenario = scenario_from({"levers": full["lever"], "world": full["world"]}, ORGANISATIONS)
    code = link_code(scenario, MODEL)
    assert len(code) < LONGEST_CODE
    assert scenario_from(open_code(code, MODEL, ORGANISATIONS)["scenario"], ORGANISATIONS) == scenario


def test_an_organisation_of_ones_own_comes_along():
    clinic = ORGANISATIONS["clinic"]
    mine = replace(clinic, name="mine", en="Mine & <yours>", nl="De mijne", arrivals=clinic.arrivals * 0.9)
    here = Workshop(Door(1, ["localhost"], True), None, "http://localhost:1")
    scenario = scenario_from({"organisation": here.add_organisation(mine), "world": {"demand": 1.1}},
                             here.organisations)
    code = here.link_code(scenario)
    assert here.link_code(Scenario()) == link_code(Scenario(), here.model)

    there = Workshop(Door(1, ["localhost"], True), None, "http://localhost:1")
    looked_at = open_code(code, there.model, there.organisations)
    assert looked_at["scenario"]["organisation"] not in there.organisations
    opened = open_code(code, there.model, there.organisations, there.add_organisation)
    assert there.organisations[opened["scenario"]["organisation"]] == mine
    assert opened["scenario"]["world"] == {"demand": 1.1}
    assert opened["same"]


def test_only_so_many_organisations_are_kept():
    here = Workshop(Door(1, ["localhost"], True), None, "http://localhost:1")
    clinic = ORGANISATIONS["clinic"]
    names = [here.add_organisation(replace(clinic, arrivals=clinic.arrivals * (1 - k / 1000))) for k in range(60)]
    assert names[0] not in here.organisations
    assert names[-1] in here.organisations
    assert here.bundled <= set(here.organisations)
    assert len(here.organisations) == len(here.bundled) + MOST_OWN


def packed(thing) -> str:
    words = thing if isinstance(thing, bytes) else json.dumps(thing).encode()
    return base64.urlsafe_b64encode(zlib.compress(words)).decode().rstrip("=")


@pytest.mark.parametrize(("code", "why"), [
    ("", "the link must hold a code"),
    ("<script>", "the link must hold a code"),
    ("a" * (LONGEST_CODE + 1), "at most 8000 letters"),
    ("abcd", "damaged"),
    (packed(b"{"), "damaged"),
    (packed({"m": ["1", "2"]}), "damaged"),
    (packed({"s": {}, "m": "x"}), "damaged"),
    (packed({"s": {}, "m": [1, 2, 3]}), "damaged"),
    (packed({"s": 5, "m": ["1", "2"]}), "damaged"),
    (packed({"s": {}, "m": ["1", "2"], "o": 5}), "damaged"),
    (packed({"s": {}, "m": ["1", "2"], "o": {"name": "x"}}), "the organisation in the link"),
    (packed({"s": {"world": {"demand": 99}}, "m": ["1", "2"]}), "demand = 99 is out of range"),
    (packed({"s": {"organisation": "own-5"}, "m": ["1", "2"]}), "unknown organisation 'own-5'"),
    (packed(b" " * 2_000_000), "damaged"),  # a small code that would grow without end
    (packed(b"[" * 30_000), "damaged"),
])
def test_a_damaged_link_gets_one_line(code, why):
    with pytest.raises(InvalidInput, match=why) as refused:
        open_code(code, MODEL, ORGANISATIONS)
    assert "\n" not in str(refused.value)


def test_a_cut_off_link_is_damaged():
    code = link_code(Scenario(policy="culture_only", world={"demand": 1.1}), MODEL)
    for end in range(1, len(code)):
        with pytest.raises(InvalidInput):
            open_code(code[:end], MODEL, ORGANISATIONS)


def test_the_code_stands_where_browsers_send_nothing():
    address = link_address("http://192.168.1.7:8321", link_code(Scenario(), MODEL))
    assert address.startswith("http://192.168.1.7:8321/#s=")


def test_a_qr_code_is_an_image_without_scripts():
    svg = qr_svg("http://192.168.1.7:8321/#s=abc&<x>").decode()
    assert svg.startswith("<svg")
    assert "<script" not in svg
    assert "&lt;x&gt;" in svg
    assert 'xmlns="http://www.w3.org/2000/svg"' in svg


def test_what_no_phone_can_read_gets_one_line():
    with pytest.raises(InvalidInput, match="too long for a QR code"):
        qr_svg("x" * (LONGEST_QR + 1))
    assert qr_svg("x" * LONGEST_QR).startswith(b"<svg")
