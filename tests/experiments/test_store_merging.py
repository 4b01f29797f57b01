"""Merging databases: shares become a whole, what contradicts is refused, and nothing is written by halves."""

import contextlib
import sqlite3

import pytest
from fake_engine import FakeJob, batch, planned, sweep_runs, write_sweep
from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from silosim.experiments.store import Store, StoreError, checksums, merging, schema
from silosim.experiments.store.keep import SUMMARY, Keep
from silosim.experiments.store.merging import merge

SOME = Keep(("grade", "contacts"), ("team",))


def database(path, runs, points=None, **how):
    """A database with a sweep of these runs, or only the runs."""
    with Store(path) as store:
        if points is None:
            store.write(runs)
        else:
            write_sweep(store, points, runs, keep=SOME, **how)
    return path


def everything(path, but=()):
    """Table -> its rows as a set, without what differs between two honest executions."""
    without = {"run": ("id", "sweep", "finished", "checksum", *but), "series": ("run", "checksum", "numbers"),
               "detail": ("run", "checksum", "numbers"), "outcome": ("run",),
               "sweep": ("id", "started", "finished", "machine", "command_line", "versions")}
    with contextlib.closing(sqlite3.connect(path)) as plain:
        found = {}
        for table in ("run", "outcome", "series", "detail", "organisation", "layout", "point", "member", "sweep"):
            columns = [row[1] for row in plain.execute(f"PRAGMA table_info({table})")
                       if row[1] not in without.get(table, ())]
            found[table] = sorted(plain.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall(), key=repr)
        return found


@pytest.mark.parametrize("shares", [2, 3])
def test_shares_become_the_whole(tmp_path, shares):
    points, runs = sweep_runs(runs=5, keep=SOME)
    settings = {"replications": {"rule": "fixed", "runs": 5}}
    whole = database(tmp_path / "whole.db", runs, points, more=settings)
    parts = [database(tmp_path / f"part{k}.db", [row for row in runs if row[0].replicate % shares == k], points,
                      name=f"part {k}", more=settings, content=False) for k in range(shares)]
    with Store(tmp_path / "merged.db") as store:
        merged = merge(store, parts)
        assert (merged.new, merged.known, merged.sweeps, merged.united) == (15, 0, 1, shares - 1)
        row = store.sweeps().loc[1]
        assert tuple(row[["status", "runs", "ok", "points"]]) == ("done", 15, 15, 3)
        assert all(stored == due for _, stored, due in checksums.stored_runs(store.db.conn))
        assert set(store.runs()["sweep"]) == {1}
    with Store(whole, write=False) as store:
        assert row["content"] == store.sweeps().loc[1, "content"]
    ours, theirs = everything(tmp_path / "merged.db"), everything(whole)
    for table in theirs:
        assert table == "sweep" or ours[table] == theirs[table], table


def test_one_share_is_not_the_whole(tmp_path):
    points, runs = sweep_runs(runs=4, keep=SOME)
    some = [row for row in runs if row[0].replicate % 2 == 0]
    part = database(tmp_path / "part.db", some, points, more={"replications": {"runs": 4}}, content=False)
    with Store(tmp_path / "merged.db") as store:
        merge(store, [part])
        assert tuple(store.sweeps().loc[1, ["status", "runs", "content"]]) == ("stopped", 6, None)


def test_merging_again_changes_nothing(tmp_path):
    points, runs = sweep_runs(keep=SOME)
    source = database(tmp_path / "source.db", runs, points)
    with Store(source) as store:
        sweep = store.begin_sweep("check", {}, 1, rulebook="rules")
        store.write_checks([{"name": "Little", "kind": "oracle", "status": "passed"}], sweep, "rules")
        store.write_pay_vector("k", "org", {"grade": [1, 2]})
        store.write_bands(1, ["grade"])
        store.record_failure(planned(FakeJob(seed=9)), "no power")
    target = tmp_path / "target.db"
    with Store(target) as store:
        assert merge(store, [source]).new == 12
        assert store.failed([planned(FakeJob(seed=9)).key])
        assert store.frame("SELECT sweep FROM check_outcome")["sweep"].item() == 2
        assert len(store.frame("SELECT * FROM band")) == 40
        assert store.pay_vectors() == {"k": {"grade": [1, 2]}}
    before = everything(target)
    with Store(target) as store:
        merged = merge(store, [source, source])
        assert (merged.new, merged.known, merged.sweeps, merged.united) == (0, 24, 0, 4)
        assert len(store.frame("SELECT * FROM check_outcome")) == 1
    assert everything(target) == before == everything(source)


def test_the_same_runs_are_kept_once_with_the_details_of_both(tmp_path):
    job = FakeJob()
    one = database(tmp_path / "one.db", batch([job], SUMMARY))
    two = database(tmp_path / "two.db", batch([job, FakeJob(seed=2)], Keep(("grade",), ())))
    three = database(tmp_path / "three.db", batch([job], Keep(("nps",), ("team",))))
    with Store(one) as store:
        merged = merge(store, [two, three])
        assert (merged.new, merged.known) == (1, 2)
        assert store.finished([planned(job).key], Keep(("grade", "nps"), ("team",)))
        assert list(store.detail(planned(job).key, "team").index) == ["front", "back"]


