"""Tables written to files, a part at a time: CSV or Parquet."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from silosim.experiments.extras import need
from silosim.experiments.store.dictionary import FLOAT32, Column

_PANDAS = {"INTEGER": "Int64", "REAL": "float64", FLOAT32: "float32"}  # all others are text


class CsvFile:
    """Comma-separated, in UTF-8, with names of columns in the first line; an empty cell is undefined.

    Numbers are written with as many digits as it takes to get exactly the same number back.
    """

    ending = "csv"

    def __init__(self, path: Path, columns: Sequence[Column]):
        self._file = path.open("w", encoding="utf-8", newline="")
        self._header = True

    def write(self, frame) -> None:
        """Adds rows."""
        frame.to_csv(self._file, index=False, header=self._header)
        self._header = False

    def close(self) -> None:
        """All is on disk afterwards."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def abandon(self) -> None:
        """After a failure."""
        self._file.close()


class ParquetFile:
    """Parquet, with label, unit and meaning in the metadata of each column."""

    ending = "parquet"

    def __init__(self, path: Path, columns: Sequence[Column]):
        arrow, parquet = need("pyarrow", "analysis"), need("pyarrow.parquet", "analysis")
        types = {"INTEGER": arrow.int64(), "REAL": arrow.float64(), FLOAT32: arrow.float32()}
        self._arrow = arrow
        self._schema = arrow.schema([
            arrow.field(c.name, types.get(c.type, arrow.string()),
                        metadata={"label": c.label, "unit": c.unit, "meaning": c.meaning}) for c in columns])
        self._file = parquet.ParquetWriter(path, self._schema, compression="zstd")

    def write(self, frame) -> None:
        """Adds rows."""
        self._file.write_table(self._arrow.Table.from_pandas(frame, self._schema, preserve_index=False))

    def close(self) -> None:
        """All is written afterwards."""
        self._file.close()

    def abandon(self) -> None:
        """After a failure."""
        self._file.close()


SINKS = {sink.ending: sink for sink in (CsvFile, ParquetFile)}


def write_table(path: Path, columns: Sequence[Column], frames: Iterable) -> None:
    """Writes frames with these columns, one below the other; the file appears under its name when it is whole."""
    part = path.with_name(path.name + ".part")
    sink = SINKS[path.suffix[1:]](part, columns)
    names = [c.name for c in columns]
    kinds = {c.name: _PANDAS.get(c.type, "object") for c in columns}
    try:
        for frame in frames:
            sink.write(frame[names].astype(kinds))
        sink.close()
        os.replace(part, path)
    except BaseException:
        sink.abandon()
        part.unlink(missing_ok=True)
        raise
