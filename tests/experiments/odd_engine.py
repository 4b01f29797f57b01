"""Engines and workers that misbehave, where processes can import them. A job is a number, which says what it does."""

import os
import signal
import sys
import time

RAISES, EXITS, ENDS, KILLS, FAILS = 13, 14, 15, 16, 17


def live(jobs, stopped):
    """As an engine that does not catch what its runs raise."""
    for job in jobs:
        if stopped():
            return
        if job == RAISES:
            raise RuntimeError("the engine itself raised")
        if job == EXITS:
            sys.exit("enough")
        if job == ENDS:
            return
        if job == KILLS:
            os.kill(os.getpid(), signal.SIGKILL)
        yield ValueError("no") if job == FAILS else job


def once(jobs, stopped):
    """Each job is a file: the worker dies unless it is there already."""
    for job in jobs:
        if not os.path.exists(job):
            open(job, "w").close()
            os.kill(os.getpid(), signal.SIGKILL)
        yield job


def slow(jobs, stopped):
    """Ten seconds a run, which nobody can stop."""
    for job in jobs:
        time.sleep(10)
        yield job


def large(jobs, stopped):
    """More than a pipe takes at once: a worker that is killed is in the middle of sending."""
    for _ in jobs:
        time.sleep(0.03)
        yield bytes(3_000_000)


def same(outcome):
    """What is kept of an outcome."""
    return outcome


def cannot_be_sent(outcome):
    """What is kept of an outcome, and cannot be pickled when it is an even number."""
    return outcome if outcome % 2 else lambda: outcome


def does_not_start(pipe, byte):
    """A worker that ends before it is ready."""
    sys.exit(3)
