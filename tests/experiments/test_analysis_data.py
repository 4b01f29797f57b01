"""A stored sweep as analysis takes it: complete or refused, block by block, with the noise in it; and as frames."""

import math

import formulas
import numpy as np
import pandas as pd
import pytest

from silosim.experiments.analysis import frames
from silosim.experiments.analysis.data import load, noise_of
from silosim.experiments.analysis.independent import block_of, independent_rows
from silosim.experiments.analysis.responses import responses
from silosim.experiments.analysis.run import Asked, Condition, analyse, arrange, method_of
from silosim.experiments.store import Store
from silosim.experiments.sweeps.design import Design
from silosim.model.measures.declared import MEASURES
from silosim.model.parameters import InvalidInput

UNIT = {"low": 0.0, "high": 1.0}


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "silosim.db") as opened:
        yield opened


def grade(job):
    """Bonus helps a little, demand hurts, customer time helps more where demand is low; a draw of the replicate."""
    s = job.settings
    demand = s.get("demand", 1)
    value = 7 + 0.2 * s.get("bonus", 0.7) - (demand - 1) + s.get("customer_time", 0) * (2 - demand)
    return {"grade": value + 0.1 * job.noise(), "nps": 10 * value}


def run(store, monkeypatch, formula=grade, outcome="grade", **design):
    return load(store, formulas.swept(store, monkeypatch, formula, **design), outcome)


# ---------------------------------------------------------------- loading


def test_points_and_outcomes_come_back_from_the_database_alone(store, monkeypatch):
    data = run(store, monkeypatch, factors={"bonus": [0, 1], "kpi": {}}, policies=["today", "customer_time"],
               worlds={"list": [{"name": name, "values": {"demand": demand}} for name, demand in
                                (("calm", 0.9), ("busy", 1.2))]}, replications={"runs": 3})
    assert data.values.shape == (8 * 2 * 2, 3)
    assert data.policies == ["today", "customer_time"]
    blocks = data.blocks()
    assert [(b.policy, b.world) for b in blocks] == [("today", "calm"), ("customer_time", "calm"), ("today", "busy"),
                                                      ("customer_time", "busy")]
    assert list(blocks[0].x.columns) == ["bonus", "kpi"]
    assert blocks[0].organisation == "insurer"
    assert blocks[0].codes().tolist() == [[b, k] for b in (0, 1) for k in range(4)]
    np.testing.assert_allclose(blocks[0].y[4:] - blocks[0].y[:4], 0.2)
    paired = data.blocks(against="today")
    assert [b.policy for b in paired] == ["customer_time"] * 2
    # 20% customer time, times 2 - demand; what chance does to both is gone
    np.testing.assert_allclose(paired[0].values, 0.2 * 1.1, atol=1e-9)
    np.testing.assert_allclose(paired[1].values, 0.2 * 0.8, atol=1e-9)
    with pytest.raises(InvalidInput, match="unknown policy of this sweep 'today2'; did you mean 'today'"):
        data.blocks("today2")


def test_half_a_sweep_is_refused_and_how_to_mend_it_is_said(store, monkeypatch):
    def breaks(job):
        if job.settings["bonus"] == 1 and job.replicate == 1:
            raise ZeroDivisionError("no")
        return {"grade": math.nan if job.settings["bonus"] == 0.5 else 7.0}

    with pytest.raises(InvalidInput) as refused:
        run(store, monkeypatch, breaks, factors={"bonus": [0, 0.5, 1]}, replications={"runs": 2})
    said = str(refused.value)
    assert "sweep 1 cannot be analysed: 1 runs failed, 2 runs have no grade (1 of 3 points incomplete)" in said
    assert "--retry-failed" in said
    store.db.execute("DELETE FROM member WHERE point = 2")
    store.db.conn.commit()
    with pytest.raises(InvalidInput, match=r"2 runs are missing, .*silosim sweep FILE.toml` goes on with it"):
        load(store, 1, "grade")


def test_a_sweep_without_a_design_is_refused(store):
    from fake_engine import sweep_runs, write_sweep

    points, runs = sweep_runs()
    store.begin_sweep("compare", {}, 1)
    with pytest.raises(InvalidInput, match="made by `silosim compare` and has no design"):
        load(store, 1, "grade")
    with pytest.raises(InvalidInput, match="there is no sweep 9"):
        load(store, 9, "grade")
    with pytest.raises(InvalidInput, match="did you mean 'grade'"):
        load(store, 1, "graed")
    assert frames.runs(store, write_sweep(store, points, runs)).shape[0] == 12


# ---------------------------------------------------------------- noise


