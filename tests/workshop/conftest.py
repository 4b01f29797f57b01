"""A real server on a free port, in a thread of the test process, and a client that speaks to it."""

from __future__ import annotations

import contextlib
import http.client
import json
import threading
import time

import pytest
from hypothesis import settings
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from silosim.experiments.workshop import running
from silosim.experiments.workshop.ensembles import Ensembles
from silosim.experiments.workshop.security import Door
from silosim.experiments.workshop.state import Workshop

# A busy machine takes longer over one example than Hypothesis allows by default; that is no failure of ours.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")


class Served:
    """A server that runs: `workshop` is what it shares, `origin` where its pages come from."""

    def __init__(self, lan: bool = False, port: int = 0, door: Door | None = None):
        self.listener = running.listen(port, False)
        self.port = self.listener.getsockname()[1]
        self.origin = f"http://127.0.0.1:{self.port}"
        door = door or Door(self.port, {"127.0.0.1", "localhost"}, lan)
        self.workshop = Workshop(door, Ensembles(2), self.origin)
        self.server = running.server_of(self.workshop)
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.listener]}, daemon=True)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(timeout=10)
        self.workshop.close()
        self.listener.close()
        assert not self.thread.is_alive()

    def get(self, path: str, method: str = "GET", body: bytes | None = None, **headers):
        """(status, headers, body) of one request; a header given as None is left out."""
        given = {"Host": f"127.0.0.1:{self.port}"} | {name.replace("_", "-"): value for name, value in headers.items()}
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            line.putrequest(method, path, skip_host=True)
            for name, value in given.items():
                if value is not None:
                    line.putheader(name, value)
            if body is not None and "Content-Length" not in given:
                line.putheader("Content-Length", str(len(body)))
            line.endheaders(body)
            answer = line.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        finally:
            line.close()

    def page(self, hello: dict | None = None, origin: str | None = ""):
        """A browser that is connected; it has said hello when `hello` is given."""
        return Page(self, hello, self.origin if origin == "" else origin)


class Page:
    """One browser."""

    def __init__(self, served: Served, hello: dict | None, origin: str | None):
        self.open = contextlib.ExitStack()
        self.line = self.open.enter_context(connect(f"ws://127.0.0.1:{served.port}/ws", origin=origin, max_size=None,
                                                     close_timeout=1))
        self.hello = self.ask({"type": "hello", **hello}) if hello is not None else None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.open.close()

    def tell(self, message) -> None:
        self.line.send(message if isinstance(message, (str, bytes)) else json.dumps(message))

    def hear(self) -> dict:
        """The next message, whatever it is."""
        return json.loads(self.line.recv(timeout=60))

    def ask(self, message) -> dict:
        self.tell(message)
        return self.hear()

    def bands(self, number: int) -> list[dict]:
        """Every answer to request `number`, the last one included."""
        found = []
        while not found or not (found[-1].get("done") or found[-1]["type"] == "error"):
            answer = self.hear()
            if answer.get("id") == number and answer["type"] != "waiting":
                found.append(answer)
        return found

    def ended(self) -> int:
        """The code with which the server closes the connection, whatever it says before."""
        try:
            while True:
                self.line.recv(timeout=20)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006
        finally:
            self.open.close()


@pytest.fixture(scope="session")
def served():
    """A server that only this machine can reach."""
    server = Served()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def opened():
    """A server that is open to the network, as with --lan."""
    server = Served(lan=True)
    yield server
    server.stop()


@pytest.fixture
def serve():
    """Opens servers like these; whoever opens one stops it."""
    return Served
