"""`silosim bench --workshop`: how long a room waits, from a slider's move to the picture's numbers, through the server.

A server of its own process answers a client here over the WebSocket, as a browser would use it; drawing is not in it.
Beside milliseconds stands the server's processor time, half of which is what two free cores need at least, and the
ratio of the milliseconds to that of the runs alone. Another program that uses the cores makes the milliseconds longer,
and processor time hardly; `busy` says how much.
"""

from __future__ import annotations

import contextlib
import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field

import numpy as np

from silosim.experiments.benchmark.run import machine
from silosim.experiments.benchmark.serving import Server
from silosim.experiments.workshop.dials import SLIDERS, WORLD
from silosim.experiments.workshop.messages import RUNS, WEEKS

FIRST, FULL = RUNS[0], 50
LONG = 156
CORES = 2
TARGETS = {"first": 100.0, "full": 1000.0, "world": 400.0}  # ms, on two cores that have nothing else to do
SINGLE = 12  # runs timed alone
QUIET = 1.0  # seconds in which a server with nothing to do hardly uses the processor


@dataclass
class Waiting:
    """What was measured.

    rows    one a kind of wait: {kind, n, p50, p95 (ms), target (ms or None), cpu (ms of the server), ratio}
    run_ms  processor time of one run of WEEKS weeks from a stored state; busy: its wall time over that
    """

    machine: dict
    run_ms: float
    busy: float
    rows: list[dict] = field(default_factory=list)

    def document(self) -> dict:
        """For JSON."""
        return asdict(self)


def run_waiting(moves: int = 100, progress: Callable[[str], None] = lambda what: None, seed: int = 1) -> Waiting:
    """Measures every kind of wait: `moves` of sliders, a fifth of that of the others."""
    progress("one run alone")
    alone, busy = one_run()
    found = Waiting(machine(), alone, busy)
    some = max(2, moves // 5)
    with served() as page:
        page.settle()
        kinds = {
            "first": (moves, lambda k: page.band(sliders(k, seed), FIRST), FIRST, 1.0),
            "full": (some, lambda k: page.band(sliders(k, seed + 1), FULL), FULL, 1.0),
            "first_long": (some, lambda k: page.band(sliders(k, seed + 2) | {"weeks": LONG}, FIRST), FIRST,
                           LONG / WEEKS),
            "again": (some, lambda k: page.band(sliders(k, seed + 1), FULL), 0, 1.0),
            "world": (some, lambda k: page.band(worlds(k, seed), FIRST), FIRST, 3.0),
            "path": (some, lambda k: page.path(sliders(k, seed)), 0, 1.0),
        }
        for kind, (n, wait, runs, cost) in kinds.items():
            progress(kind)
            before = page.cpu()
            seconds = [wait(k) for k in range(n)]
            found.rows.append(row(kind, seconds, 1000 * (page.cpu() - before) / n, runs * cost * alone / CORES))
    return found


def row(kind: str, seconds: list[float], cpu: float, least: float) -> dict:
    """A line of the table; `least`: ms that the runs alone take, 0 when there are none."""
    ms = 1000 * np.array(seconds)
    p50, p95 = (float(x) for x in np.percentile(ms, (50, 95)))
    return {"kind": kind, "n": len(seconds), "p50": p50, "p95": p95, "target": TARGETS.get(kind),
            "cpu": cpu, "ratio": p50 / least if least else None}


def sliders(k: int, seed: int) -> dict:
    """The k-th position: one slider after the other moves, so that no two are the same."""
    rng = random.Random(seed * 100_000 + k)
    names = [name for name, slider in SLIDERS.items() if len(slider.dial.parts) == 1]
    dials = {}
    for name in rng.sample(names, 4):
        dial, step = SLIDERS[name].dial, SLIDERS[name].step
        dials[name] = [dial.low + step * rng.randrange(int((dial.high - dial.low) / step) + 1)]
    if k % 4 == 0:
        customer, okr = 5 * rng.randrange(6), 5 * rng.randrange(6)
        dials["reward_mix"] = [80 - customer, 20 - okr if okr <= 20 else 0, customer, okr if okr <= 20 else 20]
    return {"dials": dials}


def worlds(k: int, seed: int) -> dict:
    """The k-th world that nobody has asked for, under a lever that needs no measuring of pay."""
    rng = random.Random(seed * 100_000 + k)
    name = list(WORLD)[k % len(WORLD)]
    low, high, _ = WORLD[name]
    return {"world": {name: round(low + (high - low) * rng.random(), 4)}, "dials": {"customer_time": [15]}}


def one_run() -> tuple[float, float]:
    """(ms of processor time, wall time over it) of a run from a stored state, with nothing else in this process."""
    from silosim.model.ensemble import Job, burn_in, run_from
    from silosim.model.organisation_file import load_organisation

    job = Job(load_organisation("insurer"), {"customer_time": 0.15}, weeks=WEEKS)
    today = burn_in(job)
    run_from(job, today)
    wall, used = time.perf_counter(), time.process_time()
    for _ in range(SINGLE):
        run_from(job, today)
    wall, used = time.perf_counter() - wall, time.process_time() - used
    return 1000 * used / SINGLE, wall / used


@contextlib.contextmanager
def served() -> Iterator[Page]:
    """A server in a process of its own, and a page connected to it."""
    from websockets.sync.client import connect

    with Server() as server, connect(f"ws://127.0.0.1:{server.port}/ws", origin=server.origin, max_size=None) as line:
        yield Page(line)


class Page:
    """A client that asks one thing after the other."""

    def __init__(self, line):
        self.line, self.number, self.answer = line, 0, {}
        self.ask({"type": "hello"}, "hello")

    def settle(self) -> None:
        """Today's organisation, all of its runs, and every preset that is made beforehand while nobody waits."""
        self.band({}, FULL)
        before, now = -1.0, self.cpu()
        while now - before > 0.2 * QUIET:
            time.sleep(QUIET)
            before, now = now, self.cpu()

    def band(self, scenario: dict, runs: int) -> float:
        """Seconds until the band of `runs` runs."""
        return self.ask({"type": "run", "scenario": scenario, "runs": FULL}, "band", runs)

    def path(self, scenario: dict) -> float:
        """Seconds until four weeks of moving cases."""
        return self.ask({"type": "path", "scenario": scenario, "weeks": 4}, "path")

    def cpu(self) -> float:
        """Seconds of processor time that the server has used; what was still running is given up."""
        self.ask({"type": "stop"})
        self.ask({"type": "ping"}, "pong")
        return self.answer["cpu"]

    def ask(self, message: dict, kind: str | None = None, runs: int = 0) -> float:
        """Seconds until the answer of this kind (None: there is none). RuntimeError when the server refuses."""
        self.number += 1
        started = time.perf_counter()
        self.line.send(json.dumps({**message, "id": self.number}))
        while kind:
            self.answer = answer = json.loads(self.line.recv(timeout=120))
            if answer["type"] == "error":
                raise RuntimeError(answer["text"])
            mine = answer["type"] == kind and answer.get("id", self.number) == self.number
            if mine and answer.get("runs", 0) >= runs:
                break
        return time.perf_counter() - started
