"""Who is served first, what is given up, what is kept; and that the numbers are those of `silosim compare`."""

from __future__ import annotations

import threading
import time
from collections import Counter

import numpy as np
import pytest

from silosim.experiments.workshop.ensembles import Ensembles, Request
from silosim.experiments.workshop.messages import BURN_IN, RUNS, WEEKLY, Scenario
from silosim.experiments.workshop.shorts import LEAD_IN, OF_PEOPLE, OF_TEAMS, Kept, people_of, team_of, weekly_of
from silosim.model.ensemble import Job, run_job
from silosim.model.measures.declared import INDEX
from silosim.model.organisation_file import load_organisation
from silosim.model.parameters import InvalidInput

SPEC = load_organisation("insurer")
LIMIT = 60.0


class Standing(Ensembles):
    """The workers with runs that wait until they are let go, and a list of which were made."""

    def __init__(self, workers: int = 1, fails: int = -1):
        self.made: list[tuple] = []
        self.today: list[tuple] = []
        self.gate, self.fails = threading.Semaphore(0), fails
        self.started = threading.Semaphore(0)
        super().__init__(workers)

    def pair(self, request, replicate):
        self.started.release()
        assert self.gate.acquire(timeout=LIMIT)
        self.made.append((request.key, replicate))
        if replicate == self.fails:
            raise InvalidInput("this world cannot be")
        return request.key, replicate

    def short(self, template, replicate):
        self.today.append((template.world, replicate))

    def let(self, runs: int) -> None:
        for _ in range(runs):
            self.gate.release()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.let(10_000)
        self.close()
        assert not any(thread.is_alive() for thread in self._threads)


class Asker:
    """Somebody who waits: what was told, and when all of it is there."""

    def __init__(self, engine, key, runs=8, role="facilitator", **scenario):
        self.told: list[tuple] = []
        self.done = threading.Event()
        self.request = Request(key, Scenario(**scenario), SPEC, runs, role, self.tell)
        engine.ask(self.request)

    def tell(self, request, stage, found):
        self.told.append((stage, found))
        if stage is None or stage + 1 == len(request.stages):
            self.done.set()

    def wait(self):
        assert self.done.wait(LIMIT)
        return self.told


def test_an_answer_comes_in_stages_each_with_all_runs_so_far():
    with Standing(2) as engine:
        engine.let(200)
        told = Asker(engine, "a", 200).wait()
    assert [len(pairs) for _, pairs in told] == list(RUNS)
    assert all(pairs == [("a", r) for r in range(len(pairs))] for _, pairs in told)
    assert Counter(engine.made) == Counter(("a", r) for r in range(200))


def test_a_request_for_few_runs_stops_there():
    with Standing() as engine:
        engine.let(100)
        told = Asker(engine, "a", 16).wait()
        assert [len(pairs) for _, pairs in told] == [8, 16]
        assert len(engine.made) == 16


def test_the_newest_request_takes_the_place_of_the_older_one_between_two_runs():
    with Standing() as engine:
        old = Asker(engine, "a", 200)
        assert engine.started.acquire(timeout=LIMIT)  # it is in its first run
        new = Asker(engine, "a", 8, policy="culture_only")
        engine.let(100)
        assert [len(pairs) for _, pairs in new.wait()] == [8]
        assert engine.made.count(("a", 0)) == 2  # one of the old, that could not be stopped, and one of the new
        assert len(engine.made) == 9
    assert old.request.cancelled
    assert old.told == []


def test_nobody_else_loses_anything_when_somebody_asks_anew():
    with Standing() as engine:
        other = Asker(engine, "b", 8, role="guest")
        assert engine.started.acquire(timeout=LIMIT)
        Asker(engine, "a", 8)
        new = Asker(engine, "a", 8)
        engine.let(100)
        new.wait()
        assert [len(pairs) for _, pairs in other.wait()] == [8]


def test_the_facilitator_goes_before_the_phones_and_first_pictures_before_finer_ones():
    with Standing() as engine:
        phone = Asker(engine, "phone", 50, role="guest")
        assert engine.started.acquire(timeout=LIMIT)
        facilitator = Asker(engine, "facilitator", 50)
        late = Asker(engine, "late", 8, role="guest")
        warm = Asker(engine, "warm", 8, role="warming")
        engine.let(1000)
        for one in (phone, facilitator, late, warm):
            one.wait()
    order = list(dict.fromkeys(key for key, _ in engine.made[1:]))
    assert order == ["facilitator", "late", "phone", "warm"]
    keys = [key for key, _ in engine.made]
    assert keys[1:51] == ["facilitator"] * 50
    assert keys.index("late") < len(keys) - 1 - keys[::-1].index("phone")
    assert keys[-8:] == ["warm"] * 8


def test_who_went_away_is_forgotten():
    with Standing() as engine:
        gone = Asker(engine, "a", 200)
        assert engine.started.acquire(timeout=LIMIT)
        engine.forget("a")
        engine.forget("nobody")
        engine.let(100)
        Asker(engine, "b", 8).wait()
        assert len(engine.made) == 9
    assert gone.told == []


def test_a_run_that_cannot_be_made_is_told_once_and_the_workers_go_on():
    with Standing(2, fails=3) as engine:
        engine.let(1000)
        told = Asker(engine, "a", 50).wait()
        assert [(stage, str(problem)) for stage, problem in told] == [(None, "this world cannot be")]
        engine.fails = -1
        assert len(Asker(engine, "b", 8).wait()) == 1


def test_a_picture_that_fails_does_not_end_a_worker():
    with Standing() as engine:
        engine.let(1000)
        problems = []

        def tell(request, stage, found):
            if stage is not None:
                raise ValueError("no such picture")
            problems.append(str(found))

        engine.ask(Request("a", Scenario(), SPEC, 8, "facilitator", tell))
        Asker(engine, "b", 8).wait()
    assert problems == ["no such picture"]


