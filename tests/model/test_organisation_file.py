"""Organisation files: what the bundled ones promise, and what every valid file keeps to."""

from __future__ import annotations

import dataclasses
import json
import re
import subprocess
import sys
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from silosim.model import organisation_file as files
from silosim.model.organisation_file import (
    bundled_organisations,
    bundled_path,
    load_organisation,
    parse_organisation,
)
from silosim.model.organisation_spec import WEEK_HOURS
from silosim.model.parameters import InvalidInput

SHAPES = {  # people, teams, journeys, stages of a journey, load
    "insurer": (72, 6, 6, {3, 4}, 0.56),
    "clinic": (20, 3, 4, {2, 3}, 0.56),
    "large": (1000, 40, 21, {3, 4, 5}, 0.55),
}


# -- the bundled organisations -----------------------------------------------------------------------------------------

def test_the_default_comes_first_and_every_bundled_file_is_described_here():
    assert bundled_organisations()[0] == "insurer" == load_organisation().name
    assert set(bundled_organisations()) == set(SHAPES)


@pytest.mark.parametrize("name", SHAPES)
def test_bundled_organisations_have_their_shape(name):
    spec = load_organisation(name)
    people, teams, journeys, stages, load = SHAPES[name]
    assert spec.name == name
    assert (spec.headcount, len(spec.teams), len(spec.journeys)) == (people, teams, journeys)
    assert {len(journey.stages) for journey in spec.journeys} == stages
    assert spec.load == pytest.approx(load, rel=1e-12)


@pytest.mark.parametrize("name", SHAPES)
def test_no_bundled_team_is_a_bottleneck_by_construction(name):
    assert all(0.53 <= load <= 0.59 for load in load_organisation(name).team_loads())


@pytest.mark.parametrize("name", SHAPES)
def test_bundled_organisations_are_labelled_in_both_languages(name):
    data = tomllib.loads(bundled_path(name).read_text(encoding="utf-8"))
    for table in (data, *data["team"], *data["journey"]):
        assert {"en", "nl"} <= set(table), table["name"]
    for kind in ("team", "journey"):
        for language in ("en", "nl"):
            found = [table[language] for table in data[kind]]
            assert len(set(found)) == len(found)


@pytest.mark.parametrize("name", ["insurer", "clinic"])
def test_the_loads_written_beside_the_teams_are_right(name):
    text = bundled_path(name).read_text(encoding="utf-8")
    written = [float(x) for x in re.findall(r"headcount = \d+\s*# load (\.\d\d)", text)]
    assert written == [round(load, 2) for load in load_organisation(name).team_loads()]


def test_the_insurer_has_the_top_tasks_and_hours_it_says():
    spec = load_organisation("insurer")
    assert [journey.share for journey in spec.journeys] == [0.36, 0.22, 0.16, 0.11, 0.09, 0.06]
    hours = sum(j.share * j.hours for j in spec.journeys) / sum(j.share * len(j.stages) for j in spec.journeys)
    assert hours == pytest.approx(2, abs=0.05)
    assert (spec.patience, spec.customers, round(spec.arrivals)) == (10, 2000, 229)


