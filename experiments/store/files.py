"""What a database file looks like from outside, before SQLite is asked to open it."""

from __future__ import annotations

import os
from pathlib import Path

from silosim.experiments.store.errors import SALVAGE, StoreError

MAGIC = b"SQLite format 3\x00"
HEADER = 100
APPLICATION_ID = 0x53494C4F  # 'SILO': tells our databases from other programs'


def check_file(path: Path) -> bool:
    """True when `path` holds a database of ours, False when there is none yet; otherwise StoreError.

    Read from the first 100 bytes: SQLite itself takes a file of rubbish for one to overwrite in some modes
    and notices a missing tail only when it comes to read it.
    """
    if not path.exists():
        return False
    if not path.is_file():
        raise StoreError(f"{path}: not a file; --db names a database file such as results/silosim.db")
    size = path.stat().st_size
    if size == 0:
        return False
    with path.open("rb") as file:
        header = file.read(HEADER)
    if not header.startswith(MAGIC):
        raise StoreError(f"{path}: this file is not a results database; name another with --db")
    if size < HEADER:
        raise StoreError(f"{path}: the database is cut short ({size} bytes); {SALVAGE}")
    _check_length(path, header, size)
    if int.from_bytes(header[68:72], "big") != APPLICATION_ID and not _has_journal(path):
        raise StoreError(f"{path}: an SQLite database of another program; name another with --db")
    return True


def _check_length(path: Path, header: bytes, size: int) -> None:
    """The header says how many pages there are; it may lag behind while a journal exists."""
    page = int.from_bytes(header[16:18], "big")
    page = 65536 if page == 1 else page
    pages = int.from_bytes(header[28:32], "big")
    if pages * page > size and not _has_journal(path):
        raise StoreError(f"{path}: the database is cut short ({size:,} of {pages * page:,} bytes); {SALVAGE}")


def _has_journal(path: Path) -> bool:
    return any(path.with_name(path.name + end).exists() for end in ("-wal", "-journal"))


def identity(path: Path) -> tuple[int, int] | None:
    """Which file this is, whatever it is called; None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def make_folder(path: Path) -> None:
    """Makes the folder `path` will stand in; StoreError when that cannot be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        why = problem.strerror or problem
        raise StoreError(f"{path.parent}: this folder cannot be made ({why}); "
                         "name another database with --db") from None
    if not os.access(path.parent, os.W_OK):
        raise StoreError(f"{path.parent}: this folder cannot be written; name another database with --db")
    if path.exists() and not os.access(path, os.W_OK):
        raise StoreError(f"{path}: this file cannot be written; name another database with --db")