def test_noise_by_hand():
    """Rows 0, 4 with residuals +1 and -1: each row's variance of a run is 4, of the mean of two 2; between is 8."""
    of = noise_of(np.array([[1.0, -1.0], [3.0, 5.0]]))
    assert of.between == pytest.approx(8)
    assert of.variance == pytest.approx(2)
    assert of.share == pytest.approx(0.25)


def test_what_a_replicate_does_to_all_points_is_no_noise():
    points, runs = np.arange(5.0)[:, None], np.array([0.0, 10.0, -3.0])
    assert noise_of(points + runs).variance == pytest.approx(0, abs=1e-12)
    assert math.isnan(noise_of(points).share)


def test_noise_is_estimated_without_bias():
    """Variance 1 between points, .8 of a run, four runs a point: the noise is .2, its share .2 / 1.2."""
    rng = np.random.default_rng(0)
    found = [noise_of(rng.normal(size=(50, 1)) + rng.normal(size=4) + math.sqrt(0.8) * rng.normal(size=(50, 4)))
             for _ in range(200)]
    assert np.mean([of.variance for of in found]) == pytest.approx(0.2, rel=0.03)
    assert np.mean([of.between for of in found]) == pytest.approx(1.2, rel=0.05)


def test_points_with_more_runs_have_less_noise():
    rng = np.random.default_rng(1)
    values = rng.normal(size=(40, 8))
    all_of_them = noise_of(values).variance
    values[20:, 2:] = np.nan  # adaptive: half of the points stopped after two
    assert noise_of(values).variance == pytest.approx((1 / 8 + 1 / 2) / 2, rel=0.4)
    assert all_of_them == pytest.approx(1 / 8, rel=0.2)


def test_a_factor_that_does_nothing_is_not_made_to_act_by_noise(store, monkeypatch):
    """Chance that differs between points gives it a total index as large as the noise, and mu* and Shapley likewise."""
    def noisy(job):
        own = int(1e9 * sum(k * float(v) for k, v in enumerate(job.settings.values(), start=1)))
        return {"grade": job.settings["bonus"] + job.settings["demand"] + 0.3 * job.noise(own)}

    factors = {"bonus": UNIT, "demand": {"low": 0.5, "high": 1.5}, "discretion": UNIT}
    for method, kind, size in (("sobol", "ST", 128), ("shapley", "shapley", 64), ("morris", "mu_star", 40)):
        data = run(store, monkeypatch, noisy, method=method, factors=factors, sample={"size": size},
                   replications={"runs": 2})
        [finding] = analyse(data)
        of = finding.result.kinds[kind]
        idle = finding.result.names.index("discretion")
        assert finding.result.without_influence() == ["discretion"]
        if kind != "shapley":
            assert of.low[idle] > 0  # told apart from zero, which is why zero is not the yardstick
            assert of.value[idle] == pytest.approx(finding.result.noise[kind], rel=0.35)
        if method == "sobol":
            assert finding.block.noise.share == pytest.approx(0.045 / (1 / 6 + 0.045), rel=0.3)


# ---------------------------------------------------------------- methods


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
    data = run(store, monkeypatch, factors={"bonus": [0, 0.7, 1], "customer_time": [0, 0.2]}, replications={"runs": 4})
    levels = responses(data.blocks()[0].x, data.blocks()[0].values, "grade")
    assert [(level.factor, level.value, level.points) for level in levels] == [
        ("bonus", 0, 2), ("bonus", 0.7, 2), ("bonus", 1, 2), ("customer_time", 0, 3), ("customer_time", 0.2, 3)]
    assert levels[1].change is None  # today's bonus
    assert levels[0].change.change.mean == pytest.approx(-0.14)
    assert levels[4].change.change.mean == pytest.approx(0.2)
    assert levels[4].change.verdict == "better"
    assert levels[0].outcome.half_width > 0


def test_one_at_a_time_compares_with_its_baseline(store, monkeypatch):
    data = run(store, monkeypatch, method="one_at_a_time", factors={"bonus": [0, 1], "customer_time": [0.1, 0.4]},
               replications={"runs": 2})
    [finding] = analyse(data)
    changes = {(level.factor, level.value): level.change.change.mean for level in finding.result if level.change}
    assert changes == pytest.approx({("bonus", 0): -0.14, ("bonus", 1): 0.06, ("customer_time", 0.1): 0.1,
                                     ("customer_time", 0.4): 0.4})


