"""A sweep of many runs needs no more memory than one of few, and looks at what is to come only a little ahead."""

import json
import subprocess
import sys

import pytest
from sweeping import LIMIT, write_design

from silosim.experiments.runkey import Setting
from silosim.experiments.running import Threads
from silosim.experiments.running.make import LOOKED_UP, Orders, make_runs
from silosim.experiments.scenarios import Planned
from silosim.experiments.store import Store
from silosim.experiments.store.keep import SUMMARY

WATCH = """
import json, os, sys
import psutil
sys.path[:0] = {folders!r}
import fake_engine
from silosim.experiments import engine
from silosim.experiments.store import store, writing
from silosim.experiments.sweeps.design import Design
from silosim.experiments.sweeps.run import run_sweep

def live(jobs, stopped):
    for job in jobs:
        if stopped():
            return
        yield always

fake_engine.install()
always = fake_engine.outcome_of(fake_engine.FakeJob(weeks=4))
engine.live = live
store.CACHE, writing.MOST_DIGESTS = 2000, 0  # what is kept in memory on purpose is not looked at here
process, seen = psutil.Process(), []
def watch(done, total):
    seen.append((done, process.memory_info().rss / 1e6))
with store.Store({db!r}) as opened:
    result = run_sweep(opened, Design.from_toml({design!r}), progress=watch)
print(json.dumps({{"new": result.made.new, "seen": seen}}))
"""


def test_memory_stays_flat(tmp_path):
    code = WATCH.format(folders=sys.path[:2], db=str(tmp_path / "silosim.db"),
                        design=str(write_design(tmp_path, runs=5000)))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=LIMIT)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["new"] == 30_000
    third = min(size for runs, size in found["seen"] if 5_000 <= runs <= 10_000)
    whole = min(size for runs, size in found["seen"] if runs >= 25_000)
    most = max(size for _, size in found["seen"])
    print(f"{third:.0f} MB before a third, {whole:.0f} MB at the end, {most:.0f} MB at most")
    assert whole < third + 20  # the results of the 20,000 runs between would be 45
    assert most < third + 40  # while runs are looked up


def test_runs_are_planned_only_a_little_ahead(plain, tmp_path):
    from fake_engine import FakeJob

    setting = Setting(FakeJob(weeks=2), "fake rules")
    taken = 0

    def planned():
        nonlocal taken
        for replicate in range(4 * LOOKED_UP):
            taken += 1
            yield Planned(0, "today", "as_is", replicate, setting.key(replicate), setting)

    class EnoughError(Exception):
        pass

    def look(done, total):
        assert taken <= LOOKED_UP + 1
        if done > 50:
            raise EnoughError

    with Store(tmp_path / "silosim.db") as store, Threads(1) as crew, pytest.raises(EnoughError):
        make_runs(store, planned(), progress=look, orders=Orders(keep=SUMMARY, crew=crew), total=4 * LOOKED_UP)
