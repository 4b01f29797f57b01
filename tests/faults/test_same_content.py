"""One content hash, however the runs of a sweep are made: by whom, in what order, in which pieces, at how many goes."""

import dataclasses
import random

import pytest
from sweeping import write_design

from silosim.experiments import engine
from silosim.experiments.running import Processes, Threads, chunks, make
from silosim.experiments.running.make import Orders, Stopped, make_runs
from silosim.experiments.scenarios import Planned
from silosim.experiments.store import Store
from silosim.experiments.store.merging import merge
from silosim.experiments.sweeps.design import Design
from silosim.experiments.sweeps.run import Shard, run_sweep

REPLICATES = 9


ADAPTIVE = {"rule": "stability", "start": 4, "most": 32, "outcome": "contacts"}
SHARP = {"compiled": 0.002, "plain": 0.1}  # points differ then in how many they need


@pytest.fixture(scope="module")
def design(tmp_path_factory):
    return Design.from_toml(write_design(tmp_path_factory.mktemp("design"), runs=REPLICATES, weeks=6))


@pytest.fixture(scope="module")
def crews():
    """Crews that may be used again and again: starting processes takes a second."""
    with Threads(1) as one, Threads(2) as two, Threads(3) as three, Processes(2) as processes:
        yield {"one": one, "two": two, "three": three, "processes": processes}


@pytest.fixture(params=["compiled", "plain"])
def rules(request):
    """Both kinds of rules; `engine.live` is named, so that processes have the same."""
    if request.param == "plain":
        request.getfixturevalue("plain")
    return engine.live


class Maker:
    """Makes the design into a database of its own."""

    def __init__(self, design, rules, crews, folder):
        self.design, self.rules, self.crews, self.folder = design, rules, crews, folder

    def __call__(self, crew="two", name="silosim", **how):
        with Store(self.folder / f"{name}.db") as store:
            result = run_sweep(store, self.design, self.orders(crew), **how)
            assert result.made.total == result.made.new + result.made.stored
            self.runs = result.runs
            return result.content

    def orders(self, crew="two"):
        return Orders(crew=self.crews[crew], live=self.rules)


@pytest.fixture
def making(design, rules, crews, tmp_path):
    return Maker(design, rules, crews, tmp_path)


@pytest.fixture
def expected(making):
    """The content as one thread makes it from the first run to the last."""
    return making("one", "expected")


@pytest.mark.parametrize("crew", ["two", "three", "processes"])
def test_whoever_makes_it(making, expected, crew):
    assert making(crew) == expected


@pytest.mark.parametrize("target", [1e-9, 1e-3, 10.0])
def test_in_whatever_chunks(making, expected, monkeypatch, target):
    monkeypatch.setattr(chunks, "TARGET", target)
    monkeypatch.setattr(make, "LOOKED_UP", 7)
    monkeypatch.setattr(make, "BATCH", 5)
    assert making("two") == expected
    assert making("processes", "processes") == expected


def test_in_whatever_order(making, expected, design):
    """All runs are there before the sweep begins, made in an order of their own."""
    settings = [point.setting() for point in design.points()]
    planned = [Planned(k, "today", "as_is", r, setting.key(r), setting)
               for k, setting in enumerate(settings) for r in range(REPLICATES)]
    random.Random(8).shuffle(planned)
    with Store(making.folder / "silosim.db") as store:
        orders = dataclasses.replace(making.orders(), keep=design.keep)
        assert make_runs(store, planned, orders=orders).new == len(planned)
    assert making() == expected


@pytest.mark.parametrize("crew", ["two", "processes"])
def test_at_however_many_goes(making, expected, crew):
    """Stopped again and again, after a few more runs each time; the crew is the same, as in a notebook."""
    found, stops = None, 0

    def stop_soon(done, total):
        if total > done > stops * 10:
            raise KeyboardInterrupt

    while found is None and stops < 20:
        try:
            found = making(crew, progress=stop_soon)
        except Stopped:
            stops += 1
    assert stops > 2
    assert found == expected


def test_on_several_machines(making, expected):
    parts = [making.folder / f"{part}.db" for part in (1, 2)]
    for part in (1, 2):
        assert making("two", str(part), shard=Shard(part, 2)) is None
    with Store(making.folder / "silosim.db") as store:
        merge(store, parts)
    with Store(making.folder / "silosim.db") as store:
        result = run_sweep(store, making.design, making.orders())
    assert (result.made.new, result.content) == (0, expected)


def test_replications_that_go_on_until_sharp(making, design, request):
    """How many a point gets depends on outcomes, so on nothing else."""
    epsilon = SHARP[request.node.callspec.params["rules"]]
    making.design = Design.parse(design.document | {"replications": ADAPTIVE | {"epsilon": epsilon}})
    expected = making("one", "expected")
    assert len(set(making.runs.values())) > 1
    assert making("processes") == expected

    def stop_soon(done, total):
        if total > done > stops * 7:
            raise KeyboardInterrupt

    found, stops = None, 0
    while found is None and stops < 40:
        try:
            found = making("three", "stopped", progress=stop_soon)
        except Stopped as stop:
            assert stop.done <= stop.total
            stops += 1
    assert stops > 2
    assert found == expected


def test_other_rules_give_another_content(design, crews, tmp_path, request):
    """The hash does look at what came out."""
    compiled = Maker(design, engine.live, crews, tmp_path)("one", "compiled")
    request.getfixturevalue("plain")
    assert Maker(design, engine.live, crews, tmp_path)("one", "plain") != compiled
