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
    """How often the user pressed Ctrl-C, and what it does: nothing but counted while held, raised otherwise.

    Only the first is raised: whoever presses again while the program ends must not cut off its last words.
    """

    def __init__(self):
        self.times = 0
        self.held = False

    def heed(self) -> None:
        """Raises KeyboardInterrupt when the user asked to stop."""
        if self.times:
            raise KeyboardInterrupt

    def _count(self, *_) -> None:
        self.times += 1
        if self.times >= AT_ONCE or (self.times == 1 and not self.held):  # whatever hangs, the user gets out
            raise KeyboardInterrupt


def end_at_first_interrupt() -> None:
    """For a program, not for a library: the first Ctrl-C ends it, and no second one disturbs its ending."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, Interrupts()._count)


@contextlib.contextmanager
def held_interrupts() -> Iterator[Interrupts]:
    """Ctrl-C is counted instead of raised, and raised at the end if nobody heeded it; may be nested.

    Only where Python's own handler is in place or that of `end_at_first_interrupt`: outside the main thread, or where
    the host program has another handler, nothing changes.
    """
    now = signal.getsignal(signal.SIGINT)
    interrupts = getattr(now, "__self__", None)
    ours = isinstance(interrupts, Interrupts)
    interrupts = interrupts if ours else Interrupts()
    main_thread = threading.current_thread() is threading.main_thread()
    if not main_thread or interrupts.held or not (ours or now is signal.default_int_handler):
        yield interrupts if main_thread else Interrupts()
        return
    signal.signal(signal.SIGINT, interrupts._count)
    terminate = signal.getsignal(signal.SIGTERM)
    if terminate is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, interrupts._count)
    interrupts.held = True
    try:
        yield interrupts
    finally:
        interrupts.held = False
        signal.signal(signal.SIGINT, now)
        if terminate is signal.SIG_DFL:
            signal.signal(signal.SIGTERM, terminate)
    interrupts.heed()
