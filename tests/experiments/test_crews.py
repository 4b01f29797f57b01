"""Chunks, and the loop that hands them out: every item gets one result, whatever becomes of workers."""

import os
import pickle
import random
import signal
import time
from concurrent.futures import BrokenExecutor, Future
from contextlib import contextmanager
from itertools import pairwise

import odd_engine
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from silosim.experiments.running import CrewLostError, Failure, Processes, Stream, Threads, Work, chunks, stream
from silosim.experiments.running import processes as processes_module
from silosim.experiments.running.chunks import MOST, TARGET, Cutter
from silosim.experiments.running.work import Landed
from silosim.model.parameters import InvalidInput

LIMIT = 30.0  # seconds


# Chunks


@given(groups=st.lists(st.tuples(st.integers(0, 5), st.integers(1, 30)), max_size=30),
       times=st.lists(st.floats(1e-6, 10), min_size=1, max_size=50), workers=st.integers(1, 8), known=st.booleans())
def test_chunks_hold_everything_once_in_order(groups, times, workers, known):
    items = [(group, k) for group, count in groups for k in range(count)]
    cutter = Cutter(iter(items), lambda item: item[0], workers, len(items) if known else None)
    cut = []
    for seconds in times * (len(items) + 1):
        limit = cutter._size()
        chunk = cutter.cut()
        assert len(chunk) <= 2 * limit
        if not chunk:
            break
        cut.append((chunk, limit))
        cutter.took(len(chunk), seconds)
    assert [item for chunk, _ in cut for item in chunk] == items
    for (chunk, limit), (following, _) in pairwise(cut):
        parted = chunk[-1][0] == following[0][0] and chunk[-1] != (chunk[-1][0], 0)
        if parted and chunk[-1][1] + 1 == following[0][1]:  # a group was cut through: only where it had to be
            assert len(chunk) == 2 * limit


@given(seconds=st.floats(1e-7, 100))
def test_chunks_take_about_a_third_of_a_second(seconds):
    cutter = Cutter(iter(range(10**6)), lambda item: item, 2)
    assert len(cutter.cut()) == 1  # nothing is known yet
    cutter.took(1, seconds)
    size = len(cutter.cut())
    assert size == 1 or size * seconds <= TARGET * 1.01
    assert size == MOST or (size + 1) * seconds >= TARGET * 0.99


def test_the_first_run_may_be_slow():
    """It may have found a cold machine: the estimate follows at once when runs turn out to be quick."""
    cutter = Cutter(iter(range(10**6)), lambda item: item, 2)
    cutter.took(1, 30.0)
    cutter.took(1, 0.001)
    assert len(cutter.cut()) == 300


def test_the_last_chunks_are_small():
    cutter = Cutter(iter(range(1000)), lambda item: item, 2, 1000)
    cutter.took(1, 1e-6)
    sizes = []
    while chunk := cutter.cut():
        sizes.append(len(chunk))
    assert sizes[0] == 250
    assert sizes[-1] == 1


def test_items_are_taken_only_as_needed():
    taken = []
    cutter = Cutter((taken.append(k) or k for k in range(1000)), lambda item: item, 2)
    cutter.took(1, TARGET / 10)
    cutter.cut()
    assert len(taken) == 11  # one is looked at, to see whether it belongs to the group


# The loop, with a crew of paper


class PaperDeath(BrokenExecutor):
    pass


