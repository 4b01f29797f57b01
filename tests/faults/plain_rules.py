"""The command line with rules in plain Python in the place of the compiled ones, and with runs that misbehave.

Run as a script it is `silosim`; processes that it starts, and Dask workers that preload it, have the same rules.
The environment says how runs behave (RULES, as JSON): `seconds` that each takes, and the replicates that fall ill
of policy today with bonus = 0.25: `raises`, `wrong` (InvalidInput), `unspeakable` (cannot be pickled and has no
words), `exits`, `undefined` (all outcomes NaN), `dies` (kills its process), `dies_once` (the first time; `folder`
remembers). `patience` is how long to wait for a cluster, `every` how
often what was made is stored.
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
from silosim.experiments.running import make
from silosim.model.parameters import InvalidInput

RULES = json.loads(os.environ.get("RULES", "{}"))


class UnspeakableError(Exception):
    """Cannot be pickled, cannot be printed."""

    def __init__(self):
        super().__init__()
        self.lock = threading.Lock()

    def __str__(self):
        raise RuntimeError("no words")


def one(job, rules):
    """The outcome of a run, or what happens instead."""
    time.sleep(rules.get("seconds", 0))
    today = job.levers.get("bonus") == 0.25 and "customer_time" not in job.levers
    for illness in (raises, wrong, unspeakable, exits, dies, dies_once, undefined):
        if today and job.replicate in rules.get(illness.__name__, ()):
            return illness(job, rules)
    return fake_engine.outcome_of(job)


def raises(job, rules):
    raise ZeroDivisionError(f"replicate {job.replicate}\nwent wrong")


def wrong(job, rules):
    raise InvalidInput(f"replicate {job.replicate} cannot be")


def unspeakable(job, rules):
    raise UnspeakableError


def exits(job, rules):
    sys.exit(f"replicate {job.replicate} had enough")


def undefined(job, rules):
    outcome = fake_engine.outcome_of(job)
    for numbers in (outcome.weekly, outcome.summary, outcome.path):
        numbers[:] = np.nan
    return outcome


def dies(job, rules):
    os.kill(os.getpid(), signal.SIGKILL)


def dies_once(job, rules):
    mark = Path(rules["folder"]) / str(job.replicate)
    if not mark.exists():
        mark.touch()
        dies(job, rules)
    return fake_engine.outcome_of(job)


def live(jobs, stopped, rules=RULES):
    """As the engine does: exceptions are handed out, except those that take everything down."""
    for job in jobs:
        if stopped():
            return
        try:
            outcome = one(job, rules)
        except Exception as problem:
            outcome = problem
        yield outcome


def dask_setup(server):
    """What Dask calls in a scheduler or worker that preloads this file."""
    fake_engine.install()
    engine.live = live
    if "every" in RULES:
        make.EVERY = RULES["every"]
    if "patience" in RULES:
        from silosim.experiments.running import cluster

        cluster.CONNECT = cluster.PATIENCE = RULES["patience"]


if __name__ in ("__main__", "__mp_main__"):
    dask_setup(None)

if __name__ == "__main__":
    from silosim.experiments.cli import program

    sys.exit(program())
