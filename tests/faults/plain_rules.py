"""The command line with rules in plain Python in the place of the compiled ones, and with runs that misbehave.

Run as a script it is `silosim`; processes that it starts, and Dask workers that preload it, have the same rules.
The environment says how runs behave (RULES, as JSON): `seconds` that each takes, and the replicates that fall ill:
`raises`, `wrong` (InvalidInput), `unspeakable` (an exception that cannot be pickled and has no words), `exits`,
`undefined` (all outcomes NaN), `dies` (kills its process), `dies_once` (the first time; `folder` remembers).
"""

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "experiments"))

import fake_engine

from silosim.experiments import engine
from silosim.model.parameters import InvalidInput

RULES = json.loads(os.environ.get("RULES", "{}"))


class UnspeakableError(Exception):
    """Cannot be pickled, cannot be printed."""

    def __init__(self):
        super().__init__()
        self.lock = threading.Lock()

    def __str__(self):
        raise RuntimeError("no words")


def one(job):
    """The outcome of a run, or what happens instead."""
    time.sleep(RULES.get("seconds", 0))
    for what in ("raises", "wrong", "unspeakable", "exits", "dies", "dies_once", "undefined"):
        if job.replicate in RULES.get(what, ()):
            return globals()[what](job)
    return fake_engine.outcome_of(job)


def raises(job):
    raise ZeroDivisionError(f"replicate {job.replicate}\nwent wrong")


def wrong(job):
    raise InvalidInput(f"replicate {job.replicate} cannot be")


def unspeakable(job):
    raise UnspeakableError


def exits(job):
    sys.exit(f"replicate {job.replicate} had enough")


def undefined(job):
    outcome = fake_engine.outcome_of(job)
    for numbers in (outcome.weekly, outcome.summary, outcome.path):
        numbers[:] = np.nan
    return outcome


def dies(job):
    os.kill(os.getpid(), signal.SIGKILL)


def dies_once(job):
    mark = Path(RULES["folder"]) / f"{job.replicate}-{len(job.levers)}"
    if not mark.exists():
        mark.touch()
        dies(job)
    return fake_engine.outcome_of(job)


def live(jobs, stopped):
    """As the engine does: exceptions are handed out, except those that take everything down."""
    for job in jobs:
        if stopped():
            return
        try:
            outcome = one(job)
        except Exception as problem:
            outcome = problem
        yield outcome


fake_engine.install()
engine.live = live

if __name__ == "__main__":
    from silosim.experiments.cli import main

    sys.exit(main())
