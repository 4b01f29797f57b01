"""How the rulebook is compiled.

Editing a callee or an imported constant in another file leaves Numba's cached machine code of the
caller in use. So the cache folder is named by the hash of every source file of the rulebook, and it
is set here, before the first decorator runs.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

import numba

from silosim.model.parameters import PARAMETERS

HERE = Path(__file__).parent
VERSIONS_KEPT = 6


def rulebook_sources() -> list[Path]:
    """Every file whose code or constants end up in machine code."""
    return sorted(
        [HERE / name for name in ("jit.py", "maths.py", "chance.py", "layout.py", "schedule.py", "doors.py")]
        + list((HERE / "rules").glob("*.py"))
        + list((HERE / "measures").glob("*.py"))
    )


@lru_cache(maxsize=1)
def cache_folder() -> Path:
    """Where machine code (and what was measured with it) is kept: a folder of its own for every version of the
    rules."""
    digest = hashlib.blake2b(digest_size=8)
    for path in rulebook_sources():
        digest.update(path.read_bytes())
    digest.update(",".join(PARAMETERS).encode())  # names shape the record; defaults are data
    root = os.environ.get("SILOSIM_CACHE")
    home = Path(root) if root else Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "silosim"
    try:
        return _claimed(home, digest.hexdigest())
    except OSError:  # a read-only home: compile into a folder of this user's own
        return _claimed(Path(tempfile.gettempdir()) / f"silosim-{os.environ.get('USER', 'user')}", digest.hexdigest())


def _claimed(home: Path, name: str) -> Path:
    """The folder for this version of the rules, marked as used now; the longest unused ones make room (45 MB each)."""
    folder = home / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".used").touch()
    used = sorted(home.glob("*/.used"), key=lambda mark: mark.stat().st_mtime)
    for mark in used[:-VERSIONS_KEPT]:
        shutil.rmtree(mark.parent, ignore_errors=True)
    return folder


if "NUMBA_CACHE_DIR" not in os.environ:
    numba.config.CACHE_DIR = str(cache_folder())

# LLVM's level 1 compiles a quarter faster than level 3, and what it makes runs no slower: the hot path is inlined
# by us.
numba.config.OPT = type(numba.config.OPT)(1)

# boundscheck stays on: it costs 4%, and without it a wrong index silently changes a neighbour.
# fastmath stays off: results must be the same to the bit on every machine.
OPTIONS = {"cache": True, "nogil": True, "boundscheck": True, "error_model": "numpy"}


def rule(function):
    """Compile a rule: a pure function over the state record of one world."""
    return numba.njit(**OPTIONS)(function)


def hot(function):
    """Compile a rule of the hot path into its callers (LLVM inlining): a call costs as much as many a rule."""
    return numba.njit(forceinline=True, **OPTIONS)(function)


def inlined(function):
    """Compile a small helper that is copied into its callers (a call costs more than its body)."""
    return numba.njit(inline="always", **OPTIONS)(function)
