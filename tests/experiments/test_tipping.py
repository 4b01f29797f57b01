"""`silosim tipping`: loops and scars of made-up weeks with a known answer, the command from runs to words, and what it
refuses."""

import functools
import json
import re
from pathlib import Path

import fake_engine
import numpy as np
import pytest

from silosim.experiments import engine
from silosim.experiments.store import Store
from silosim.experiments.tipping import findings
from silosim.experiments.tipping.asked import PULSED, THERE_AND_BACK, UNDISTURBED, Asked, Levels, Pulse
from silosim.experiments.tipping.runs import read
from silosim.model.measures.declared import INDEX
from silosim.model.organisation_file import load_organisation

RUNS, HOLD = 20, 20
WORDS = ("tipping", "demand=1,1.1,1.2", "--runs", 12, "--hold", 20, "--burn-in", 2)
pytestmark = pytest.mark.usefixtures("fake")  # no run here takes the real engine
TIPS_AT = 1.15  # of the stand-in: demand above it fills the house, and it empties only below 1


def backlog_of(job):
    """Weeks of a house that tips: .1 days of work, or 6 once demand has been above TIPS_AT and not below 1 since.
    One in four runs is strong and never tips."""
    demand, changes, full, weeks = float(job.world.get("demand", 1.0)), dict(job.switches), False, []
    for week in range(job.weeks):
        demand = float(changes.get(week, {}).get("demand", demand))
        full = demand >= 1.0 and (full or demand > TIPS_AT) and job.replicate % 4 != 0
        weeks.append(6.0 if full else 0.1)
    return np.array(weeks)


def live(jobs, stopped, stop_at=None, failing=()):
    outcomes = zip(jobs, fake_engine.live(jobs, stopped, failing=failing), strict=False)
    for made, (job, outcome) in enumerate(outcomes):
        if stop_at is not None and made >= stop_at:
            raise KeyboardInterrupt
        if not isinstance(outcome, Exception):
            outcome.weekly[:, INDEX["backlog"]] = backlog_of(job)
            outcome.weekly[:, INDEX["grade"]] = 7.0 - 0.5 * (backlog_of(job) > 1.0)
            outcome.warnings = []
        yield outcome


@pytest.fixture
def quick(fake, monkeypatch):
    """Puts the stand-in in place; called again, with other ways to go wrong."""
    def install(**how):
        monkeypatch.setattr(engine, "live", functools.partial(live, **how))

    install()
    return install


def asked(**more):
    levels = Levels.parse("demand=1,1.1,1.2,1.3")
    return Asked(**{"spec": load_organisation("insurer"), "levels": levels, "hold": HOLD, "runs": RUNS, **more})


def weeks_of(of):
    """Weeks of a way there and back whose plateau k, of run r, has the value of(k, r); the twin that is left alone has
    nothing but the chance of the run and a drift."""
    one = asked()
    still = np.random.default_rng(4).normal(size=(RUNS, 1)) + np.linspace(0, 3, one.weeks)
    plateau = np.arange(one.weeks) // HOLD
    moved = still + np.array([[of(k, r) for k in plateau] for r in range(RUNS)])
    arms = {(UNDISTURBED, 1.0): still, (THERE_AND_BACK, 1.0): moved}
    return one, {"backlog": arms, "grade": arms}


def test_the_way_there_and_back():
    one = asked()
    assert one.path == (1.0, 1.1, 1.2, 1.3, 1.2, 1.1, 1.0)
    assert one.weeks == 7 * HOLD
    moved = one.arms()[THERE_AND_BACK, 1.0].template
    assert [(week, values["demand"]) for week, values in moved.switches] == [
        (20, 1.1), (40, 1.2), (60, 1.3), (80, 1.2), (100, 1.1), (120, 1.0)]


def test_what_comes_back_the_way_it_went_is_no_loop_however_it_drifts():
    found = findings.there_and_back(*weeks_of(lambda k, r: min(k, 6 - k)))
    assert found.loops["backlog"].verdict == "none"
    assert abs(found.loops["backlog"].gap.mean) < 1e-9
    assert found.stuck.share == 0


