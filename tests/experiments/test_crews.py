"""The loop that hands out chunks, with real threads and processes: what fails or dies costs its own run only."""

import os
import pickle
import random
import signal
import time
from concurrent.futures import BrokenExecutor

import odd_engine
import pytest

from silosim.experiments.running import CrewLostError, Failure, Processes, Stream, Threads, Work
from silosim.experiments.running import processes as processes_module

LIMIT = 30.0  # seconds


def results(crew, jobs, live=odd_engine.live, reduce=odd_engine.same):
    until = time.monotonic() + LIMIT
    pairs = []
    for batch in Stream(crew, jobs, Work(reduce, live), group_of=lambda job: 0):
        assert time.monotonic() < until
        pairs += batch
    assert len(pairs) == len(dict(pairs))
    return dict(pairs)


def kinds(found):
    """What failed: job -> (status, kind). All others gave themselves."""
    assert all(isinstance(result, Failure) or result == job for job, result in found.items())
    return {job: (result.status, result.kind) for job, result in found.items() if isinstance(result, Failure)}


FAILED = {13: ("failed", "RuntimeError"), 14: ("failed", "SystemExit"), 15: ("failed", "NoOutcomeError"),
          17: ("failed", "ValueError")}


@pytest.fixture(scope="module")
def processes():
    with Processes(2) as crew:
        yield crew


def test_an_engine_that_raises_costs_one_run():
    with Threads(2) as crew:
        found = results(crew, [job for job in range(40) if job != odd_engine.KILLS])
    assert kinds(found) == FAILED
    assert len(found) == 39


def test_a_run_that_kills_its_worker_costs_one_run(processes):
    found = results(processes, range(40))
    assert kinds(found) == {**FAILED, 16: ("crashed", "WorkerDiedError")}
    assert len(found) == 40
    assert "killed by signal 9" in found[16].line


def test_one_death_is_an_accident(processes, tmp_path):
    """Even of a worker that had nothing else to do."""
    assert kinds(results(processes, [str(tmp_path / "one")], odd_engine.once)) == {}


def test_what_cannot_be_sent_costs_its_own_run(processes):
    found = results(processes, range(21, 50), reduce=odd_engine.cannot_be_sent)
    assert kinds(found) == dict.fromkeys(range(22, 50, 2), ("failed", "ChunkError"))


def test_nothing_can_be_sent(processes):
    """Not one run after the other fails then, since it is none of their doing."""
    for count in (1, 1000):
        with pytest.raises(CrewLostError, match="no run at all"):
            results(processes, [2] * count, reduce=odd_engine.cannot_be_sent)


def test_what_cannot_be_handed_out_is_told_at_once(processes):
    with pytest.raises((AttributeError, pickle.PicklingError)):
        results(processes, range(3), live=lambda jobs, stopped: jobs)


def test_workers_killed_while_they_send(processes):
    """The pool of the standard library hangs here: its reader waits for the rest of the result."""
    dice = random.Random(4)
    until = time.monotonic() + LIMIT
    seen, kill_at = [], [5, 20, 40, 60]
    for batch in Stream(processes, range(100), Work(odd_engine.same, odd_engine.large), group_of=lambda job: 0):
        assert time.monotonic() < until
        seen += [job for job, result in batch if len(result) == 3_000_000]
        if kill_at and len(seen) >= kill_at[0]:
            os.kill(dice.choice(processes.pids), signal.SIGKILL)
            del kill_at[0]
    assert not kill_at
    assert sorted(seen) == list(range(100))


def test_processes_that_cannot_start(monkeypatch):
    monkeypatch.setattr(processes_module, "_serve", odd_engine.does_not_start)
    with Processes(1) as crew, pytest.raises(CrewLostError, match="do not start \\(exit code 3\\)"):
        results(crew, range(3))


def test_a_crew_that_somebody_else_stops():
    with Threads(1) as crew:
        flow = Stream(crew, range(20, 10**9), Work(odd_engine.same, odd_engine.live), group_of=lambda job: 0)
        for _ in range(2):
            next(iter(flow))
        crew.stop()
        with pytest.raises(CrewLostError, match="somebody else"):
            list(flow)


def test_a_crew_stops_soon_and_can_be_used_again(processes):
    for crew in (processes, Threads(2)):
        flow = Stream(crew, range(20, 10**9), Work(odd_engine.same, odd_engine.live), group_of=lambda job: 0)
        seen = [pair for _, batch in zip(range(20), flow, strict=False) for pair in batch]
        asked = time.monotonic()
        seen += flow.stop()
        assert time.monotonic() - asked < 5
        assert len(seen) == len(dict(seen))
        assert len(results(crew, range(20, 50))) == 30
    crew.close()


def test_closing_does_not_wait_for_a_run_that_takes_its_time():
    with Processes(1) as crew:
        future = crew.submit(Work(odd_engine.same, odd_engine.slow), range(5))
        while not crew.pids:
            time.sleep(0.01)
        pids, asked = crew.pids, time.monotonic()
    assert time.monotonic() - asked < 5
    assert isinstance(future.exception(timeout=1), BrokenExecutor)
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