def test_robustness_takes_levers_as_policy_and_the_rest_as_world(store, monkeypatch):
    data = run(store, monkeypatch, factors={"bonus": [0, 1], "demand": [0.8, 1.2]},
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
    mixed = run(store, monkeypatch, method="lhs", sample={"size": 12},
                factors={"bonus": UNIT, "demand": {"low": 0.8, "high": 1.2}})
    with pytest.raises(InvalidInput, match="12 policies with their levers and 12 worlds in 12 points"):
        analyse(mixed, Asked("robustness"))


def test_one_block_without_an_answer_leaves_the_others(store, monkeypatch):
    def grade_of_today_only(job):
        return {"grade": job.settings["bonus"] if job.settings.get("customer_time", 0) == 0 else 7.0}

    data = run(store, monkeypatch, grade_of_today_only, method="sobol", sample={"size": 32},
               factors={"bonus": UNIT, "demand": UNIT}, policies=["today", "customer_time"])
    first, second = analyse(data)
    assert first.result.order()[0] == 0
    assert "the same at every point" in second.problem
    flat = run(store, monkeypatch, lambda job: {"grade": 7.0}, method="sobol", sample={"size": 16, "seed": 9},
               factors={"bonus": UNIT, "demand": UNIT})
    with pytest.raises(InvalidInput, match="sweep 2, grade: the outcome is the same at every point"):
        analyse(flat)


# ---------------------------------------------------------------- frames


@pytest.fixture
def frame(store, monkeypatch):
    sweep = formulas.swept(store, monkeypatch, grade, factors={"customer_time": [0, 0.2]}, replications={"runs": 3},
                           policies=["today", "culture_only"])
    return frames.runs(store, sweep)


def test_frames_are_labelled(frame):
    assert frame.index.names == ["point", "replicate"]
    assert len(frame) == 12
    assert frame.silo.factors == ["customer_time"]
    assert frame.silo.measures == list(MEASURES)
    dutch = frame.silo.labels("nl")
    assert "Klantcijfer (1-10)" in dutch.columns
    assert "policy" in dutch.columns
    assert frame.silo.labels()["Customer grade (1-10)"].equals(frame["grade"])


def test_a_factor_with_the_name_of_a_measure_is_kept_apart(store, monkeypatch):
    sweep = formulas.swept(store, monkeypatch, grade, factors={"coordination": [0.01, 0.02]})
    of = frames.runs(store, sweep)
    assert list(of["factor.coordination"]) == [0.01, 0.02]
    assert list(of["coordination"]) == [0, 0]
    assert of.silo.factors == ["factor.coordination"]
    assert len(set(of.silo.labels("nl").columns)) == len(of.columns)


def test_paired_frames_leave_out_what_both_share(frame):
    found = frame.silo.paired("today")
    assert set(found["policy"]) == {"culture_only"}
    np.testing.assert_allclose(found["grade"], 0, atol=1e-12)
    shifted = frame.copy()
    shifted.loc[shifted["policy"] == "culture_only", "grade"] += np.tile([0.1, 0.2, 0.3], 2)
    np.testing.assert_allclose(shifted.silo.paired("today")["grade"], np.tile([0.1, 0.2, 0.3], 2))
    summary = shifted.silo.paired("today").silo.summary().loc[("culture_only", "grade")]
    assert summary["mean"] == pytest.approx(0.2)
    assert summary["n"] == 6
    half = frame[frame.index.get_level_values("replicate") < 2]
    fewer = pd.concat([half[half["policy"] == "today"], frame[frame["policy"] == "culture_only"]])
    assert len(fewer.silo.paired()) == 4
    with pytest.raises(InvalidInput, match="did you mean 'today'"):
        frame.silo.paired("todday")
    with pytest.raises(InvalidInput, match="several runs of today"):
        pd.concat([frame, frame]).silo.paired("today")
    with pytest.raises(InvalidInput, match="need a column policy"):
        frame.drop(columns="policy").silo.paired()


def test_summaries_by_anything(frame):
    found = frame.silo.summary(["policy", "customer_time"])
    assert found.loc[("today", 0.2, "grade"), "mean"] - found.loc[("today", 0.0, "grade"), "mean"] == pytest.approx(0.2)
    assert list(found.columns) == ["n", "mean", "half_width", "p10", "p50", "p90"]
    with pytest.raises(InvalidInput, match="did you mean 'policy'"):
        frame.silo.summary("polici")


def test_bands_by_week(store):
    from fake_engine import sweep_runs, write_sweep

    points, runs = sweep_runs()
    sweep = write_sweep(store, points, runs)
    of = frames.weeks(store, sweep, "grade")
    assert of.shape == (12, 20)
    found = of.silo.band()
    assert found.index.names == ["policy", "week"]
    mine = of[of.index.get_level_values("policy") == "mine"]
    np.testing.assert_allclose(found.loc["mine", "mean"], mine.mean(axis=0))
    np.testing.assert_allclose(found.loc["mine", "p90"], np.percentile(mine, 90, axis=0))
    with pytest.raises(InvalidInput, match="one column a week"):
        frames.runs(store, sweep).silo.band()
