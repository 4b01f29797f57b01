"""The server: static files, texts, and a WebSocket on which scenarios come in and answers go out."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import mimetypes
import time
from dataclasses import replace
from functools import cache
from pathlib import Path

from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from silosim.experiments.workshop import exports, organisations, pictures, room
from silosim.experiments.workshop.declared import hello, organisation
from silosim.experiments.workshop.ensembles import Request
from silosim.experiments.workshop.links import link_address, open_code, qr_svg
from silosim.experiments.workshop.messages import HORIZONS, LARGEST_MESSAGE, RUNS, Message, parse
from silosim.experiments.workshop.security import FACILITATOR, MOST_CLIENTS, WRONG_WAITS, Guard, Pace
from silosim.experiments.workshop.state import Workshop
from silosim.model.parameters import InvalidInput
from silosim.model.text import LANGUAGES, catalogue

WEB = Path(__file__).parent / "web"
SPOKEN = ("screen.", "room.", "pages.", "workshop.", "param.", "measure.", "policy.", "dial.", "group.", "unit.",
          "better.", "number.", "language.", "level.")
LONG = 3.0  # seconds without a first band after which a browser is told that it takes longer
PATIENCE = 10.0  # seconds that a new connection may stay silent
_clients = itertools.count(1)

for _kind, _ending in (("text/javascript", ".js"), ("text/css", ".css"), ("image/svg+xml", ".svg")):
    mimetypes.add_type(_kind, _ending)  # Windows may have other ideas, and then browsers refuse the scripts


def application(workshop: Workshop) -> Guard:
    """The ASGI application of one server."""
    routes = [
        Route("/texts/{lang}.json", texts),
        Route("/qr.svg", qr),
        WebSocketRoute("/ws", Talk(workshop).serve),
        *room.routes(workshop),
        *organisations.routes(workshop),
        *exports.routes(workshop),
        Mount("/", StaticFiles(directory=WEB, html=True, check_dir=False)),
    ]
    app = Starlette(routes=routes, exception_handlers={InvalidInput: _bad_input})
    app.state.workshop = workshop
    return Guard(app, workshop.door)


def _bad_input(request, problem: InvalidInput):
    return JSONResponse({"error": str(problem)}, status_code=400)


async def texts(request):
    """Every text that a page may show, by its dotted key."""
    lang = request.path_params["lang"]
    if lang not in LANGUAGES:
        return PlainTextResponse("no such language\n", status_code=404)
    return Response(_spoken(lang), media_type="application/json")


@cache
def _spoken(lang: str) -> bytes:
    words = {key: value for key, value in catalogue(lang).items() if key.startswith(SPOKEN)}
    return json.dumps(words, ensure_ascii=False, separators=(",", ":")).encode()


def qr(request):
    """A share link (?s=code) as a QR code; no coroutine, so that it is made in a thread."""
    workshop = request.app.state.workshop
    code = request.query_params.get("s", "")
    open_code(code, workshop.model, workshop.organisations)
    return Response(qr_svg(link_address(workshop.address, code)), media_type="image/svg+xml")


class Talk:
    """The conversation with each browser on /ws."""

    def __init__(self, workshop: Workshop):
        self.workshop = workshop
        self.connected = 0

    async def serve(self, socket: WebSocket) -> None:
        """One browser, from its hello until it goes."""
        await socket.accept()
        if self.connected >= MOST_CLIENTS:
            await socket.close(4429, "too many clients")
            return
        self.connected += 1
        client = Client(self.workshop, socket)
        try:
            await client.talk()
        except (WebSocketDisconnect, ConnectionError):
            pass
        finally:
            self.connected -= 1
            client.gone()


class Client:
    """One browser: its role, its pace, and the answers it waits for. The newest request is the one that counts."""

    def __init__(self, workshop: Workshop, socket: WebSocket):
        self.workshop, self.socket = workshop, socket
        self.number = next(_clients)
        self.pace = Pace()
        self.role: str | None = None
        self.path: Message | None = None
        self.outbox: asyncio.Queue = asyncio.Queue(maxsize=64)
        self.loop = asyncio.get_running_loop()

    async def talk(self) -> None:
        """Reads until the other side closes; another task writes."""
        writer = asyncio.create_task(self._write())
        try:
            while True:
                timeout = PATIENCE if self.role is None else None
                frame = await asyncio.wait_for(self.socket.receive(), timeout)
                if frame["type"] == "websocket.disconnect":
                    return
                if not await self._heed(frame.get("text") or frame.get("bytes") or ""):
                    return
        except TimeoutError:
            await self._close(4408, "no hello")
        finally:
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await writer

    async def _heed(self, words: str | bytes) -> bool:
        """One message; False when the conversation is over."""
        if not self.pace.allows():
            await self._close(4429, "too many messages")
            return False
        try:
            message = parse(words, self.workshop.organisations)
        except InvalidInput as problem:
            if self.role is None:
                await self._close(4401, "say hello first")
                return False
            self.say({"type": "error", "id": _id_of(words), "text": str(problem)})
            return True
        if message.type == "hello":
            return await self._hello(message)
        if self.role is None:
            await self._close(4401, "say hello first")
            return False
        if message.type == "run":
            self._run(message)
        elif message.type == "path":
            self._path(message)
        elif message.type in ("link", "open"):
            self._link(message)
        elif message.type == "stop":
            self.workshop.engine.forget(self.number)
        elif message.type == "ping":
            self.say({"type": "pong", "id": message.id, "cpu": round(time.process_time(), 4)})
        return True

    async def _hello(self, message: Message) -> bool:
        role = self.workshop.door.role(message.token, message.room)
        if role is None:
            await asyncio.sleep(WRONG_WAITS)
            await self._close(4401, "wrong token or room code")
            return False
        self.role = role
        self.say(hello(self.workshop, role))
        return True

    def _path(self, message: Message) -> None:
        """The moving cases of one run, made beside the ensembles; only the newest request of a browser counts."""
        self.path = message
        self.workshop.paths.submit(self._make_path, message)

    def _make_path(self, message: Message) -> None:
        if self.path is not message:
            return
        try:
            found = self.workshop.path(message)
        except Exception as problem:
            self._later({"type": "error", "id": message.id, "text": _one_line(problem)})
            return
        if self.path is message:
            self._later({"type": "path", "id": message.id, "side": message.side, "replicate": message.replicate,
                         "first": message.first, "weeks": message.weeks, **found})

    def _link(self, message: Message) -> None:
        model = self.workshop.model
        if message.type == "link":
            code = self.workshop.link_code(message.scenario)
            self.say({"type": "link", "id": message.id, "code": code, "link": link_address(self.workshop.address, code),
                      "qr": f"/qr.svg?s={code}"})
            return
        add = self.workshop.add_organisation if self.role == FACILITATOR else None
        try:
            found = open_code(message.code, model, self.workshop.organisations, add)
            name = found["scenario"]["organisation"]
            if name in self.workshop.organisations:
                found["organisation"] = organisation(self.workshop, name)
            self.say({"type": "opened", "id": message.id, **found})
        except InvalidInput as problem:
            self.say({"type": "error", "id": message.id, "text": str(problem)})

    def _run(self, message: Message) -> None:
        started = self.loop.time()
        spec = self.workshop.organisations[message.scenario.organisation]

        def tell(request: Request, stage: int | None, found) -> None:
            if stage is None:
                self._later({"type": "error", "id": message.id, "text": _one_line(found)})
                return
            if request.cancelled:
                return
            band = {"type": "band", "id": message.id, "runs": request.stages[stage], "of": request.runs,
                    "done": stage + 1 == len(request.stages), "weeks": message.scenario.weeks,
                    **pictures.answer(request, stage, found, message.parts, message.series),
                    "ms": round(1000 * (self.loop.time() - started), 1)}
            self._later(band, request)
            if band["done"] and message.scenario.world and self.role == FACILITATOR:
                self._measure_ahead(request)

        request = Request(self.number, message.scenario, spec, message.runs, self.role, tell)
        self.workshop.engine.ask(request)
        self.loop.call_later(LONG, self._still_there, request, message.id)

    def _still_there(self, request: Request, number: int) -> None:
        """A new size of organisation is compiled for a minute, pay in a new world measured for a second: say so."""
        if request.stage == 0 and not request.cancelled and len(request.done) < request.stages[0]:
            self.say({"type": "waiting", "id": number})

    def _measure_ahead(self, request: Request) -> None:
        """What customer measures pay in a new world takes a while to measure: done while nobody waits, for who next
        moves the reward mix."""
        scenario = replace(request.scenario.today(), policy="customer_pay", weeks=HORIZONS[0])
        self.workshop.engine.ask(Request((self.number, "ahead"), scenario, request.spec, RUNS[0], "warming",
                                         lambda *found: None))

    # --- speaking -------------------------------------------------------------------------------------------

    def _later(self, message: dict, request: Request | None = None) -> None:
        """From a worker's thread: say it, unless a newer request came in between."""
        words = json.dumps(message, separators=(",", ":"), allow_nan=False)

        def put() -> None:
            if request is None or not request.cancelled:
                self.say(words)

        with contextlib.suppress(RuntimeError):  # the loop has ended
            self.loop.call_soon_threadsafe(put)

    def say(self, message: dict | str) -> None:
        """Queue a message; a browser that does not read loses the oldest ones, which newer ones replace anyway."""
        words = message if isinstance(message, str) else json.dumps(message, separators=(",", ":"), allow_nan=False)
        if self.outbox.full():
            self.outbox.get_nowait()
        self.outbox.put_nowait(words)

    async def _write(self) -> None:
        while True:
            await self.socket.send_text(await self.outbox.get())

    async def _close(self, code: int, reason: str) -> None:
        with contextlib.suppress(RuntimeError):
            await self.socket.close(code, reason)

    def gone(self) -> None:
        """The browser went away: what it waited for is given up."""
        self.path = None
        self.workshop.engine.forget(self.number)
        self.workshop.engine.forget((self.number, "ahead"))


def _id_of(words: str | bytes) -> int | None:
    """The id of a message that could not be used, so that the browser knows which one it was."""
    if len(words) > LARGEST_MESSAGE:
        return None
    try:
        found = json.loads(words).get("id")
    except (ValueError, AttributeError, RecursionError):
        return None
    return found if isinstance(found, int) and abs(found) < 2**53 else None


def _one_line(problem: Exception) -> str:
    words = " ".join(str(problem).split())
    return words if isinstance(problem, InvalidInput) else f"unexpected {type(problem).__name__}: {words}"
