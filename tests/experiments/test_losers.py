"""Who loses: shares, teams and Gini coefficients of hand-made runs; what is read from the database; the words."""

import json
import math
from dataclasses import replace

import fake_engine
import numpy as np
import pytest

from silosim.experiments import losers
from silosim.experiments.losers import gini_of, judge, who_loses
from silosim.experiments.store import Store
from silosim.experiments.store.keep import SUMMARY
from silosim.model.measures.declared import MEASURES

SEATS = np.array([0, 0, 0, 1])  # three people in 'front', one in 'back'
RUNS = 4
NAN = math.nan


def values(strain, conviction=0.5, attainment=(1.0, 1.0)):
    """The same in every run."""
    more = {name: np.full((RUNS, 4), 100.0) for name in losers.OF_PEOPLE}
    return more | {"strain": np.tile(np.broadcast_to(strain, 4), (RUNS, 1)).astype(float),
            "conviction": np.tile(np.broadcast_to(conviction, 4), (RUNS, 1)).astype(float),
            "attainment": np.tile(attainment, (RUNS, 1)).astype(float)}


def test_by_hand():
    """Strain .03 matters: of the four seats one loses (+.03), one wins (-.1), one moves too little, one stays. The mean
    of front falls; back, which is that loser, is clearly worse off. Attainment of front falls by .1, which matters."""
    today = values([0.3, 0.3, 0.3, 0.3])
    policy = values([0.2, 0.31, 0.3, 0.33], conviction=0.4, attainment=(0.9, 1.0))
    found = judge("mine", policy, today, SEATS, ["front", "back"])
    assert found.people["strain"].worse.mean == 0.25
    assert found.people["strain"].better.mean == 0.25
    assert found.people["conviction"].worse.mean == 1  # less conviction is worse
    assert found.people["conviction"].better.mean == 0
    assert found.worse_teams("strain") == ["back"]
    assert found.teams["strain"]["front"].change.mean == pytest.approx(-0.03)
    assert found.worse_teams("conviction") == ["front", "back"]
    assert found.worse_teams("attainment") == ["front"]
    assert found.share_of_teams("attainment") == 0.5
    assert found.gini["strain"].change.mean == pytest.approx(gini_of(np.array([0.2, 0.31, 0.3, 0.33])))
    # three people at .9 and one at 1: sum of |differences| of all pairs 6 x .1, over 2 n^2 mean = 32 x .925
    assert found.gini["attainment"].value.mean == pytest.approx(0.6 / (32 * 0.925))


def test_a_team_that_loses_in_half_of_the_runs_is_not_clearly_worse_off():
    today, policy = values(0.3), values(0.3)
    policy["strain"][:2] += 0.2
    found = judge("mine", policy, today, SEATS, ["front", "back"])
    assert found.worse_teams("strain") == []
    assert found.teams["strain"]["front"].verdict == "unclear"
    assert found.people["strain"].worse.mean == 0.5


def test_less_of_what_is_neither_good_nor_bad_is_a_loss_to_who_gets_it(monkeypatch):
    """As of variable pay: for the organisation a cost, for people an income."""
    monkeypatch.setitem(MEASURES, "conviction", replace(MEASURES["conviction"], better="neither"))
    found = judge("mine", values(0.3, [0.4, 0.4, 0.4, 0.6]), values(0.3), SEATS, ["front", "back"])
    assert (found.people["conviction"].worse.mean, found.people["conviction"].better.mean) == (0.75, 0.25)
    assert found.worse_teams("conviction") == ["front"]


def test_what_is_undefined_is_left_out():
    today, policy = values(0.3), values([0.4, 0.3, 0.3, 0.3], attainment=(NAN, NAN))
    policy["strain"][0] = NAN
    today["conviction"][:, 3] = NAN
    found = judge("mine", policy, today, SEATS, ["front", "back"])
    assert (found.people["strain"].worse.n, found.people["strain"].worse.mean) == (3, 0.25)
    assert found.teams["conviction"]["back"].verdict == "undefined"
    assert math.isnan(found.share_of_teams("attainment"))
    assert found.plain()["teams"]["attainment"]["share_worse"] is None


@pytest.mark.parametrize(("numbers", "gini"), [
    ([1, 1, 1], 0), ([0, 0, 0, 1], 0.75), ([1, 2, 3, 4], 0.25), ([4, 1, NAN, 3, 2], 0.25), ([0, 0], 0), ([5], 0),
])
def test_gini(numbers, gini):
    assert gini_of(np.array(numbers, dtype=float)) == pytest.approx(gini, abs=1e-12)


def test_gini_of_nobody_is_undefined():
    assert math.isnan(gini_of(np.array([NAN])))


def test_from_the_database(tmp_path, monkeypatch):
    """Another structure leaves attainment undefined; runs that keep no details are left out."""
    monkeypatch.setattr("silosim.experiments.scenarios.engine.job", fake_engine.FakeJob)
    jobs = {policy: [fake_engine.FakeJob(levers=levers, replicate=r) for r in range(3)]
            for policy, levers in {"today": {}, "mine": {"bonus": 0.2}, "pool": {"structure": "pool"}}.items()}
    with Store(tmp_path / "a.db") as store:
        for policy, some in jobs.items():
            store.write(fake_engine.batch(some[:2], policy=policy), None)
            store.write(fake_engine.batch(some[2:], SUMMARY, policy=policy), None)
        planned = [fake_engine.planned(job, policy=policy) for policy, some in jobs.items() for job in some]
        mine, pool = who_loses(store, planned, "today")
    assert (mine.policy, pool.policy) == ("mine", "pool")
    assert {one.verdict for one in mine.teams["attainment"].values()} == {"equal"}
    assert mine.teams["attainment"]["front"].change.n == 2
    assert {one.verdict for one in pool.teams["attainment"].values()} == {"undefined"}
    assert {one.verdict for one in pool.teams["strain"].values()} == {"equal"}


@pytest.mark.usefixtures("fake")
def test_the_command(silosim):
    words = ("compare", "customer_time", "-n", 4, "--weeks", 20, "--burn-in", 2, "--no-figures", "--losers")
    status, out, _ = silosim(*words)
    assert status == 0
    for told in ("Who loses, against today", "0% ▼ 0% ▲ 0/6", "Gini: strain"):
        assert told in out
    status, out, _ = silosim(*words, "--json")
    found = json.loads(out)["losers"]["as_is"]
    assert [one["policy"] for one in found] == ["customer_time"]
    assert found[0]["people"]["strain"]["worse"] == {"n": 4, "mean": 0.0, "low": 0.0, "high": 0.0}
    status, out, _ = silosim(*words, "--lang", "nl")
    assert "Wie verliest, vergeleken met vandaag" in out
    assert "losers" not in json.loads(silosim(*words[:-1], "--json")[1])
