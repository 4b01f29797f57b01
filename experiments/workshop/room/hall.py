"""What a server holds for its room: the room, who makes its runs, and everybody who is connected."""

from __future__ import annotations

import asyncio
import contextlib

from starlette.websockets import WebSocket, WebSocketDisconnect

from silosim.experiments.workshop.links import link_address, qr_svg
from silosim.experiments.workshop.messages import Scenario, scenario_from
from silosim.experiments.workshop.room.lines import BAD, CROWDED, Line
from silosim.experiments.workshop.room.page import page
from silosim.experiments.workshop.room.playing import Player, asker, teams_of
from silosim.experiments.workshop.room.room import MOST_PHONES, Room
from silosim.experiments.workshop.room.views import declared, host_view, phone_view
from silosim.experiments.workshop.security import FACILITATOR, GUEST
from silosim.model.parameters import InvalidInput

MOST_PAGES = MOST_PHONES + 30  # connections at once: some phones have two pages open
MOST_HOSTS = 6
MOST_AT_THE_DOOR = 100         # connections of each kind that have not said the code or token yet


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
        self.at_the_door = {GUEST: 0, FACILITATOR: 0}
        self.busy: str | None = None
        self.waiting: tuple | None = None
        self.offering = False
        self._tasks: set[asyncio.Task] = set()

    def _changed(self, whom: str) -> None:
        for line in (*self.hosts, *(self.phones if whom == "phones" else ())):
            line.dirty.set()

    def names(self) -> dict[str, dict[str, str]]:
        """Labels of the departments that are played."""
        spec = self.workshop.organisations.get(self.player.base.organisation)
        return {t.name: {"en": t.en, "nl": t.nl} for t in (spec.teams if spec else ())
                if t.name in self.room.departments}

    def start(self, name: str, work) -> None:
        """Make runs in the background, one errand at a time; the newest one waits for its turn, an older one goes."""
        if self.waiting is not None:
            self.waiting[1].close()
        self.waiting = (name, work)
        if self.busy is None:
            self._background(self._errands())

    def make_offers(self) -> None:
        """Make ready what phones show beside the choices of a role play; nobody waits for it."""
        if not self.offering and "choices" not in self.room.results:
            self.offering = True
            self._background(self._offers())

    async def _offers(self) -> None:
        try:
            with contextlib.suppress(InvalidInput):
                await self.player.offer()
        finally:
            self.offering = False

    def _background(self, work) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _errands(self) -> None:
        while self.waiting is not None:
            (self.busy, work), self.waiting = self.waiting, None
            self._changed("host")
            try:
                await work
            except Exception as wrong:  # a session goes on, whatever happens to one answer
                words = str(wrong) if isinstance(wrong, InvalidInput) else f"the runs failed: {wrong!r}"[:200]
                for line in self.hosts:
                    line.problem = words
            finally:
                self.busy = None
        self._changed("host")

    async def phone(self, socket: WebSocket) -> None:
        """A phone, from joining until it goes."""
        await self._serve(socket, PhoneLine)

    async def host(self, socket: WebSocket) -> None:
        """The facilitator, from the token until the page closes."""
        await self._serve(socket, HostLine)

    async def _serve(self, socket: WebSocket, kind) -> None:
        """One connection. Who was not let in yet takes no place of those who were."""
        await socket.accept()
        if self.at_the_door[kind.role] >= MOST_AT_THE_DOOR:
            await socket.close(CROWDED, "too many pages")
            return
        line = kind(socket, self)
        self.at_the_door[kind.role] += 1
        try:
            with contextlib.suppress(WebSocketDisconnect, ConnectionError):
                await line.talk()
        except InvalidInput as wrong:
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                await socket.close(BAD, str(wrong)[:100])
        finally:
            line.gone()

    def let_in(self, line: Line, lines: set, most: int) -> bool:
        """Count a line among those inside; False when there is no place."""
        if len(lines) >= most:
            return False
        self.at_the_door[line.role] -= 1
        lines.add(line)
        return True

    def left(self, line: Line, lines: set) -> None:
        """A line went: from inside, or from the door."""
        if line in lines:
            lines.discard(line)
        else:
            self.at_the_door[line.role] -= 1


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

    def admitted(self) -> bool:
        return self.hall.let_in(self, self.hall.phones, MOST_PAGES)

    def gone(self) -> None:
        self.hall.left(self, self.hall.phones)
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

    def admitted(self) -> bool:
        return self.hall.let_in(self, self.hall.hosts, MOST_HOSTS)

    def gone(self) -> None:
        """Nothing goes with the facilitator's page: the room waits."""
        self.hall.left(self, self.hall.hosts)

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
        """Puts a step on; what choices do is made ready before a role play, and again when it was given up."""
        self.hall.room.go(message.get("step"))
        if self.hall.room.now.startswith("roles"):
            self.hall.make_offers()

    def use(self, message: dict) -> None:
        """Plays in the world of the screen, and makes ready what phones show beside the choices of a role play."""
        self.hall.player.use(message.get("scenario"))
        self.hall.make_offers()

    def play(self, message: dict) -> None:
        name = self.hall.room.now
        self.hall.start(name, self.hall.player.play(name, message.get("plan"), message.get("scenario")))

    def make_page(self, message: dict) -> None:
        """The page to take home, with a link to what stands on the screen."""
        shop = self.hall.workshop
        scenario = scenario_from(message.get("scenario", {}), shop.organisations)
        link = link_address(shop.address, shop.link_code(scenario))
        organisation = shop.organisations.get(self.hall.player.base.organisation)
        if organisation is None:
            raise InvalidInput("the organisation that was played is not kept any more; open it again")
        self.page = page(self.hall.room, message.get("lang"), link, shop.model, organisation)


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
    "use": HostLine.use,
    "restart": lambda line, m: line.hall.room.rehearse(line.hall.room.teams),
}
