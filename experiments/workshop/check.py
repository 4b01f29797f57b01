"""`silosim workshop --check`: whether this machine is ready for a room, before anybody sits in it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from silosim.model.parameters import InvalidInput

LIBRARIES = ("starlette", "uvicorn", "websockets", "segno")
PAGES = ("index.html", "phone/index.html", "organisation/index.html")
ROOM_ON_DISK = 200_000_000  # bytes: compiled rules take 45 MB, saved organisations and exports little
COMPILED = ("schedule.advance", "doors.work_slot", "living.compare")  # what runs, and what notices moving cases
GOOD, NOTE, MISSING = "good", "note", "missing"


@dataclass(frozen=True)
class Finding:
    """One thing looked at.

    what    its key: the words are `workshop.check.<what>.<state>`, its name `workshop.check.<what>.name`
    state   GOOD; NOTE: the workshop runs, but something is not there; MISSING: it does not run
    fields  what the words need
    """

    what: str
    state: str
    fields: dict


def findings(port: int) -> list[Finding]:
    """Everything that can be known without starting anything. Nothing is compiled, sent or written but a test file."""
    return [python(), libraries(), pages(), rules(), cores(), port_free(port), network(), disk(), browser()]


def python() -> Finding:
    """The interpreter."""
    return Finding("python", GOOD, {"version": ".".join(map(str, sys.version_info[:3])), "system": sys.platform})


def libraries(names: tuple[str, ...] = LIBRARIES) -> Finding:
    """Those of the extra `workshop`."""
    absent = [name for name in names if importlib.util.find_spec(name) is None]
    if absent:
        return Finding("libraries", MISSING, {"names": ", ".join(absent)})
    return Finding("libraries", GOOD, {"names": ", ".join(f"{name} {_version(name)}" for name in names)})


def pages() -> Finding:
    """The files that browsers get."""
    folder = Path(__file__).parent / "web"
    absent = [name for name in PAGES if not (folder / name).is_file()]
    return Finding("pages", MISSING if absent else GOOD, {"names": ", ".join(absent or PAGES)})


def rules(folder: Callable[[], Path] | None = None) -> Finding:
    """Whether machine code of this version of the rules was kept for this Python: else the first start compiles it."""
    if folder is None:
        from silosim.model.jit import cache_folder as folder

    tag = f"py{sys.version_info.major}{sys.version_info.minor}"
    found = all(any(folder().glob(f"*/{name}-*.{tag}.nbi")) for name in COMPILED)
    return Finding("rules", GOOD if found else NOTE, {"folder": str(folder())})


def cores() -> Finding:
    """How many runs can be made at the same time."""
    count = os.cpu_count() or 1
    return Finding("cores", GOOD if count > 1 else NOTE, {"count": count})


def port_free(port: int) -> Finding:
    """Whether the server can listen there."""
    from silosim.experiments.workshop.running import listen

    try:
        listen(port, False).close()
    except InvalidInput as problem:
        return Finding("port", MISSING, {"port": port, "problem": str(problem)})
    return Finding("port", GOOD, {"port": port})


def network() -> Finding:
    """The address that phones would use; without a network the exercises go by show of hands."""
    from silosim.experiments.workshop.running import network_address

    address = network_address()
    return Finding("network", GOOD if address else NOTE, {"address": address} if address else {})


def disk(folder: Callable[[], Path] | None = None) -> Finding:
    """Whether the folder of compiled rules can be written, and how much room there is."""
    if folder is None:
        from silosim.model.jit import cache_folder as folder

    where = folder()
    fields = {"folder": str(where), "free": shutil.disk_usage(where).free / 1e9}
    probe = where / f".check-{os.getpid()}"
    try:
        probe.write_bytes(b"silosim")
        probe.unlink()
    except OSError:
        return Finding("disk", MISSING, fields)
    return Finding("disk", GOOD if fields["free"] * 1e9 >= ROOM_ON_DISK else NOTE, fields)


def browser() -> Finding:
    """Whether a browser can be opened from here."""
    try:
        webbrowser.get()
    except webbrowser.Error:
        return Finding("browser", NOTE, {})
    return Finding("browser", GOOD, {})


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "?"
