"""`silosim fit`: what it prints, keeps and writes, that it goes on where it stopped, and what it refuses."""

import functools
import json
import tomllib

import fake_engine
import numpy as np
import pytest

from silosim.experiments import engine
from silosim.experiments.calibration.asked import Asked, Target, Unknown, parse_target, parse_unknown, read_asked
from silosim.experiments.calibration.fitting import StoredRuns, run_fit
from silosim.experiments.running.make import make_runs
from silosim.experiments.store import Store
from silosim.experiments.sweeps.design import Design
from silosim.model.measures.declared import INDEX
from silosim.model.parameters import PARAMETERS, InvalidInput

FIT = ("fit", "--target", "grade=7.2±0.1", "--target", "contacts=1.6+-0.05", "u_base=0..2", "rework_share=0.6..1.2",
       "call_rate", "--weeks", "15", "--burn-in", "2", "--check", "8", "--points", "16", "--runs", "3")


def live(jobs, stopped, stop_at=None, failing=()):
    """A stand-in whose grade follows u_base and rework_share, and contacts rework_share; replicates add chance."""
    outcomes = zip(jobs, fake_engine.live(jobs, stopped, failing=failing), strict=False)
    for made, (job, outcome) in enumerate(outcomes):
        if stop_at is not None and made >= stop_at:
            raise KeyboardInterrupt
        if not isinstance(outcome, Exception):
            draw = np.random.default_rng([3, job.seed, job.replicate]).normal(size=2)
            base, rework = (float(job.world[name]) for name in ("u_base", "rework_share"))
            outcome.summary[INDEX["grade"]] = 6 + base - 0.5 * rework + 0.03 * draw[0]
            outcome.summary[INDEX["contacts"]] = 1 + 0.7 * rework + 0.02 * draw[1]
            outcome.warnings = []
        yield outcome


@pytest.fixture
def quick(fake, monkeypatch):
    """Puts the stand-in in place; called again, with other ways to go wrong."""
    def install(**how):
        monkeypatch.setattr(engine, "live", functools.partial(live, **how))

    install()
    return install


def plain(out):
    """The answer without what differs between databases and calls."""
    found = json.loads(out)
    return {name: value for name, value in found.items() if name not in ("new", "sweep", "files", "database")}


@pytest.mark.usefixtures("quick")
def test_a_fit_in_words(silosim):
    status, out, wrong = silosim(*FIT)
    assert (status, wrong) == (0, "")
    for words in ("Fit of 3 parameters to 2 figures of Insurer", "Customer grade", "7.20 ± 0.1", "0.025 … 0.1",
                  "Not identified by these targets: call_rate.", "Checked: 8 fresh runs", "--set u_base="):
        assert words in out
    status, dutch, wrong = silosim("--lang", "nl", *FIT)
    assert (status, wrong) == (0, "")
    for words in ("3 parameters geschat uit 2 cijfers van Verzekeraar", "Klantcijfer", "7,20 ± 0,1", "0,025 … 0,1",
                  "Niet te bepalen uit deze doelen: call_rate.", "Getoetst: 8 nieuwe runs", "0 nieuwe runs"):
        assert words in dutch


@pytest.mark.usefixtures("quick")
def test_what_is_written_can_be_pasted(silosim, tmp_path):
    status, out, _ = silosim(*FIT, "--set", "demand=1.1", "--set", "bonus=0.4", "--json")
    assert status == 0
    found = json.loads(out)
    toml, picture = (tmp_path / path for path in found["files"])
    assert picture.read_bytes().startswith(b"\x89PNG")
    written = tomllib.loads(toml.read_text(encoding="utf-8"))
    assert written["world"] == {"demand": 1.1, **found["world"]}  # bonus is a lever, and not of the world
    PARAMETERS.checked(written["world"])
    assert [one["values"]["u_base"] for one in written["worlds"]["list"][1:]] == [w["u_base"] for w in found["worlds"]]
    design = Design.parse({"name": "with worlds", "method": "grid", "factors": {"bonus": [0, 1]},
                           "worlds": written["worlds"]}, "here")
    assert len(design.points()) == 2 * len(written["worlds"]["list"])
    assert f"--set u_base={found['world']['u_base']}" in found["settings"]
    assert silosim("run", "--runs", "1", "--weeks", "15", "--json", *found["settings"].split())[0] == 0


@pytest.mark.usefixtures("quick")
def test_runs_are_kept_as_points_of_a_sweep(silosim, tmp_path):
    found = json.loads(silosim(*FIT, "--json")[1])
    with Store(found["database"], write=False) as store:
        points = store.points(found["sweep"])
        assert {"u_base", "rework_share", "call_rate"} <= set(points.columns)
        assert len(points) == found["points"] + 1  # the best world is one more
        last = points.iloc[-1]
        assert {name: last[name] for name in found["world"]} == pytest.approx(found["world"])
        outcomes = store.sweep_outcomes(found["sweep"])
        assert len(outcomes) == found["runs"] == found["new"] == 3 * found["points"] + 8
        grade = outcomes.loc[len(points) - 1]["grade"].mean()
        assert grade == pytest.approx(found["targets"][0]["got"])
    assert json.loads(silosim(*FIT, "--json")[1])["new"] == 0


