"""Who may come in: addresses, origins, the facilitator's token, the room code, and how much and how fast.

The server listens on this machine alone unless it is opened to the local network. A page from elsewhere cannot use it:
the Host and Origin of every request must be one of our own addresses. Nothing about a person is kept: no names, no
addresses.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Iterable

FACILITATOR, GUEST = "facilitator", "guest"
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that look alike
CODE_LENGTH = 6
WRONG_WAITS = 1.0  # seconds until a wrong token or room code is answered: guessing all codes then takes years
LARGEST_BODY = 1_000_000  # bytes of a request other than a message
MESSAGES_A_SECOND, BURST = 60.0, 120.0
MOST_CLIENTS = 160

POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
          "connect-src 'self' {sockets}; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
          "frame-ancestors 'none'")
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-cache",  # a new version is there at the next visit
    "permissions-policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
}


class Door:
    """What is secret of one server, and who is let in with what.

    hosts   names and addresses under which this server is reached, without port
    open    whether others than this machine can reach it; if not, whoever comes is the facilitator
    """

    def __init__(self, port: int, hosts: Iterable[str], open_to_network: bool):
        self.port, self.open = port, open_to_network
        self.token = secrets.token_urlsafe(18)
        self.room = "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
        self.hosts = {host.lower() for host in hosts}

    def role(self, token: str, room: str) -> str | None:
        """What somebody with this token or room code is, or None: not let in.

        Without either, whoever sits at this machine is the facilitator, if nobody else can reach the server.
        """
        if not self.open and not token and not room:
            return FACILITATOR
        if token and hmac.compare_digest(token.encode(), self.token.encode()):
            return FACILITATOR
        if not token and hmac.compare_digest(room.upper().encode(), self.room.encode()):
            return GUEST
        return None

    def knows_host(self, host: str | None) -> bool:
        """Whether a Host header names this server; others are refused, so that no outside name can point here."""
        return host is not None and host.lower() in self._own()

    def knows_origin(self, origin: str | None) -> bool:
        """Whether an Origin header is one of our own pages."""
        return origin is not None and origin.lower() in {f"http://{own}" for own in self._own()}

    def _own(self) -> set[str]:
        return {f"{host}:{self.port}" for host in self.hosts} | (self.hosts if self.port == 80 else set())

    def headers(self) -> dict[str, str]:
        """Headers of every answer."""
        sockets = " ".join(sorted(f"ws://{own}" for own in self._own()))
        return {"content-security-policy": POLICY.format(sockets=sockets), **HEADERS}


class Pace:
    """How fast one client may speak: a bucket that fills at `rate` a second up to `burst`."""

    def __init__(self, rate: float = MESSAGES_A_SECOND, burst: float = BURST, clock=time.monotonic):
        self.rate, self.burst, self.clock = rate, burst, clock
        self.left, self.last = burst, clock()

    def allows(self) -> bool:
        """Whether one more message is allowed now; it then counts."""
        now = self.clock()
        self.left = min(self.burst, self.left + (now - self.last) * self.rate)
        self.last = now
        if self.left < 1:
            return False
        self.left -= 1
        return True


class Guard:
    """ASGI middleware: Host, Origin and size are checked before anything else sees a request; headers are added."""

    def __init__(self, app, door: Door):
        self.app, self.door = app, door

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        given = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        problem = self._problem(scope, given)
        if scope["type"] == "websocket":
            await (self._refuse_socket(receive, send) if problem else self.app(scope, receive, send))
            return
        add = [(name.encode(), value.encode()) for name, value in self.door.headers().items()]
        fixed = {name for name, _ in add} - {b"cache-control"}  # which an answer may know better

        async def with_headers(message):
            if message["type"] == "http.response.start":
                given = message.get("headers", [])
                own = [h for h in given if h[0].lower() not in fixed]
                there = {name.lower() for name, _ in own}
                message["headers"] = own + [(name, value) for name, value in add if name not in there]
            await send(message)

        if problem:
            await _plain(with_headers, *problem)
        else:
            await self._limited(scope, receive, with_headers)

    def _problem(self, scope, given: dict[str, str]) -> tuple[int, str] | None:
        """(status, one line) of what is wrong with a request, or None."""
        if not self.door.knows_host(given.get("host")):
            return 421, "this server does not answer to that name"
        changes = scope["type"] == "websocket" or scope.get("method") not in ("GET", "HEAD")
        if (changes or "origin" in given) and not self.door.knows_origin(given.get("origin")):
            return 403, "requests from other pages are refused"
        length = given.get("content-length", "0")
        if not length.isdecimal() or len(length) > 12 or int(length) > LARGEST_BODY:
            return 413, f"a request may hold at most {LARGEST_BODY:,} bytes"
        return None

    async def _limited(self, scope, receive, send) -> None:
        """Without a declared length a body is counted as it comes; one that is too long ends the connection."""
        seen = 0

        async def counted():
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            return {"type": "http.disconnect"} if seen > LARGEST_BODY else message

        await self.app(scope, counted, send)

    async def _refuse_socket(self, receive, send) -> None:
        await receive()
        await send({"type": "websocket.close", "code": 4403, "reason": "not from this page"})


async def _plain(send, status: int, words: str) -> None:
    await send({"type": "http.response.start", "status": status,
                "headers": [(b"content-type", b"text/plain; charset=utf-8")]})
    await send({"type": "http.response.body", "body": (words + "\n").encode()})
