"""Phones and the facilitator over their lines: who comes in, what is heeded, and what a bad client can do."""

from __future__ import annotations

import asyncio
import json

import pytest

pytest.importorskip("starlette", reason="pip install -e '.[workshop]' brings starlette")

from starlette.websockets import WebSocketDisconnect

from silosim.experiments.workshop.room import lines
from silosim.experiments.workshop.room.hall import MOST_AT_THE_DOOR, MOST_HOSTS, MOST_PAGES, Hall
from silosim.experiments.workshop.room.lines import CROWDED, MOST_TOO_FAST, WRONG
from silosim.experiments.workshop.room.playing import asker
from silosim.experiments.workshop.security import Door
from silosim.experiments.workshop.state import Workshop
from silosim.model.organisation_file import load_organisation


class Socket:
    """A browser's side: what it says is put in, what it hears is kept."""

    def __init__(self):
        self.said: asyncio.Queue = asyncio.Queue()
        self.heard: list[dict] = []
        self.closed: tuple | None = None
        self.more = asyncio.Event()

    async def accept(self):
        pass

    async def receive(self):
        frame = await self.said.get()
        if frame is None:
            return {"type": "websocket.disconnect", "code": 1001}
        return {"type": "websocket.receive", "text": frame}

    async def send_text(self, words):
        if self.closed:
            raise WebSocketDisconnect(1006)
        self.heard.append(json.loads(words))
        self.more.set()

    async def send_json(self, message):
        await self.send_text(json.dumps(message))

    async def close(self, code=1000, reason=""):
        self.closed = (code, reason)
        self.more.set()

    def say(self, message):
        self.said.put_nowait(message if isinstance(message, str) else json.dumps(message))

    async def until(self, wanted):
        """The first message heard that `wanted` likes."""
        async with asyncio.timeout(10):
            while True:
                for message in self.heard:
                    if wanted(message):
                        return message
                self.more.clear()
                await self.more.wait()


class Engine:
    """Answers nothing: the room's own logic needs no runs."""

    def ask(self, request):
        self.asked = request

    def forget(self, key):
        pass


@pytest.fixture
def hall(monkeypatch):
    monkeypatch.setattr(lines, "SLOW", 0.01)
    shop = Workshop(Door(8000, ["127.0.0.1"], True), Engine(), "http://127.0.0.1:8000")
    return Hall(shop)


def play(hall, story):
    """Runs `story(phone, host)`, where both open a line and return its socket."""

    async def whole():
        tasks = []

        def opened(serve, first):
            socket = Socket()
            socket.say(first)
            tasks.append(asyncio.create_task(serve(socket)))
            return socket

        def phone(known=None, code=None):
            return opened(hall.phone, {"code": hall.room.code if code is None else code, "phone": known})

        def host(token=None):
            return opened(hall.host, {"token": hall.workshop.door.token if token is None else token})

        await story(phone, host)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(whole())


def test_a_phone_joins_answers_and_hears_that_it_was_heeded(hall):
    async def story(phone, host):
        hall.room.go("vote:culture_only")
        line = phone()
        first = await line.until(lambda m: m["type"] == "state")
        line.say({"type": "answer", "n": 4, "step": "vote:culture_only", "question": "grade", "option": "up"})
        later = await line.until(lambda m: m["seen"] == 4)
        assert later["mine"] == {"grade": "up"}
        assert later["phone"] == first["phone"]

    play(hall, story)


@pytest.mark.parametrize("code", ["", "WRONG1", 7, None, "x" * 500, {"a": 1}])
def test_a_wrong_code_does_not_come_in(hall, code):
    async def story(phone, host):
        line = Socket()
        line.say({"code": code})
        await hall.phone(line)
        assert line.closed[0] == WRONG
        assert not line.heard
        assert not hall.room.phones

    play(hall, story)


@pytest.mark.parametrize("token", ["", "guess", None, 7])
def test_without_the_token_nobody_leads(hall, token):
    async def story(phone, host):
        line = Socket()
        line.say({"token": token, "code": hall.room.code})
        await hall.host(line)
        assert line.closed[0] == WRONG
        assert not line.heard

    play(hall, story)


