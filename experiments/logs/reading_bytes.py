"""A file as bytes: packed or not, whole or broken, text or something else. Everything is refused with one line."""

from __future__ import annotations

import codecs
import contextlib
import gzip
import io
import stat
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from silosim.model.organisation_fields import one_line
from silosim.model.parameters.registry import InvalidInput

PIECE = 1 << 20
HEAD = 1 << 18
MOST_BYTES = 16 << 30  # unpacked: a small file that unpacks to more is a bomb or a mistake
LONGEST_LINE = 16 << 20
SAVED_AS = {b"PK": "an Excel or zip file", b"\xd0\xcf\x11\xe0": "an old Excel file", b"%PDF": "a PDF",
            b"PAR1": "a Parquet file", b"SQLite": "a database"}
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True)
class Scan:
    """What one pass over the bytes tells.

    head     its first 256 KiB; size: bytes after unpacking; packed: with gzip
    mark     the encoding its byte order mark says, or ''; utf8: whether all of it is UTF-8; nul: has zero bytes
    longest  bytes of the longest line, when that is longer than a piece; lines: how many line breaks
    """

    head: bytes
    size: int
    packed: bool
    mark: str
    utf8: bool
    nul: bool
    longest: int
    lines: int


def place(path) -> str:
    """The name of a file in a message."""
    return one_line(str(path))


@contextlib.contextmanager
def opened(path: Path) -> Iterator[io.BufferedIOBase]:
    """The bytes of a file, unpacked when it is packed with gzip, whatever its name."""
    where = place(path)
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise InvalidInput(f"{where}: is not a regular file; give the path of a CSV or XES file")
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            with (gzip.GzipFile(fileobj=raw) if packed else contextlib.nullcontext(raw)) as stream:
                yield stream
    except FileNotFoundError:
        raise InvalidInput(f"{where}: no such file; give the path of a CSV or XES file") from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as problem:
        raise InvalidInput(f"{where}: the gzip file is broken or cut off ({one_line(str(problem))}); "
                           "copy or export it again") from None
    except OSError as problem:
        raise InvalidInput(f"{where}: cannot be read: {one_line(problem.strerror or str(problem))}") from None


def scan(path: Path) -> Scan:
    """Reads a file once from begin to end. Raises InvalidInput when it is broken, empty, too large or no text."""
    where = place(path)
    decoder, utf8, nul = codecs.getincrementaldecoder("utf-8")(), True, False
    head, size, longest, line, lines = b"", 0, 0, 0, 0
    with opened(path) as stream:
        packed = isinstance(stream, gzip.GzipFile)
        while piece := stream.read(PIECE):
            size += len(piece)
            if size > MOST_BYTES:
                raise InvalidInput(f"{where}: unpacks to more than {MOST_BYTES >> 30} GiB; give a part of it")
            if len(head) < HEAD:
                head = (head + piece)[:HEAD]
            nul = nul or b"\0" in piece
            longest, line, lines = _lines(piece, longest, line, lines)
            if utf8:
                try:
                    decoder.decode(piece)
                except UnicodeDecodeError:
                    utf8 = False
    if utf8:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            utf8 = False
    if not size or not head.strip():
        raise InvalidInput(f"{where}: the file is empty; an event log has a heading and a row per event")
    _refuse_other_kinds(head, where)
    mark = next((encoding for begin, encoding in MARKS if head.startswith(begin)), "")
    return Scan(head, size, packed, mark, utf8, nul, max(longest, line), lines)


def _lines(piece: bytes, longest: int, line: int, lines: int) -> tuple[int, int, int]:
    """Longest line so far, length of the one that goes on, and lines ended."""
    ended = piece.count(b"\n") or piece.count(b"\r")
    if not ended:
        return longest, line + len(piece), lines
    end = b"\n" if b"\n" in piece else b"\r"
    first, last = piece.find(end), piece.rfind(end)
    # lines inside a piece are shorter than it, so only the one that began before it can be too long
    return max(longest, line + first), len(piece) - last - 1, lines + ended


def _refuse_other_kinds(head: bytes, where: str) -> None:
    for begin, kind in SAVED_AS.items():
        if head.startswith(begin):
            raise InvalidInput(f"{where}: is {kind}; save or export it as CSV (UTF-8)")
    if head.lstrip()[:1] in (b"{", b"["):
        raise InvalidInput(f"{where}: looks like JSON; export the log as CSV or XES")
