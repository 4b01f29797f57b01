"""The benchmark beside other runners, as it is told: tables, notes, the page, and `silosim bench --peers`."""

import json
import sys
from functools import partial
from math import isnan, nan

import pytest

from silosim.experiments.benchmark.peers import page, run, tables
from silosim.experiments.benchmark.peers.contenders import Joblib, not_installed
from silosim.experiments.benchmark.peers.faults import Fault, Settings
from silosim.experiments.benchmark.peers.measure import Load, Speed, plain
from silosim.experiments.benchmark.peers.roster import IDEAL, ROSTER
from silosim.experiments.benchmark.peers.run import NOT_INSTALLED, TRIVIAL, Peers, run_peers
from silosim.experiments.benchmark.peers.work import FAULTS
from silosim.experiments.commands import Session
from silosim.experiments.commands.bench import print_peers
from silosim.model.parameters import InvalidInput
from silosim.model.text import LANGUAGES, text

FEW = Load(TRIVIAL, {"kind": "trivial", "seconds": 0.0002}, 8)
MACHINE = {"processor": "p", "cores": 2, "python": "3", "mesa": "3"}


class Elsewhere(Joblib):
    modules = ("a_library_nobody_has",)


@pytest.fixture
def little(monkeypatch):
    """A measurement of two, with a third that is not installed."""
    monkeypatch.setitem(ROSTER, "joblib", Elsewhere)
    monkeypatch.setattr(run, "QUICK", (FEW,))
    return run_peers(quick=True, names=(IDEAL, "pool_stored", "joblib"), memory=False,
                     faults=Settings(runs=60, seconds=0.02, at_once=4, grace=0.5))


def test_a_measurement_and_its_tables(little, capsys):
    assert not_installed(Elsewhere) == ["a_library_nobody_has"]
    assert little.missing == {"joblib": NOT_INSTALLED}
    assert set(little.speeds[TRIVIAL]) == {IDEAL, "pool_stored"}
    assert {(one.contender, one.fault) for one in little.faults} == {("pool_stored", fault) for fault in FAULTS}
    assert all(one.results < 60 for one in little.faults)
    document = json.loads(json.dumps(little.document(), allow_nan=False))
    assert document["speeds"][TRIVIAL]["pool_stored"]["keeps"] == "table"
    assert document["speeds"][TRIVIAL][IDEAL]["rate"] > 0
    for lang in LANGUAGES:
        print_peers(Session(lang), little)
        out = capsys.readouterr().out
        assert text("peers.not_installed", lang) in out
        assert text("peers.contender.dask", lang) not in out
        assert text("peers.fault.raise", lang) in out
    written = page.render(little, "By hand.\n\n<!-- figures -->\n\nSTALE")
    assert written.startswith("By hand.")
    assert "STALE" not in written
    assert "| Process pool + SQLite table |" in written


def test_a_cell_says_what_became_of_it():
    say = partial(tables.cell, words=text)
    assert say(Fault("x", "raise", 100, 100, results=99, told=True)) == "99, told"
    assert say(Fault("x", "raise", 100, 100, results=99, wrong=1)) == "99, 1 wrong, silent"
    assert say(Fault("x", "kill_once", 100, 100, results=100)) == "100"
    assert say(Fault("x", "kill_once", 100, 100, hangs=True, orphans=2)) == "0, hangs, 2 left running"
    assert say(Fault("x", "parent", 100, 51, results=40, resumed=100)) == "40 of 51, 100 after starting again"
    assert say(Fault("x", "parent", 100, 51)) == "0 of 51"


def test_what_must_be_known_is_noted():
    load = Load(TRIVIAL, {"kind": "trivial"}, 10)
    ideal = Speed(10, 0, 2, "nothing", start=[1], fixed=[0], fixed_cpu=[0], seconds=[1.0], cpu=[0.8])
    bad = Speed(10, 0, 2, "nothing", start=[1], fixed=[0], fixed_cpu=[0], seconds=[1.0], cpu=[0.8], wrong=3)
    found = Peers(2, 1, True, MACHINE, {TRIVIAL: load}, {TRIVIAL: {IDEAL: ideal, "dask": bad}},
                  missing={"trivial, mesa": "no answer in 60 s", "ema": NOT_INSTALLED})
    said = tables.notes(found, text)
    assert len(said) == 3
    assert "mesa could not be measured: no answer" in said[0]
    assert "3 results" in said[1]
    assert "40%" in said[2]
    assert isnan(bad.own_mb)
    assert plain([nan, {"x": 1.0}]) == [None, {"x": 1.0}]


def test_the_command(silosim, monkeypatch):
    asked = []

    def fake(quick, rounds, workers, progress):
        asked.append((quick, rounds, workers))
        return Peers(workers, rounds, quick, MACHINE)

    monkeypatch.setattr(run, "run_peers", fake)
    status, out, _ = silosim("bench", "--peers", "--quick", "--repeats", 2, "--workers", 3, "--json")
    assert status == 0
    assert json.loads(out)["workers"] == 3
    assert asked == [(True, 2, 3)]
    assert silosim("--lang", "nl", "bench", "--peers")[0] == 0
    status, _, wrong = silosim("bench", "--quick")
    assert status == 2
    assert "--peers" in wrong


@pytest.mark.parametrize("given", [{"rounds": 0}, {"workers": 0}])
def test_bad_input(given):
    with pytest.raises(InvalidInput):
        run_peers(**given)


def test_without_psutil_it_is_one_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "psutil", None)
    with pytest.raises(InvalidInput, match="psutil"):
        run_peers()