def test_the_example_in_the_description_is_valid():
    text = (files.FOLDER / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", text, flags=re.DOTALL)
    spec = parse_organisation(tomllib.loads(example))
    assert spec.team_loads() == (20 * 1.5 / 80, 20 * 1.0 / 40)
    for limit in (files.MAX_TEAMS, files.MAX_JOURNEYS, files.MAX_STAGES, files.MAX_EMPLOYEES, files.MAX_CUSTOMERS):
        assert f"{limit:,}" in text


def test_listing_organisations_imports_no_heavy_library():
    code = (
        "import sys; from silosim.model.organisation_file import *; load_organisation();"
        "print(sorted({'numpy', 'numba', 'pandas', 'mesa', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


# -- reading -----------------------------------------------------------------------------------------------------------

SMALL = """
name = "desk"
arrivals = 20
[[team]]
name = "front"
headcount = 2
meets_customer = true
[[team]]
name = "back_office"
headcount = 1
[[journey]]
name = "question"
share = 1.0
stages = [{ team = "back_office", hours = 1 }, { team = "front", hours = 1.5 }, { team = "back_office", hours = 0.5 }]
"""


def test_a_file_is_read_by_its_path(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(SMALL, encoding="utf-8")
    assert load_organisation(file) == load_organisation(str(file))
    assert load_organisation(file).team_loads() == (20 * 1.5 / 80, 20 * 1.5 / 40)


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path):
    file = tmp_path / "windows.toml"
    file.write_bytes(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())
    assert load_organisation(file) == parse_organisation(tomllib.loads(SMALL))


def test_a_bundled_name_wins_over_a_file_in_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clinic").write_text(SMALL, encoding="utf-8")
    (tmp_path / "desk").write_text(SMALL, encoding="utf-8")
    assert load_organisation("clinic").name == "clinic"
    assert load_organisation("./clinic").name == "desk"
    assert load_organisation("desk").name == "desk"


def test_labels_default_to_the_name_and_may_be_in_any_script():
    data = tomllib.loads(SMALL)
    data["nl"] = "Klantdesk é 😀 客户 \u00a0 zorg\u00adverlener"
    spec = parse_organisation(data)
    assert (spec.en, spec.nl) == ("Desk", data["nl"])
    assert (spec.teams[1].en, spec.teams[1].nl) == ("Back office", "Back office")


def test_the_customer_is_met_where_a_team_meets_customers_and_else_at_the_first_stage():
    data = tomllib.loads(SMALL)
    assert parse_organisation(data).met_stages(0) == (False, True, False)
    data["team"][0]["meets_customer"] = False
    assert parse_organisation(data).met_stages(0) == (True, False, False)


def test_thirds_may_be_written_with_six_digits():
    data = tomllib.loads(SMALL)
    (journey,) = data["journey"]
    data["journey"] = [{**journey, "name": f"j{i}", "share": 0.333333} for i in range(3)]
    assert len(parse_organisation(data).journeys) == 3


def test_an_organisation_cannot_be_changed_by_accident():
    spec = load_organisation()
    with pytest.raises(dataclasses.FrozenInstanceError):
        spec.arrivals = 1
    assert hash(spec) == hash(load_organisation())


# -- what every valid file keeps to ------------------------------------------------------------------------------------

@st.composite
def organisations(draw, demand=("arrivals", "load")):
    """The keys of a valid organisation file."""
    teams = draw(st.integers(1, 8))
    team = st.sampled_from([f"team_{i}" for i in range(teams)])
    hours = st.floats(0.01, 200, allow_subnormal=False)
    stage = st.builds(lambda t, h: {"team": t, "hours": h}, team, hours)
    journeys = draw(st.lists(st.lists(stage, min_size=1, max_size=6), min_size=1, max_size=8))
    for i in range(teams):  # every team has something to do
        journeys[i % len(journeys)].append({"team": f"team_{i}", "hours": 1.0})
    weights = draw(st.lists(st.integers(1, 1000), min_size=len(journeys), max_size=len(journeys)))
    data = {
        "name": "drawn",
        "patience": draw(st.floats(0.5, 250)),
        "customers": draw(st.integers(1, files.MAX_CUSTOMERS)),
        "team": [
            {"name": f"team_{i}", "headcount": draw(st.integers(1, 500)), "meets_customer": draw(st.booleans())}
            for i in range(teams)
        ],
        "journey": [
            {"name": f"journey_{i}", "share": w / sum(weights), "stages": stages[: files.MAX_STAGES]}
            for i, (w, stages) in enumerate(zip(weights, journeys, strict=True))
        ],
    }
    at_work = {stage["team"] for journey in data["journey"] for stage in journey["stages"]}
    data["team"] = [t for t in data["team"] if t["name"] in at_work]
    people = sum(t["headcount"] for t in data["team"])
    per_case = sum(j["share"] * sum(s["hours"] for s in j["stages"]) for j in data["journey"])
    load = draw(st.floats(0, 1.9))
    if draw(st.sampled_from(demand)) == "load":
        data["load"] = load
    else:
        data["arrivals"] = min(1e6, load * people * WEEK_HOURS / per_case)
    return data


@settings(max_examples=200, deadline=None)
@given(organisations())
def test_team_loads_add_up_to_the_work_that_arrives(data):
    spec = parse_organisation(data)
    asked = spec.arrivals * sum(j.share * j.hours for j in spec.journeys)
    done = sum(load * WEEK_HOURS * team.headcount for load, team in zip(spec.team_loads(), spec.teams, strict=True))
    assert done == pytest.approx(asked, rel=1e-9, abs=1e-9)
    assert spec.load * WEEK_HOURS * spec.headcount == pytest.approx(asked, rel=1e-9, abs=1e-9)
    if "load" in data:
        assert spec.load == pytest.approx(data["load"], rel=1e-9, abs=1e-12)


@settings(max_examples=200, deadline=None)
@given(organisations())
def test_the_canonical_form_survives_json_and_reads_back(data):
    spec = parse_organisation(data)
    canonical = json.loads(json.dumps(spec.canonical()))
    again = parse_organisation(canonical)
    assert again == dataclasses.replace(spec, en=again.en, nl=again.nl)
    assert again.canonical() == canonical


@settings(max_examples=200, deadline=None)
@given(organisations(demand=("arrivals",)), st.data())
def test_headcount_never_moves_arrivals_when_a_file_gives_them(data, drawn):
    before = parse_organisation(data)
    team = drawn.draw(st.integers(0, len(data["team"]) - 1))
    data["team"][team]["headcount"] += drawn.draw(st.integers(1, 500))
    after = parse_organisation(data)
    assert after.arrivals == before.arrivals
    others = [i for i in range(len(data["team"])) if i != team]
    assert [after.team_loads()[i] for i in others] == [before.team_loads()[i] for i in others]
    assert after.team_loads()[team] <= before.team_loads()[team]


@settings(max_examples=100, deadline=None)
@given(organisations())
def test_headcount_of_a_spec_never_moves_its_arrivals(data):
    spec = parse_organisation(data)
    bigger = dataclasses.replace(
        spec, teams=tuple(dataclasses.replace(team, headcount=team.headcount + 1) for team in spec.teams)
    )
    assert bigger.arrivals == spec.arrivals
    assert bigger.load <= spec.load


LABELS = ("en", "nl")


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(LABELS), st.text(max_size=90))
def test_any_label_is_taken_as_it_is_or_refused_in_one_line(language, label):
    data = {**tomllib.loads(SMALL), language: label}
    try:
        assert getattr(parse_organisation(data), language) == label
    except InvalidInput as error:
        assert len(str(error).splitlines()) == 1


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(files.ORGANISATION_KEYS), JUNK)
def test_whatever_stands_at_a_key_gives_an_organisation_or_one_line(key, junk):
    data = {**tomllib.loads(SMALL), key: junk}
    try:
        parse_organisation(data)
    except InvalidInput as error:
        assert len(str(error).splitlines()) == 1


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.booleans())
def test_any_bytes_give_an_organisation_or_one_line(tmp_path_factory, raw, after_a_valid_file):
    file = tmp_path_factory.getbasetemp() / "any.toml"
    file.write_bytes(SMALL.encode() + raw if after_a_valid_file else raw)
    try:
        load_organisation(file)
    except InvalidInput as error:
        assert len(str(error).splitlines()) == 1
        assert str(file) in str(error)
