"""A process pool whose results go into SQLite, as one would write it in ten minutes: what silosim has to be beside."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from itertools import chain
from pathlib import Path

from silosim.experiments.benchmark.peers.contenders import SMALL_CHUNK, Pool, chunks
from silosim.experiments.benchmark.peers.work import WIDTH

AT_ONCE = 500  # rows a transaction
TABLE = "plain.db"


class PoolStored(Pool):
    """Chunks of runs by a ProcessPoolExecutor, stored in a plain table. No keys, no failures, no going on."""

    keeps = "table"

    def open(self):
        super().open()
        self._batches = 0
        self._own = tempfile.TemporaryDirectory()

    def close(self):
        super().close()
        self._own.cleanup()

    def make(self, work, numbers):
        self._batches += 1
        results: dict = {}
        with closing(new_table(Path(self._own.name) / f"{self._batches}.db")) as db:
            self._store(db, work, numbers, results)
        return results

    def rescue(self, work, numbers, got):
        self.chunk = SMALL_CHUNK
        try:
            with closing(new_table(Path(self.folder) / TABLE)) as db:
                self._store(db, work, numbers, {})
        finally:
            got.update(self.left_behind(self.folder, work, numbers))
        return []

    def _store(self, db: sqlite3.Connection, work, numbers, results: dict) -> None:
        marks = ", ".join("?" * (WIDTH + 1))
        found = zip(numbers, self.pool.map(work, numbers, chunksize=self.chunk), strict=True)
        at_once = AT_ONCE if self.chunk > SMALL_CHUNK else SMALL_CHUNK
        for part in chunks(found, at_once):
            with db:
                db.executemany(f"INSERT INTO run VALUES ({marks})", [(n, *values) for n, values in part])
            results.update(part)

    @classmethod
    def left_behind(cls, folder, work, numbers):
        path = Path(folder) / TABLE
        if not path.exists():
            return {}
        with closing(sqlite3.connect(path)) as db:
            return {row[0]: row[1:] for row in db.execute("SELECT * FROM run")}


def new_table(path: Path) -> sqlite3.Connection:
    """A database with one table: the number of a run and a column for each of its numbers."""
    db = sqlite3.connect(path)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    columns = ", ".join(chain(["number INTEGER PRIMARY KEY"], (f"m{k} REAL" for k in range(WIDTH))))
    db.execute(f"CREATE TABLE IF NOT EXISTS run ({columns})")
    return db
