"""Oracles of the statistics: a known answer goes in as a model and comes out of design, runs, database, analysis."""

from __future__ import annotations

import math

import formulas
import numpy as np
import pandas as pd
import pytest
from oracles.closed_forms import ishigami_shares

from silosim.experiments.analysis.condition import Condition
from silosim.experiments.analysis.data import load
from silosim.experiments.analysis.discovery import discover
from silosim.experiments.analysis.run import Asked, analyse
from silosim.experiments.store import Store

UNIT = {"low": 0.0, "high": 1.0}
INPUTS = ("bonus", "discretion", "hours_spread")  # two levers and a parameter of the world, in order of name
BOX = {"bonus": 0.6, "hours_spread": 0.5}  # more than, less than
INSIDE, OUTSIDE = 0.93, 0.05


@pytest.fixture
def found(tmp_path, monkeypatch):
    """Runs a design on a formula and analyses the grade, reading nothing but the database."""

    def run(formula, asked=None, **design):
        with Store(tmp_path / "silosim.db") as store:
            sweep = formulas.swept(store, monkeypatch, formula, factors=dict.fromkeys(INPUTS, UNIT), **design)
        with Store(tmp_path / "silosim.db", write=False) as store:
            data = load(store, sweep, "grade")
        return analyse(data, asked or Asked())

    return run


def ishigami(job) -> dict[str, float]:
    x1, x2, x3 = ((2 * job.settings[name] - 1) * math.pi for name in INPUTS)
    return {"grade": math.sin(x1) + 7 * math.sin(x2) ** 2 + 0.1 * x3**4 * math.sin(x1)}


def assert_within(indices, kind: str) -> None:
    truth, of = np.array(ishigami_shares()[kind]), indices.kinds[kind]
    assert np.all((of.low <= truth) & (truth <= of.high)), (kind, of, truth)
    assert of.half_width.max() < 0.15


def test_the_closed_form_is_the_published_one():
    shares = ishigami_shares()
    np.testing.assert_allclose(shares["S1"], (0.3139, 0.4424, 0), atol=5e-5)
    np.testing.assert_allclose(shares["ST"], (0.5576, 0.4424, 0.2437), atol=5e-5)
    np.testing.assert_allclose(shares["shapley"], (0.4357, 0.4424, 0.1218), atol=5e-5)


def test_td1_sobol_indices(found):
    [finding] = found(ishigami, method="sobol", sample={"size": 512, "second_order": True})
    assert finding.result.names == INPUTS
    for kind in ("S1", "ST"):
        assert_within(finding.result, kind)
    shares = ishigami_shares()
    together = {(0, 1): 0.0, (0, 2): shares["ST"][2], (1, 2): 0.0}
    for pair, truth in together.items():
        _, low, high = finding.result.pairs[pair]
        assert low <= truth <= high
    assert finding.result.alone.low <= sum(shares["S1"]) <= finding.result.alone.high
    assert finding.convergence.settled


def test_td1_shapley_effects(found):
    [finding] = found(ishigami, method="shapley", sample={"size": 256})
    for kind in ("shapley", "S1", "ST"):
        assert_within(finding.result, kind)
    assert finding.result.kinds["shapley"].value.sum() == pytest.approx(1, abs=1e-12)


def planted(job) -> dict[str, float]:
    """7.5 for customers, or 5 with a probability that depends on the box alone."""
    inside = job.settings["bonus"] > BOX["bonus"] and job.settings["hours_spread"] < BOX["hours_spread"]
    digits = [int(1e6 * job.settings[name]) for name in INPUTS]
    luck = np.random.default_rng(digits).random()
    return {"grade": 5.0 if luck < (INSIDE if inside else OUTSIDE) else 7.5}


def test_td4_planted_box(found):
    [finding] = found(planted, Asked(where=Condition.parse("grade < 6")), method="lhs", sample={"size": 1500})
    box = finding.result.boxes[0]
    limits = {limit.factor: limit.low if limit.low is not None else limit.high for limit in box.limits}
    assert limits.keys() == BOX.keys()
    for name, planted_at in BOX.items():
        assert limits[name] == pytest.approx(planted_at, abs=0.05)
    share = (1 - BOX["bonus"]) * BOX["hours_spread"]
    coverage = INSIDE * share / (INSIDE * share + OUTSIDE * (1 - share))
    for value, truth, n in ((box.density[1], INSIDE, box.n[1]),
                            (box.coverage[1], coverage, round(box.k[1] / box.coverage[1]))):
        assert abs(value - truth) < 4 * math.sqrt(truth * (1 - truth) / n)
    assert len(finding.result.boxes) == 1
    assert finding.result.refused is not None or finding.result.cases - sum(box.k) < 20


def test_td4_pure_noise():
    claims = 0
    for seed in range(15):
        rng = np.random.default_rng(seed)
        x = pd.DataFrame(rng.random((200, 4)), columns=["bonus", "discretion", "demand", "platform"])
        claims += bool(discover(x, rng.random(200) < 0.3, seed).boxes)
    assert claims <= 15 * 0.05 + 4 * math.sqrt(15 * 0.05 * 0.95)