class PaperCrew:
    """A crew without workers: futures land, break or are cancelled when the loop waits, as the dice say.

    killers    items that never let a worker live; frail: items that do so once
    accidents  how many workers die for no reason of the runs'
    """

    in_process = True
    broken_by = (PaperDeath,)

    def __init__(self, dice, workers, shared_fate, killers=(), frail=(), accidents=0, cancels=0):
        self.dice, self.workers, self.shared_fate = dice, workers, shared_fate
        self.killers, self.frail = set(killers), set(frail)
        self.accidents, self.cancels = accidents, cancels
        self.trials = 1 if shared_fate else 2
        self.flying, self.stopped, self.waits, self.away = {}, False, 0, 0
        self.spared = set(frail)  # those with a death of their own, too: two alone would look like a killer

    @property
    def ready(self):
        if self.cancels and self.dice.random() < 0.05:
            self.away = 3
        self.away = max(0, self.away - 1)
        return not self.away

    def begin(self):
        self.stopped = False

    def stop(self):
        self.stopped = True

    def check(self):
        self.waits += 1
        assert self.waits < 100_000, "the loop does not end"

    def submit(self, work, jobs):
        assert len(self.flying) < 3 * self.workers
        future = Future()
        self.flying[future] = list(jobs)
        if not self.cancels and self.dice.random() < 0.5:
            future.set_running_or_notify_cancel()
        return future

    def wait(self, futures, timeout=None, return_when=None):
        """In the place of `concurrent.futures.wait`."""
        self.check()
        self.flying = {future: jobs for future, jobs in self.flying.items() if not future.cancelled()}
        assert set(futures) == set(self.flying)
        chosen = [future for future in self.flying if self.dice.random() < 0.4]
        for future in chosen:
            if future in self.flying:
                self.end(future)
        done = {future for future in futures if future.done()}
        return done, set(futures) - done

    def end(self, future):
        jobs = self.flying.pop(future)
        if self.cancels and self.dice.random() < 0.1:
            self.cancels -= 1
            future.cancel()
            future.set_running_or_notify_cancel()
        elif self.killers.intersection(jobs) or self.frail.intersection(jobs) or self.accident(jobs):
            self.frail.difference_update(jobs)
            future.set_exception(PaperDeath("no more"))
            if self.shared_fate:
                for other in [other for other in self.flying if self.dice.random() < 0.5]:
                    del self.flying[other]
                    other.set_exception(PaperDeath("no more"))
        else:
            made = jobs[:self.dice.randint(0, len(jobs))] if self.stopped else jobs
            future.set_result(Landed([("made", job) for job in made], 0.01 * len(jobs)))

    def accident(self, jobs):
        lone = len(jobs) == 1
        if not self.accidents or self.dice.random() < 0.5 or (lone and (self.shared_fate or jobs[0] in self.spared)):
            return False
        self.accidents -= 1
        self.spared.update(jobs)
        return True


@contextmanager
def waiting(crew):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream, "wait", crew.wait)
        patch.setattr(stream, "TICK", 0.0)
        patch.setattr(chunks, "TARGET", crew.dice.choice([0.01, 0.05, 1.0]))
        yield


CREWS = {"seed": st.integers(0, 2**32), "workers": st.integers(1, 4), "shared": st.booleans(),
         "accidents": st.integers(0, 5), "cancels": st.integers(0, 4)}


@settings(max_examples=200)
@given(count=st.integers(0, 120), killers=st.sets(st.integers(0, 119), max_size=4),
       frail=st.sets(st.integers(0, 119), max_size=4), **CREWS)
def test_every_item_gets_one_result(count, killers, frail, seed, workers, shared, accidents, cancels):
    frail = frail - killers if not shared else ()  # where one death is enough, the frail are killers
    crew = PaperCrew(random.Random(seed), workers, shared, killers, frail, accidents, cancels)
    with waiting(crew):
        flow = Stream(crew, range(count), Work(), group_of=lambda item: item // 7)
        pairs = [pair for batch in flow for pair in batch]
    results = dict(pairs)
    assert len(pairs) == len(results)
    assert set(results) == set(range(count))
    for item, result in results.items():
        if item in killers:
            assert (result.status, result.kind) == ("crashed", "PaperDeath")
        else:
            assert result == ("made", item)


@settings(max_examples=100)
@given(count=st.integers(1, 120), after=st.integers(0, 30), killers=st.sets(st.integers(0, 119), max_size=2), **CREWS)
def test_a_stop_gives_what_was_made_and_nothing_twice(count, after, killers, seed, workers, shared, accidents, cancels):
    crew = PaperCrew(random.Random(seed), workers, shared, killers, (), accidents, cancels)
    with waiting(crew):
        flow = Stream(crew, range(count), Work(), group_of=lambda item: item)
        pairs = []
        for number, batch in enumerate(flow):
            pairs += batch
            if number == after:
                break
        pairs += flow.stop()
    assert len(pairs) == len(dict(pairs))
    assert all(result == ("made", item) or item in killers for item, result in pairs)
    assert all(future.cancelled() for future in crew.flying)


def test_who_cancels_for_ever_is_left():
    crew = PaperCrew(random.Random(1), 2, True, cancels=10**9)
    crew.dice.random = lambda: 0.05
    with waiting(crew), pytest.raises(CrewLostError, match="cancelled"):
        list(Stream(crew, range(5), Work(), group_of=lambda item: item))


def test_what_landed_is_given_before_the_crew_is_found_lost():
    def end(future):
        jobs = crew.flying.pop(future)
        if 3 in jobs:
            future.set_exception(InvalidInput("other rules"))
        else:
            future.set_result(Landed([("made", job) for job in jobs], 0.01))

    crew = PaperCrew(random.Random(1), 2, False)
    crew.dice.random = lambda: 0.0  # all land together
    crew.end = end
    seen = []
    with waiting(crew), pytest.raises(InvalidInput, match="other rules"):
        seen.extend(pair for batch in Stream(crew, range(6), Work(), group_of=lambda item: item) for pair in batch)
    assert {item for item, _ in seen} == {0, 1, 2, 4, 5}


# Real crews


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
