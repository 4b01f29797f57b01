"""What can happen to the database of a sweep: one line, exit status 2, nothing stored is lost, and it goes on after."""

import os
import resource
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import fake_engine
import pytest
from sweeping import Command, one_line, stored, sweep, wait_for_rows

from silosim.experiments.cli import main
from silosim.experiments.running import make
from silosim.experiments.running.make import Orders
from silosim.experiments.store import Store, StoreError
from silosim.experiments.sweeps.design import Design
from silosim.experiments.sweeps.run import run_sweep

RUNS = 1200


@pytest.fixture
def command(plain, design, capsys):
    """`silosim sweep` in this process: (exit status, the only line on the error stream, or the content)."""
    def run(db):
        status = main(["sweep", str(design), "--db", str(db), "--workers", "2"])
        out, wrong = capsys.readouterr()
        if status == 0:
            return 0, next(line for line in out.splitlines() if line.startswith("Content ")).split()[1].rstrip(":")
        return status, one_line(wrong)

    return run


@pytest.fixture(scope="module")
def half(design, tmp_path_factory):
    """A database with a part of the sweep, stopped by Ctrl-C."""
    def stop(done, total):
        if done > 500:
            raise KeyboardInterrupt

    db = tmp_path_factory.mktemp("half") / "silosim.db"
    with Store(db) as store, pytest.raises(KeyboardInterrupt):
        run_sweep(store, Design.from_toml(design), Orders(live=fake_engine.live), progress=stop)
    assert 500 < len(stored(db)) < RUNS
    return db


@pytest.fixture
def begun(half, tmp_path):
    """A copy of that."""
    return Path(shutil.copy(half, tmp_path / "silosim.db"))


@pytest.fixture
def disk(tmp_path):
    """Mounts a file system of 6 MB with these options, where this user may."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def mount(options):
        given = ["mount", "-t", "tmpfs", "-o", f"size=6m{options}", "tmpfs", str(folder)]
        if os.geteuid() or subprocess.run(given, capture_output=True).returncode:
            pytest.skip("this user may not mount")
        return folder

    yield mount
    while subprocess.run(["umount", str(folder)], capture_output=True).returncode == 0:
        pass


def test_disk_full(command, disk, undisturbed):
    folder = disk("")
    (folder / "ballast").write_bytes(b"x" * 4_000_000)
    db = folder / "silosim.db"
    status, line = command(db)
    assert status == 2
    assert "make room and run the same command again" in line
    before = stored(db)
    assert 0 < len(before) < RUNS
    status, line = command(db)  # and again, as it is
    assert status == 2
    assert "make room" in line
    assert stored(db).items() >= before.items()
    (folder / "ballast").unlink()
    assert command(db) == (0, undisturbed)
    assert stored(db).items() >= before.items()
    assert not (folder / "silosim.db.lock").exists()


def test_files_may_not_grow(design, undisturbed, tmp_path):
    """The same for those who may not mount: a limit on the size of files."""
    db = tmp_path / "silosim.db"
    most = 2_500_000
    status, out, wrong = sweep(design, "--db", db, preexec_fn=lambda: resource.setrlimit(
        resource.RLIMIT_FSIZE, (most, most)))
    assert (status, out) == (2, "")
    assert "make room and run the same command again" in one_line(wrong)
    before = stored(db)
    assert 0 < len(before) < RUNS
    status, out, wrong = sweep(design, "--db", db)
    assert status == 0
    assert undisturbed in out
    assert stored(db).items() >= before.items()


def test_read_only(command, begun, disk, undisturbed):
    folder = disk("")
    db = shutil.copy(begun, folder)
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
    before = stored(Path(db))
    status, line = command(db)
    assert status == 2
    assert "cannot be written" in line
    subprocess.run(["mount", "-o", "remount,rw", str(folder)], check=True)
    assert stored(Path(db)) == before
    assert command(db) == (0, undisturbed)


def take_away(db):
    db.rename(db.with_suffix(".away"))


def replace(db):
    Store(db.with_suffix(".other")).close()
    db.with_suffix(".other").replace(db)


def delete_folder(db):
    shutil.rmtree(db.parent)


@pytest.mark.parametrize("mishap", [Path.unlink, take_away, replace, delete_folder])
def test_database_goes_away_meanwhile(command, plain, design, tmp_path, undisturbed, monkeypatch, mishap):
    """SQLite itself would go on writing into a file without a name, and all would seem well."""
    db = tmp_path / "results" / "silosim.db"
    happened = []

    def strike(done, total):
        if done > 150 and not happened:  # a batch is stored
            happened.append(done)
            mishap(db)

    monkeypatch.setattr(make, "BATCH", 100)
    with pytest.raises(StoreError, match="moved, removed or replaced") as told, Store(db) as store:
        run_sweep(store, Design.from_toml(design), progress=strike)
    assert "\n" not in str(told.value)
    before = {}
    if mishap is take_away:
        db.with_suffix(".away").rename(db)
        before = stored(db)
        assert 100 <= len(before) < RUNS
    assert command(db) == (0, undisturbed)
    assert stored(db).items() >= before.items()


def test_two_sweeps_at_once(command, design, tmp_path, undisturbed):
    db = tmp_path / "silosim.db"
    with Command("sweep", design, "--db", db, "--workers", 2, rules={"seconds": 0.003}) as first:
        wait_for_rows(db)
        status, line = command(db)
        assert status == 2
        assert f"being written by process {first.process.pid} since" in line
        status, out, _ = first.finish()
    assert status == 0
    assert undisturbed in out
    assert len(stored(db)) == RUNS


def damage(db):
    content = bytearray(db.read_bytes())
    content[8192 * 4:8192 * 40] = os.urandom(8192 * 36)
    db.write_bytes(content)


def cut(db):
    os.truncate(db, db.stat().st_size // 2)


def garble(db):
    db.write_bytes(b"something else altogether" * 1000)


def outdate(db):
    with closing(sqlite3.connect(db)) as later:
        later.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
                      "VALUES ('silosim', '999_later', 'x')")
        later.commit()


@pytest.mark.parametrize(("mishap", "words"), [(damage, "damaged"), (cut, "cut short"), (outdate, "newer silosim"),
                                               (garble, "not a results database")])
def test_database_comes_to_harm_between_two_goes(command, begun, undisturbed, mishap, words):
    backup = shutil.copy(begun, begun.with_suffix(".backup"))
    mishap(begun)
    harmed = begun.read_bytes()
    status, line = command(begun)
    assert status == 2
    assert words in line
    assert begun.read_bytes() == harmed
    shutil.copy(backup, begun)
    assert command(begun) == (0, undisturbed)


def test_who_finds_another_database_leaves_its_lock_alone(tmp_path):
    """Everything was removed, and somebody else began anew under the same name."""
    path = tmp_path / "silosim.db"
    first = Store(path)
    for entry in tmp_path.iterdir():
        entry.unlink()
    with Store(path):
        first.close()
        with pytest.raises(StoreError, match="being written by process"):
            Store(path)
