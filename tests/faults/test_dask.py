"""Sweeps on a Dask cluster: the same content; what dies, and what the user is told then."""

import functools
import os
import signal
import threading
import time

import plain_rules
import pytest
from sweeping import Command, Dask, one_line, stored, wait_for_rows, write_design

from silosim.experiments import runkey
from silosim.experiments.cli import main
from silosim.experiments.running import CrewLostError, Threads, cluster
from silosim.experiments.running.cluster import Cluster
from silosim.experiments.running.make import Orders
from silosim.experiments.store import Store
from silosim.experiments.sweeps.design import Design
from silosim.experiments.sweeps.run import run_sweep
from silosim.model import ensemble

RUNS = 1200


@pytest.fixture(scope="module")
def dask(tmp_path_factory):
    """A scheduler with two workers; the one that `victim` is not is started again when it dies."""
    with Dask(tmp_path_factory.mktemp("dask")) as running:
        running.worker("--nanny")
        running.victim = running.worker()
        yield running


def make(path, design, crew, progress=lambda done, total: None, **how):
    with Store(path) as store, crew:
        return run_sweep(store, Design.from_toml(design), Orders(crew=crew, **how), progress=progress)


def behave(**rules):
    return functools.partial(plain_rules.live, rules=rules)


def test_compiled_rules(dask, tmp_path):
    design = write_design(tmp_path, runs=8)
    crew = Cluster(dask.address)
    found = make(tmp_path / "dask.db", design, crew, live=ensemble.live)
    assert found.made.new == 48
    assert found.content == make(tmp_path / "threads.db", design, Threads(2), live=ensemble.live).content


def test_a_worker_that_hangs_stops_nobody(dask, plain, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "ANSWER", 1.0)
    design = write_design(tmp_path, runs=1)
    with Cluster(dask.address) as crew:
        crew._client.wait_for_workers(2, timeout=30)
    dask.victim.suspend()
    try:
        crew = Cluster(dask.address)
        waker = threading.Timer(1.0, dask.victim.resume)  # its share of the chunks waits for it
        waker.start()
        assert make(tmp_path / "silosim.db", design, crew, live=behave()).made.new == 6
    finally:
        dask.victim.resume()
        waker.join()


def test_a_worker_is_killed(dask, plain, tmp_path, design, undisturbed):
    """The others go on; one that comes meanwhile helps."""
    def strike(done, total):
        if done > 100 and dask.victim.is_running():
            dask.victim.kill()
            dask.victim.wait()
            dask.worker()

    crew = Cluster(dask.address)
    result = make(tmp_path / "silosim.db", design, crew, strike, live=behave(seconds=0.004))
    assert not dask.victim.is_running()
    assert result.made.failed == {}
    assert result.content == undisturbed


def test_a_run_that_kills_its_worker(dask, plain, tmp_path, design, undisturbed):
    """It is given up after it was alone with one that died; who was in flight with it is made again."""
    result = make(tmp_path / "silosim.db", design, Cluster(dask.address), live=behave(dies=[5]))
    assert (result.made.new, len(result.made.failed)) == (RUNS - 1, 1)
    with Store(tmp_path / "silosim.db", write=False) as store:
        assert set(store.failed(result.made.failed).values()) == {"crashed"}
    assert make(tmp_path / "silosim.db", design, Threads(2), retry_failed=True).content == undisturbed


def test_a_worker_with_other_rules(dask, plain, design, tmp_path, capfd, monkeypatch):
    def here():
        return "another one"

    here.__module__, here.__qualname__ = runkey.__name__, "current_rulebook"  # workers find their own by this name
    for module in (runkey, cluster):
        monkeypatch.setattr(module, "current_rulebook", here)
    assert main(["sweep", str(design), "--db", str(tmp_path / "silosim.db"), "--cluster", dask.address]) == 2
    assert "than this machine (another one): install the same silosim on both" in one_line(capfd.readouterr().err)
    assert not (tmp_path / "silosim.db").exists()


def test_ctrl_c(dask, plain, design, tmp_path, undisturbed):
    db = tmp_path / "silosim.db"
    with Command("sweep", design, "--db", db, "--cluster", dask.address) as command:
        wait_for_rows(db)
        os.killpg(command.process.pid, signal.SIGINT)
        asked = time.monotonic()
        status, out, wrong = command.finish()
    assert time.monotonic() - asked < 15
    if status == 130:  # it may have been done just before
        assert "runs are stored" in one_line(wrong)
    else:
        assert (status, undisturbed in out) == (0, True)
    assert make(db, design, Threads(2)).content == undisturbed


def test_the_scheduler_is_killed(plain, tmp_path, design, undisturbed, capfd, monkeypatch):
    db = tmp_path / "silosim.db"
    with Dask(tmp_path) as dask:
        words = ("sweep", str(design), "--db", str(db), "--cluster", dask.address)
        monkeypatch.setattr(cluster, "CONNECT", 1.0)
        assert main(list(words)) == 2
        assert "has no workers: start some with 'dask worker tcp://127.0.0.1:" in one_line(capfd.readouterr().err)
        dask.worker(rules={"seconds": 0.005})
        with Command(*words, rules={"patience": 3}) as command:
            wait_for_rows(db, 50)
            dask.scheduler.kill()
            killed = time.monotonic()
            status, out, wrong = command.finish()
        assert time.monotonic() - killed < 25
        assert (status, out) == (2, "")
        assert "does not answer any more; what was finished is stored: the same command goes on" in one_line(wrong)
    before = stored(db)
    assert 50 <= len(before) < RUNS
    assert make(db, design, Threads(2)).content == undisturbed
    assert stored(db).items() >= before.items()


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense", "tcp://127.0.0.1", "http://127.0.0.1:80", ""])
def test_no_scheduler(design, tmp_path, capfd, monkeypatch, address):
    monkeypatch.setattr(cluster, "CONNECT", 0.5)
    started = time.monotonic()
    assert main(["sweep", str(design), "--db", str(tmp_path / "silosim.db"), "--cluster", address]) == 2
    assert time.monotonic() - started < 10
    assert f"no Dask scheduler answers at {address!r}" in one_line(capfd.readouterr().err)


def test_workers_of_its_own(design, capsys):
    assert main(["sweep", str(design), "--cluster", "tcp://127.0.0.1:9", "--workers", "2"]) == 2
    assert "--cluster has workers of its own" in one_line(capsys.readouterr().err)


def test_nothing_but_the_shortest_message_when_work_cannot_be_read(dask, plain, design, tmp_path):
    """Scheduler and workers that lack what a run needs: not one failed run after the other."""
    with pytest.raises(CrewLostError, match="no run at all"):
        make(tmp_path / "silosim.db", design, Cluster(dask.address), live=nowhere_else)
    assert len(stored(tmp_path / "silosim.db")) == 0


def nowhere_else(jobs, stopped):
    """An engine that only this process can import."""
    raise NotImplementedError


def test_a_scheduler_that_dies_at_the_very_start(dask, monkeypatch):
    def silence(self, what):
        raise TimeoutError("timed out after 5 s.")

    monkeypatch.setattr(Cluster, "_ask", silence)
    with pytest.raises(CrewLostError, match="does not answer any more"):
        Cluster(dask.address)
