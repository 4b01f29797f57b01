"""One writer at a time: a lock file beside the database, freed by the system when its owner dies."""

from __future__ import annotations

import contextlib
import os
from datetime import datetime
from pathlib import Path

from silosim.experiments.store.errors import StoreError

if os.name == "nt":  # pragma: no cover - Windows
    import msvcrt

    def _try_lock(descriptor: int) -> None:
        # A byte far behind the text, so that the owner's name stays readable for others.
        os.lseek(descriptor, 1 << 20, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)
else:
    import fcntl

    def _try_lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

OPEN_FILES_CAN_GO = os.name != "nt"  # Windows removes no file that somebody has open


class WriterLock:
    """Holds `<database>.lock` from `take` to `free`; a second `take` anywhere raises StoreError."""

    def __init__(self, database: Path):
        self.database = database
        self.path = database.with_name(database.name + ".lock")
        self._descriptor: int | None = None

    def take(self) -> None:
        """Raises StoreError naming the process that has the lock."""
        while self._descriptor is None:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
            try:
                _try_lock(descriptor)
            except OSError:
                owner = os.read(descriptor, 200).decode(errors="replace").strip() or "another process"
                os.close(descriptor)
                raise StoreError(f"{self.database}: being written by {owner}; wait until it is done, "
                                 "or name another database with --db") from None
            except BaseException:
                os.close(descriptor)
                raise
            if self._is_current(descriptor):
                self._descriptor = descriptor
            else:  # its owner removed the file between our opening and locking it
                os.close(descriptor)
        os.ftruncate(self._descriptor, 0)
        os.write(self._descriptor, f"process {os.getpid()} since {datetime.now():%H:%M:%S}\n".encode())

    def _is_current(self, descriptor: int) -> bool:
        try:
            here, there = os.fstat(descriptor), os.stat(self.path)
        except FileNotFoundError:
            return False
        return (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)

    def free(self) -> None:
        """Removes the file first, so that whoever waits never holds a lock on a removed one unnoticed.

        Where ours was removed and another process has made its own, that one stays. Where an open file cannot be
        removed, it goes last; whoever has opened it meanwhile keeps it there.
        """
        if self._descriptor is None:
            return
        if OPEN_FILES_CAN_GO and self._is_current(self._descriptor):
            self.path.unlink(missing_ok=True)
        os.close(self._descriptor)
        self._descriptor = None
        if not OPEN_FILES_CAN_GO:
            with contextlib.suppress(OSError):
                self.path.unlink()
