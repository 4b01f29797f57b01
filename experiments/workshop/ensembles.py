"""Many runs at once, for people who wait: the compiled engine on threads, by priority, the newest request first.

A request asks for paired runs of a scenario and of today in the same world, answered in stages (8, 16, 50, 200). Every
run branches from a stored state of today's organisation, burned in once per replicate. Workers take one run at a time
from whichever request comes first, so a new request is served within the length of one run, and an old one of the
same client is given up. What a run gave is kept in a short form, so coming back to where the sliders stood costs
nothing.

What a pooled customer measure pays is measured in each world when somebody first needs it, and that takes as long as
fifty runs. One worker then lives the first run, and with it does the measuring; the others make runs of today, or serve
somebody else, until it is done.
"""

from __future__ import annotations

import heapq
import itertools
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from silosim.experiments.runkey import replicate_of
from silosim.experiments.workshop.messages import BURN_IN, RUNS, Scenario
from silosim.experiments.workshop.shorts import Kept, Short, burn_in, shortened
from silosim.model.ensemble import Job, run_from
from silosim.model.simulation import Snapshot

SNAPSHOT_BYTES = 300_000_000
SHORT_BYTES = 120_000_000
MOST_WORLDS = 10_000
# What people are paid for, as far as it decides what has to be measured in a world.
PAYS = ("customer_weight", "driver_weight", "okr_count", "process_teams")
PAYS_FOR = ("structure", "customer_scope", "customer_measure", "customer_pay_mode", "okr_result")
# When a stage of a request comes up: lower first. The facilitator's first picture goes before everything.
RANKS = {"facilitator": (0, 1, 2, 5), "guest": (3, 4, 6, 7), "warming": (8, 8, 8, 8)}


@dataclass(eq=False)
class Request:
    """Paired runs of a scenario, in stages.

    key     which asker it belongs to: a newer request of the same key takes its place
    role    'facilitator', 'guest', or 'warming': made while nobody waits
    tell    called in a worker's thread as tell(request, stage, [(now, today), ...]) with Shorts, or as
            tell(request, None, error) when it cannot be answered
    """

    key: object
    scenario: Scenario
    spec: object
    runs: int
    role: str
    tell: Callable
    cancelled: bool = False
    stages: tuple[int, ...] = ()
    stage: int = 0
    taken: int = 0
    ahead: int = 1
    done: dict = field(default_factory=dict)

    def __post_init__(self):
        self.stages = tuple(sorted({min(n, self.runs) for n in RUNS}))
        levers, switches = self.scenario.all_levers(), self.scenario.switches()
        common = {"spec": self.spec, "world": dict(self.scenario.world), "burn_in": BURN_IN,
                  "weeks": self.scenario.weeks, "seed": self.scenario.seed}
        self.template = Job(levers=levers, switches=switches, **common)
        self.base = Job(**common)
        self.same = not levers and not switches
        paid = tuple(bool(levers.get(name)) for name in PAYS)
        paid_for = tuple(levers.get(name) for name in PAYS_FOR) if any(paid) else ()
        self.world = (self.spec, tuple(sorted(self.scenario.world.items())), paid, paid_for)

    def rank(self) -> int:
        """When it comes up, beside others."""
        return RANKS[self.role][min(self.stage, len(RUNS) - 1)]


