"""Runs that fail: recorded with their error and inputs, the others go on; tried again when asked; a crash is told."""

import functools
import json
import sqlite3

import plain_rules
import pytest
from sweeping import write_design

from silosim.experiments import engine
from silosim.experiments.cli import main
from silosim.experiments.running import Processes, Threads
from silosim.experiments.running.make import Orders
from silosim.experiments.store import Store
from silosim.experiments.sweeps.design import Design
from silosim.experiments.sweeps.run import run_sweep

ILL = {"raises": [1], "wrong": [2], "unspeakable": [3], "exits": [4]}
ERRORS = {1: "ZeroDivisionError: replicate 1 went wrong", 2: "InvalidInput: replicate 2 cannot be",
          3: "UnspeakableError: it has no words", 4: "SystemExit: replicate 4 had enough"}
RUNS = 60


@pytest.fixture(scope="module")
def crews():
    with Processes(2) as processes, Threads(2) as threads:
        yield {"processes": processes, "threads": threads}


@pytest.fixture
def make(crews, tmp_path, plain):
    """Makes the design, with runs that fall ill; the database is `make.path`."""
    path = write_design(tmp_path, runs=10)

    def run(crew="processes", name="silosim", retry_failed=False, **rules):
        make.path = tmp_path / f"{name}.db"
        orders = Orders(crew=crews[crew], live=functools.partial(plain_rules.live, rules=rules),
                        retry_failed=retry_failed)
        with Store(make.path) as store:
            result = run_sweep(store, Design.from_toml(path), orders)
        assert result.made.total == RUNS
        return result

    make = run
    return run


def rows(db, what, where):
    opened = sqlite3.connect(f"file:{db}?mode=ro", uri=True)
    found = opened.execute(f"SELECT {what} FROM run WHERE {where} ORDER BY replicate").fetchall()
    opened.close()
    return found


@pytest.mark.parametrize("crew", ["processes", "threads"])
def test_failures_of_every_kind(make, crew):
    """With processes exceptions have to travel."""
    expected = make(name="well").content
    result = make(crew, **ILL)
    assert (result.made.new, len(result.made.failed), result.content) == (56, 4, None)

    found = rows(make.path, "replicate, error, traceback, policy, levers, status, attempts, outcome_hash",
                 "status != 'ok'")
    assert {row[:2] for row in found} == set(ERRORS.items())
    assert {row[5:] for row in found} == {("failed", 1, None)}
    assert {row[3:5] for row in found} == {("today", '{"bonus":0.25}')}
    assert all("plain_rules.py" in row[2] for row in found if row[0] != 3)

    result = make(crew)  # they are well again, but nobody asked for them
    assert (result.made.skipped, result.made.new, result.made.stored, result.content) == (4, 0, 56, None)
    result = make(crew, retry_failed=True, raises=[1])
    assert (result.made.new, len(result.made.failed), result.content) == (3, 1, None)
    assert set(rows(make.path, "replicate, attempts, status", "attempts > 1")) == {
        (1, 2, "failed"), (2, 2, "ok"), (3, 2, "ok"), (4, 2, "ok")}
    result = make(crew, retry_failed=True)
    assert (result.made.new, result.made.failed, result.content) == (1, {}, expected)
    assert rows(make.path, "DISTINCT error, traceback", "1") == [(None, None)]


def test_runs_that_kill_their_worker(make, tmp_path):
    """Once: none the worse. Always: given up, and nothing else with it."""
    expected = make(name="well").content
    result = make(dies_once=[2], dies=[5], folder=str(tmp_path))
    assert (result.made.new, len(result.made.failed)) == (59, 1)
    [(words,)] = rows(make.path, "DISTINCT error", "status = 'crashed' AND replicate = 5")
    assert "killed by signal 9" in words
    assert rows(make.path, "replicate, status", "status != 'ok'") == [(5, "crashed")]
    assert make(retry_failed=True).content == expected


def test_outcomes_that_are_undefined(make):
    result = make("threads", undefined=[3])
    assert result.made.failed == {}
    assert result.made.warnings == {"a warning": RUNS}
    assert result.content == make("processes", "other", undefined=[3]).content
    assert result.content != make("threads", "well").content


def test_what_the_command_says(plain, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(engine, "live", functools.partial(plain_rules.live, rules=ILL))
    words = ["sweep", str(write_design(tmp_path, runs=10)), "--db", str(tmp_path / "silosim.db"), "--json"]
    assert main(words) == 1
    out, wrong = capsys.readouterr()
    assert len(json.loads(out)["failed"]) == 4
    assert wrong.count("\n") == 2
    assert "Warning (56 runs): a warning\n4 runs failed and are left out; the first is " in wrong
    monkeypatch.setattr(engine, "live", plain_rules.live)
    assert main(words) == 1
    assert "4 runs failed before and were not tried again (--retry-failed tries them)" in capsys.readouterr().err
    assert main([*words, "--retry-failed"]) == 0
    assert json.loads(capsys.readouterr().out)["content"]
