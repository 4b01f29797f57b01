"""Which analysis a stored sweep gets, and what each finds where the model is a formula."""

import numpy as np
import pytest
from formulas import UNIT, loaded

from silosim.experiments.analysis.independent import block_of, independent_rows
from silosim.experiments.analysis.responses import responses
from silosim.experiments.analysis.run import Asked, Condition, analyse, arrange, method_of
from silosim.experiments.sweeps.design import Design
from silosim.model.parameters import InvalidInput


def test_every_design_has_its_method():
    names = {"bonus": UNIT, "demand": {"low": 0.5, "high": 1.5}}

    class Data:
        sweep, policies, outcome = 1, ["today"], "grade"

        def __init__(self, **design):
            self.design = Design(**design)

    where = Condition.parse("grade < 6")
    for method, own in (("sobol", "sobol"), ("morris", "morris"), ("shapley", "shapley"), ("lhs", "pawn")):
        data = Data(method=method, factors=names, sample={"size": 8})
        assert method_of(data, Asked()) == own
        assert method_of(data, Asked(where=where)) == "prim"
    data = Data(method="grid", factors={"bonus": [0, 1]})
    assert method_of(data, Asked()) == "response"
    for asked, said in ((Asked("sobol"), "sobol needs a design made with method = \"sobol\""),
                        (Asked("prim"), "prim needs to know which cases"),
                        (Asked("sobool"), "did you mean 'sobol'"),
                        (Asked("pawn", groups={"a": ["bonus"]}), "coarser groups"),
                        (Asked(where=Condition.parse("nps < 6")), "take --outcome nps")):
        with pytest.raises(InvalidInput, match=said):
            method_of(data, asked)
    with pytest.raises(InvalidInput, match="varies no factor"):
        method_of(Data(), Asked("pawn"))


def test_only_rows_drawn_independently_are_counted():
    factors = {"bonus": UNIT, "demand": {"low": 0.5, "high": 1.5}}
    for method, block, rows in (("sobol", 4, [0, 3, 4, 7]), ("shapley", 4, [0, 3, 4, 7]), ("morris", 3, [0, 3])):
        of = Design(method=method, factors=factors, sample={"size": 2})
        assert block_of(of) == block
        assert list(independent_rows(of)) == rows
        values = {tuple(of.rows()[k].values()) for k in rows}
        if method != "morris":  # no two of them share a value
            assert all(len({v[j] for v in values}) == len(rows) for j in range(2))
    of = Design(method="lhs", factors=factors, sample={"size": 5})
    assert list(independent_rows(of)) == [0, 1, 2, 3, 4]


def test_responses_average_over_the_other_factors_and_pair_with_today(store, monkeypatch):
    data = loaded(store, monkeypatch, factors={"bonus": [0, 0.7, 1], "customer_time": [0, 0.2]},
                  replications={"runs": 4})
    levels = responses(data.blocks()[0].x, data.blocks()[0].values, "grade")
    assert [(level.factor, level.value, level.points) for level in levels] == [
        ("bonus", 0, 2), ("bonus", 0.7, 2), ("bonus", 1, 2), ("customer_time", 0, 3), ("customer_time", 0.2, 3)]
    assert levels[1].change is None  # today's bonus
    assert levels[0].change.change.mean == pytest.approx(-0.14)
    assert levels[4].change.change.mean == pytest.approx(0.2)
    assert levels[4].change.verdict == "better"
    assert levels[0].outcome.half_width > 0


def test_one_at_a_time_compares_with_its_baseline(store, monkeypatch):
    data = loaded(store, monkeypatch, method="one_at_a_time", factors={"bonus": [0, 1], "customer_time": [0.1, 0.4]},
                  replications={"runs": 2})
    [finding] = analyse(data)
    changes = {(level.factor, level.value): level.change.change.mean for level in finding.result if level.change}
    assert changes == pytest.approx({("bonus", 0): -0.14, ("bonus", 1): 0.06, ("customer_time", 0.1): 0.1,
                                     ("customer_time", 0.4): 0.4})


def test_robustness_takes_levers_as_policy_and_the_rest_as_world(store, monkeypatch):
    data = loaded(store, monkeypatch, factors={"bonus": [0, 1], "demand": [0.8, 1.2]},
                  policies=["today", "customer_time"], worlds={"prior": "narrow", "count": 3})
    policies, worlds, values = arrange(data, data.points["organisation"].iloc[0])
    assert policies == ["today+bonus=0", "today+bonus=1", "customer_time+bonus=0", "customer_time+bonus=1"]
    assert len(worlds) == 6
    assert values.shape == (4, 6)
    [finding] = analyse(data)
    assert finding.method == "robustness"
    assert list(finding.result.ranks["maximin"]) == [4, 2, 3, 1]
    [changed] = analyse(data, Asked("robustness", against="today"))
    assert changed.result.policies == ("customer_time+bonus=0", "customer_time+bonus=1")
    np.testing.assert_allclose(changed.result.scores["maximin"], 0.2 * 0.8, atol=1e-9)
    with pytest.raises(InvalidInput, match="say when it is good enough, 'grade >= 6'"):
        analyse(data, Asked("robustness", Condition.parse("grade < 6")))
    mixed = loaded(store, monkeypatch, method="lhs", sample={"size": 12},
                   factors={"bonus": UNIT, "demand": {"low": 0.8, "high": 1.2}})
    with pytest.raises(InvalidInput, match="12 policies with their levers and 12 worlds in 12 points"):
        analyse(mixed, Asked("robustness"))


def test_one_block_without_an_answer_leaves_the_others(store, monkeypatch):
    def grade_of_today_only(job):
        return {"grade": job.settings["bonus"] if job.settings.get("customer_time", 0) == 0 else 7.0}

    data = loaded(store, monkeypatch, grade_of_today_only, method="sobol", sample={"size": 32},
                  factors={"bonus": UNIT, "demand": UNIT}, policies=["today", "customer_time"])
    first, second = analyse(data)
    assert first.result.order()[0] == 0
    assert "the same at every point" in second.problem
    flat = loaded(store, monkeypatch, lambda job: {"grade": 7.0}, method="sobol", sample={"size": 16, "seed": 9},
                  factors={"bonus": UNIT, "demand": UNIT})
    with pytest.raises(InvalidInput, match="sweep 2, grade: the outcome is the same at every point"):
        analyse(flat)