def test_the_area_of_a_known_loop():
    """Back is 2 above up at every level but the last: a gap of 2, and .2 + .2 + half of .2 enclosed; run 0 alone comes
    back as it went."""
    found = findings.there_and_back(*weeks_of(lambda k, r: min(k, 6 - k) + (2.0 if k > 3 and r > 0 else 0.0)))
    loop = found.loops["backlog"]
    assert loop.gap.mean == pytest.approx(2.0 * 19 / 20)
    assert loop.area.mean == pytest.approx(0.5 * 19 / 20)
    assert loop.gap.low > 0
    assert loop.verdict == "loop"
    assert (loop.branches[0].gap.mean, loop.branches[-1].gap.mean) == (pytest.approx(1.9), 0)
    assert (found.stuck.n, found.stuck.share) == (20, 0.95)
    assert found.stuck.low == pytest.approx(0.764, abs=5e-4)  # Wilson, 19 of 20
    assert found.stuck.high == pytest.approx(0.991, abs=5e-4)


def test_a_loop_that_does_not_matter_is_small():
    found = findings.there_and_back(*weeks_of(lambda k, r: (0.05 + 0.01 * (r % 3)) * (k > 3)))
    assert found.loops["backlog"].verdict == "small"


def test_failed_runs_are_left_out():
    one, weeks = weeks_of(lambda k, r: 2.0 * (k > 3))
    weeks["backlog"][THERE_AND_BACK, 1.0][:5] = np.nan
    found = findings.there_and_back(one, weeks)
    assert (found.stuck.n, found.loops["backlog"].gap.n) == (15, 15)
    weeks["backlog"][THERE_AND_BACK, 1.0][:] = np.nan
    assert findings.plain(findings.there_and_back(one, weeks))["loops"]["backlog"]["verdict"] == "undefined"


@pytest.mark.usefixtures("quick")
def test_a_house_that_tips_shows_a_loop(silosim):
    status, out, wrong = silosim(*WORDS, "--no-figures", "--json")
    assert (status, wrong) == (0, "")
    found = json.loads(out)["found"]
    assert found["stuck"]["share"] == 0.75  # the strong ones recover
    assert found["loops"]["backlog"]["verdict"] == found["loops"]["grade"]["verdict"] == "loop"
    below = found["loops"]["backlog"]["branches"][1]
    assert (below["up"]["median"], below["back"]["median"]) == (pytest.approx(0.1), pytest.approx(6))
    assert below["back"]["low"] == pytest.approx(0.1)


@pytest.mark.usefixtures("quick")
def test_a_pulse_finds_the_tipping_band(silosim):
    status, out, _ = silosim("tipping", "demand=0.8,0.95,1.05,1.2", "--pulse", "demand=1.2:6", "--wait", 13,
                             "--runs", 12, "--burn-in", 2, "--no-figures", "--json")
    assert status == 0
    found = json.loads(out)["found"]
    assert [one["stuck"]["share"] for one in found["levels"]] == [0, 0, 0.75, 0]  # 1.2 is full without a pulse
    assert [one["full"]["share"] for one in found["levels"]] == [0, 0, 0, 0.75]
    assert found["tipping"] == [1.05]


def test_a_pulse_of_a_lever_starts_from_the_policy(quick):
    one = asked(levels=Levels.parse("demand=1.0,1.1"), pulse=Pulse.parse("bonus=1.2:8"), levers={"customer_time": 0.2})
    pulsed = one.arms()[PULSED, 1.1].template
    assert pulsed.switches == ((20, {"bonus": 1.2}), (28, {"bonus": 0.7}))
    assert (pulsed.world, pulsed.levers) == ({"demand": 1.1}, {"customer_time": 0.2})


