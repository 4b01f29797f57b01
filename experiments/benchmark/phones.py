"""Fifty phones in a workshop, for as long as asked, while the facilitator moves sliders.

    python -m silosim.experiments.benchmark.phones --minutes 10

starts a server of its own on this machine, and plays rounds of predictions: every phone answers four questions at its
own time, changes its mind now and then, and some lose their connection in the middle and come back. After each round
what the room counted is compared with what every phone last said. Meanwhile a facilitator moves one slider after
another and waits for the first picture each time, first alone and then with the phones. Prints losses, the
facilitator's times, and the memory of the server. The times are of this machine as busy as it is.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import time
from dataclasses import dataclass, field

from silosim.experiments.benchmark.serving import Server

PHONES = 50
ROUND = 15.0        # seconds in which phones answer
ALONE = 15.0        # seconds in which the facilitator moves sliders without phones
DROPPED = 0.15      # share of phones that lose their connection in a round
QUESTIONS = ("attainment_closures", "grade", "contacts", "strain")
OPTIONS = ("up", "same", "down")
STEPS = ("vote:tighten_targets", "vote:culture_only", "vote:customer_time", "vote:purple_crocodile")


@dataclass
class Tally:
    """What was seen. Times in milliseconds, memory in MiB by seconds since the start."""

    said: int = 0
    lost: int = 0
    extra: int = 0
    dropped: int = 0
    rounds: int = 0
    alone: list[float] = field(default_factory=list)
    together: list[float] = field(default_factory=list)
    heard: list[float] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)


def connect(server: Server, path: str):
    """A WebSocket to the server, from one of its own pages."""
    from websockets.asyncio.client import connect

    return connect(f"ws://127.0.0.1:{server.port}{path}", origin=server.origin, max_size=2**22)


class Phone:
    """One phone: says its answers until they are heeded, also over a lost connection."""

    def __init__(self, server: Server, code: str, tally: Tally, seed: int):
        self.server, self.code, self.tally = server, code, tally
        self.draw = random.Random(seed)
        self.number, self.n, self.line = None, 0, None
        self.answers: dict[str, dict[str, str]] = {}
        self.unheard: dict[tuple[str, str], tuple[dict, float]] = {}

    async def live(self) -> None:
        """Connected for as long as the test lasts, again and again."""
        from websockets.exceptions import ConnectionClosed

        while True:
            try:
                async with connect(self.server, "/room/phone") as line:
                    await line.send(json.dumps({"code": self.code, "phone": self.number}))
                    self.line = line
                    for message, _ in self.unheard.values():
                        await line.send(json.dumps(message))
                    async for words in line:
                        self.hear(json.loads(words))
            except (ConnectionClosed, OSError):
                pass
            self.line = None
            await asyncio.sleep(0.2 + self.draw.random())

    def hear(self, state: dict) -> None:
        self.number = state["phone"]
        for key, (message, when) in list(self.unheard.items()):
            if message["n"] <= state["seen"]:
                del self.unheard[key]
                self.tally.heard.append(1000 * (time.perf_counter() - when))

    async def say(self, step: str, question: str, option: str) -> None:
        from websockets.exceptions import ConnectionClosed

        self.n += 1
        self.tally.said += 1
        message = {"type": "answer", "n": self.n, "step": step, "question": question, "option": option}
        self.answers.setdefault(step, {})[question] = option
        self.unheard[step, question] = (message, time.perf_counter())
        if self.line is not None:
            with contextlib.suppress(ConnectionClosed):
                await self.line.send(json.dumps(message))

    async def play(self, step: str) -> None:
        """One round: four answers, one of them changed, perhaps a lost connection between them."""
        for question in (*QUESTIONS, self.draw.choice(QUESTIONS)):
            await asyncio.sleep(self.draw.random() * ROUND / 5)
            await self.say(step, question, self.draw.choice(OPTIONS))
            if self.draw.random() < DROPPED / 5 and self.line is not None:
                self.tally.dropped += 1
                self.line.transport.abort()


class Host:
    """The facilitator's panel: leads the rounds and reads the counts."""

    def __init__(self, line):
        self.line, self.n, self.view = line, 0, None

    async def say(self, kind: str, **more) -> dict:
        """Says something and waits for the picture in which it was heeded."""
        self.n += 1
        await self.line.send(json.dumps({"type": kind, "n": self.n, **more}))
        return await self.until(lambda view: view["seen"] >= self.n)

    async def until(self, wanted) -> dict:
        """The first picture like that; it may be the last one that came."""
        while self.view is None or not wanted(self.view):
            view = json.loads(await self.line.recv())
            if view["type"] == "room":
                self.view = view
        return self.view


