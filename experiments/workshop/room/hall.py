"""What a server holds for its room: the room, who makes its runs, and everybody who is connected."""

from __future__ import annotations

import asyncio
import contextlib

from starlette.websockets import WebSocket, WebSocketDisconnect

from silosim.experiments.workshop.links import qr_svg
from silosim.experiments.workshop.messages import Scenario
from silosim.experiments.workshop.room.lines import BAD, CROWDED, Line
from silosim.experiments.workshop.room.page import page
from silosim.experiments.workshop.room.playing import Player, asker, teams_of
from silosim.experiments.workshop.room.room import MOST_PHONES, Room
from silosim.experiments.workshop.room.views import declared, host_view, phone_view
from silosim.experiments.workshop.security import FACILITATOR, GUEST
from silosim.model.parameters import InvalidInput

MOST_PAGES = MOST_PHONES + 30  # connections at once: some phones have two pages open
MOST_HOSTS = 6


class Hall:
    """One room of one server (state.Workshop)."""

    def __init__(self, workshop):
        self.workshop = workshop
        spec = workshop.organisations[Scenario().organisation]
        self.room = Room(workshop.door.room, teams_of(spec))
        self.player = Player(self.room, asker(workshop.engine, workshop.organisations), workshop.organisations)
        self.room.watch.append(self._changed)
        self.phones: set[PhoneLine] = set()
        self.hosts: set[HostLine] = set()
        self.busy: str | None = None
        self._tasks: set[asyncio.Task] = set()

    def _changed(self, whom: str) -> None:
        for line in (*self.hosts, *(self.phones if whom == "phones" else ())):
            line.dirty.set()

    def names(self) -> dict[str, dict[str, str]]:
        """Labels of the departments that are played."""
        teams = self.workshop.organisations[self.player.base.organisation].teams
        return {t.name: {"en": t.en, "nl": t.nl} for t in teams if t.name in self.room.departments}

    def start(self, name: str, work) -> None:
        """Make runs in the background, one errand at a time; who asks meanwhile is told so."""
        if self.busy is not None:
            work.close()
            raise InvalidInput("the model is still running for the last question")
        self.busy = name
        task = asyncio.create_task(self._errand(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self._changed("host")

    async def _errand(self, work) -> None:
        try:
            await work
        except InvalidInput as wrong:
            for line in self.hosts:
                line.problem = str(wrong)
        finally:
            self.busy = None
            self._changed("host")

    async def phone(self, socket: WebSocket) -> None:
        """A phone, from joining until it goes."""
        await self._serve(socket, PhoneLine, self.phones, MOST_PAGES)

    async def host(self, socket: WebSocket) -> None:
        """The facilitator, from the token until the page closes."""
        await self._serve(socket, HostLine, self.hosts, MOST_HOSTS)

    async def _serve(self, socket: WebSocket, kind, lines: set, most: int) -> None:
        await socket.accept()
        if len(lines) >= most:
            await socket.close(CROWDED, "too many pages")
            return
        line = kind(socket, self)
        lines.add(line)
        try:
            with contextlib.suppress(WebSocketDisconnect, ConnectionError):
                await line.talk()
        except InvalidInput as wrong:
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                await socket.close(BAD, str(wrong)[:100])
        finally:
            lines.discard(line)
            line.gone()


class PhoneLine(Line):
    """A page on a phone."""

    role = GUEST

    def __init__(self, socket: WebSocket, hall: Hall):
        super().__init__(socket)
        self.hall, self.number = hall, None

    async def enter(self, first: dict) -> bool:
        """With the room code; with the phone's number when it was here before."""
        code = first.get("code")
        if not isinstance(code, str) or not code or self.hall.workshop.door.role("", code[:20]) != GUEST:
            return False
        self.number = self.hall.room.join(first.get("phone"))
        return True

    def gone(self) -> None:
        if self.number is not None:
            self.hall.room.leave(self.number)

    def heed(self, message: dict) -> None:
        room, kind = self.hall.room, message.get("type")
        if kind == "answer":
            room.answer(self.number, message.get("step"), message.get("question"), message.get("option"))
        elif kind == "department":
            room.choose_department(self.number, message.get("department"))
        elif kind == "group":
            room.choose_group(self.number, message.get("group"))
        elif kind == "build":
            mine = room.phones[self.number].group
            if mine is None or mine != message.get("group"):
                raise InvalidInput("sit at a table first")
            room.build(mine, message.get("points"), message.get("ready") is True)
        else:
            raise InvalidInput("type must be answer, department, group or build")

    def picture(self) -> dict:
        view = {**phone_view(self.hall.room, self.number), "phone": self.number}
        if "department" in view:
            view["names"] = self.hall.names()
        return view


class HostLine(Line):
    """The facilitator's panel on the screen."""

    role = FACILITATOR

    def __init__(self, socket: WebSocket, hall: Hall):
        super().__init__(socket)
        self.hall = hall
        self.page: str | None = None

    async def enter(self, first: dict) -> bool:
        token = first.get("token", "")
        door = self.hall.workshop.door
        if not isinstance(token, str) or door.role(token[:80], "") != FACILITATOR:
            return False
        where = {"type": "door", "code": door.room, "open": door.open, **declared()}
        if door.open:
            where["address"] = f"{self.hall.workshop.address}/phone/#{door.room}"
            where["qr"] = qr_svg(where["address"]).decode()
        await self.socket.send_json(where)
        return True

    def gone(self) -> None:
        """Nothing goes with the facilitator's page: the room waits."""

    def heed(self, message: dict) -> None:
        kind = message.get("type")
        if kind not in DOES:
            raise InvalidInput(f"type must be one of {', '.join(DOES)}")
        DOES[kind](self, message)

    def picture(self) -> dict:
        view = {**host_view(self.hall.room), "busy": self.hall.busy, "names": self.hall.names()}
        if self.page is not None:
            view["page"], self.page = self.page, None
        return view

    def go(self, message: dict) -> None:
        self.hall.room.go(message.get("step"))
        if self.hall.room.now.startswith("roles") and self.hall.busy is None:
            self.hall.start("choices", self.hall.player.offer())

    def play(self, message: dict) -> None:
        work = self.hall.player.play(message.get("plan"), message.get("scenario"))
        self.hall.start(self.hall.room.now, work)

    def make_page(self, message: dict) -> None:
        link = message.get("link")
        self.page = page(self.hall.room, message.get("lang"), link if isinstance(link, str) else "",
                         self.hall.workshop.model, self.hall.workshop.organisations[self.hall.player.base.organisation])


DOES = {
    "go": HostLine.go,
    "play": HostLine.play,
    "page": HostLine.make_page,
    "phase": lambda line, m: line.hall.room.set_phase(m.get("phase")),
    "hands": lambda line, m: line.hall.room.hands(m.get("question"), m.get("numbers")),
    "build": lambda line, m: line.hall.room.build(m.get("group"), m.get("points"), True),
    "clear": lambda line, m: line.hall.room.clear(),
    "notes": lambda line, m: line.hall.room.note(m.get("notes")),
    "lang": lambda line, m: line.hall.room.speak(m.get("lang")),
    "use": lambda line, m: line.hall.player.use(m.get("scenario")),
    "restart": lambda line, m: line.hall.room.rehearse(line.hall.room.teams),
}