def test_a_phone_cannot_do_what_the_facilitator_does(hall):
    async def story(phone, host):
        line = phone()
        await line.until(lambda m: True)
        for k, kind in enumerate(("go", "phase", "play", "clear", "restart", "notes", "use", "hands"), start=1):
            line.say({"type": kind, "n": k, "step": "mirror", "phase": "shown"})
            refused = await line.until(lambda m, k=k: m["seen"] == k)
            assert "type must be" in refused["problem"]
        assert hall.room.now == "welcome"

    play(hall, story)


def test_the_facilitator_leads_and_everybody_sees_it(hall):
    async def story(phone, host):
        one, two, leader = phone(), phone(), host()
        door = await leader.until(lambda m: m["type"] == "door")
        assert door["code"] == hall.room.code
        assert "<svg" in door["qr"]
        assert door["address"].endswith(door["code"])
        leader.say({"type": "go", "n": 1, "step": "mirror"})
        for line in (one, two):
            await line.until(lambda m: m["step"] == "mirror")
        one.say({"type": "answer", "n": 1, "step": "mirror", "question": "self", "option": "8"})
        await leader.until(lambda m: m["type"] == "room" and m["exercises"]["mirror"]["answered"] == 1
                           if "mirror" in m.get("exercises", {}) else False)
        leader.say({"type": "phase", "n": 2, "phase": "shown"})
        refused = await leader.until(lambda m: "problem" in m)
        assert "too few" in refused["problem"]

    play(hall, story)


def test_a_lost_phone_and_a_lost_facilitator_come_back_to_the_same_votes(hall):
    async def story(phone, host):
        hall.room.go("vote:culture_only")
        line, leader = phone(), host()
        number = (await line.until(lambda m: True))["phone"]
        line.say({"type": "answer", "n": 1, "step": "vote:culture_only", "question": "grade", "option": "up"})
        await line.until(lambda m: m["seen"] == 1)
        for socket in (line, leader):
            socket.said.put_nowait(None)
        again, led = phone(number), host()
        assert (await again.until(lambda m: True))["mine"] == {"grade": "up"}
        room = await led.until(lambda m: m["type"] == "room")
        assert room["exercises"]["vote:culture_only"]["answered"] == 1

    play(hall, story)


def test_saying_again_what_was_not_heard_is_no_second_vote(hall):
    async def story(phone, host):
        hall.room.go("vote:culture_only")
        line = phone()
        vote = {"type": "answer", "n": 1, "step": "vote:culture_only", "question": "grade", "option": "up"}
        line.say(vote)
        number = (await line.until(lambda m: m["seen"] == 1))["phone"]
        again = phone(number)
        again.say(vote)
        await again.until(lambda m: m["seen"] == 1)
        assert hall.room.exercises["vote:culture_only"].counts("grade")["up"] == 1

    play(hall, story)


@pytest.mark.parametrize("nonsense", ["", "{", "[]", "null", "1e999", '{"type":"answer"}', "x" * 5000, '{"type":{}}',
                                      '{"type":"build","group":1,"points":{"__class__":9}}', '{"n":-1}', "[" * 1500])
def test_nonsense_harms_nobody(hall, nonsense):
    async def story(phone, host):
        hall.room.go("package")
        bad, good = phone(), phone()
        await bad.until(lambda m: True)
        bad.say(nonsense)
        good.say({"type": "group", "n": 1, "group": 1})
        await good.until(lambda m: m["seen"] == 1)
        bad.say({"type": "group", "n": 2, "group": 2})
        assert (await bad.until(lambda m: m["seen"] == 2))["group"] == 2

    play(hall, story)


def test_who_only_talks_nonsense_is_put_out(hall):
    async def story(phone, host):
        line = phone()
        await line.until(lambda m: True)
        for _ in range(MOST_TOO_FAST + 1):
            line.say("no json")
        while line.closed is None:
            await asyncio.sleep(0.01)
        assert line.closed[0] == CROWDED

    play(hall, story)


