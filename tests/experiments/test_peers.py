"""The benchmark beside other runners: everybody really makes the runs, and accidents are seen for what they are."""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from math import isnan, nan

import numpy as np
import psutil
import pytest

from silosim.experiments.benchmark.peers import faults, page, run, tables
from silosim.experiments.benchmark.peers.contenders import Contender, Joblib, not_installed
from silosim.experiments.benchmark.peers.faults import Fault, Settings, one_fault
from silosim.experiments.benchmark.peers.measure import Load, Speed, measure, one_batch, plain
from silosim.experiments.benchmark.peers.ours import Silosim
from silosim.experiments.benchmark.peers.processes import Marked, WorkerLost
from silosim.experiments.benchmark.peers.roster import FOR_REAL, FOR_TRIVIAL, IDEAL, OURS, ROSTER
from silosim.experiments.benchmark.peers.run import NOT_INSTALLED, TRIVIAL, Peers, run_peers
from silosim.experiments.benchmark.peers.work import FAULTS, WIDTH, Faulty, Real, Trivial, right
from silosim.experiments.commands import Session
from silosim.experiments.commands.bench import print_peers
from silosim.model.parameters import InvalidInput
from silosim.model.text import LANGUAGES, text

FEW = Load(TRIVIAL, {"kind": "trivial", "seconds": 0.0002}, 8)
MACHINE = {"processor": "p", "cores": 2, "python": "3", "mesa": "3"}


@pytest.fixture(scope="module")
def trivial():
    """One round of everybody, several at a time since nothing here is about how fast they are."""
    workers = {name: 2 if name == "mesa" else 1 for name in FOR_TRIVIAL}  # with one, Mesa starts no processes at all
    speeds = {name: Speed(FEW.runs, 2, workers[name], ROSTER[name].keeps) for name in FOR_TRIVIAL}
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda name: one_batch(FEW, name, workers[name], 2, speeds[name], watch=False), FOR_TRIVIAL))
    return speeds


def test_every_contender_makes_the_trivial_runs(trivial):
    for name, speed in trivial.items():
        assert speed.wrong == 0, name
        assert len(speed.seconds) == len(speed.start) == 1
        assert speed.seconds[0] > 0
        assert speed.start[0] > 0.01, name  # no interpreter starts faster


def test_the_model_as_mesa_sees_it_and_as_we_sweep_it_is_one_model(tmp_path):
    from silosim.experiments.benchmark.peers.mesa_models import ByDay, OneRun

    for weeks in (2, 53):  # the last year only, as in a summary
        work = Real(weeks=weeks, burn_in=1, organisation="clinic")
        expected = work(1)
        for model in (OneRun, ByDay):
            assert right(work, {0: work(0)}) == 1
            assert np.array_equal(model(work, 1).live(), expected, equal_nan=True)
    with Silosim(2) as ours:
        found = ours.make(work, range(3))
        assert sorted(found) == [0, 1, 2]
        assert np.array_equal(found[1], expected, equal_nan=True)
    assert set(FOR_REAL) - set(FOR_TRIVIAL) == {"mesa_face"}


def test_wrong_and_missing_results_are_counted():
    work = Trivial(0.0)
    results = {number: work.expected(number) for number in range(4)}
    assert right(work, results) == 4
    results[2] = results[1]
    assert right(work, results) == 3
    assert right(work, {0: work.expected(0)[:-1]}) == 0
    real = Real(weeks=2, burn_in=0, organisation="clinic")
    outcome = real(0)
    assert right(real, {0: outcome, 1: outcome, 2: outcome[:5]}) == 2  # of every ten one is made again
    assert right(real, {10: outcome}) == 0
    assert any(isnan(x) for x in outcome)  # undefined measures are equal to themselves


def test_a_trivial_run_is_a_millisecond_of_work():
    work = Trivial()
    work(0)
    spent = []
    for number in range(5):
        started = time.thread_time()
        assert work(number) == [number + k / 64 for k in range(WIDTH)]
        spent.append(time.thread_time() - started)
    assert 0.001 <= min(spent) < 0.0015


def test_figures_are_taken_within_rounds():
    ideal = Speed(1000, 0, 2, "nothing", start=[1, 1], fixed=[0, 0], fixed_cpu=[0, 0], seconds=[0.5, 1.0], cpu=[1, 1])
    ours = Speed(1000, 0, 2, "database", start=[1, 3], fixed=[0.1, 0.1], fixed_cpu=[0.1, 0.1], seconds=[0.65, 1.2],
                 cpu=[1.2, 1.2])
    slow = Speed(1000, 0, 2, "nothing", start=[1, 1], fixed=[0, 0], fixed_cpu=[0, 0], seconds=[1.1, 2.2], cpu=[2, 2])
    found = ours.summary(ideal, ours)
    assert found["going"] == pytest.approx(1000 / 0.825)  # median of .55 and 1.1 s
    assert found["share"] == pytest.approx((0.5 / 0.55 + 1 / 1.1) / 2)
    assert found["overhead_us"] == pytest.approx(150)  # median of .05 and .1 s, by two workers, a thousand runs
    assert found["cpu_us"] == pytest.approx(100)
    assert found["start"] == 2
    assert slow.summary(ideal, ours)["ours"] == pytest.approx(2.0)
    assert "share" not in ours.summary(None, None)


