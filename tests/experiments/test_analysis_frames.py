"""A stored sweep as labelled frames: paired, summarised, in bands by week."""

import formulas
import numpy as np
import pandas as pd
import pytest

from silosim.experiments.analysis import frames
from silosim.model.measures.declared import MEASURES
from silosim.model.parameters import InvalidInput


@pytest.fixture
def frame(store, monkeypatch):
    sweep = formulas.swept(store, monkeypatch, formulas.grade, factors={"customer_time": [0, 0.2]},
                           replications={"runs": 3}, policies=["today", "culture_only"])
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
    sweep = formulas.swept(store, monkeypatch, formulas.grade, factors={"coordination": [0.01, 0.02]})
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
