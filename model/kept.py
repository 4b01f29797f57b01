"""Numbers that take seconds to measure: measured once however many threads ask, and kept beside the compiled rules."""

from __future__ import annotations

import functools
import json
import threading
from collections.abc import Callable
from pathlib import Path

from silosim.model.jit import cache_folder

LOCKS = 61  # arguments are dealt over so many locks: different ones seldom wait for each other


def once(function: Callable) -> Callable:
    """`function` of hashable arguments, computed once for the same arguments, also when threads ask together."""
    locks = [threading.Lock() for _ in range(LOCKS)]
    remembered = functools.lru_cache(maxsize=256)(function)

    @functools.wraps(function)
    def ask(*arguments):
        with locks[hash(arguments) % LOCKS]:
            return remembered(*arguments)

    return ask


def recall(name: str) -> dict | None:
    """What was kept under a name for today's rules; None when nothing was, or when it is spoiled."""
    try:
        return json.loads(_path(name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def keep(name: str, content: dict) -> None:
    """Keep a table of numbers under a name, whole or not at all; where nothing can be kept, nothing is."""
    draft = _path(name).with_suffix(f".{threading.get_ident()}")
    try:
        draft.write_text(json.dumps(content), encoding="utf-8")
        draft.replace(_path(name))
    except OSError:
        pass


def _path(name: str) -> Path:
    return cache_folder() / f"{name}.json"
