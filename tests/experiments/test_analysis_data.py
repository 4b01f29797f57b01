"""A stored sweep as analysis takes it: complete or refused, block by block, with the noise in it."""

import math

import numpy as np
import pytest
from formulas import UNIT, loaded

from silosim.experiments.analysis import frames
from silosim.experiments.analysis.data import load, noise_of
from silosim.experiments.analysis.run import analyse
from silosim.model.parameters import InvalidInput

# ---------------------------------------------------------------- loading


def test_points_and_outcomes_come_back_from_the_database_alone(store, monkeypatch):
    data = loaded(store, monkeypatch, factors={"bonus": [0, 1], "kpi": {}}, policies=["today", "customer_time"],
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
        loaded(store, monkeypatch, breaks, factors={"bonus": [0, 0.5, 1]}, replications={"runs": 2})
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
        data = loaded(store, monkeypatch, noisy, method=method, factors=factors, sample={"size": size},
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
