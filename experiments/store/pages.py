"""The pages of an SQLite file read without SQLite, for files that it refuses.

Layout as documented at https://www.sqlite.org/fileformat2.html: rows stand in cells on b-tree pages, long ones go on in
overflow pages. Nothing here trusts anything that it reads: what makes no sense is left out.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from silosim.experiments.store.files import MAGIC

TABLE_LEAF, TABLE_INTERIOR, INDEX_LEAF, INDEX_INTERIOR = 13, 5, 10, 2
HEADER = {TABLE_LEAF: 8, INDEX_LEAF: 8, INDEX_INTERIOR: 12, TABLE_INTERIOR: 12}
FILE_HEADER = 100
USUAL_PAGE = 8192
_FLOAT = struct.Struct(">d")


class Nonsense(Exception):
    """What stands there cannot be what SQLite wrote."""


class Row(NamedTuple):
    """A row as it stands in the file.

    place   where, for `Pages.row`
    rowid   None in tables without
    """

    place: int
    rowid: int | None
    values: tuple


class Pages:
    """The pages of a file.

    content   the file, whole or cut short: bytes or a memory map
    """

    def __init__(self, content):
        self.content = content
        self.whole_header = bytes(content[:16]) == MAGIC and len(content) >= FILE_HEADER
        size = int.from_bytes(content[16:18], "big") if self.whole_header else USUAL_PAGE
        self.size = 65536 if size == 1 else size
        self.usable = self.size - (content[20] if self.whole_header else 0)
        self.count = -(-len(content) // self.size)

    @property
    def claimed(self) -> int:
        """How many pages the file says it has, at least those that there are."""
        return max(int.from_bytes(self.content[28:32], "big") if self.whole_header else 0, self.count)

    def page(self, number: int) -> bytes:
        """A page, filled up with zeros where the file ends; pages count from 1."""
        if not 1 <= number <= self.count:
            raise Nonsense
        return bytes(self.content[(number - 1) * self.size:number * self.size]).ljust(self.size, b"\0")

    def rows(self, number: int) -> tuple[list[Row], bool]:
        """(the rows on a page, whether all of it looks as SQLite writes it); none on a page of another kind."""
        try:
            page = self.page(number)
            start = self._start(number)
            if page[start] in (0, TABLE_INTERIOR):  # the rest of long rows, or no rows
                return [], True
            pointers, sound = self._pointers(page, start)
        except Nonsense:
            return [], False
        found = []
        for pointer in pointers:
            try:
                found.append(Row(number * 65536 + pointer, *self._cell(page, page[start], pointer)))
            except (Nonsense, IndexError, UnicodeDecodeError):
                sound = False
        return found, sound

    def row(self, place: int) -> tuple:
        """The values at a place that `rows` gave."""
        number, pointer = divmod(place, 65536)
        page = self.page(number)
        return self._cell(page, page[self._start(number)], pointer)[1]

    def free(self) -> set[int]:
        """Pages that are not in use, as far as the list of them can be read: what stands there is out of date."""
        found: set[int] = set()
        trunk = int.from_bytes(self.content[32:36], "big") if self.whole_header else 0
        while 1 < trunk <= self.count and trunk not in found:
            found.add(trunk)
            page = self.page(trunk)
            leaves = int.from_bytes(page[4:8], "big")
            if leaves > self.usable // 4 - 2:
                break
            found.update(struct.unpack(f">{leaves}I", page[8:8 + 4 * leaves]))
            trunk = int.from_bytes(page[:4], "big")
        return found

    def _start(self, number: int) -> int:
        return FILE_HEADER if number == 1 else 0

    def _pointers(self, page: bytes, start: int) -> tuple[list[int], bool]:
        """(where its cells stand, whether all of these places are possible)."""
        if page[start] not in HEADER:
            raise Nonsense
        first = start + HEADER[page[start]]
        cells = int.from_bytes(page[start + 3:start + 5], "big")
        if first + 2 * cells > self.usable:
            raise Nonsense
        pointers = struct.unpack(f">{cells}H", page[first:first + 2 * cells])
        possible = [pointer for pointer in dict.fromkeys(pointers) if first + 2 * cells <= pointer < self.usable]
        return possible, len(possible) == cells

    def _cell(self, page: bytes, kind: int, at: int) -> tuple[int | None, tuple]:
        """(rowid, values) of a cell."""
        if kind == TABLE_INTERIOR:
            raise Nonsense
        at += 4 if kind == INDEX_INTERIOR else 0
        length, at = varint(page, at)
        rowid = None
        if kind == TABLE_LEAF:
            rowid, at = varint(page, at)
            most = self.usable - 35
        else:
            most = (self.usable - 12) * 64 // 255 - 23
        if not 1 < length <= len(self.content):
            raise Nonsense
        return rowid, record(self._payload(page, at, length, most))

    def _payload(self, page: bytes, at: int, length: int, most: int) -> bytes:
        """A payload that stands on the page and, where it is long, on overflow pages."""
        if length <= most:
            here = page[at:at + length]
            if len(here) < length:
                raise Nonsense
            return here
        least = (self.usable - 12) * 32 // 255 - 23
        local = least + (length - least) % (self.usable - 4)
        local = local if local <= most else least
        parts, missing = [page[at:at + local]], length - local
        following = int.from_bytes(page[at + local:at + local + 4], "big")
        while missing > 0:
            more = self.page(following)
            parts.append(more[4:4 + min(missing, self.usable - 4)])
            missing -= self.usable - 4
            following = int.from_bytes(more[:4], "big")
        payload = b"".join(parts)
        if len(payload) != length:
            raise Nonsense
        return payload


def varint(data: bytes, at: int) -> tuple[int, int]:
    """(value, place behind it) of a whole number of 1 to 9 bytes."""
    value = 0
    for k in range(8):
        byte = data[at + k]
        value = value << 7 | byte & 127
        if byte < 128:
            return value, at + k + 1
    value = value << 8 | data[at + 8]
    return (value - 2**64 if value >= 2**63 else value), at + 9


_LENGTHS = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)


def record(payload: bytes) -> tuple:
    """The values of a record; Nonsense unless it fills its payload exactly."""
    header, at = varint(payload, 0)
    if header > len(payload):
        raise Nonsense
    values, body = [], header
    while at < header:
        kind, at = varint(payload, at)
        if kind in (10, 11) or kind < 0:
            raise Nonsense
        length = _LENGTHS[kind] if kind < 10 else (kind - 12) // 2
        part = payload[body:body + length]
        body += length
        if kind == 0:
            values.append(None)
        elif kind < 7:
            values.append(int.from_bytes(part, "big", signed=True))
        elif kind == 7 and len(part) == 8:
            values.append(_FLOAT.unpack(part)[0])
        elif kind in (8, 9):
            values.append(kind - 8)
        else:
            values.append(part if kind % 2 == 0 else part.decode())
    if at != header or body != len(payload):
        raise Nonsense
    return tuple(values)
