"""`Store(path)`: open, check, migrate, lock, close."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from sqlite_utils import Database

from silosim.experiments.store import schema
from silosim.experiments.store.errors import StoreError, in_plain_words
from silosim.experiments.store.files import check_file, identity, make_folder
from silosim.experiments.store.lock import WriterLock
from silosim.experiments.store.reading import Reading
from silosim.experiments.store.sweep_reading import SweepReading
from silosim.experiments.store.sweeping import Sweeping
from silosim.experiments.store.writing import Writing

PAGE = 8192  # bytes; 500 weeks of float32 stay within one page of a table without rowid
CHECKED_ON_OPENING = 100_000_000  # bytes; a larger file is not read through (about 0.1 s per 100 MB)
CACHE = 64_000  # KiB of pages in memory while writing
LOG = 8_000  # pages of write-ahead log after which they move into the file: seldom, since each time waits for the disk
STRICT_SINCE = (3, 37)


class Store(Sweeping, Writing, SweepReading, Reading):
    """A results database.

    path   the file; made, with its folder, when `write` and it is not there
    write  False reads only: needs no lock and no writable folder

    One process writes at a time (StoreError for a second one); any number may read meanwhile. While it is
    being written the database is in WAL mode, which does not work on network file systems; `close` leaves
    one plain file that can be copied and opened anywhere.
    Every failure is a StoreError of one line, and every batch is written wholly or not at all.
    """

    def __init__(self, path: str | Path, write: bool = True):
        self.path = Path(path)
        self.writes = write
        self.backup: Path | None = None
        self._lock: WriterLock | None = None
        self.db: Database | None = None
        self._forget()
        if sqlite3.sqlite_version_info < STRICT_SINCE:  # pragma: no cover - older systems
            raise StoreError(f"SQLite {sqlite3.sqlite_version} is too old: 3.37 or later is needed")
        try:
            with in_plain_words(self.path):
                self._open()
        except BaseException:
            self._let_go()
            raise

    def _open(self) -> None:
        if self.writes:
            self.path = self.path.resolve()
            make_folder(self.path)
            there = check_file(self.path)
            self._lock = WriterLock(self.path)
            self._lock.take()
            self._connect(self.path)
            self._prepare(there)
            self._files = [identity(file) for file in (self.path, self._log_path)]
            return
        if not check_file(self.path):
            raise StoreError(f"{self.path}: there is no results database here yet; `silosim compare` makes one")
        self._connect(f"{self.path.resolve().as_uri()}?mode=ro", uri=True)
        schema.check_version(self.db, self.path)
        if len(schema.applied(self.db)) < len(schema.known()):
            raise StoreError(f"{self.path}: written by an older silosim; "
                             "any command that writes to it brings it up to date")

    def _connect(self, where, **how) -> None:
        connection = sqlite3.connect(where, timeout=10, **how)
        try:
            self.db = Database(connection)
        except BaseException:  # it already asks the file something
            connection.close()
            raise

    def _prepare(self, there: bool) -> None:
        if there:
            schema.check_version(self.db, self.path)
            if self.path.stat().st_size <= CHECKED_ON_OPENING:
                self.check_pages()
        else:
            self.db.execute(f"PRAGMA page_size = {PAGE}")
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = NORMAL")
        self.db.execute(f"PRAGMA cache_size = -{CACHE}")  # keys come in no order: their index must stay in memory
        self.db.execute(f"PRAGMA wal_autocheckpoint = {LOG}")
        self.db.execute("PRAGMA foreign_keys = ON")
        self.backup = schema.migrate(self.db, self.path)

    def check_pages(self) -> None:
        """Reads the whole file; StoreError when a page of it is damaged."""
        found = self.db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise sqlite3.DatabaseError("database disk image is malformed")

    @contextlib.contextmanager
    def _transaction(self):
        """All or nothing, in plain words when it fails."""
        if not self.writes:
            raise StoreError(f"{self.path}: opened for reading only")
        try:
            with in_plain_words(self.path), self.db.atomic():
                yield self.db
        except BaseException:
            self._forget()
            raise

    def _forget(self) -> None:
        """What writing remembers of the database: after a failure it may not be there."""
        self._organisations: set[str] = set()
        self._columns: list[str] | None = None
        self._constants: dict = {}
        self._digests: dict[str, tuple[str, bytes]] = {}

    def close(self) -> None:
        """Leaves one plain file: the write-ahead log is emptied into it and removed."""
        if self.db is not None and self.writes and self._log_is_ours():
            # A reader who has it open at this moment keeps the log alive; the next close removes it.
            with contextlib.suppress(sqlite3.Error):
                self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
                self.db.execute("PRAGMA journal_mode = DELETE").fetchall()
        self._let_go()

    @property
    def in_place(self) -> bool:
        """Whether the file that was opened for writing is still there, under its name."""
        return identity(self.path) == self._files[0]

    @property
    def _log_path(self) -> Path:
        return self.path.with_name(f"{self.path.name}-wal")

    def _log_is_ours(self) -> bool:
        """SQLite removes the log by its name: somebody else's, where ours was removed and another database begun."""
        return self.in_place or (self._files[1] is not None and identity(self._log_path) == self._files[1])

    def _let_go(self) -> None:
        if self.db is not None:
            self.db.close()
            self.db = None
        if self._lock is not None:
            self._lock.free()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_) -> None:
        self.close()
