"""The benchmark beside other runners, as it is measured: everybody really makes the runs, figures follow by hand."""

import time
from concurrent.futures import ThreadPoolExecutor
from math import isnan

import numpy as np
import pytest

from silosim.experiments.benchmark.peers.contenders import Contender
from silosim.experiments.benchmark.peers.measure import Load, Speed, measure, one_batch, plain
from silosim.experiments.benchmark.peers.ours import Silosim
from silosim.experiments.benchmark.peers.processes import Marked, WorkerLost
from silosim.experiments.benchmark.peers.roster import FOR_REAL, FOR_TRIVIAL, ROSTER
from silosim.experiments.benchmark.peers.run import TRIVIAL
from silosim.experiments.benchmark.peers.work import WIDTH, Real, Trivial, right

FEW = Load(TRIVIAL, {"kind": "trivial", "seconds": 0.0002}, 8)


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
