"""Damaged databases: what is reported as saved is what was stored, and what is lost is counted."""

import contextlib
import functools
import random
import shutil
import sqlite3

import pytest
from fake_engine import FakeJob, FakeOrganisation, FakeTeam, batch, outcome_of, planned, write_sweep

from silosim.experiments.runkey import Setting
from silosim.experiments.scenarios import Planned
from silosim.experiments.store import Store, StoreError, checksums
from silosim.experiments.store.keep import Keep
from silosim.experiments.store.salvage import salvage
from silosim.model.measures.declared import MEASURES

PAGE = 8192
SOME = Keep(("grade", "contacts", "nps"), ("team", "employee"))
LARGE = FakeOrganisation("large", (FakeTeam("front", 250), FakeTeam("back", 150)))  # details longer than a page
RUNS = 48
# Tables whose rows must come back as they were, by what names a row.
NAMED = {"run": "key", "organisation": "hash", "sweep": "id", "pay_vector": "key", "check_outcome": "name",
         "point": "sweep || '/' || point", "member": "sweep || '/' || point || '/' || replicate",
         "band": "sweep || policy || measure || week", "claim": "sweep || '/' || claim"}
PARTS = {"outcome": "period", "series": "measure", "detail": "(SELECT level FROM layout WHERE layout.id = layout)"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A database in which every table has rows, and runs came in several batches."""
    path = tmp_path_factory.mktemp("whole") / "silosim.db"
    levers = [{}, {"bonus": 0.1}, {"bonus": 0.2, "okr": 0.5}]
    settings = [Setting(FakeJob(LARGE if k else FakeOrganisation(), dict(some)), "rules")
                for k, some in enumerate(levers)]
    points = [(k, "mine", "as_is", settings[k], "", dict(some)) for k, some in enumerate(levers)]
    rows = [Planned(k, "mine", "as_is", r, setting.key(r), setting)
            for r in range(RUNS // 3) for k, setting in enumerate(settings)]
    runs = [(one, SOME.reduce(outcome_of(one.job))) for one in rows]
    with Store(path) as store:
        sweep = write_sweep(store, points, runs[:20], keep=SOME, rulebook="rules")
        store.plan(sweep, rows)
        for first in range(20, RUNS, 7):
            store.write(runs[first:first + 7], sweep)
        store.record_failure(planned(FakeJob(seed=9)), ZeroDivisionError("wrong"), sweep=sweep)
        store.write_bands(sweep, ["grade"])
        store.write_claims([("C5", "f" * 32, {"name": "quick"}, 1, "contradicted", False, {"p": 0.5})], sweep, "rules")
        store.write_pay_vector("k", "o", {"grade": [1.5]})
        store.write_checks([{"name": "Little", "kind": "oracle", "status": "passed", "value": 0.5}], sweep, "rules")
        store.end_sweep(sweep, "done", store.content_hash(sweep))
    return path


@functools.lru_cache(maxsize=2)
def contents_of_whole(path):
    return contents(path)


def contents(path) -> dict[str, dict]:
    """Table -> what names a row -> the row. Of parts of a run, the run's key instead of its number."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.row_factory = sqlite3.Row
        found = {}
        for table, name in NAMED.items():
            found[table] = {row["_name"]: told(row, UNTOLD.get(table, ()))
                            for row in db.execute(f"SELECT {name} AS _name, * FROM {table}")}
        for table, name in PARTS.items():
            found[table] = {(row["_key"], row["_name"]): told(row, ("run", "layout", "checksum"))
                            for row in db.execute(f"SELECT run.key AS _key, {name} AS _name, {table}.* FROM {table} "
                                                  f"JOIN run ON run.id = {table}.run")}
    return found


def told(row, untold) -> dict:
    return {column: value for column, value in dict(row).items() if column not in untold}


# What may differ in a saved row: its number, and for sweeps how they ended once something of theirs is lost.
UNTOLD = {"run": ("id", "kept", "sweep"), "check_outcome": ("id", "sweep"), "sweep": ("status", "finished", "content")}


def check(damaged, original, folder) -> tuple:
    """Salvages, and holds everything saved against the original; returns (report, contents)."""
    target = folder / f"saved{random.random()}.db"
    report = salvage(damaged, target)
    before, after = contents_of_whole(original), contents(target)
    for table, found in after.items():
        empty = sum(row.get("json") == "{}" for row in found.values())  # places of lost organisations
        assert len(found) - empty == report.saved.get(table, 0)
        for name, row in found.items():
            if table == "organisation" and row["json"] == "{}":
                assert name in before[table]
            else:
                assert row == before[table][name], (table, name)
    with Store(target, write=False) as store:
        assert all(stored == due for _, stored, due in checksums.stored_runs(store.db.conn))
        assert store.db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert store.frame("SELECT * FROM pragma_foreign_key_check").empty
        complete = all(after[table] == before[table] for table in (*PARTS, "run", "member", "point"))
        for status, content in store.fetch("SELECT status, content FROM sweep"):
            assert (status, content is None) == (("done", False) if complete else ("stopped", True))
    assert report.saved["run"] == len(after["run"])
    return report, after


def damage(path, folder, change):
    """A copy of the database with changed bytes."""
    content = bytearray(path.read_bytes())
    content = change(content) or content
    damaged = folder / "damaged.db"
    damaged.write_bytes(content)
    return damaged


def test_a_whole_database_is_saved_whole(whole, tmp_path):
    report, after = check(whole, whole, tmp_path)
    before = contents(whole)
    assert after == before
    assert not any(report.lost.values())
    assert report.pages[0] == report.pages[1]
    assert not report.unchecked


@pytest.mark.parametrize("share", [0.02, 0.13, 0.3, 0.5, 0.71, 0.9, 0.999])
def test_cut_short(whole, tmp_path, share):
    damaged = damage(whole, tmp_path, lambda content: content[:int(share * len(content))])
    with pytest.raises(StoreError, match=r"cut short.*`silosim data salvage`"):
        Store(damaged)
    if share < 0.03:
        with pytest.raises(StoreError, match="nothing of a results database"):
            salvage(damaged, tmp_path / "none.db")
        assert not (tmp_path / "none.db").exists()
        return
    report, _ = check(damaged, whole, tmp_path)
    assert report.pages[0] < report.pages[1]
    if share > 0.7:
        assert report.saved["run"] > RUNS * (share - 0.2)
    assert report.saved["run"] + report.lost["run"] <= RUNS + 1


def pages(path) -> int:
    return path.stat().st_size // PAGE


@pytest.mark.parametrize("first", [0, 1])
def test_a_page_of_noise(whole, tmp_path, first):
    """All pages of the beginning, where every table has its root, and some further on."""
    noise = random.Random(first)
    for number in (*range(first, 26, 2), *range(40 + 10 * first, pages(whole), 20)):
        damaged = damage(whole, tmp_path, lambda content, at=number * PAGE: content.__setitem__(
            slice(at, at + PAGE), noise.randbytes(PAGE)))
        report, _ = check(damaged, whole, tmp_path)
        assert report.saved["run"] > RUNS // 3
        lost_something = any(report.lost.values())
        assert report.pages[0] == report.pages[1] - 1 or lost_something, number


@pytest.mark.parametrize("seed", range(6))
def test_damage_here_and_there(whole, tmp_path, seed):
    """Sectors zeroed, bits turned, pages swapped: nothing wrong is taken for right."""
    chance = random.Random(seed)

    def change(content):
        for _ in range(6):
            kind, at = chance.choice(["zeros", "bits", "swap"]), chance.randrange(PAGE, len(content) - PAGE)
            if kind == "zeros":
                content[at:at + 512] = bytes(512)
            elif kind == "bits":
                content[at] ^= 1 << chance.randrange(8)
            else:
                one, other = (chance.randrange(1, len(content) // PAGE) * PAGE for _ in range(2))
                content[one:one + PAGE], content[other:other + PAGE] = (
                    content[other:other + PAGE], content[one:one + PAGE])

    report, _ = check(damage(whole, tmp_path, change), whole, tmp_path)
    assert report.saved["run"] > 0


def test_numbers_that_changed_are_lost(whole, tmp_path):
    """Noise in the middle of numbers, which SQLite itself takes for good."""
    numbers = SOME.reduce(outcome_of(FakeJob(LARGE))).details["employee"][9000:9050]  # on a page of its own
    at = whole.read_bytes().index(numbers)
    damaged = damage(whole, tmp_path, lambda content: content.__setitem__(slice(at, at + 50), bytes(50)))
    with Store(damaged, write=False) as store:
        store.check_pages()
    report, _ = check(damaged, whole, tmp_path)
    assert (report.lost["detail"], report.lost["run"], report.saved["run"]) == (1, 0, RUNS + 1)


def test_a_lost_organisation_comes_back(whole, tmp_path):
    document = b'"name":"large"'
    damaged = damage(whole, tmp_path, lambda content: content.replace(document, document.replace(b"large", b"lArge")))
    report, after = check(damaged, whole, tmp_path)
    assert (report.lost["organisation"], report.saved["organisation"], report.saved["run"]) == (1, 1, RUNS + 1)
    [target] = tmp_path.glob("saved*.db")
    [(one, kept)] = batch([FakeJob(LARGE, seed=5)])
    with Store(target) as store:
        of_it = one.setting.canonical["organisation"]
        key = next(key for key, row in after["run"].items() if row["organisation"] == of_it and row["status"] == "ok")
        with pytest.raises(StoreError, match=r"organisation .* was lost"):
            store.detail(key, "team")
        store.write([(one, kept)])
        assert list(store.detail(key, "team").index) == ["front", "back"]


def test_what_the_log_holds_is_saved_too(tmp_path):
    path, damaged = tmp_path / "silosim.db", tmp_path / "copy.db"
    with Store(path) as store:
        store.write(batch([FakeJob(replicate=r) for r in range(20)]))
        store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        store.write(batch([FakeJob(replicate=r) for r in range(20, 30)]))
        shutil.copyfile(path, damaged)
        shutil.copyfile(f"{path}-wal", f"{damaged}-wal")
    assert salvage(damaged, tmp_path / "new.db").saved["run"] == 30
    assert salvage(path, tmp_path / "again.db").saved["run"] == 30


def test_a_database_of_the_first_version(tmp_path):
    """It has no checksums: what is whole in form is saved, and the report says so."""
    from test_store_migration import first_version

    path = first_version.__wrapped__(tmp_path)
    report = salvage(path, tmp_path / "new.db")
    assert report.unchecked
    assert (report.saved["run"], report.saved["outcome"], report.saved["series"]) == (6, 10, 7)
    with Store(tmp_path / "new.db", write=False) as store:
        assert store.outcomes(["key 3"])["grade"].item() == 3.25
        assert store.runs().loc["key 2", "levers"] == "{}"


def test_what_cannot_be_salvaged(whole, tmp_path):
    text = tmp_path / "text.db"
    text.write_text("no database at all " * 1000)
    for path, words in ((text, "nothing of a results database"), (tmp_path / "none.db", "no file here")):
        with pytest.raises(StoreError, match=words):
            salvage(path, tmp_path / "new.db")
    with pytest.raises(StoreError, match="exists already"):
        salvage(whole, text)


def test_every_table_is_looked_at(whole):
    with Store(whole, write=False) as store:
        tables = {name for name in store.db.table_names() if not name.startswith(("_", "sqlite_"))}
        assert tables == {*NAMED, *PARTS, "layout"}
        assert all(len(store.frame(f"SELECT * FROM {table}")) for table in tables)
    assert len(MEASURES) > 50