def test_words_in_both_languages_and_pictures(quick, silosim):
    status, out, wrong = silosim(*WORDS)
    assert (status, wrong) == (0, "")
    for words in ("demand there and back at Insurer: 12 runs", "Way back", "Backlog: a loop", "Stuck at the end",
                  "75% (47% … 91%) of runs", "24 new runs", "insurer-loop-demand.png"):
        assert words in out
    status, out, _ = silosim(*WORDS, "--lang", "nl", "--no-figures")
    for words in ("heen en terug", "Terugweg", "een lus", "Vastgelopen aan het eind", "75%", "0 nieuwe runs"):
        assert words in out
    status, out, _ = silosim("tipping", "demand=1,1.05", "--pulse", "demand=1.3:8", "--wait", 13, "--runs", 4,
                             "--burn-in", 2)
    assert "Tipping band: at 1, 1.05" in out
    assert {path.name for path in Path("results/figures").iterdir()} == {"insurer-loop-demand.png",
                                                                         "insurer-pulse-demand.png"}


def test_a_stopped_experiment_goes_on_where_it_was(quick, silosim):
    quick(stop_at=5)
    status, _, wrong = silosim(*WORDS, "--workers", 1, "--no-figures")
    assert status == 130
    stored = int(re.search(r"stopped; (\d+) of 24 runs are stored", wrong)[1])
    assert 0 < stored < 24
    quick()
    status, out, _ = silosim(*WORDS, "--no-figures")
    assert (status, f"{24 - stored} new runs" in out) == (0, True)


def test_what_is_stored(quick, silosim):
    silosim(*WORDS, "--no-figures")
    with Store("results/silosim.db", write=False) as store:
        row = store.sweeps().iloc[-1]
        assert (row["command"], row["status"], row["points"], row["runs"]) == ("tipping", "done", 2, 24)
        assert set(store.points(1)["arm"]) == {UNDISTURBED, THERE_AND_BACK}
        assert store.fetch("SELECT count(*) FROM band WHERE arm = 'there_and_back' AND measure = 'backlog'") == [(100,)]
        weeks = read(store, asked(levels=Levels.parse("demand=1,1.1,1.2"), runs=12, burn_in=2), "backlog")
    assert weeks[THERE_AND_BACK, 1.0][1, 99] == pytest.approx(6.0)


def test_every_level_of_a_pulse_is_stored_as_an_arm(quick, silosim):
    silosim("tipping", "demand=0.9,1.05", "--pulse", "demand=1.3:8", "--wait", 13, "--runs", 4, "--burn-in", 2,
            "--no-figures")
    with Store("results/silosim.db", write=False) as store:
        found = store.fetch("SELECT arm, round(p50, 1) FROM band WHERE measure = 'backlog' AND week = 72 ORDER BY arm")
    assert found == [("pulsed demand=0.9", 0.1), ("pulsed demand=1.05", 6.0), ("undisturbed demand=0.9", 0.1),
                     ("undisturbed demand=1.05", 0.1)]


def test_a_run_that_fails_is_told_and_left_out(quick, silosim):
    quick(failing=(3,))
    status, out, wrong = silosim(*WORDS, "--no-figures", "--json")
    assert status == 1
    assert "2 runs failed" in wrong
    assert json.loads(out)["found"]["stuck"]["n"] == 11


@pytest.mark.parametrize(("words", "told"), [
    (("deman=1..2",), "did you mean 'demand'"),
    (("structure=1..2",), "structure is a choice"),
    (("demand",), "must be written like demand=1..1.2"),
    (("demand=1..x",), "'x' in 'demand=1..x' is not a number"),
    (("demand=1,1.2,1.1",), "only rise or only fall"),
    (("demand=1,99",), "demand = 99"),
    (("demand=1..nan",), "is not a number"),
    (("demand=1",), "takes two levels at least"),
    (("reward_mix=1..2",), "is a dial"),
    (("conviction_start=0.5..0.7",), "founding"),
    (("demand=1..1.2", "--set", "demand=1"), "cannot be set as well"),
    (("demand=1..1.2", "--hold", "1000"), "at most 5,200"),
    (("demand=1..1.2", "--pulse", "demand=1.3"), "name=value:weeks"),
    (("demand=1..1.2", "--pulse", "demand=9:8"), "out of range"),
    (("demand=1..1.2", "--wait", "3", "--pulse", "demand=1.3:8"), "--wait"),
])
def test_refused_in_one_line(silosim, words, told):
    status, out, wrong = silosim("tipping", *words)
    assert (status, out) == (2, "")
    assert told in wrong
    assert wrong.count("\n") == 1
