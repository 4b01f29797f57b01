"""Ctrl-C while runs are made: heeded between two batches, so that it never cuts through the storing of one.

The same for the signal to terminate, with which batch systems announce that the time is up.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator

AT_ONCE = 3  # Ctrl-C as often as this is not held any more


class Interrupts:
    """How often the user pressed Ctrl-C since it is held."""

    def __init__(self):
        self.times = 0

    def heed(self) -> None:
        """Raises KeyboardInterrupt when the user asked to stop."""
        if self.times:
            raise KeyboardInterrupt

    def _count(self, *_) -> None:
        self.times += 1
        if self.times >= AT_ONCE:  # whatever hangs, the user gets out
            raise KeyboardInterrupt


@contextlib.contextmanager
def held_interrupts() -> Iterator[Interrupts]:
    """Ctrl-C is counted instead of raised, and raised at the end if nobody heeded it; may be nested.

    Only where Python's own handler is in place: outside the main thread, or where the host program has another
    handler, nothing changes.
    """
    interrupts = Interrupts()
    now = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread():
        yield interrupts
        return
    if now is not signal.default_int_handler:
        outer = getattr(now, "__self__", None)
        yield outer if isinstance(outer, Interrupts) else interrupts
        return
    signal.signal(signal.SIGINT, interrupts._count)
    terminate = signal.getsignal(signal.SIGTERM)
    if terminate is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, interrupts._count)
    try:
        yield interrupts
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if terminate is signal.SIG_DFL:
            signal.signal(signal.SIGTERM, terminate)
    interrupts.heed()
