"""The loop that hands out chunks, with a crew of paper: every item gets one result, whatever becomes of workers."""

import random
from concurrent.futures import BrokenExecutor, Future
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from silosim.experiments.running import CrewLostError, Stream, Work, chunks, stream
from silosim.experiments.running.work import Landed
from silosim.model.parameters import InvalidInput


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
