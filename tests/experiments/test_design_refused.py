"""What cannot be run is refused before anything runs, in one line that says what, where and what would be valid."""

from __future__ import annotations

import math
import time
import tracemalloc

import pytest

from silosim.experiments.sweeps.design import Design
from silosim.model.parameters import InvalidInput

LHS = {"method": "lhs", "sample": {"size": 4}}
SOBOL = {"method": "sobol", "sample": {"size": 4}, "factors": {"bonus": {}, "audit": {}}}
SIX = {name: {} for name in ("bonus", "audit", "okr", "platform", "culture", "demand")}
NARROW = {"start": 8, "most": 64, "outcome": "grade", "half_width": 0.05}

REFUSED = [  # tables, what the message must say
    ({"metod": "grid"}, "unknown key 'metod'; did you mean 'method'?"),
    ({"method": "sobbol"}, "method: unknown method 'sobbol'; did you mean 'sobol'?"),
    ({"method": 3}, "method: unknown method '3'"),
    ({"name": ""}, "name = '' must be a text"),
    ({"name": "a\nb"}, "must be one line without control characters"),
    ({"weeks": 0}, "weeks = 0 must be a whole number from 1 to 5200"),
    ({"weeks": True}, "weeks = True"),
    ({"weeks": "52"}, "weeks = '52'"),
    ({"weeks": 52.5}, "weeks = 52.5"),
    ({"burn_in": -1}, "burn_in = -1"),
    ({"seed": 2**63}, "seed = 9223372036854775808 must be a whole number from 0 to 9223372036854775807"),
    ({"seed": math.nan}, "seed = nan"),
    ({"start": "now"}, "start: unknown start 'now'"),
    ({"organisations": ["insurr"]}, "organisations, 1: unknown organisation 'insurr'; did you mean 'insurer'"),
    ({"organisations": "insurer"}, "organisations must be a list"),
    ({"organisations": []}, "organisations has 0 entries"),
    ({"organisations": ["insurer", "insurer"]}, "organisations: 'insurer' is there twice"),
    ({"organisations": ["none.toml"]}, "organisations, 1: .*none.toml"),
    ({"organisations": [{"name": "x"}]}, "organisations, 1: "),
    ({"policies": ["todya"]}, "policies, 1: unknown policy 'todya'; did you mean 'today'?"),
    ({"policies": ["today", "today"]}, "'today' is there twice"),
    ({"policies": ["today+demand=1"]}, "policies, 1: demand is not a lever"),
    ({"policies": [{"levers": {}}]}, "policies, 1: name = None"),
    ({"policies": [{"name": "x", "lever": {}}]}, "policies, 1: unknown key 'lever'; did you mean 'levers'?"),
    ({"policies": [{"name": "x", "levers": {"bonus": 3}}]}, r"policies, 1 \(x\), levers: bonus = 3 is out of range"),
    ({"policies": [{"name": "x", "levers": {"demand": 1}}]}, "demand is no lever but part of the world"),
    ({"policies": [{"name": "x", "switches": [[156, {"bonus": 0}]]}]}, "week 156 comes after the last week, 155"),
    ({"policies": [{"name": "x", "switches": [[1, {"bonus": 0}], [1, {"okr": 0}]]}]}, "week 1 is there twice"),
    ({"policies": [{"name": "x", "switches": [1]}]}, "must be written as"),
    ({"policies": [{"name": "x", "switches": [[1, {}]]}]}, "week 1 must have a table"),
    ({"factors": {"bonnus": [1]}}, r"\[factors\]: unknown parameter 'bonnus'; did you mean 'bonus'?"),
    ({"factors": {"rules": [1]}}, "rules is a dial that moves several levers; name them: strictness, sanction, discr"),
    ({"factors": {"bonus": [0, 2]}}, r"\[factors\]: bonus = 2 is out of range: a number from 0 to 1.5"),
    ({"factors": {"bonus": [math.nan]}}, "bonus = nan is out of range"),
    ({"factors": {"bonus": [math.inf]}}, "bonus = inf is out of range"),
    ({"factors": {"bonus": [True]}}, "bonus = True is not a number"),
    ({"factors": {"bonus": ["0.5"]}}, "bonus = '0.5' is not a number"),
    ({"factors": {"bonus": [10**400]}}, "bonus = 1000.* is out of range"),
    ({"factors": {"bonus": [[1]]}}, "bonus = .1. is not a number"),
    ({"factors": {"bonus": [0, 0.0]}}, "bonus: 0.0 is listed twice"),
    ({"factors": {"bonus": []}}, "bonus has 0 values"),
    ({"factors": {"bonus": 0.5}}, "bonus: the values must be a list, not 0.5"),
    ({"factors": {"okr_count": [1.5]}}, "okr_count = 1.5 must be a whole number"),
    ({"factors": {"kpi": ["closure"]}}, r"kpi = 'closure' is not one of .* \(did you mean closures\?\)"),
    ({"factors": {"kpi": [True]}}, "kpi = True is not one of closures"),
    ({"factors": {"kpi": {"low": 0, "high": 1}}}, "kpi: low is for numbers; list the choices"),
    ({"factors": {"bonus": {}}}, "bonus: method = \"grid\" needs values; write bonus = .*steps = 5"),
    ({"factors": {"bonus": {"low": 1, "high": 1, "steps": 2}}}, "low = 1 must be below high = 1"),
    ({"factors": {"bonus": {"low": -1, "steps": 2}}}, "bonus, low: bonus = -1 is out of range"),
    ({"factors": {"bonus": {"steps": 1}}}, "steps = 1 must be a whole number from 2 to 10000"),
    ({"factors": {"bonus": {"steps": 10**9}}}, "steps = 1000000000 must"),
    ({"factors": {"bonus": {"values": [0], "high": 1}}}, "high cannot go together with listed values"),
    ({"factors": {"bonus": {"step": 3}}}, "unknown key 'step'; did you mean 'steps'?"),
    ({"factors": {"okr_count": {"low": 0, "high": 5, "steps": 3}}}, "steps = 3: okr_count = 2.5 must be a whole"),
    ({"factors": {"bonus": {"steps": 3, "group": "pay"}}}, "group has no meaning for method = \"grid\""),
    ({**LHS}, "method = \"lhs\" needs at least one factor"),
    ({**LHS, "factors": {"bonus": [1]}}, "bonus has one value, which is nothing to vary"),
    ({**LHS, "factors": {"bonus": {"log": True}}}, "log = true is not possible, because low = 0 is not above 0"),
    ({**LHS, "factors": {"bonus": {"log": 1}}}, "log = 1 must be true or false"),
    ({**LHS, "factors": {"okr_teams": {"log": True}}}, "because okr_teams is a whole number"),
    ({**LHS, "factors": {"bonus": {"group": "audit"}, "audit": {}}}, "group 'audit' has the name of a factor outside"),
    ({**LHS, "factors": {"bonus": {"group": ""}}}, "group = '' must be a text"),
    ({**LHS, "factors": {"bonus": {}}, "sample": {}}, r"\[sample\]: size is missing; write size = 256"),
    ({**LHS, "factors": {"bonus": {}}, "sample": {"sise": 3}}, "unknown key 'sise'; did you mean 'size'?"),
    ({**LHS, "factors": {"bonus": {}}, "sample": {"size": 4, "levels": 4}}, "levels has no meaning for method = .lhs"),
    ({**LHS, "factors": {"bonus": {}}, "sample": {"size": 4, "seed": -1}}, "seed = -1"),
    ({**LHS, "factors": {"bonus": {}}, "sample": {"size": 4, "optimization": "lloyd"}}, "unknown optimization 'lloyd'"),
    ({**LHS, "factors": {"bonus": {}}, "sample": {"size": 10**5, "optimization": "random-cd"}}, "takes minutes"),
    ({**SOBOL, "sample": {"size": 100}}, "size = 100 must be a power of two, such as 64 or 128"),
    ({**SOBOL, "sample": {"size": 4, "second_order": 1}}, "second_order = 1 must be true or false"),
    ({**SOBOL, "factors": {"bonus": {"group": "g"}, "audit": {"group": "g"}}}, "all factors are in one group"),
    ({**SOBOL, "method": "morris", "sample": {"size": 4, "levels": 5}}, "levels = 5 must be even"),
    ({**SOBOL, "method": "morris", "sample": {"size": 1}}, "size = 1 must be a whole number from 2"),
    ({"method": "shapley", "sample": {"size": 4}, "factors": {**SIX, "duty": {}}}, "7 groups and factors outside grou"),
    ({"sample": {"size": 4}}, "size has no meaning for method = \"grid\""),
    ({"sample": 4}, r"\[sample\] must be a table"),
    ({"points": [{"values": {"bonus": 1}}]}, "listed points are for method = \"points\", not 'grid'"),
    ({"method": "points"}, "needs \\[\\[points\\]\\] tables"),
    ({"method": "points", "points": [{"values": {"bonnus": 1}}]}, r"\[\[points\]\], 1: unknown parameter 'bonnus'"),
    ({"method": "points", "points": [{"bonus": 1}]}, "unknown key 'bonus'"),
    ({"method": "points", "points": [{"values": 1}]}, "values must be a table"),
    ({"method": "points", "points": [{}], "factors": {"bonus": [1]}}, "leave .factors. out"),
    ({"method": "points", "sample": {"file": "none.csv"}}, r"file 'none.csv' cannot be read: No such file"),
    ({"worlds": {"prior": "narow"}}, r"\[worlds\], prior: unknown prior 'narow'; did you mean 'narrow'?"),
    ({"worlds": {"count": 3}}, "count and folder go with prior"),
    ({"worlds": {"prior": "narrow", "count": 10_000}}, "count = 10000, but only .* worlds of the narrow prior"),
    ({"worlds": {"list": [{"values": {}}]}}, r"\[worlds\], list, 1: name = None"),
    ({"worlds": {"list": [{"name": "w"}, {"name": "w"}]}}, "'w' is there twice"),
    ({"worlds": {"list": [{"name": "w", "values": {"bonus": 1}}]}}, "bonus is a lever, which policies set"),
    ({"worlds": {"list": [{"name": "w", "switches": [[1, {"conviction_start": 0.5}]]}]}},
     r"list, 1 \(w\), switches, week 1: conviction_start describes the founding"),
    ({"replications": {"runs": 0}}, "runs = 0 must be a whole number from 1"),
    ({"replications": {"run": 3}}, "unknown key 'run'; did you mean 'runs'?"),
    ({"replications": {**NARROW, "runs": 3}}, "runs does not go with rule = \"interval\", which takes start, most, "),
    ({"replications": {"start": 8}}, "most is missing; rule = \"interval\" takes start, most, outcome, half_width"),
    ({"replications": {**NARROW, "start": 1}}, "start = 1 must be a whole number from 2"),
    ({"replications": {**NARROW, "most": 4}}, "most = 4 must be a whole number from 8"),
    ({"replications": {**NARROW, "outcome": "grades"}}, "outcome: unknown measure 'grades'; did you mean 'grade'?"),
    ({"replications": {**NARROW, "half_width": 0}}, "half_width = 0 must be a number above 0"),
    ({"replications": {**NARROW, "half_width": math.nan}}, "half_width = nan must be"),
    ({"replications": {**NARROW, "rule": "luck"}}, "rule: unknown rule 'luck'"),
    ({"replications": {**NARROW, "epsilon": 0.1}}, "half_width does not go with rule = \"stability\""),
    ({"keep": {"series": ["grad"]}}, r"\[keep\], series: unknown weekly measure 'grad'; did you mean 'grade'?"),
    ({"keep": {"series": "grade"}}, r"\[keep\], series must be a list"),
    ({"keep": {"levels": ["teams"]}}, "unknown level 'teams'; did you mean 'team'?"),
    ({"description": 3}, "description = 3 must be a text"),
]