def test_other_outcomes_are_refused(tmp_path):
    one = database(tmp_path / "one.db", batch([FakeJob(replicate=r) for r in range(3)]))
    other = [(planned(FakeJob(replicate=r)), kept) for r, (_, kept) in enumerate(
        batch([FakeJob(replicate=r) for r in (0, 7, 8)]))]
    two = database(tmp_path / "two.db", other)
    fine = database(tmp_path / "fine.db", batch([FakeJob(seed=5)]))
    before = everything(one)
    with Store(one) as store, pytest.raises(StoreError) as refused:
        merge(store, [fine, two])
    assert "two.db: 2 runs have another outcome here than in " in str(refused.value)
    assert all(planned(FakeJob(replicate=r)).key[:12] in str(refused.value) for r in (1, 2))
    assert everything(one) == before
    words = r"2 runs have another.*than in .*two\.db"
    with Store(tmp_path / "empty.db") as store, pytest.raises(StoreError, match=words):
        merge(store, [two, one])
    with Store(tmp_path / "empty.db") as store:
        assert len(store.runs()) == 0


def test_other_points_of_one_design_are_refused(tmp_path):
    points, runs = sweep_runs(keep=SOME)
    one = database(tmp_path / "one.db", runs, points)
    two = database(tmp_path / "two.db", runs, [(*point[:4], "stormy", point[5]) for point in points])
    before = everything(one)
    with Store(one) as store, pytest.raises(StoreError, match="point 0 of sweep 1 is another one"):
        merge(store, [two])
    assert everything(one) == before


def test_sources_that_cannot_be_used(tmp_path):
    one = database(tmp_path / "one.db", batch([FakeJob()]))
    newer = database(tmp_path / "newer.db", batch([FakeJob(seed=2)]))
    with contextlib.closing(sqlite3.connect(newer)) as later:
        later.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
                      "VALUES ('silosim', '999_later', 'x')")
        later.commit()
    damaged = database(tmp_path / "damaged.db", batch([FakeJob(seed=3)]))
    with contextlib.closing(sqlite3.connect(damaged)) as worn:
        worn.execute("UPDATE series SET numbers = zeroblob(length(numbers)) WHERE measure = 'grade'")
        worn.commit()
    with Store(one) as store:
        for source, words in ((newer, "newer silosim"), (one, "into itself"),
                              (damaged, "is damaged.*silosim data salvage"),
                              (tmp_path / "none.db", "no results database")):
            with pytest.raises(StoreError, match=words):
                merge(store, [source])
        assert len(store.runs()) == 1


def test_an_older_source_is_read_as_a_copy(tmp_path):
    old = tmp_path / "old.db"
    only = Migrations("silosim")
    only(name="001_tables")(schema.tables)
    with contextlib.closing(sqlite3.connect(old)) as connection:
        db = Database(connection)
        only.apply(db)
        db.execute("INSERT INTO organisation VALUES ('abc', 'clinic', '{}')")
        db.execute('ALTER TABLE outcome ADD COLUMN "grade" REAL')
        db.execute("INSERT INTO sweep VALUES (1, 'compare', 'then', 'later', 'done', '{}', 'old', '{}', 'f', 'm', 7)")
        db.execute("INSERT INTO run VALUES (9, 'key', 1, 'abc', 'today', '{}', '{}', '[]', 4, 'branch', 3, 0, 7, "
                   "'old', 'ok', 1, NULL, NULL, 0.5, 'a host', 'hash', '[]', 'then')")
        db.execute("INSERT INTO outcome VALUES (9, 'last_year', 7.5), (9, 'whole_path', 7.25)")
        db.execute("INSERT INTO member VALUES (1, 'today', 'as_is', 0, 'key')")
        connection.commit()
    before = old.read_bytes()
    with Store(tmp_path / "new.db") as store:
        assert merge(store, [old]).new == 1
        assert store.sweep_outcomes(1)["grade"].item() == 7.5
        assert store.runs().loc["key", "finished"] == "then"
    assert old.read_bytes() == before
    assert not list(tmp_path.glob("old.db?*"))


def test_a_source_that_is_being_written_is_read_in_one_state(tmp_path, monkeypatch):
    points, runs = sweep_runs(keep=SOME)
    source = tmp_path / "source.db"
    with Store(source) as busy, Store(tmp_path / "target.db") as store:
        write_sweep(busy, points, runs[:6], keep=SOME)
        unmerged = merging._merge_one

        def meanwhile(*arguments):
            busy.plan(1, [one for one, _ in runs])
            busy.write(runs[6:])
            return unmerged(*arguments)

        monkeypatch.setattr(merging, "_merge_one", meanwhile)
        assert merge(store, [source]).new == 6
        assert len(store.members(1)) == 6
        monkeypatch.setattr(merging, "_merge_one", unmerged)
        assert merge(store, [source]).new == 6
        assert store.content_hash(1) == busy.content_hash(1)
