"""Writes an event log as CSV or XES (IEEE 1849), packed with gzip where the name ends in .gz; nothing by halves."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np
import pandas as pd

from silosim.model.parameters import InvalidInput

KINDS = (".csv", ".csv.gz", ".xes", ".xes.gz")
# What XES calls our columns; the others keep their own name.
XES_KEYS = {"activity": "concept:name", "team": "org:group", "person": "org:resource", "state": "state", "by": "by"}


def kind_of(path: Path) -> str:
    """'.csv' or '.xes'; raises InvalidInput for another name."""
    for kind in KINDS:
        if path.name.endswith(kind):
            return kind.removesuffix(".gz")
    raise InvalidInput(f"{path}: the name of an event log must end in {', '.join(KINDS)}")


def write_log(frame: pd.DataFrame, path: Path, about: Mapping[str, str] | None = None) -> None:
    """Writes a frame of `exporting.simulated_frame`.

    about  what an XES file says of the whole log, by name; a CSV file has no place for it
    The file appears when it is complete, and the same frame gives the same bytes. Raises InvalidInput for a name that
    says no known kind, or a place that cannot be written.
    """
    kind = kind_of(path)
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with (part.open("wb") as raw, _packed(raw, path) as binary,
              io.TextIOWrapper(binary, encoding="utf-8", newline="") as out):
            if kind == ".csv":
                frame.to_csv(out, index=False, date_format="%Y-%m-%d %H:%M:%S", lineterminator="\n")
            else:
                _xes(frame, out, about or {})
        os.replace(part, path)
    except OSError as problem:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise InvalidInput(f"{path} cannot be written: {problem.strerror or problem}") from None


def _packed(raw, path: Path):
    """gzip without a name or a date inside, so that the same log gives the same file."""
    if path.name.endswith(".gz"):
        return gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=6)
    return contextlib.nullcontext(raw)


def _xes(frame: pd.DataFrame, out, about: Mapping[str, str]) -> None:
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1849.2016" xes.features="">\n')
    for name, prefix, uri in (("Concept", "concept", "concept"), ("Time", "time", "time"),
                              ("Organizational", "org", "org")):
        out.write(f'  <extension name="{name}" prefix="{prefix}" uri="http://www.xes-standard.org/{uri}.xesext"/>\n')
    for key, value in about.items():
        out.write("  " + _attribute("string", key, value))
    out.writelines(_traces(frame))
    out.write("</log>\n")


def _traces(frame: pd.DataFrame):
    """Pieces of text: the cases in order of their first event, each with its events in order."""
    number = pd.factorize(frame["case"])[0]
    frame = frame.iloc[np.argsort(number, kind="stable")]
    attribute = cache(_attribute)
    times = frame["time"].dt.strftime("%Y-%m-%dT%H:%M:%S.000+00:00").tolist()
    columns = [(XES_KEYS[name], frame[name].tolist()) for name in XES_KEYS if name in frame]
    kinds, worked = frame["type"].tolist(), frame["hours_worked"].tolist()
    now = None
    for k, case in enumerate(frame["case"].tolist()):
        if case != now:
            yield "" if now is None else "  </trace>\n"
            yield f"  <trace>\n    {_attribute('string', 'concept:name', case)}"
            yield f"    {attribute('string', 'type', kinds[k])}"
            now = case
        yield f"    <event>\n      {_attribute('date', 'time:timestamp', times[k])}"
        yield from ("      " + attribute("string", key, values[k]) for key, values in columns
                    if isinstance(values[k], str))
        if worked[k] == worked[k]:
            yield f"      {_attribute('float', 'hours_worked', format(worked[k], 'g'))}"
        yield "    </event>\n"
    yield "" if now is None else "  </trace>\n"


def _attribute(kind: str, key: str, value: str) -> str:
    return f"<{kind} key={quoteattr(key)} value={quoteattr(str(value))}/>\n"
