"""Sweeps in the results database: points, outcomes, series, bands and the content hash."""

import re
import shlex
import sqlite3
import sys

import numpy as np
import pytest
from fake_engine import RULEBOOK, FakeJob, outcome_of, planned, sweep_runs, write_sweep

from silosim.experiments.comparison import band
from silosim.experiments.runkey import current_rulebook
from silosim.experiments.store import Store, StoreError, checksums
from silosim.experiments.store.keep import EVERYTHING, SUMMARY, Keep
from silosim.model.measures.declared import INDEX, MEASURES

SOME = Keep(("grade", "contacts"), ("team",))


def test_points_are_labelled(store):
    sweep = write_sweep(store, *sweep_runs())
    points = store.points(sweep)
    assert list(points.columns) == ["policy", "arm", "organisation", "world_name", "bonus", "customer_time"]
    assert list(points["policy"]) == ["today", "mine", "mine"]
    assert list(points["world_name"]) == ["", "calm", "calm"]
    np.testing.assert_array_equal(points["bonus"], [np.nan, 0.2, 0.2])
    np.testing.assert_array_equal(points["customer_time"], [np.nan, np.nan, 0.1])
    with pytest.raises(StoreError, match="there is no sweep 7"):
        store.points(7)


def test_points_are_planned_once(store):
    points, runs = sweep_runs()
    sweep = write_sweep(store, points, runs)
    store.plan_points(sweep, points)  # again the same: nothing
    assert len(store.points(sweep)) == 3
    with pytest.raises(StoreError, match="point 1 of sweep 1 is planned already, as another point"):
        store.plan_points(sweep, [(1, *points[2][1:])])
    with pytest.raises(StoreError, match="point 0 of sweep 1 is today as_is, not mine as_is"):
        store.plan(sweep, [planned(FakeJob(), policy="mine")])


def test_outcomes_are_labelled(store):
    points, runs = sweep_runs()
    sweep = write_sweep(store, points, runs[:-1])
    store.plan(sweep, [runs[-1][0]])
    store.record_failure(runs[-1][0], "no power", "crashed", sweep)
    for period, part in (("last_year", "summary"), ("whole_path", "path")):
        found = store.sweep_outcomes(sweep, period)
        assert list(found.columns) == list(MEASURES)
        assert found.index.names == ["point", "replicate"]
        assert list(found.index) == [(k, r) for k in range(3) for r in range(4)][:-1]
        for one, kept in runs[:-1]:
            np.testing.assert_array_equal(found.loc[(one.point, one.replicate)], np.frombuffer(getattr(kept, part)))
    row = store.sweeps().loc[sweep]
    assert tuple(row[["points", "runs", "ok", "failed", "missing"]]) == (3, 12, 11, 1, 0)
    with pytest.raises(ValueError, match="did you mean 'last_year'"):
        store.sweep_outcomes(sweep, "last_yeer")
    assert store.sweep_outcomes(store.begin_sweep("run", {}, 1, rulebook=RULEBOOK)).shape == (0, len(MEASURES))


def test_series_and_bands(store):
    points, runs = sweep_runs(keep=SOME)
    sweep = write_sweep(store, points, runs, keep=SOME)
    index, weeks = store.sweep_series(sweep, "grade")
    assert list(index.columns) == ["point", "replicate", "policy", "arm", "key"]
    expected = {(one.point, one.replicate): outcome_of(one.job).weekly[:, INDEX["grade"]] for one, _ in runs}
    for where, row in zip(zip(index["point"], index["replicate"], strict=True), weeks, strict=True):
        np.testing.assert_array_equal(row, expected[where].astype("f4"))
    found = store.sweep_band(sweep, "grade")
    mine = np.array([numbers for (point, _), numbers in expected.items() if point > 0]).astype("f4").astype(float)
    for part, numbers in band(mine).items():
        if part in found:
            np.testing.assert_allclose(found.loc[found["policy"] == "mine", part], numbers, rtol=1e-12)
    assert list(found.loc[found["policy"] == "today", "n"]) == [4] * 20
    store.write_bands(sweep, ["grade", "contacts"])
    table = store.frame("SELECT * FROM band WHERE measure = 'grade' ORDER BY policy DESC, week")
    np.testing.assert_array_equal(table[["mean", "p05", "n"]], found[["mean", "p05", "n"]])
    with pytest.raises(StoreError, match="keeps no weekly series of nps"):
        store.sweep_series(sweep, "nps")
    with pytest.raises(ValueError, match="did you mean 'grade'"):
        store.sweep_band(sweep, "grad")


