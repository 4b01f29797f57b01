"""Opening and closing the server: addresses, ports, secrets, the browser, and a clean end on Ctrl-C."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import sys
import threading
import time
import webbrowser
from collections.abc import Callable, Iterator
from pathlib import Path

from silosim.experiments.workshop.ensembles import Ensembles, Request
from silosim.experiments.workshop.messages import LARGEST_MESSAGE, RUNS, Scenario, policies
from silosim.experiments.workshop.paths import path
from silosim.experiments.workshop.security import Door
from silosim.experiments.workshop.state import Workshop
from silosim.model.ensemble import Job
from silosim.model.jit import cache_folder
from silosim.model.parameters import InvalidInput
from silosim.model.text import LANGUAGES

LOOPBACK = "127.0.0.1"
EVERYWHERE = "0.0.0.0"
_ADDRESS = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")
SWITCH = 0.001  # seconds after which a thread that makes a picture lets the one in that reads messages
SAME_DAY = 12 * 3600  # seconds for which token and room code stay the same, so that a restart disturbs nobody


def listen(port: int, lan: bool) -> socket.socket:
    """A socket that listens on this machine alone, or on every address. InvalidInput when the port is taken."""
    address = EVERYWHERE if lan else LOOPBACK
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows, where otherwise two programs may share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise InvalidInput(f"port {port} cannot be used ({error.strerror or error}); "
                           "choose another one with --port") from None
    return listener


def network_address() -> str | None:
    """This machine's address in the local network, or None without one. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # set aside for documentation: choosing a route is all that happens
            found = probe.getsockname()[0]
        except OSError:
            return None
    return None if found.startswith(("127.", "0.")) else found


def check_address(address: str | None, lan: bool) -> None:
    """InvalidInput for an address that is none, or that nobody would use."""
    if address is not None and not (lan and _ADDRESS.fullmatch(address)):
        raise InvalidInput(f"--address {address!r} must be a name or an IPv4 address such as 192.168.1.20, with --lan")


def open_workshop(port: int, lan: bool, lang: str, address: str | None = None) -> Workshop:
    """What a server shares, with its workers started."""
    host = (address or network_address() or LOOPBACK) if lan else LOOPBACK
    door = Door(port, {LOOPBACK, "localhost", host}, lan)
    keep_secrets(door, cache_folder() / f"workshop-{port}.json")
    return Workshop(door, Ensembles(), f"http://{host}:{port}", lang)


def keep_secrets(door: Door, file: Path, now: Callable[[], float] = time.time) -> None:
    """Token and room code of the last server on this port, if it was opened today; else the new ones, kept for today.

    After a restart the facilitator's page and the phones then find their way back by themselves. Only this user can
    read the file; where it cannot be written, a restart has new secrets.
    """
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        if 0 <= now() - kept["since"] < SAME_DAY and all(isinstance(kept[name], str) for name in ("token", "room")):
            door.token, door.room = kept["token"], kept["room"]
            return
    except (OSError, ValueError, KeyError, TypeError):
        pass
    with contextlib.suppress(OSError):
        file.unlink(missing_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as opened:
            json.dump({"since": now(), "token": door.token, "room": door.room}, opened)


def reachable(workshop: Workshop) -> bool:
    """Whether phones can come in at the workshop's address."""
    return not workshop.address.startswith(f"http://{LOOPBACK}:")


def compile_rules() -> None:
    """Compile now what a run and its moving cases need, so that the first visitor does not wait for it."""
    from silosim.experiments.engine import warm_up
    from silosim.model.organisation_file import load_organisation

    spec = load_organisation("insurer")
    warm_up(spec)
    path(Job(spec, weeks=1), 0, 1)


def warm(workshop: Workshop) -> None:
    """Presets on the default organisation at the sliders' horizon: asked for first, so made before anybody does."""
    for name in policies():
        spec = workshop.organisations["insurer"]
        workshop.engine.ask(Request(("warm", name), Scenario(policy=name), spec, RUNS[-2], "warming",
                                    lambda *found: None))
    workshop.paths.submit(path, Job(spec, weeks=1), 0, 1)  # loads what notices moving cases


def serve(workshop: Workshop, listener: socket.socket, started: Callable[[], None] = lambda: None) -> None:
    """Serve until Ctrl-C (or SIGTERM); open connections are told to go away, workers end after the run they are in."""
    sys.setswitchinterval(SWITCH)
    server = server_of(workshop)
    threading.Thread(target=_tell_when_started, args=(server, started), daemon=True).start()
    try:
        server.run(sockets=[listener])
    finally:
        workshop.close()
        listener.close()


def server_of(workshop: Workshop):
    """The uvicorn server of a workshop, not yet running; for `run(sockets=[listener])`."""
    import uvicorn

    from silosim.experiments.workshop.serving import application

    class Server(uvicorn.Server):
        """Ends at the first Ctrl-C, and does not raise it once more when everything is closed."""

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            if threading.current_thread() is not threading.main_thread():
                yield
                return
            before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
            try:
                yield
            finally:
                for number, handler in before.items():
                    signal.signal(number, handler)

    config = uvicorn.Config(application(workshop), log_level="warning", access_log=False, ws="websockets-sansio",
                            ws_max_size=LARGEST_MESSAGE * 2, ws_max_queue=32, ws_ping_interval=20, ws_ping_timeout=20,
                            server_header=False, date_header=False, timeout_graceful_shutdown=2, lifespan="off",
                            limit_concurrency=1000, h11_max_incomplete_event_size=32_768)
    return Server(config)


def _tell_when_started(server, started: Callable[[], None]) -> None:
    while not server.started and not server.should_exit:
        time.sleep(0.05)
    if server.started:
        started()


def show(workshop: Workshop) -> None:
    """Open the facilitator's page in the browser; the token travels in the part of the address that is never sent."""
    webbrowser.open(facilitator_address(workshop))


def facilitator_address(workshop: Workshop) -> str:
    """Where the facilitator's page is, with the token that opens the controls, and a language if one was asked for."""
    lang = "" if workshop.lang == LANGUAGES[0] else f"&lang={workshop.lang}"
    return f"http://{LOOPBACK}:{workshop.door.port}/#token={workshop.door.token}{lang}"
