"""What can happen to a results database, and that each gives one line and leaves what was stored."""

import contextlib
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from fake_engine import FakeJob, batch
from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from silosim.experiments.store import Store, StoreError, schema

HERE = Path(__file__).parent
START = f"""import sys
sys.path.insert(0, {str(HERE)!r})
from fake_engine import *
from silosim.experiments.store import *
"""


def python(code: str, **options):
    """A Python process that runs `code` with the store and the stand-in engine at hand."""
    return subprocess.Popen([sys.executable, "-c", START + textwrap.dedent(code)], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, **options)


def refused(path, words, **options):
    """Opening fails with one line that has `words` in it, and changes nothing."""
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(StoreError, match=words) as caught:
        Store(path, **options)
    assert "\n" not in str(caught.value)
    if before is not None:
        assert path.read_bytes() == before
    assert not path.with_name(path.name + ".lock").exists()


@pytest.fixture
def filled(tmp_path):
    path = tmp_path / "silosim.db"
    with Store(path) as store:
        for first in range(0, 60, 20):
            store.write(batch([FakeJob(replicate=r) for r in range(first, first + 20)]))
    return path


def count(path) -> int:
    with Store(path, write=False) as store:
        assert store.db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        return len(store.runs())


@pytest.mark.parametrize("content", [
    b"hello, I am a text", b"\x00" * 5000, b"PK\x03\x04" * 100, b"SQLite format 3\x01" * 90])
def test_not_a_database(tmp_path, content):
    path = tmp_path / "notes.db"
    path.write_bytes(content)
    refused(path, "not a results database")
    refused(path, "not a results database", write=False)


def test_somebody_elses_database(tmp_path):
    path = tmp_path / "other.db"
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE recipe (name TEXT)")
        other.commit()
    refused(path, "of another program")


@pytest.mark.parametrize("kept", [50, 99, 4096, 0.3, 0.9])
def test_cut_short(filled, kept):
    whole = filled.read_bytes()
    filled.write_bytes(whole[:int(kept if kept > 1 else kept * len(whole))])
    refused(filled, "cut short.*silosim data salvage")
    refused(filled, "cut short.*silosim data salvage", write=False)


def test_damaged_pages(filled):
    content = bytearray(filled.read_bytes())
    content[8192 * 3:8192 * 60] = os.urandom(8192 * 57)
    filled.write_bytes(content)
    refused(filled, "damaged; `silosim data salvage` saves")


def test_damaged_while_in_use(filled):
    """Damage that opening does not see (a large file is not read through) is told when it is met."""
    content = bytearray(filled.read_bytes())
    content[8192 * 3:] = os.urandom(len(content) - 8192 * 3)
    filled.write_bytes(content)
    with pytest.raises(StoreError, match="damaged"), Store(filled, write=False) as store:
        store.runs()


def test_folder_in_place_of_the_file(tmp_path):
    refused(tmp_path, "not a file")


def test_file_in_place_of_the_folder(tmp_path):
    (tmp_path / "results").write_text("I am a file")
    refused(tmp_path / "results" / "silosim.db", "cannot be made")


def test_folder_that_cannot_be_written(tmp_path):
    if os.geteuid() == 0:  # permissions do not stop root, but nobody makes a file among the kernel's own
        folder = Path("/sys/kernel")
    else:
        folder = tmp_path / "closed"
        folder.mkdir(mode=0o500)
    refused(folder / "silosim.db", "cannot be")
    refused(folder / "deeper" / "silosim.db", "cannot be")


def test_newer_database(filled):
    with contextlib.closing(sqlite3.connect(filled)) as later:
        later.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
                      "VALUES ('silosim', '999_later', 'x')")
        later.commit()
    refused(filled, "newer silosim")
    refused(filled, "newer silosim", write=False)


def with_migrations_of_now() -> Migrations:
    """What a later silosim would begin with."""
    later = Migrations("silosim")
    with contextlib.closing(Database(memory=True)) as nothing:
        for migration in schema.MIGRATIONS.pending(nothing):
            later(name=migration.name)(migration.fn)
    return later


def test_older_database_is_copied_and_migrated(filled, monkeypatch):
    later = with_migrations_of_now()

    @later(name="900_more")
    def more(db: Database) -> None:
        db.execute("CREATE TABLE more (x INTEGER) STRICT")

    monkeypatch.setattr(schema, "MIGRATIONS", later)
    refused(filled, "older silosim", write=False)
    with Store(filled) as store:
        assert store.db["more"].exists()
        assert len(store.runs()) == 60
        backup = store.backup
    with Store(filled) as store:
        assert store.backup is None
    monkeypatch.undo()
    assert backup.name.startswith("silosim.db.before-")
    assert count(backup) == 60