def test_a_batch_that_is_all_starting_says_nothing_of_its_runs():
    speed = Speed(10, 4, 2, "nothing", start=[1], fixed=[1.0], fixed_cpu=[1.0], seconds=[1.01], cpu=[1.0])
    assert isnan(speed.each()[0])
    assert plain(speed.document(None, None))["going"] is None


ACCIDENTS = ((OURS, "kill_always"), (OURS, "parent"), ("pool", "kill_once"), ("pool", "parent"), ("joblib", "raise"),
             ("ema_case", "raise"))


@pytest.fixture(scope="module")
def accidents():
    def examine(pair):
        how = Settings(runs=60, seconds=0.02, grace=10.0 if pair[0] == OURS else 0.5)
        return one_fault(*pair, ROSTER[pair[0]], how)

    with ThreadPoolExecutor(3) as threads:
        return dict(zip(ACCIDENTS, threads.map(examine, ACCIDENTS), strict=True))


def test_silosim_loses_nothing_but_the_bad_run(accidents):
    always, parent = accidents[OURS, "kill_always"], accidents[OURS, "parent"]
    assert (always.results, always.told, always.hangs) == (59, True, False)
    assert "killed" in always.words
    assert parent.made >= 30
    assert parent.resumed == 60
    assert not any(one.orphans or one.wrong for one in (always, parent))


def test_what_peers_lose_is_seen(accidents):
    broken = accidents["pool", "kill_once"]
    assert broken.results < 60
    assert broken.told
    assert "BrokenProcessPool" in broken.words
    parent = accidents["pool", "parent"]
    assert parent.results == 0
    assert parent.resumed is None
    assert accidents["joblib", "raise"].results < 60
    assert accidents["joblib", "raise"].told
    assert "fails on purpose" in accidents["joblib", "raise"].words
    silent = accidents["ema_case", "raise"]
    assert (silent.results, silent.wrong, silent.told) == (59, 1, False)


HANGS = """
import json, subprocess, sys, time
from silosim.experiments.benchmark.peers.contenders import Contender
from silosim.experiments.benchmark.peers.worker import main

class Hangs(Contender):
    def rescue(self, work, numbers, got):
        got[0], got[1] = work(0), work(0)
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
        time.sleep(60)

main(json.loads(sys.argv[1]), {"hangs": Hangs})
"""
STONE_DEAD = "import time; time.sleep(60)"


def marked_processes() -> list[int]:
    found = []
    for process in psutil.process_iter():
        try:
            if "SILOSIM_PEERS" in process.environ() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
        except (psutil.Error, OSError):
            continue
    return found


def test_a_contender_that_hangs_is_found_out_and_ended():
    before = set(marked_processes())
    how = Settings(runs=60, seconds=0.0, limit=0.5, to_start=0.5, grace=0.2)
    found = one_fault("hangs", "raise", Contender, how, command=("-c", HANGS))
    assert found.hangs
    assert (found.results, found.wrong, found.told) == (1, 1, False)
    assert found.orphans == 1
    assert not set(marked_processes()) - before


def test_one_that_cannot_even_say_so_hangs_too(monkeypatch):
    monkeypatch.setattr(faults, "SPARE", 0.3)
    how = Settings(runs=0, limit=0.0, to_start=0.5, grace=0.2)
    found = one_fault("stone", "raise", Contender, how, command=("-c", STONE_DEAD))
    assert found.hangs
    assert found.results == found.orphans == 0


def test_one_that_dies_does_not_hang_and_its_last_words_are_kept():
    found = one_fault("dead", "raise", Contender, Settings(grace=0.2), command=("-c", "raise ValueError('gone')"))
    assert not found.hangs
    assert found.words == "ValueError: gone"


def test_a_run_that_kills_its_worker_once_does_so_once(tmp_path):
    work = Faulty(Trivial(0.0), "kill_once", str(tmp_path), bad=2)
    assert work(1) == work.expected(1)
    assert work.made() == 1
    (tmp_path / "killed").touch()  # as if it had
    assert work(2) == work.expected(2)
    with pytest.raises(RuntimeError, match="run 2 fails on purpose"):
        Faulty(Trivial(0.0), "raise", str(tmp_path), bad=2)(2)


def test_memory_is_that_of_all_processes():
    hold = ("import subprocess, sys, time; print('{}', flush=True); "
            "child = subprocess.Popen([sys.executable, '-c', 'x = bytearray(80_000_000); import time; time.sleep(60)'])"
            "; time.sleep(60)")
    with Marked("-c", hold) as marked:
        assert marked.answer(20)[0] == {}
        until = time.monotonic() + 20
        own = everything = 0.0
        while everything < 80 and time.monotonic() < until:
            time.sleep(0.05)
            own, everything = marked.memory()
        assert everything > 80 > own > 1


def test_a_contender_that_fails_is_left_out_and_says_why():
    with Marked("-c", "raise SystemExit('no such thing')") as marked, pytest.raises(WorkerLost, match="no such thing"):
        marked.answer(20)
    speeds, missing = measure(FEW, ["nobody"], {"nobody": Contender}, 2, 2, False, lambda what: None)
    assert speeds == {}
    assert "nobody" in missing["nobody"]


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
