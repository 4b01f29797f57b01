"""Ctrl-C, as a terminal sends it: to the command and everything that it started."""

import os
import random
import re
import signal
import sqlite3
import threading
import time

import pytest
from sweeping import Command, content, gone, one_line, stored, wait_for_rows

from silosim.experiments.interrupts import AT_ONCE, end_at_first_interrupt, held_interrupts

SLOW = {"seconds": 0.006}


@pytest.mark.parametrize(("options", "signals"), [
    ((), [signal.SIGINT, signal.SIGINT]), (("--processes",), [signal.SIGTERM])],
    ids=["threads, twice", "processes, by the batch system"])
def test_stopped_by_a_signal(design, undisturbed, tmp_path, options, signals):
    db = tmp_path / "silosim.db"
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    moment = random.Random(seed)
    with Command("sweep", design, "--db", db, "--workers", 2, *options, rules=SLOW) as command:
        wait_for_rows(db)
        time.sleep(moment.uniform(0, 0.6))
        workers = command.workers()
        for number in signals:
            os.killpg(command.process.pid, number)
            time.sleep(moment.uniform(0, 0.1))
        asked = time.monotonic()
        status, out, wrong = command.finish()
    assert time.monotonic() - asked < 15
    assert (status, out) == (130, "")
    found = re.search(r"stopped; ([\d,]+) of 1,200 runs are stored in", one_line(wrong))
    there = stored(db)
    assert int(found[1].replace(",", "")) == len(there)
    assert 0 < len(there) <= 1200
    assert gone(workers)
    with sqlite3.connect(f"file:{db}?mode=ro", uri=True) as after:
        assert after.execute("SELECT status FROM sweep").fetchall() == [("stopped",)]
    after.close()
    assert content(design, "--db", db) == undisturbed


def test_ctrl_c_while_workers_start(design, tmp_path):
    """A process that is only just importing must not answer with a traceback."""
    db = tmp_path / "silosim.db"
    with Command("sweep", design, "--db", db, "--workers", 2, "--processes", rules=SLOW) as command:
        while not command.workers():
            time.sleep(0.01)
        os.killpg(command.process.pid, signal.SIGINT)
        status, out, wrong = command.finish()
    assert (status, out) == (130, "")
    one_line(wrong)


def test_interrupts_are_held_until_heeded():
    with held_interrupts() as interrupts:
        signal.raise_signal(signal.SIGINT)
        with held_interrupts() as inner:
            assert inner is interrupts
        with pytest.raises(KeyboardInterrupt):
            interrupts.heed()
        interrupts.times = 0
        signal.raise_signal(signal.SIGTERM)  # time is up, says the batch system
        assert interrupts.times == 1
        interrupts.times = 0
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_an_interrupt_that_nobody_heeds_is_raised_at_the_end():
    with pytest.raises(KeyboardInterrupt), held_interrupts():
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_who_insists_gets_out():
    with held_interrupts() as interrupts:
        for _ in range(AT_ONCE - 1):
            signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        interrupts.times = 0


def test_a_program_that_ends_is_not_disturbed_again():
    before = signal.getsignal(signal.SIGINT)
    end_at_first_interrupt()
    try:
        with pytest.raises(KeyboardInterrupt), held_interrupts():
            signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)  # while it says how far it came
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_program_that_holds_nothing_ends_at_once():
    before = signal.getsignal(signal.SIGINT)
    end_at_first_interrupt()
    try:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


def test_interrupts_are_left_alone_outside_the_main_thread():
    def look():
        with held_interrupts() as interrupts:
            seen.append((interrupts.times, signal.getsignal(signal.SIGINT)))

    seen = []
    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [(0, signal.default_int_handler)]
