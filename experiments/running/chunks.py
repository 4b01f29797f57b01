"""Cutting a stream of runs into chunks of about a third of a second, by the time that the first ones took.

Small enough to stop soon and to end together, large enough that handing out costs nothing. Neighbours that share a
burn-in stay together as far as that goes; where a chunk ends inside such a group, the burn-in is lived once more.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

TARGET = 0.3  # seconds
MOST = 1000  # runs


class Cutter:
    """Chunks of `items`, longer or shorter as runs turn out to be quick or slow.

    group_of  items next to each other with an equal group belong together
    total     how many items there are, if known: the last chunks are made smaller so that workers end together
    """

    def __init__(self, items: Iterable, group_of: Callable, workers: int, total: int | None = None):
        self._items = iter(items)
        self._group_of = group_of
        self._workers = workers
        self._left = total
        self._next: list = []  # at most one item, looked at already
        self.seconds_per_run = 0.0

    def took(self, runs: int, seconds: float) -> None:
        """Notes how long a chunk took; the estimate follows slowly, since a chunk may hold a burn-in more or less."""
        if runs:
            now = seconds / runs
            old = self.seconds_per_run
            self.seconds_per_run = now if not old or now < old / 3 else 0.7 * old + 0.3 * now

    def cut(self) -> list:
        """The next chunk; empty when there are no more items."""
        size = self._size()
        chunk: list = []
        group = None
        for item in self._ahead():
            its_group = self._group_of(item)
            if len(chunk) >= 2 * size or (len(chunk) >= size and its_group != group):
                self._next.append(item)
                break
            chunk.append(item)
            group = its_group
        if self._left is not None:
            self._left -= len(chunk)
        return chunk

    def _ahead(self):
        """Items one by one. (`yield from` would close the items' own generator with this one.)"""
        if self._next:
            yield self._next.pop()
        while (item := next(self._items, self)) is not self:
            yield item

    def _size(self) -> int:
        if not self.seconds_per_run:
            return 1
        size = min(max(int(TARGET / self.seconds_per_run), 1), MOST)
        if self._left is not None:
            size = min(size, max(1, math.ceil(self._left / (2 * self._workers))))
        return size
