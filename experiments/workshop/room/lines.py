"""The two conversations of a room: with a phone and with the facilitator, over WebSockets.

A line never queues: it remembers that something changed and sends the newest picture when the last one has left, so a
slow phone costs nobody anything and memory stays flat. Every message of a client has a number `n`; the answer carries
the last one that was heeded (`seen`), and clients say again what was not. Saying something twice does nothing twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import json

from starlette.websockets import WebSocket, WebSocketDisconnect

from silosim.experiments.workshop.security import FACILITATOR, GUEST, Pace
from silosim.model.parameters import InvalidInput

PATIENCE = 10.0      # seconds that a new connection may stay silent
LARGEST = {GUEST: 2_000, FACILITATOR: 32_000}    # characters of a message
PACE = {GUEST: (8.0, 30.0), FACILITATOR: (40.0, 120.0)}
PAUSE = {GUEST: 0.1, FACILITATOR: 0.2}           # seconds between two pictures
SLOW = 0.5           # seconds before a wrong code hears that it is wrong, so that guessing takes years
WAIT = 0.05          # seconds until a message over the pace is looked at again; nothing is dropped
MOST_TOO_FAST = 400  # waits, and messages without sense, before a line is closed
BAD, GONE, CROWDED, WRONG = 4400, 4408, 4429, 4401


class Line:
    """One connection. Subclasses say who may come in, what a message does, and what the picture is."""

    role = GUEST

    def __init__(self, socket: WebSocket):
        self.socket = socket
        self.dirty = asyncio.Event()
        self.pace = Pace(*PACE[self.role])
        self.seen = 0
        self.problem: str | None = None
        self.too_fast = 0

    async def enter(self, first: dict) -> bool:
        """Whether the first message lets it in."""
        raise NotImplementedError

    def admitted(self) -> bool:
        """Whether there is a place for one more that was let in."""
        return True

    def heed(self, message: dict) -> None:
        """Do what a message says. InvalidInput in one line when it cannot be."""
        raise NotImplementedError

    def picture(self) -> dict:
        """What to show now."""
        raise NotImplementedError

    async def talk(self) -> None:
        """From the first message until the other side goes."""
        try:
            first = await asyncio.wait_for(self._next(), PATIENCE)
            if first is None or not await self.enter(first):
                await asyncio.sleep(SLOW)
                await self._close(WRONG, "wrong code")
                return
        except TimeoutError:
            await self._close(GONE, "no hello")
            return
        if not self.admitted():
            await self._close(CROWDED, "too many pages")
            return
        self.dirty.set()
        writer = asyncio.create_task(self._write())
        try:
            while self.too_fast < MOST_TOO_FAST:
                message = await self._next()
                if message is None:
                    self.too_fast += 1
                    continue
                while not self.pace.allows() and self.too_fast < MOST_TOO_FAST:
                    self.too_fast += 1
                    await asyncio.sleep(WAIT)
                self._take(message)
            await self._close(CROWDED, "too many messages")
        finally:
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await writer

    def _take(self, message: dict) -> None:
        number = message.get("n")
        if isinstance(number, int) and not isinstance(number, bool) and self.seen < number < 2**53:
            self.seen = number
        try:
            self.heed(message)
        except InvalidInput as wrong:
            self.problem = str(wrong)
        self.dirty.set()

    async def _next(self) -> dict | None:
        """The next message; None when it is no JSON object of a fitting size. Raises when the other side goes."""
        frame = await self.socket.receive()
        if frame["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(frame.get("code", 1000))
        words = frame.get("text") or ""
        if not words or len(words) > LARGEST[self.role]:
            return None
        try:
            message = json.loads(words)
        except (ValueError, RecursionError):
            return None
        return message if isinstance(message, dict) else None

    async def _write(self) -> None:
        last = None
        while True:
            await self.dirty.wait()
            self.dirty.clear()
            picture = {**self.picture(), "seen": self.seen}
            if self.problem is not None:
                picture["problem"], self.problem = self.problem, None
            words = json.dumps(picture, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
            if words != last:
                await self.socket.send_text(words)
                last = words
            await asyncio.sleep(PAUSE[self.role])

    async def _close(self, code: int, reason: str) -> None:
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):
            await self.socket.close(code, reason)