def test_while_one_worker_measures_what_pay_is_worth_others_serve():
    with Standing(2) as engine:
        slow = Asker(engine, "slow", 8, levers={"customer_weight": 0.2}, world={"demand": 1.07})
        assert engine.started.acquire(timeout=LIMIT)  # its first run holds one worker
        quick = Asker(engine, "quick", 8, role="guest")
        for k in range(8):
            assert engine.started.acquire(timeout=LIMIT), f"run {k} of the other request is not started"
            engine.let(1)
        engine.let(1000)
        quick.wait()
        assert [len(pairs) for _, pairs in slow.wait()] == [8]
        assert {r for world, r in engine.today if world} == set(range(1, 8))  # made meanwhile
        again = Asker(engine, "slow", 8, levers={"customer_weight": 0.25}, world={"demand": 1.07})
        again.wait()
        assert len(engine.today) == 7  # what was measured once is known


def test_what_was_used_longest_ago_is_forgotten_first():
    kept = Kept(30)
    for name in "abc":
        kept.put(name, name.upper(), 10)
    assert kept.get("a") == "A"
    kept.put("d", "D", 10)
    assert [kept.get(name) for name in "abcd"] == ["A", None, "C", "D"]
    kept.put("a", "AA", 25)
    assert kept.held <= 30
    assert kept.get("a") == "AA"
    kept.put("big", "BIG", 1000)
    assert kept.get("big") == "BIG"
    assert len(kept) == 1


def test_two_who_need_the_same_make_it_once():
    engine = Ensembles(2)
    made, kept = [], Kept(1000)
    both = threading.Barrier(2)

    def make():
        made.append(1)
        time.sleep(0.05)
        return "thing", 10

    def need():
        both.wait(LIMIT)
        assert engine._once(kept, "key", make) == "thing"

    threads = [threading.Thread(target=need) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT)
    engine.close()
    assert made == [1]
    assert not engine._making


# --- real runs --------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def answered():
    """A scenario in another world, for a year, in which nothing has to be measured."""
    engine = Ensembles(2)
    asked = Asker(engine, "a", 8, policy="purple_crocodile", world={"demand": 1.1}, weeks=52)
    asked.wait()
    yield engine, asked.request, asked.told[-1][1]
    engine.close()


def test_runs_are_those_of_silosim_run_to_the_bit(answered):
    _, request, pairs = answered
    for replicate in (0, 7):
        for short, levers in zip(pairs[replicate], (request.template.levers, {}), strict=True):
            outcome = run_job(Job(SPEC, levers, {"demand": 1.1}, burn_in=BURN_IN, weeks=52, replicate=replicate))
            np.testing.assert_array_equal(short.summary, outcome.summary)
            np.testing.assert_array_equal(short.silo_map, outcome.silo_map)
            np.testing.assert_array_equal(short.team, outcome.team[:, [INDEX[m] for m in OF_TEAMS]])
            np.testing.assert_array_equal(short.people, outcome.employee[:, [INDEX[m] for m in OF_PEOPLE]])
            weekly = outcome.weekly[:, [INDEX[m] for m in WEEKLY]].astype(np.float32)
            np.testing.assert_array_equal(short.weekly[LEAD_IN:], weekly)


def test_both_sides_share_their_past_and_part_at_the_switch(answered):
    _, _, pairs = answered
    now, today = ([pair[k] for pair in pairs] for k in (0, 1))
    for measure in WEEKLY:
        a, b = weekly_of(now, measure), weekly_of(today, measure)
        assert a.shape == (8, LEAD_IN + 52)
        np.testing.assert_array_equal(a[:, :LEAD_IN], b[:, :LEAD_IN])
    assert (weekly_of(now, "grade")[:, LEAD_IN:] != weekly_of(today, "grade")[:, LEAD_IN:]).mean() > 0.9
    assert team_of(now, "strain").shape == (8, len(SPEC.teams))
    assert people_of(now, "strain").shape == (8, SPEC.headcount)


def test_a_burn_in_and_a_run_are_lived_once(answered):
    engine, _, pairs = answered
    snapshots, shorts = len(engine.snapshots), len(engine.shorts)
    again = Asker(engine, "b", 8, policy="purple_crocodile", world={"demand": 1.1}, weeks=52)
    assert len(again.wait()) == 1
    assert all(a is b for pair, other in zip(again.told[-1][1], pairs, strict=True)
               for a, b in zip(pair, other, strict=True))
    assert (len(engine.snapshots), len(engine.shorts)) == (snapshots, shorts) == (8, 16)


def test_what_was_made_before_comes_at_once_and_not_in_stages():
    engine = Ensembles(2)
    first = Asker(engine, "a", 16, levers={"strictness": 0.5}, weeks=52)
    assert [len(pairs) for _, pairs in first.wait()] == [8, 16]
    again = Asker(engine, "b", 16, levers={"strictness": 0.5}, weeks=52)
    assert [len(pairs) for _, pairs in again.wait()] == [16]
    more = Asker(engine, "c", 50, levers={"strictness": 0.5}, weeks=52)
    assert [len(pairs) for _, pairs in more.wait()] == [8, 16, 50]
    engine.close()


def test_today_is_compared_with_itself():
    request = Request("a", Scenario(world={"demand": 1.1}), SPEC, 8, "guest", print)
    assert request.same
    assert not Request("a", Scenario(levers={"bonus": 0.5}), SPEC, 8, "guest", print).same
    assert Request("a", Scenario(levers={"bonus": 0.7}), SPEC, 8, "guest", print).same  # today's value