def test_nothing_said_quickly_is_lost(hall):
    async def story(phone, host):
        hall.room.go("vote:culture_only")
        line = phone()
        await line.until(lambda m: True)
        for n in range(1, 41):
            line.say({"type": "answer", "n": n, "step": "vote:culture_only", "question": "grade",
                      "option": ("up", "down")[n % 2]})
        last = await line.until(lambda m: m["seen"] == 40)
        assert last["mine"] == {"grade": "up"}

    play(hall, story)


def test_there_is_an_end_to_pages(hall):
    async def story(phone, host):
        hall.phones.update(range(MOST_PAGES))
        line = Socket()
        line.say({"code": hall.room.code})
        await hall.phone(line)
        assert line.closed[0] == CROWDED
        hall.phones.clear()

    play(hall, story)


def test_who_stays_silent_at_the_door_keeps_nobody_inside_out(hall):
    async def story(phone, host):
        silent = [asyncio.create_task(hall.host(Socket())) for _ in range(MOST_HOSTS + 1)]
        await asyncio.sleep(0)
        leader = host()
        await leader.until(lambda m: m["type"] == "room")
        assert hall.at_the_door["facilitator"] == MOST_HOSTS + 1
        for task in silent:
            task.cancel()
        await asyncio.gather(*silent, return_exceptions=True)
        assert hall.at_the_door["facilitator"] == 0
        assert len(hall.hosts) == 1

    play(hall, story)


def test_the_door_has_an_end_too(hall):
    async def story(phone, host):
        hall.at_the_door["guest"] = MOST_AT_THE_DOOR
        line = Socket()
        await hall.phone(line)
        assert line.closed[0] == CROWDED

    play(hall, story)


def test_one_errand_at_a_time_and_the_newest_waits_for_its_turn(hall):
    async def story(phone, host):
        done = []

        async def errand(name, started=None, end=None):
            if started is not None:
                started.set()
                await end.wait()
            done.append(name)

        started, end = asyncio.Event(), asyncio.Event()
        hall.start("first", errand("first", started, end))
        await started.wait()
        hall.start("second", errand("second"))
        hall.start("third", errand("third"))
        assert hall.busy == "first"
        end.set()
        while hall.busy or hall.waiting:
            await asyncio.sleep(0.01)
        assert done == ["first", "third"]

    play(hall, story)


def test_runs_of_the_room_go_behind_the_facilitators(hall):
    async def story(phone, host):
        hall.room.go("vote:culture_only")
        leader = host()
        leader.say({"type": "play", "n": 1})
        await leader.until(lambda m: m.get("busy") == "vote:culture_only")
        await asyncio.sleep(0)
        assert hall.workshop.engine.asked.role == "guest"

    play(hall, story)


def test_what_the_engine_cannot_do_is_told_to_the_facilitator():
    class Broken(Engine):
        def ask(self, request):
            request.tell(request, None, ValueError("no room on this machine"))

    async def story():
        from silosim.experiments.workshop.messages import Scenario

        with pytest.raises(ValueError, match="no room"):
            await asker(Broken(), {"insurer": load_organisation("insurer")})(Scenario(), 8)

    asyncio.run(story())


def test_the_page_to_take_home_comes_over_the_line(hall):
    async def story(phone, host):
        leader = host()
        leader.say({"type": "notes", "n": 1, "notes": ["Elke week <b>een</b> klant"]})
        leader.say({"type": "page", "n": 2, "lang": "nl", "scenario": {"policy": "customer_time"}})
        found = await leader.until(lambda m: "page" in m)
        assert "Elke week &lt;b&gt;een&lt;/b&gt; klant" in found["page"]
        assert "/#s=" in found["page"]
        leader.say({"type": "page", "n": 3, "lang": "fr"})
        assert "lang must be" in (await leader.until(lambda m: m.get("problem")))["problem"]

    play(hall, story)