async def rounds(server: Server, phones: list[Phone], tally: Tally, until: float) -> None:
    """Rounds of predictions, each checked against what the phones last said."""
    async with connect(server, "/room/host") as line:
        host = Host(line)
        await line.send(json.dumps({"token": ""}))
        while time.monotonic() < until:
            step = STEPS[tally.rounds % len(STEPS)]
            await host.say("go", step=step)
            await host.say("clear")
            for phone in phones:
                phone.answers.pop(step, None)
            await asyncio.gather(*(phone.play(step) for phone in phones))
            await settled(phones)
            view = await host.say("phase", phase="shown")
            compare(view["exercises"][step]["result"]["counts"], phones, step, tally)
            await host.say("play")
            await host.until(lambda view: not view["busy"])
            tally.rounds += 1
            tally.memory.append((time.monotonic(), server.memory() or 0.0))


async def settled(phones: list[Phone], patience: float = 20.0) -> None:
    """Until every phone heard that its answers came in, or patience ends: then they count as lost."""
    until = time.monotonic() + patience
    while any(phone.unheard for phone in phones) and time.monotonic() < until:
        await asyncio.sleep(0.05)


def compare(counts: dict, phones: list[Phone], step: str, tally: Tally) -> None:
    """Answers that the room has too few of, and too many of."""
    for question in QUESTIONS:
        for option in OPTIONS:
            meant = sum(1 for phone in phones if phone.answers.get(step, {}).get(question) == option)
            tally.lost += max(0, meant - counts[question][option])
            tally.extra += max(0, counts[question][option] - meant)


async def slide(server: Server, times: list[float], until: float) -> None:
    """A facilitator who moves one slider after another, and waits for the first picture each time."""
    draw = random.Random(1)
    async with connect(server, "/ws") as line:
        await line.send(json.dumps({"type": "hello", "lang": "nl"}))
        dials = [d for d in json.loads(await line.recv())["dials"] if len(d["parts"]) == 1 and not d["toggle"]]
        number = 0
        while time.monotonic() < until:
            number += 1
            dial = draw.choice(dials)
            at = draw.uniform(dial["low"], dial["high"])
            started = time.perf_counter()
            await line.send(json.dumps({"type": "run", "id": number, "runs": 50,
                                        "scenario": {"dials": {dial["name"]: [at]}}}))
            while (answer := json.loads(await line.recv())).get("id") != number:
                pass
            if answer["type"] == "error":
                raise SystemExit(answer["text"])
            times.append(1000 * (time.perf_counter() - started))
            await asyncio.sleep(0.2 + 0.6 * draw.random())


async def code_of(server: Server) -> str:
    """The room's code, as the facilitator's page gets it."""
    async with connect(server, "/ws") as line:
        await line.send(json.dumps({"type": "hello"}))
        return json.loads(await line.recv())["room"]


async def played(server: Server, minutes: float, count: int) -> Tally:
    """The whole test: the facilitator alone, then with the phones."""
    tally = Tally()
    await slide(server, [], time.monotonic() + 3)  # what is only paid once
    await slide(server, tally.alone, time.monotonic() + ALONE)
    code = await code_of(server)
    phones = [Phone(server, code, tally, seed) for seed in range(count)]
    lives = [asyncio.create_task(phone.live()) for phone in phones]
    while any(phone.number is None for phone in phones):
        await asyncio.sleep(0.1)
    until = time.monotonic() + 60 * minutes
    await asyncio.gather(rounds(server, phones, tally, until), slide(server, tally.together, until))
    for life in lives:
        life.cancel()
    return tally


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of the values lie."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def report(tally: Tally, count: int) -> str:
    """What was seen, in a few lines."""
    lines = [f"{count} phones, {tally.rounds} rounds, {tally.said} answers, {tally.dropped} connections lost and back",
             f"answers lost: {tally.lost}; counted twice: {tally.extra}",
             f"an answer is heeded after {percentile(tally.heard, .5):.0f} ms (median), "
             f"{percentile(tally.heard, .95):.0f} ms (95%), lost connections included"]
    for words, times in (("alone", tally.alone), ("with the phones", tally.together)):
        lines.append(f"facilitator {words}: first picture after {percentile(times, .5):.0f} ms (median), "
                     f"{percentile(times, .95):.0f} ms (95%), {len(times)} moves")
    if tally.memory and tally.memory[0][1]:
        start = tally.memory[0][0]
        lines.append("memory of the server, MiB by minute: " + ", ".join(
            f"{(when - start) / 60:.1f}: {size:.0f}" for when, size in tally.memory[:: max(1, len(tally.memory) // 8)]))
    lines.append(f"{os.cpu_count()} cores")
    return "\n".join(lines)


def main() -> None:
    """Read the options, play, print; the exit code is 1 when an answer was lost or counted twice."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--minutes", type=float, default=10.0)
    options.add_argument("--phones", type=int, default=PHONES)
    asked = options.parse_args()
    server = Server()
    try:
        tally = asyncio.run(played(server, asked.minutes, asked.phones))
    finally:
        server.stop()
    print(report(tally, asked.phones))
    raise SystemExit(1 if tally.lost or tally.extra else 0)


if __name__ == "__main__":
    main()