def test_a_stopped_fit_goes_on_to_the_same_answer(silosim, quick):
    whole = plain(silosim(*FIT, "--json", "--no-figures", "--db", "whole.db", "--workers", "1")[1])
    quick(stop_at=2)
    for _ in range(3):  # chunks end early, so each call gets some runs further
        status, out, wrong = silosim(*FIT, "--json", "--no-figures", "--db", "parts.db", "--workers", "1")
        assert (status, out) == (130, "")
        assert "stopped in wave 1" in wrong
        assert "the same command goes on from there" in wrong
    quick()
    status, out, _ = silosim(*FIT, "--json", "--no-figures", "--db", "parts.db", "--workers", "2")
    assert status == 0
    assert plain(out) == whole


def test_failed_runs_are_named_and_no_fit_is_made_of_them(silosim, quick):
    quick(failing=(1,))
    status, out, wrong = silosim(*FIT, "--json")
    assert status == 2  # no point is left where all runs succeeded
    assert "target grade is undefined in 16 of 16 points" in wrong
    quick(failing=(5,))
    status, out, wrong = silosim(*FIT, "--json")
    assert (status, json.loads(out)["status"]) == (1, "fitted")
    assert "1 runs failed" in wrong


@pytest.mark.usefixtures("quick")
def test_no_fit_ends_with_status_1(silosim, tmp_path):
    status, out, wrong = silosim("fit", "-t", "grade=9.5±0.1", *FIT[3:])
    assert (status, wrong) == (1, "")
    assert "No fit: no world within these ranges" in out
    assert "Customer grade 9.50 is out of reach" in out
    assert "To use it" not in out
    assert not list(tmp_path.rglob("*.png"))


@pytest.mark.usefixtures("quick")
def test_a_file_asks_the_same_as_words(silosim, tmp_path):
    (tmp_path / "mine.toml").write_text("""
        organisation = "clinic"
        [targets]
        grade = { value = 7.2, tolerance = 0.1 }
        contacts = "1.6 ± 0.05"
        [parameters]
        u_base = { low = 0, high = 2 }
        rework_share = "0.6..1.2"
        call_rate = {}
        [set]
        demand = 1.1""", encoding="utf-8")
    more = (*FIT[8:], "--json", "--no-figures")
    by_words = silosim(*FIT, "--organisation", "clinic", "--set", "demand=1.1", "--json", "--no-figures")
    assert plain(silosim("fit", "mine.toml", *more)[1]) == plain(by_words[1])
    assert "target grade is given 2 times" in silosim("fit", "mine.toml", "-t", "grade=7", *more)[2]
    never_moves = silosim("fit", "mine.toml", "-t", "lead_time=0±9", *more)[1]
    assert [one["met"] for one in json.loads(never_moves)["targets"]] == [True] * 3


REFUSED = [
    (("fit",), "needs a target"),
    (("fit", "u_base"), "needs a target"),
    (("fit", "-t", "grade=7"), "needs a world parameter"),
    (("fit", "-t", "grad=7", "u_base"), "did you mean 'grade'"),
    (("fit", "-t", "grade", "u_base"), "MEASURE=VALUE±TOLERANCE"),
    (("fit", "-t", "grade=good", "u_base"), "VALUE±TOLERANCE"),
    (("fit", "-t", "grade=7±0", "u_base"), "must be above 0"),
    (("fit", "-t", "grade=7±-1", "u_base"), "must be above 0"),
    (("fit", "-t", "grade=nan", "u_base"), "VALUE±TOLERANCE"),
    (("fit", "-t", "grade=7", "-t", "grade=8", "u_base"), "target grade is given 2 times"),
    (("fit", "-t", "grade=7", "u_base", "u_base"), "parameter u_base is given 2 times"),
    (("fit", "-t", "grade=7", "u_bas"), "did you mean 'u_base'"),
    (("fit", "-t", "grade=7", "bonus"), "bonus is a lever"),
    (("fit", "-t", "grade=7", "wage"), "wage is a constant"),
    (("fit", "-t", "grade=7", "u_base=2..1"), "must be below the high end"),
    (("fit", "-t", "grade=7", "u_base=1..99"), "from -3 to 5"),
    (("fit", "-t", "grade=7", "u_base=1-2"), "NAME=LOW..HIGH"),
    (("fit", "-t", "grade=7", "u_base", "--set", "u_base=1"), "fitted and set at once"),
    (("fit", "-t", "grade=7", "u_base", "--set", "bonsu=1"), "did you mean 'bonus'"),
    (("fit", "-t", "grade=7", "u_base", "--prior", "narow"), "did you mean 'narrow'"),
    (("fit", "-t", "grade=7", "u_base", "--organisation", "nowhere"), "nowhere"),
    (("fit", "-t", "grade=7", "u_base", "--runs", "1"), "--runs"),
    (("fit", "-t", "grade=7", "u_base", "--waves", "0"), "--waves"),
    (("fit", "-t", "grade=7", "u_base", "--points", "6"), "at least 7 points"),
    (("fit", "-t", "grade=7", "nowhere.toml"), "nowhere.toml"),
    (("fit", "one.toml", "two.toml"), "one fit has one file"),
    (("fit", "-t", "grade=7", "u_base", "--cluster", "tcp://nowhere:1", "--workers", "2"), "--workers"),
    (("fit", "-t", "grade=7", *(p.name for p in PARAMETERS.of_role("world")[:13])), "at most 12"),
]


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(("words", "part"), REFUSED, ids=[" ".join(words) for words, _ in REFUSED])
def test_bad_words(silosim, tmp_path, words, part):
    status, out, wrong = silosim(*words)
    assert (status, out) == (2, "")
    assert wrong.count("\n") == 1
    assert part in wrong
    assert "Traceback" not in wrong


