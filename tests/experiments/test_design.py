"""A design is one value: what is written, what is stored and what comes back are the same, and its hash names it."""

from __future__ import annotations

import copy
import dataclasses
import json
import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from silosim.experiments.runkey import organisation_hash
from silosim.experiments.store.keep import Keep
from silosim.experiments.sweeps.design import Design
from silosim.experiments.sweeps.factors import spaced
from silosim.experiments.sweeps.replication import Fixed, UntilNarrow, UntilStable
from silosim.model.founding import FOUNDING_ONLY
from silosim.model.organisation_file import bundled_organisations, bundled_path, load_organisation
from silosim.model.parameters import PARAMETERS, InvalidInput

NAMES = sorted(PARAMETERS)


@st.composite
def factor(draw, name: str, method: str):
    """One line of [factors] that is valid for the method."""
    declared = PARAMETERS[name]
    most = 4
    if declared.choices:
        found = {"values": draw(st.lists(st.sampled_from(declared.choices), min_size=2, max_size=most, unique=True))}
    elif declared.whole:
        span = range(int(declared.low), int(declared.high) + 1)
        found = {"values": draw(st.lists(st.sampled_from(span), min_size=2, max_size=most, unique=True))}
    else:
        low, high = sorted(draw(st.lists(st.floats(declared.low, declared.high), min_size=2, max_size=2,
                                         unique_by=lambda x: float(f"{x:.9g}"))))
        found = draw(st.sampled_from([{"low": low, "high": high}, {"values": [high, low]}]))
        if method == "grid" and "low" in found:
            found["steps"] = draw(st.integers(2, most))
        elif method != "grid" and "low" in found:
            found["log"] = low > 0 and draw(st.booleans())
    if method != "grid" and draw(st.booleans()):
        found["group"] = draw(st.sampled_from(["één", "groep 2"]))
    return found


@st.composite
def documents(draw):
    """A valid design file, as tables."""
    method = draw(st.sampled_from(["grid", "lhs", "sobol", "morris"]))
    names = draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=4, unique=True))
    factors = {name: draw(factor(name, method)) for name in names}
    if len({f.get("group", name) for name, f in factors.items()}) < 2:
        del factors[names[0]]["group"]
    worlds = draw(st.sampled_from([{}, {"list": [{"name": "druk", "values": {"demand": 1.2}},
                                                 {"name": "piek", "switches": [[3, {"demand": 2}]]}]}]))
    rule = draw(st.sampled_from([{}, {"runs": 3}, {"start": 4, "most": 9, "outcome": "grade", "half_width": 1},
                                 {"start": 2, "most": 9, "outcome": "nps", "epsilon": 0.5}]))
    return {
        "name": draw(st.sampled_from(["een ontwerp", "été", "設計"])), "method": method,
        "policies": draw(st.sampled_from([["today"], ["customer_time+time_yields=0", "today"],
                                          ["today", {"name": "half", "levers": {"bonus": 0.5},
                                                     "switches": [[2, {"bonus": 1}]]}]])),
        "organisations": draw(st.sampled_from([["insurer"], ["clinic", "insurer"]])),
        "weeks": draw(st.integers(5, 200)), "burn_in": draw(st.integers(0, 9)), "seed": draw(st.integers(0, 2**63 - 1)),
        "start": draw(st.sampled_from(["branch", "steady"])), "factors": factors, "worlds": worlds,
        "sample": {} if method == "grid" else {"size": draw(st.sampled_from([2, 4, 8]))},
        "replications": rule, "keep": draw(st.sampled_from([{}, {"series": "all"}, {"series": ["nps", "grade"],
                                                                                    "levels": ["team"]}])),
    }


def otherwise_written(document):
    """The same document: tables in another order, whole numbers with a point."""
    if isinstance(document, dict):
        return {key: otherwise_written(document[key]) for key in reversed(document)}
    if isinstance(document, list):
        return [otherwise_written(entry) for entry in document]
    whole = isinstance(document, int) and not isinstance(document, bool)
    return float(document) if whole and abs(document) < 2**53 else document


