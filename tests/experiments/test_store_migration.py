"""A database of the first version keeps everything when it is brought up to date."""

import contextlib
import sqlite3

import numpy as np
import pytest
from fake_engine import FakeJob, batch, planned
from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from silosim.experiments.store import Store, StoreError, checksums, schema
from silosim.experiments.store.keep import Keep

WEEKS = np.arange(3, dtype="<f4").tobytes()
POLICIES = ("customer_time", "today")


@pytest.fixture
def first_version(tmp_path):
    """Two sweeps (the second planned a policy that was never made), as the first version wrote them."""
    path = tmp_path / "silosim.db"
    only = Migrations("silosim")
    only(name="001_tables")(schema.tables)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        db = Database(connection)
        only.apply(db)
        db.execute("INSERT INTO organisation VALUES ('abc', 'clinic', '{\"team\":[{\"name\":\"front\"}]}')")
        db.execute('ALTER TABLE run ADD COLUMN "customer_time" REAL')
        db.execute('ALTER TABLE outcome ADD COLUMN "grade" REAL')
        for sweep in (1, 2):
            db.execute("INSERT INTO sweep VALUES (?, 'compare', 'then', 'later', 'done', '{}', 'old rules', '{}', "
                       "'f00', 'a machine', 7)", [sweep])
        db.execute("INSERT INTO layout VALUES (1, 'team', '[\"grade\"]')")
        for number, (policy, replicate) in enumerate([(p, r) for r in range(3) for p in POLICIES], start=1):
            failed = number == 6
            db.execute(
                "INSERT INTO run VALUES (?, ?, 1, 'abc', ?, ?, '{}', '[]', 4, 'branch', 3, ?, 7, 'old rules', ?, 1, "
                "?, ?, 0.5, 'a host', ?, '[]', 'then', ?)",
                [number, f"key {number}", policy, '{"customer_time":0.2}' if policy != "today" else "{}", replicate,
                 "failed" if failed else "ok", "wrong" if failed else None, "there" if failed else None,
                 None if failed else f"hash {number}", 0.2 if policy != "today" else 0.0])
            if not failed:
                for period in ("last_year", "whole_path"):
                    db.execute("INSERT INTO outcome VALUES (?, ?, ?)", [number, period, number + 0.25])
                db.execute("INSERT INTO series VALUES ('grade', ?, ?)", [number, WEEKS])
            if number < 3:
                db.execute("INSERT INTO series VALUES ('contacts', ?, ?)", [number, WEEKS])
                db.execute("INSERT INTO detail VALUES (?, 1, ?)", [number, WEEKS])
        for sweep in (1, 2):
            db.execute("INSERT INTO member SELECT ?, policy, 'as_is', replicate, key FROM run", [sweep])
        db.execute("INSERT INTO member VALUES (2, 'never', 'as_is', 0, 'key 99'), "
                   "(2, 'today', 'equal_cost', 0, 'key 2')")
        db.execute("INSERT INTO band VALUES (1, 'today', 'as_is', 'grade', 0, 1, 1, 1, 1, 1, 1, 3)")
        connection.commit()
    return path


def everything(path) -> dict:
    """Table -> its rows, of what both versions have."""
    with contextlib.closing(sqlite3.connect(path)) as plain:
        return {table: plain.execute(f"SELECT {columns} FROM {table} ORDER BY 1, 2").fetchall() for table, columns in {
            "run": "id, key, sweep, organisation, policy, levers, world, switches, replicate, "
                   "status, error, traceback, outcome_hash, seconds, host, finished, customer_time, attempts, warnings",
            "outcome": "run, period, grade", "series": "measure, run, numbers", "organisation": "hash, name, json",
            "sweep": "id, command, started, finished, status, settings, rulebook, versions, git, machine, seed",
            "band": "*"}.items()}


def test_nothing_is_lost(first_version):
    before = everything(first_version)
    with Store(first_version) as store:
        backup = store.backup
        runs = store.runs()
        assert list(runs["kept"].fillna("")) == [
            *['{"levels":["team"],"series":["contacts","grade"]}'] * 2,
            *['{"levels":[],"series":["grade"]}'] * 3, ""]
        assert store.finished([f"key {k}" for k in range(9)], Keep(("grade",), ())) == {
            f"key {k}" for k in range(1, 6)}
        assert store.finished(runs.index, Keep(("contacts",), ("team",))) == {"key 1", "key 2"}
        assert store.series(["key 1", "key 4"], "grade").tolist() == [[0, 1, 2]] * 2
        assert store.outcomes(["key 3"])["grade"].item() == 3.25
        assert all(stored == due for _, stored, due in checksums.stored_runs(store.db.conn))
        assert store.frame("SELECT count(*) AS n FROM series WHERE checksum IS NULL")["n"].item() == 0
        assert set(store.frame("SELECT name FROM sqlite_master WHERE type = 'view'")["name"]) == {"sweep_outcome"}
    assert everything(first_version) == before
    assert backup.name.endswith("-001_tables")
    assert everything(backup) == before


def test_members_have_points_now(first_version):
    with Store(first_version) as store:
        points = store.points(1)
        assert list(points["policy"]) == ["today", "customer_time"]
        assert list(points["organisation"]) == ["abc", "abc"]
        again = store.points(2)
        assert list(zip(again["policy"], again["arm"], strict=True)) == [
            ("today", "as_is"), ("customer_time", "as_is"), ("never", "as_is"), ("today", "equal_cost")]
        assert list(again["organisation"].fillna("")) == ["abc", "abc", "", "abc"]
        members = store.members(2)
        assert len(members) == 8
        assert set(members.loc[members["policy"] == "today", "key"]) == {"key 2", "key 4", "key 6"}
        assert tuple(store.sweeps().loc[2, ["points", "runs", "ok", "failed", "missing"]]) == (4, 8, 6, 1, 1)
        assert store.sweep_outcomes(2)["grade"].tolist() == [2.25, 4.25, 1.25, 3.25, 5.25, 2.25]
        assert len(store.content_hash(2)) == 32
        assert store.frame("SELECT * FROM pragma_foreign_key_check").empty


def test_it_goes_on_being_used(first_version):
    with Store(first_version) as store:
        rows = batch([FakeJob()])
        sweep = store.begin_sweep("compare", {}, 1, rulebook="new rules")
        store.plan(sweep, [one for one, _ in rows])
        assert store.write(rows, sweep) == 1
        failed = planned(FakeJob())._replace(key="key 6")
        assert store.write([(failed, rows[0][1])]) == 1
        assert store.runs().loc["key 6", "attempts"] == 2
    with Store(first_version) as store:
        assert store.backup is None


def test_an_older_database_is_not_read_as_it_is(first_version):
    with pytest.raises(StoreError, match="written by an older silosim"):
        Store(first_version, write=False)