def test_the_content_hash_says_what_came_out_and_nothing_else(tmp_path, store):
    points, runs = sweep_runs(keep=SOME)
    mine = write_sweep(store, points, runs, keep=SOME)
    content = store.content_hash(mine)
    assert len(store._digests) == len(runs)
    assert store.content_hash(mine, as_written=True) == content
    with Store(tmp_path / "other.db") as other:  # in another order, in parts, under another name, with more kept
        other.write(sweep_runs(levers=[{"okr": 0.5}])[1])
        other.record_failure(runs[3][0], "no power")
        other.write(sweep_runs()[1][::-1][:5])
        other.write(runs[::-1])
        sweep = write_sweep(other, points[::-1], runs[::-1], name="yours", keep=SOME)
        assert other.content_hash(sweep, as_written=True) == content  # some were kept otherwise at first
        assert other.content_hash(sweep) == content == other.sweeps().loc[sweep, "content"]
        assert other.content_hash(write_sweep(other, points, runs, keep=SUMMARY)) != content
        assert other.content_hash(write_sweep(other, points, runs[:-1], keep=SOME)) != content
        renamed = [(*point[:4], "stormy", point[5]) for point in points]
        assert other.content_hash(write_sweep(other, renamed, runs, keep=SOME)) != content


@pytest.mark.parametrize("damage", [
    "UPDATE outcome SET grade = grade + 1e-9 WHERE run = 2 AND period = 'whole_path'",
    "UPDATE run SET outcome_hash = 'x' WHERE id = 3", "UPDATE run SET status = 'failed' WHERE id = 3",
    "DELETE FROM series WHERE measure = 'contacts' AND run = 1",
    "UPDATE detail SET numbers = zeroblob(length(numbers)) WHERE run = 5",
    "UPDATE point SET factors = '{}' WHERE point = 1"])
def test_the_content_hash_sees_every_change(store, damage):
    sweep = write_sweep(store, *sweep_runs(keep=SOME), keep=SOME)
    before = store.content_hash(sweep)
    with store._transaction() as db:
        assert db.execute(damage).rowcount > 0
    assert store.content_hash(sweep) != before


def test_a_new_measure_leaves_the_content_as_it_was(store, monkeypatch):
    sweep = write_sweep(store, *sweep_runs())
    before = store.content_hash(sweep)
    more = dict(MEASURES)
    more["another"] = MEASURES["grade"]
    for module in ("checksums", "reading"):
        monkeypatch.setattr(f"silosim.experiments.store.{module}.MEASURES", more)
    checksums._pattern.cache_clear()
    assert store.content_hash(sweep) == before
    assert all(stored == due for _, stored, due in checksums.stored_runs(store.db.conn))


def test_sweeps_go_on_and_are_found(store):
    sweep = store.begin_sweep("sweep", {"a": 1}, 5, {"numpy": "2"}, "abc+", RULEBOOK, "bonus", "design")
    assert store.find_sweeps("design") == [(sweep, RULEBOOK, "running")]
    store.end_sweep(sweep, "stopped")
    assert store.find_sweeps("design") == [(sweep, RULEBOOK, "stopped")]
    before = store.sweeps().loc[sweep]
    store.resume_sweep(sweep, {"numpy": "2"}, "abc+")
    assert tuple(store.sweeps().loc[sweep, ["finished", "versions", "machine", "git"]]) == (
        None, '{"numpy":"2"}', before["machine"], "abc+")
    store.resume_sweep(sweep, {"numpy": "3", "scipy": "1"}, "def")  # by another program than the one that began it
    assert tuple(store.sweeps().loc[sweep, ["versions", "git"]]) == ('{"numpy":"2; 3","scipy":"1"}', "abc+; def")
    store.end_sweep(sweep, "done", "content")
    row = store.sweeps().loc[sweep]
    assert tuple(row[["name", "command", "status", "content", "git", "seed"]]) == (
        "bonus", "sweep", "done", "content", "abc+; def", 5)
    assert row["command_line"] == shlex.join(sys.argv)
    assert re.search(r"\d processors, Python 3\.", row["machine"])
    assert store.find_sweeps("another") == []
    assert store.sweep_named("bonus") == store.sweep_named("1") == sweep
    assert store.sweep_settings(sweep) == {"a": 1}
    assert store.begin_sweep("run", {}, 1) == 2
    assert store.sweeps().loc[2, "rulebook"] == current_rulebook()
    for wrong in (store.resume_sweep, store.sweep_settings, lambda sweep: store.end_sweep(sweep, "done")):
        with pytest.raises(StoreError, match="there is no sweep 9"):
            wrong(9)
    for name in ("9", "9" * 30, "\u00b2", ""):
        with pytest.raises(StoreError, match="there is no sweep"):
            store.sweep_named(name)


def test_the_view_joins_everything(tmp_path, store):
    sweep = write_sweep(store, *sweep_runs(keep=EVERYTHING))
    store.close()
    with sqlite3.connect(tmp_path / "silosim.db") as plain:
        found = plain.execute("SELECT sweep, point, policy, world_name, replicate, status, period, grade "
                              "FROM sweep_outcome ORDER BY point, replicate").fetchall()
    plain.close()
    assert found[5][:7] == (sweep, 1, "mine", "calm", 1, "ok", "last_year")
    assert found[5][7] == outcome_of(FakeJob(levers={"bonus": 0.2}, weeks=20, replicate=1)).summary[INDEX["grade"]]
    assert len(found) == 12