def test_a_failed_migration_changes_nothing(filled, monkeypatch):
    later = with_migrations_of_now()

    @later(name="900_broken")
    def broken(db: Database) -> None:
        db.execute("CREATE TABLE half (x INTEGER) STRICT")
        db.execute("CREATE TABLE half (x INTEGER) STRICT")

    monkeypatch.setattr(schema, "MIGRATIONS", later)
    with pytest.raises(StoreError):
        Store(filled)
    monkeypatch.undo()
    assert count(filled) == 60


def test_second_writer(filled):
    with Store(filled), pytest.raises(StoreError, match=f"being written by process {os.getpid()} since"):
        Store(filled)
    with Store(filled):
        pass


def test_second_writer_in_another_process(filled):
    with Store(filled):
        other = python(f"""
            try:
                Store({str(filled)!r})
            except StoreError as problem:
                print(problem)
        """)
        said, wrong = other.communicate(timeout=60)
    assert not wrong
    assert f"being written by process {os.getpid()}" in said


WRITE_ON = """
    import itertools
    with Store({path!r}) as store:
        print("open", flush=True)
        for first in itertools.count(0, 10):
            store.write(batch([FakeJob(replicate=r) for r in range(first, first + 10)]))
            print(first + 10, flush=True)
"""


@pytest.mark.parametrize("after", [0, 1, 2, 5, 9])
def test_killed_while_writing(tmp_path, after):
    """kill -9 at different moments: whole batches are there, nothing is damaged, the next process goes on."""
    path = tmp_path / "silosim.db"
    writer = python(WRITE_ON.format(path=str(path)))
    with writer:
        assert writer.stdout.readline() == "open\n"
        told = 0
        for _ in range(after):
            told = int(writer.stdout.readline())
        time.sleep(0.003 * after)
        writer.send_signal(signal.SIGKILL)
        writer.wait(timeout=60)
    with Store(path) as store:
        there = len(store.runs())
        assert there % 10 == 0
        assert there >= told
        assert store.db.execute("SELECT count(*) FROM outcome").fetchone()[0] == 2 * there
        everything = batch([FakeJob(replicate=r) for r in range(there + 20)])
        assert store.write(everything) == 20
    assert count(path) == there + 20
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["silosim.db"]


FILL_UP = """
    import resource, signal
    path, limit = {path!r}, {limit}
    with Store(path) as store:
        store.write(batch([FakeJob(replicate=r) for r in range(5)]))
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    stored = 5
    with Store(path) as store:
        try:
            for first in range(5, 100000, 50):
                store.write(batch([FakeJob(replicate=r) for r in range(first, first + 50)]))
                stored = first + 50
        except StoreError as problem:
            print(stored, problem)
"""


def fill_up(path, limit=0):
    writer = python(FILL_UP.format(path=str(path), limit=limit))
    said, wrong = writer.communicate(timeout=120)
    assert not wrong
    assert said.count("\n") == 1
    assert "what was stored stays: make room" in said
    return int(said.split()[0])


def test_no_more_room_for_the_file(tmp_path):
    path = tmp_path / "silosim.db"
    stored = fill_up(path, limit=3_000_000)
    assert stored > 5
    assert count(path) == stored
    with Store(path) as store:  # there is room again: the same batch goes in
        assert store.write(batch([FakeJob(replicate=r) for r in range(stored + 50)])) == 50


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 7 MB, where this user may mount one; else a folder whose files may grow to 3 MB (see above)."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = os.geteuid() == 0 and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=7m", "tmpfs", str(folder)], capture_output=True).returncode == 0
    yield folder, 0 if mounted else 3_000_000
    if mounted:
        subprocess.run(["umount", str(folder)], check=True)


def test_disk_full(small_disk):
    folder, limit = small_disk
    path = folder / "silosim.db"
    ballast = folder / "ballast"
    ballast.write_bytes(b"x" * 3_000_000)
    stored = fill_up(path, limit)
    assert count(path) == stored
    ballast.unlink()
    with Store(path) as store:
        assert store.write(batch([FakeJob(replicate=r) for r in range(stored + 10)])) == 10
    assert count(path) == stored + 10


def test_limits_of_this_process_are_as_they_were():
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