@pytest.mark.parametrize(("text", "part"), [
    ("target = 1", "did you mean 'targets'"),
    ("targets = 3", "[targets]"),
    ("[targets]\ngrade = {tolerance = 1}", "needs a value"),
    ("[targets]\ngrade = {value = 7, sd = 1}", "'sd'"),
    ("[targets]\ngrade = {value = 'high'}", "not a number"),
    ("[targets]\ngrade = true", "not a number"),
    ("[targets]\ngrade = 7\n[parameters]\nu_base = {lo = 1}", "did you mean 'low'"),
    ("[targets]\ngrade = 7\n[parameters]\nu_base = 3", "low = ..., high = ..."),
    ("[targets]\ngrade = 7\n[parameters]\nu_base = {low = 'x'}", "not a number"),
    ("[targets]\ngrade = 7\n[parameters]\nu_base = {}\n[set]\nbonus = 99", "from 0 to 1.5"),
    ("organisation = 3\n[targets]\ngrade = 7\n[parameters]\nu_base = {}", "a name or a file"),
    ("[targets\n", "not a TOML file"),
])
def test_bad_files(tmp_path, text, part):
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput) as refused:
        read_asked(path, "wide")
    assert part in str(refused.value)
    assert "mine.toml" in str(refused.value)


def test_ways_to_write_a_figure():
    assert parse_target("grade=7.2±0.1") == parse_target(" grade = 7.2 +- .1 ") == Target("grade", 7.2, 0.1)
    assert parse_target("turnover=18%+/-2%") == Target("turnover", 0.18, 0.02)
    assert parse_target("grade=7") == Target("grade", 7.0, 0.1)  # the smallest difference that matters
    assert parse_unknown("u_base=-1..2", "wide") == Unknown("u_base", -1.0, 2.0)


@pytest.mark.parametrize("one", [Unknown("call_rate", 0.02, 0.2), Unknown("u_base", -1.0, 2.0)])
def test_places_and_values_are_inverses(one):
    u = np.linspace(0, 1, 11)
    assert one.place(one.value(u)) == pytest.approx(u)
    assert one.value(np.array([0.0, 1.0])) == pytest.approx([one.low, one.high])
    assert one.log == (one.name == "call_rate")
    assert one.low <= one.rounded(0.37) <= one.high


def test_a_known_world_is_found_again_with_the_real_engine(tmp_path):
    """Figures of other runs of a clinic with an unusual satisfaction; only the satisfaction is looked for."""
    truth = 1.9
    asked = Asked((Target("grade", 0.0, 0.05),), (Unknown("u_base", 0.0, 3.0),), "clinic", weeks=26, burn_in=13, runs=3,
                  waves=2, points=8, check=12)
    with Store(tmp_path / "fit.db") as store:
        runs = StoredRuns(store, asked, lambda planned, wave: make_runs(store, planned, workers=2))
        grade = float(runs([{"u_base": truth}], 0, range(100, 124)).mean())
        aimed = Asked((Target("grade", grade, 0.05),), *[getattr(asked, name) for name in (
            "unknowns", "organisation", "set", "weeks", "burn_in", "runs", "waves", "points", "check")])
        fit = run_fit(aimed, StoredRuns(store, aimed, runs.make))
    assert fit.status == "fitted"
    low, _, high = fit.interval(fit.known[0])
    assert low <= truth <= high
    assert fit.known[0].keeps < 0.2
    assert fit.figures[0].met
