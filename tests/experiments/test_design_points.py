"""The points of a design: their order, what each sets, and which other point each is compared with."""

from __future__ import annotations

from itertools import product

import pytest

from silosim.experiments.sweeps.design import Design
from silosim.model.parameters import PARAMETERS, InvalidInput

WORLDS = [{"name": "calm"}, {"name": "busy", "values": {"demand": 1.2}, "switches": [[9, {"demand": 1.0}]]}]


def whole_design() -> Design:
    return Design(organisations=["insurer", "clinic"], worlds=WORLDS, policies=[
        "today", {"name": "pulse", "levers": {"culture": 1, "bonus": 0.1}, "switches": [[9, {"culture": 0}], [20, {
            "bonus": 0.7}]]}], factors={"bonus": [0.2, 0.5, 1], "attribution": [0.5, 0.9]}, weeks=52)


def test_points_stand_in_order_of_organisation_world_policy_and_row():
    design = whole_design()
    points = design.points()
    assert [p.number for p in points] == list(range(len(points)))
    rows = [(a, b) for a, b in product([0.5, 0.9], [0.2, 0.5, 1])]  # names in order: the last changes fastest
    wanted = list(product(["insurer", "clinic"], ["calm", "busy"], ["today", "pulse"], rows))
    assert [(p.organisation.name, p.world_name, p.policy, (p.factors["attribution"], p.factors["bonus"]))
            for p in points] == wanted
    for p in points:
        o, w, q = p.number // 24, p.number // 12 % 2, p.number // 6 % 2
        assert p.number == ((o * 2 + w) * 2 + q) * 6 + p.row


def test_the_reference_differs_in_the_policy_alone():
    points = whole_design().points()
    for p in points:
        if p.policy == "today":
            assert p.reference is None
            continue
        other = points[p.reference]
        assert other.policy == "today"
        assert (other.organisation, other.world_name, other.row) == (p.organisation, p.world_name, p.row)
        assert other.world == p.world
        assert other.factors == p.factors
    assert {p.reference for p in Design(policies=["culture_only"]).points()} == {None}


def test_factors_lie_on_top_of_policy_and_world():
    for p in whole_design().points():
        assert p.levers["bonus"] == p.factors["bonus"]
        assert p.levers.get("culture") == (1.0 if p.policy == "pulse" else None)
        assert p.world["attribution"] == p.factors["attribution"]
        assert p.world.get("demand") == (1.2 if p.world_name == "busy" else None)
        job = p.setting().job(3)
        assert (job.levers, job.world, job.weeks, job.replicate) == (p.levers, p.world, 52, 3)
    last = whole_design().points()[-1]
    assert last.switches == ((9, {"culture": 0.0, "demand": 1.0}), (20, {"bonus": 0.7}))
    assert last.setting().canonical["switches"] == [[9, {"culture": 0.0, "demand": 1.0}], [20, {"bonus": 0.7}]]


def test_one_at_a_time_leaves_the_rest_as_policy_and_world_have_it():
    design = Design(method="one_at_a_time", policies=["today", "customer_time"], worlds=WORLDS, weeks=52,
                    factors={"customer_time": [0, 0.4], "demand": [0.9], "kpi": ["within_norm"]})
    points = design.points()
    assert design.size()[0] == len(points) == 2 * 2 * (1 + 4)
    for block in (points[k:k + 5] for k in range(0, len(points), 5)):
        baseline, *others = block
        policy = {"today": 0.0, "customer_time": 0.2}[baseline.policy]
        world = {"calm": 1.0, "busy": 1.2}[baseline.world_name]
        assert baseline.factors == {"customer_time": policy, "demand": world, "kpi": "closures"}
        changes = [("customer_time", 0.0), ("customer_time", 0.4), ("demand", 0.9), ("kpi", "within_norm")]
        assert [p.factors for p in others] == [{**baseline.factors, name: value} for name, value in changes]
    # A value that is the policy's own says the same as the baseline, so its runs have the same keys and are made once.
    assert points[0].setting().key(0) == points[1].setting().key(0) != points[2].setting().key(0)


def test_the_grid_without_factors_is_the_blocks_alone():
    design = Design(policies=["today", "culture_only"], organisations=["clinic"])
    assert [(p.policy, p.factors) for p in design.points()] == [("today", {}), ("culture_only", {})]


def test_listed_points_set_what_they_say_and_report_what_holds(tmp_path):
    (tmp_path / "more.csv").write_text("name,bonus,structure,demand\r\n\"één, twee\",1,pool,\r\n\r\n,,,1.3\r\n",
                                       encoding="utf-8-sig")
    design = Design.parse({"method": "points", "policies": ["customer_pay"], "sample": {"file": "more.csv"},
                           "points": [{"name": "first", "values": {"bonus": 0.5}}]}, folder=tmp_path)
    assert [p.name for p in design.points()] == ["first", "één, twee", ""]
    assert [p.factors for p in design.points()] == [
        {"bonus": 0.5, "demand": 1.0, "structure": "functional"},
        {"bonus": 1.0, "demand": 1.0, "structure": "pool"},
        {"bonus": PARAMETERS["bonus"].default, "demand": 1.3, "structure": "functional"}]
    assert [dict(p.levers) for p in design.points()] == [
        {"customer_weight": 0.2, "bonus": 0.5}, {"customer_weight": 0.2, "bonus": 1.0, "structure": "pool"},
        {"customer_weight": 0.2}]
    assert Design.parse(design.document) == design


@pytest.mark.parametrize(("text", "wrong"), [
    ("bonus\n", "no points"), ("", "no points"), ("bonus,bonus\n1,1\n", "column 'bonus' is there twice"),
    ("bonus,bonnus\n1,1\n", "did you mean 'bonus'"), ("bonus\n1,2\n", "line 2 has 2 values for 1 column"),
    ("bonus\n0.5\n1,5\n", "line 3 has 2"), ("bonus\nveel\n", "line 2: bonus = 'veel' is not a number"),
    ("bonus\nnan\n", "line 2: bonus = nan"), ("kpi\nclosure\n", "did you mean closures"),
    ("okr_count\n1.5\n", "whole number"), ("name,bonus\na,1\na,0\n", "name 'a' is there twice"),
    ('bonus\n"1\n', "separated by commas"),
])
def test_a_wrong_list_of_points_is_refused_by_line(tmp_path, text, wrong):
    (tmp_path / "p.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match=wrong) as refused:
        Design(method="points", sample={"file": "p.csv"}, folder=tmp_path)
    assert "\n" not in str(refused.value)