class Ensembles:
    """The workers. `ask` a Request; its `tell` is called for every stage as it is ready."""

    def __init__(self, workers: int | None = None):
        self.snapshots, self.shorts = Kept(SNAPSHOT_BYTES), Kept(SHORT_BYTES)
        self._queue: list = []
        self._count = itertools.count()
        self._latest: dict = {}
        self._ready = threading.Condition()
        self._making: dict = {}
        self._measured: dict = {}  # worlds in which a run with such pay was made: False while the first is being lived
        self._closed = False
        self.workers = workers or max(2, min(4, os.cpu_count() or 2))
        self._threads = [threading.Thread(target=self._work, name=f"workshop-{k}", daemon=True)
                         for k in range(self.workers)]
        for thread in self._threads:
            thread.start()

    # --- asking ---------------------------------------------------------------------------------------------

    def ask(self, request: Request) -> None:
        """Queue a request; an older one of the same key is given up between two of its runs.

        Where every run was made before, the whole answer comes at once instead of in stages.
        """
        if all(self.shorts.get(_key(replicate_of(template, r))) is not None
               for r in reversed(range(request.runs)) for template in (request.template, request.base)):
            request.stages = request.stages[-1:]
        with self._ready:
            old = self._latest.get(request.key)
            if old is not None:
                old.cancelled = True
            self._latest[request.key] = request
            self._push(request)
            self._ready.notify_all()

    def forget(self, key) -> None:
        """Give up what an asker that went away still waits for."""
        with self._ready:
            old = self._latest.pop(key, None)
            if old is not None:
                old.cancelled = True

    def close(self) -> None:
        """End the workers after the run they are in."""
        with self._ready:
            self._closed = True
            self._queue.clear()
            self._ready.notify_all()
        for thread in self._threads:
            thread.join(timeout=5)

    def _push(self, request: Request) -> None:
        heapq.heappush(self._queue, (request.rank(), -next(self._count), request))

    # --- working --------------------------------------------------------------------------------------------

    def _work(self) -> None:
        while True:
            with self._ready:
                taken = self._take()
                while taken is None and not self._closed:
                    self._ready.wait()
                    taken = self._take()
                if self._closed:
                    return
            self._make(*taken)

    def _take(self) -> tuple[Request, int, bool] | None:
        """(request, replicate, whether as a pair or only today) that comes first, or None; with the lock held."""
        waiting, found = [], None
        while self._queue and found is None:
            request = self._queue[0][2]
            if request.cancelled or request.taken >= request.stages[request.stage]:
                heapq.heappop(self._queue)  # given up, or the rest of its stage is being made
                continue
            found = self._next(request)
            if found is None:
                waiting.append(heapq.heappop(self._queue))
        for entry in waiting:
            heapq.heappush(self._queue, entry)
        return found

    def _next(self, request: Request) -> tuple[Request, int, bool] | None:
        """What there is to do for a request; None while it waits for what its pay is worth in its world."""
        measured = self._measured.get(request.world)
        if measured is False:
            if request.ahead >= request.stages[request.stage]:
                return None
            request.ahead += 1
            return request, request.ahead - 1, False
        if measured is None:
            self._measured[request.world] = False
        request.taken += 1
        return request, request.taken - 1, True

    def _make(self, request: Request, replicate: int, as_pair: bool) -> None:
        try:
            if not as_pair:
                self.short(request.base, replicate)
                return
            pair = self.pair(request, replicate)
        except Exception as error:  # told to whoever asked
            with self._ready:
                first, request.cancelled = not request.cancelled, True
                self._now_measured(request)
            if first:
                request.tell(request, None, error)
            return
        with self._ready:
            self._now_measured(request)
            request.done[replicate] = pair
            ready = not request.cancelled and len(request.done) == request.stages[request.stage]
            stage = request.stage
        if ready:
            self._answer(request, stage)

    def _now_measured(self, request: Request) -> None:
        if not self._measured.get(request.world):
            if len(self._measured) > MOST_WORLDS:
                self._measured.clear()
            self._measured[request.world] = True
            self._ready.notify_all()

    def _answer(self, request: Request, stage: int) -> None:
        """Everything of a stage is there: the next stage is queued, and the one that asked is told."""
        pairs = [request.done[r] for r in range(request.stages[stage])]
        with self._ready:
            if stage + 1 < len(request.stages):
                request.stage += 1
                self._push(request)
                self._ready.notify_all()
            elif self._latest.get(request.key) is request:
                del self._latest[request.key]
        try:
            request.tell(request, stage, pairs)
        except Exception as error:  # a picture that cannot be made must not end a worker
            request.tell(request, None, error)

    def pair(self, request: Request, replicate: int) -> tuple[Short, Short]:
        """(now, today) of one replicate, made or remembered."""
        today = self.short(request.base, replicate)
        return (today if request.same else self.short(request.template, replicate)), today

    def short(self, template: Job, replicate: int) -> Short:
        """What one run gave."""
        job = replicate_of(template, replicate)

        def make() -> tuple[Short, int]:
            today, before = self.burned_in(job)
            found = shortened(run_from(job, today), before)
            return found, found.bytes

        return self._once(self.shorts, _key(job), make)

    def burned_in(self, job: Job) -> tuple[Snapshot, np.ndarray]:
        """Today's organisation of one replicate, lived once, and the measures of the last weeks of that burn-in."""

        def make() -> tuple[tuple[Snapshot, np.ndarray], int]:
            found = burn_in(job)
            return found, len(found[0].state) + found[1].nbytes

        return self._once(self.snapshots, job.burn_in_key(), make)

    def _once(self, kept: Kept, key: tuple, make: Callable):
        """What is kept under a key, or what `make` gives with its size; two workers never make the same."""
        found = kept.get(key)
        if found is not None:
            return found
        with self._ready:
            lock = self._making.setdefault(key, threading.Lock())
        try:
            with lock:
                found = kept.get(key)
                if found is None:
                    found, size = make()
                    kept.put(key, found, size)
        finally:
            with self._ready:
                self._making.pop(key, None)
        return found


def _key(job: Job) -> tuple:
    """What a run is remembered by: everything that determines it."""
    switches = tuple((week, tuple(sorted(values.items()))) for week, values in job.switches)
    return (job.burn_in_key(), tuple(sorted(job.levers.items())), switches, job.weeks)