@settings(max_examples=60)
@given(documents())
def test_a_design_comes_back_from_its_document_however_that_is_written(document):
    design = Design.parse(document)
    assert Design.parse(json.loads(json.dumps(design.document, allow_nan=False))) == design
    for again in (otherwise_written(document), otherwise_written(design.document)):
        assert Design.parse(again).hash == design.hash
        assert Design.parse(again).document == design.document
    assert dataclasses.replace(design) == design
    points = design.points()
    assert (len(points), len(points) * design.rounds.least, len(points) * design.rounds.most) == design.size()
    for point in points[:: max(1, len(points) // 5)]:
        point.setting()  # every value is one that the engine takes
        for one in design.factors:
            value = point.factors[one.name]
            assert value in one.values if one.values else one.low <= value <= one.high


def test_the_hash_changes_with_everything_that_determines_what_is_stored():
    base = {"factors": {"bonus": [0, 1]}, "policies": ["today", "culture_only"], "organisations": ["clinic"]}
    other = [
        {"factors": {"bonus": [0, 0.9]}}, {"factors": {"bonus": [1, 0]}}, {"factors": {"audit": [0, 1]}},
        {"policies": ["culture_only", "today"]}, {"policies": ["today"]}, {"organisations": ["insurer"]},
        {"weeks": 155}, {"burn_in": 0}, {"start": "steady"}, {"seed": 2}, {"method": "one_at_a_time"},
        {"worlds": [{"name": "w", "values": {"demand": 1.1}}]}, {"replications": {"runs": 9}},
        {"replications": {"start": 8, "most": 16, "outcome": "grade", "half_width": 0.1}},
        {"keep": {"levels": ["team"]}}, {"keep": {"series": ["grade"]}},
    ]
    hashes = [Design(**{**base, **change}).hash for change in ({}, *other)]
    assert len(set(hashes)) == len(hashes)
    assert Design(**base, name="à côté", description="why").hash == hashes[0]


def test_an_organisation_is_embedded_in_full_and_its_labels_do_not_count(tmp_path):
    for name in bundled_organisations():
        spec = load_organisation(name)
        assert Design.parse(Design(organisations=[name]).document).organisations == (spec,)
    text = bundled_path("clinic").read_text(encoding="utf-8")
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    (tmp_path / "relabelled.toml").write_text(text.replace("nl = \"", "nl = \"Onze "), encoding="utf-8")
    (tmp_path / "changed.toml").write_text(text.replace("patience = ", "patience = 1"), encoding="utf-8")
    own, relabelled, changed = (Design(organisations=[f"{name}.toml"], folder=tmp_path)
                                for name in ("own", "relabelled", "changed"))
    (tmp_path / "own.toml").unlink()
    again = Design.parse(json.loads(json.dumps(own.document)))
    assert organisation_hash(again.organisations[0]) == organisation_hash(load_organisation("clinic"))
    assert own.document != relabelled.document
    assert own.hash == relabelled.hash != changed.hash


def test_policies_and_worlds_are_embedded_in_full(tmp_path):
    (tmp_path / "pulse.toml").write_text("[levers]\nculture = 1\n[[switch]]\nweek = 9\nlevers = { culture = 0 }\n")
    design = Design(policies=["today", "pulse.toml+bonus=1"], folder=tmp_path,
                    worlds=[{"name": "druk", "values": {"demand": 1.2, "call_rate": PARAMETERS["call_rate"].default}}])
    assert design.document["policies"] == [
        {"name": "today", "levers": {}, "switches": []},
        {"name": "pulse+bonus=1", "levers": {"bonus": 1.0, "culture": 1.0}, "switches": [[9, {"culture": 0.0}]]}]
    # What equals a default is not written down: it says nothing, and the rulebook's hash holds the defaults.
    assert design.document["worlds"] == {"list": [{"name": "druk", "values": {"demand": 1.2}, "switches": []}]}


def test_calibrated_worlds_are_known_by_the_number_under_which_they_were_drawn(tmp_path):
    from silosim.experiments.calibration.prior import draw
    from silosim.experiments.calibration.run import load_worlds

    everything, good = load_worlds("narrow", admissible=False), load_worlds("narrow")
    design = Design(worlds={"prior": "narrow", "count": 3, "list": [{"name": "as it is"}]})
    assert design.worlds[0].name == "as it is"
    for world, values in zip(design.worlds[1:], good, strict=False):
        prior, number = world.name.split()
        assert (prior, everything[int(number)]) == ("narrow", values)
        assert draw(int(number)).items() <= {**values, **world.values}.items()
    assert len(Design(worlds={"prior": "narrow"}).worlds) == len(good)
    with pytest.raises(InvalidInput, match="nowhere"):
        Design(worlds={"prior": "narrow", "folder": "nowhere"}, folder=tmp_path)


def test_evenly_spaced_values_are_the_decimals_a_person_would_list():
    grid = Design(factors={"customer_time": {"low": 0, "high": 0.4, "steps": 5}, "bonus": {"steps": 4},
                           "okr_count": {}, "kpi": {}, "okr_teams": {"low": 2, "high": 8, "steps": 4}})
    assert grid.factors == Design(factors={
        "customer_time": [0, 0.1, 0.2, 0.3, 0.4], "bonus": [0, 0.5, 1, 1.5], "okr_count": [0, 1, 2, 3, 4, 5, 6],
        "kpi": list(PARAMETERS["kpi"].choices), "okr_teams": [2, 4, 6, 8]}).factors
    assert spaced(0.001, 10, 5, log=True) == [0.001, 0.01, 0.1, 1.0, 10]


@given(st.floats(1e-6, 1e6), st.floats(1e-6, 1e6), st.integers(2, 50), st.booleans())
def test_spaced_values_rise_evenly_from_end_to_end(a, b, steps, log):
    low, high = sorted((a, b))
    if high < low * 1.001:
        return
    values = spaced(low, high, steps, log)
    assert (values[0], values[-1], len(values)) == (low, high, steps)
    gaps = [y / x if log else y - x for x, y in pairwise(values)]
    assert all(math.isclose(gap, gaps[0], rel_tol=1e-6) for gap in gaps)


def test_replications_and_keep_are_read():
    assert Design().rounds == Fixed(8)
    assert Design(replications={"runs": 3}).rounds == Fixed(3)
    narrow = {"start": 8, "most": 64, "outcome": "grade", "half_width": 0.05}
    assert Design(replications=narrow).rounds == UntilNarrow(8, 64, "grade", 0.05)
    assert Design(replications=UntilStable(4, 9, "nps", 0.1)).rounds == UntilStable(4, 9, "nps", 0.1)
    assert Design().keep == Keep((), ())
    assert Design(keep={"series": "all", "levels": "all"}).keep == Keep()


def test_no_lever_is_fixed_at_the_founding():
    """Otherwise a factor or policy could name a lever that start = "branch" cannot switch on."""
    assert not {name for name in FOUNDING_ONLY if PARAMETERS[name].role == "lever"}


def test_a_document_of_a_design_is_not_changed_by_reading_it():
    document = Design(policies=["today", "customer_time"], factors={"bonus": [0, 1]}).document
    before = copy.deepcopy(document)
    Design.parse(document)
    assert document == before
