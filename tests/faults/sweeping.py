"""`silosim sweep` as a process to be mistreated, and what to look at afterwards."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil

PLAIN = [sys.executable, str(Path(__file__).with_name("plain_rules.py"))]
REAL = [sys.executable, "-m", "silosim.experiments.cli"]
LIMIT = 90.0  # seconds, for everything: what takes longer hangs

DESIGN = """
name = "mishaps"
method = "grid"
organisations = ["clinic"]
policies = ["today", "customer_time"]
weeks = {weeks}
burn_in = 1
[factors]
bonus = [0.0, 0.25, 0.5]
[replications]
runs = {runs}
[keep]
series = ["grade", "contacts"]
levels = ["team"]
"""
POINTS = 6


def write_design(folder: Path, runs: int = 50, weeks: int = 4) -> Path:
    """A design file of 6 points with this many replicates each."""
    path = folder / "mishaps.toml"
    path.write_text(DESIGN.format(runs=runs, weeks=weeks))
    return path


class Command:
    """A command in a process group of its own. Leaving the block ends it, whatever state it is in."""

    def __init__(self, *words, program: list[str] = PLAIN, rules: Mapping | None = None, **options):
        environment = {**os.environ, "RULES": json.dumps(rules or {}), "COLUMNS": "140"}
        environment.pop("SILOSIM_LANG", None)
        self.process = subprocess.Popen(
            [*program, *map(str, words)], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, start_new_session=True, **options)

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate(timeout=LIMIT)

    def finish(self, limit: float = LIMIT) -> tuple[int, str, str]:
        """(exit status, output, error output), or TimeoutExpired."""
        out, wrong = self.process.communicate(timeout=limit)
        return self.process.returncode, out, wrong

    def workers(self) -> list[psutil.Process]:
        """Its worker processes that are there now."""
        try:
            children = psutil.Process(self.process.pid).children()
            return [child for child in children if any("spawn_main" in word for word in child.cmdline())]
        except psutil.Error:
            return []


def sweep(*words, limit: float = LIMIT, **options) -> tuple[int, str, str]:
    """Runs `silosim sweep` to its end."""
    with Command("sweep", *words, **options) as command:
        return command.finish(limit)


def content(*words, **options) -> str:
    """The content hash of a sweep that must succeed."""
    status, out, wrong = sweep(*words, "--json", **options)
    assert status == 0, wrong
    found = json.loads(out)
    assert found["content"]
    assert found["new"] + found["stored"] == found["runs"]
    return found["content"]


def one_line(wrong: str) -> str:
    """The error output, which must be one line of ours (warnings of runs aside)."""
    lines = [line for line in wrong.splitlines() if not line.startswith("Warning (")]
    assert len(lines) == 1, wrong
    assert lines[0].startswith("silosim: ")
    return lines[0]


def stored(path: Path) -> dict[str, str]:
    """key -> outcome hash of all that is committed, from a copy: the next command finds the file as the last left it.

    Fails when the database is damaged, or something is there twice or in half.
    """
    with tempfile.TemporaryDirectory() as folder:
        for end in ("", "-wal"):
            with contextlib.suppress(FileNotFoundError):
                shutil.copy(f"{path}{end}", f"{folder}/copy{end}")
        if not Path(f"{folder}/copy").exists():
            return {}
        with contextlib.closing(sqlite3.connect(f"{folder}/copy")) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            if not db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'run'").fetchone()[0]:
                return {}
            runs = db.execute("SELECT key, outcome_hash, id FROM run WHERE status = 'ok'").fetchall()
            halves = db.execute(
                "SELECT count(*) FROM run WHERE status = 'ok' AND ((SELECT count(*) FROM outcome WHERE run = id) != 2 "
                "OR (SELECT count(*) FROM series WHERE run = id) != 2 OR (SELECT count(*) FROM detail WHERE run = id) "
                "!= 1)").fetchone()[0]
    assert halves == 0
    assert len({key for key, _, _ in runs}) == len(runs)
    return {key: outcome for key, outcome, _ in runs}


def wait_for_rows(path: Path, rows: int = 1, limit: float = LIMIT) -> int:
    """Waits until this many runs are committed; gives how many are."""
    for _ in ticks(limit):
        with contextlib.suppress(sqlite3.Error), contextlib.closing(
                sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            found = db.execute("SELECT count(*) FROM run").fetchone()[0]
            if found >= rows:
                return found
    raise TimeoutError(f"{rows} rows in {path}")


def ticks(limit: float) -> Iterator[None]:
    """Every 20 ms until the limit."""
    until = time.monotonic() + limit
    while time.monotonic() < until:
        yield
        time.sleep(0.02)


def gone(processes, limit: float = 10.0) -> bool:
    """Whether all of them end in time."""
    _, alive = psutil.wait_procs(processes, timeout=limit)
    return not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]


class Dask:
    """A Dask scheduler on this machine, and workers that come and go. Leaving the block ends them all.

    plain  whether workers have rules in plain Python
    """

    def __init__(self, folder: Path, plain: bool = True):
        self.folder = folder
        self.preload = ["--preload", PLAIN[1]] if plain else []
        self._all: list[psutil.Popen] = []
        file = folder / "scheduler.json"
        self.scheduler = self._start("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", file)
        for _ in ticks(LIMIT):
            with contextlib.suppress(OSError, ValueError):
                self.address = json.loads(file.read_text())["address"]
                break
        else:
            raise TimeoutError("the scheduler does not start")

    def worker(self, *words, rules: Mapping | None = None) -> psutil.Popen:
        """Starts a worker of one thread; `--nanny` is a process more, which starts it again when it dies."""
        return self._start("dask_worker", self.address, "--nthreads", "1", *(words or ("--no-nanny",)), rules=rules)

    def _start(self, program: str, *words, rules: Mapping | None = None) -> psutil.Popen:
        environment = {**os.environ, "RULES": json.dumps(rules or {}),
                       "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
        with open(self.folder / f"{program}.log", "a") as log:
            process = psutil.Popen(
                [sys.executable, "-m", f"distributed.cli.{program}", *map(str, words), "--no-dashboard",
                 *self.preload], env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder)
        self._all.append(process)
        return process

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        for process in self._all:
            with contextlib.suppress(psutil.NoSuchProcess):
                for child in process.children(recursive=True):
                    child.kill()
                process.kill()
            process.wait(LIMIT)
