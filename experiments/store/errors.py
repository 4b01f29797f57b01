"""What can go wrong with a results database, each as one line a user can act on."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from silosim.model.parameters import InvalidInput


class StoreError(InvalidInput):
    """The results database cannot be used as it is; one line saying why and what to do."""


# What to do with a database that is damaged or cut short.
SALVAGE = "`silosim data salvage` saves what can be saved into a new one, or restore a backup"

# (part of SQLite's message, what it means for the user); the first that matches is used
_MEANINGS = (
    ("disk is full", "the disk is full; what was stored stays: make room and run the same command again"),
    ("disk i/o error", "the disk does not take more data (full, over quota or failing); "
                       "what was stored stays: make room and run the same command again"),
    ("unsupported file format", f"the database is damaged; {SALVAGE}"),
    ("not a database", "this file is not a results database; name another with --db"),
    ("malformed", f"the database is damaged; {SALVAGE}"),
    ("database is locked", "another program is using the database; wait for it, or name another with --db"),
    ("no space left", "the disk is full; what was stored stays: make room and run the same command again"),
    ("readonly database", "the database cannot be written (read-only file or folder); name another with --db"),
    ("read-only", "the database cannot be written (read-only file or folder); name another with --db"),
    ("permission", "the database cannot be written (no permission); name another with --db"),
    ("unable to open database", "the database cannot be opened (is its folder readable and writable?)"),
)


def store_error(path: Path | str, problem: BaseException) -> StoreError:
    """The StoreError for what SQLite or the operating system said about `path`."""
    said = " ".join(str(problem).split())
    meaning = next((m for part, m in _MEANINGS if part in said.lower()), said)
    return StoreError(f"{path}: {meaning}")


@contextlib.contextmanager
def in_plain_words(path: Path | str):
    """Turns errors of SQLite and of the operating system inside the block into a StoreError."""
    try:
        yield
    except StoreError:
        raise
    except (sqlite3.Error, OSError) as problem:
        raise store_error(path, problem) from problem