@pytest.mark.parametrize(("tables", "wrong"), REFUSED, ids=lambda value: str(value)[:60])
def test_what_cannot_be_run_is_refused_in_one_line(tables, wrong, tmp_path):
    with pytest.raises(InvalidInput, match=wrong) as refused:
        Design.parse(tables, "design file 'x.toml'", tmp_path)
    message = str(refused.value)
    assert message.startswith("design file 'x.toml'")
    assert "\n" not in message


def test_a_document_that_is_no_table_is_refused():
    with pytest.raises(InvalidInput, match="must be a table"):
        Design.parse([("name", "x")])


def test_a_grid_that_explodes_is_refused_with_its_number_before_anything_is_made():
    levers = ("bonus", "audit", "okr", "platform", "culture", "discretion")
    tracemalloc.start()
    begun = time.perf_counter()
    with pytest.raises(InvalidInput, match="has 1,000,000,000,000 points; at most 1,000,000 are possible"):
        Design(factors={name: {"steps": 100} for name in levers})
    assert time.perf_counter() - begun < 1
    assert tracemalloc.get_traced_memory()[1] < 5e6
    tracemalloc.stop()
    with pytest.raises(InvalidInput, match="may take 11,000,000 runs; at most 10,000,000"):
        Design(factors={"okr": {"steps": 11}}, replications={"runs": 10**6})
    with pytest.raises(InvalidInput, match="has 7,340,032 points"):
        Design(method="sobol", sample={"size": 2**19, "second_order": True},
               factors=SIX)


@pytest.mark.parametrize(("raw", "wrong"), [
    (b"name = ", "is not valid TOML"), (b"a = 1\na = 2", "is not valid TOML"), (b"\xff\xfea\x00", "not text in UTF-8"),
    (b"[" * 5000, "is not valid TOML"), (b"factors = 1", r"\[factors\] must be a table"),
    (b"[factors]\nbonus = [2020-01-01]", "is not a number"), (b"weeks = nan", "weeks = nan"),
])
def test_a_file_that_is_no_design_is_refused_in_one_line(tmp_path, raw, wrong):
    path = tmp_path / "ontwerp é.toml"
    path.write_bytes(raw)
    with pytest.raises(InvalidInput, match=wrong) as refused:
        Design.from_toml(path)
    assert "ontwerp é.toml" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_files_that_cannot_be_read_are_refused(tmp_path):
    with pytest.raises(InvalidInput, match="cannot be read: No such file"):
        Design.from_toml(tmp_path / "none.toml")
    with pytest.raises(InvalidInput, match="is a folder or a device"):
        Design.from_toml(tmp_path)
    with pytest.raises(InvalidInput, match="cannot be read"):
        Design.from_toml("a\0b")
