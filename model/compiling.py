"""Compiling on two cores: a second process compiles the last phases of a week while the first begins at the front.

Numba compiles on one core at a time within a process, and keeps what it made in a folder that processes share. So when
the rules are new, a helper begins at the other end of the schedule; what it has kept by the time the first process
gets there is loaded instead of compiled. Whoever waits waits a third less. Without a helper everything works the same.

    python -m silosim.model.compiling CLASS    is the helper (CLASS: a place in `layout.CLASSES`)
"""

from __future__ import annotations

import atexit
import contextlib
import os
import subprocess
import sys
import time

import numba
import numpy as np

from silosim.model import doors
from silosim.model.jit import cache_folder
from silosim.model.layout import CLASSES, Capacity, world_dtype

# Doors, from the end of a week to its beginning; all loop as the schedule does, so that types are the same
LATE_FIRST = ("close_accounts", "organisation_learns", "everyone_looks_around", "everyone_considers_leaving",
              "teams_are_appraised", "everyone_reflects", "everyone_chooses", "teams_set_pay", "teams_take_stock",
              "open_window", "clear_week", "stop_clocks", "impatience", "due_back", "new_cases")
WHOLE = "schedule.advance-*.nbi"  # what the first process keeps last

_asked: set[Capacity] = set()


def with_help(capacity: Capacity) -> None:
    """Starts a helper when nobody has compiled the rules for organisations of this size yet, and a core is free."""
    if capacity in _asked:
        return
    _asked.add(capacity)
    place = CLASSES.index(capacity)
    if numba.config.DISABLE_JIT or (os.cpu_count() or 1) < 2 or not _first(f".compiling-{place}"):
        return
    with contextlib.suppress(OSError):  # else this process compiles everything
        helper = subprocess.Popen([sys.executable, "-m", "silosim.model.compiling", str(place)],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        atexit.register(_end, helper)


def _end(helper: subprocess.Popen) -> None:
    """It has nothing to do without this process; files are kept whole or not at all."""
    helper.kill()
    helper.wait()


def _first(name: str) -> bool:
    """Whether nobody has left this mark in the folder of the compiled rules; leaves it."""
    try:
        os.close(os.open(cache_folder() / name, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except OSError:
        return False
    return True


def compile_late_phases(capacity: Capacity) -> None:
    """Compiles, without running anything, until everything is done or the first process needs no more."""
    started = time.time()
    worlds, row = numba.typeof(np.zeros(1, world_dtype(capacity))), numba.int64
    table = numba.typeof(np.zeros((1, 1)))
    doors.measures_of.compile((table, table))
    for name in LATE_FIRST:
        if any(kept.stat().st_mtime > started for kept in cache_folder().rglob(WHOLE)):
            return
        getattr(doors, name).compile((worlds, row))


if __name__ == "__main__":
    compile_late_phases(CLASSES[int(sys.argv[1])])
