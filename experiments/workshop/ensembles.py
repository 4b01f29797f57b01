"""Many runs at once, for people who wait: the compiled engine on threads, by priority, the newest request first.

A request asks for paired runs of a scenario and of today in the same world, answered in stages (8, 16, 50, 200). Every
run branches from a stored state of today's organisation, burned in once per replicate. Workers take one run at a time
from whichever request comes first, so a new request is served within the length of one run, and an old one of the
same client is given up. What a run gave is kept in a short form, so coming back to where the sliders stood costs
nothing.
"""

from __future__ import annotations

import heapq
import itertools
import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from silosim.experiments.workshop.messages import BURN_IN, RUNS, WEEKLY, Scenario
from silosim.model.ensemble import Job, _from_snapshot, _own_world
from silosim.model.measures.declared import INDEX
from silosim.model.simulation import Simulation, Snapshot

LEAD_IN = 39  # weeks of the burn-in that are kept, so that quarterly figures have a value before the switch
SNAPSHOT_BYTES = 400_000_000
SHORT_BYTES = 160_000_000
OF_TEAMS = ("attainment", "share_green", "day_handle", "day_care", "day_connect", "day_improve", "day_game", "day_help",
            "coordination", "shadow_price", "conviction", "value_action_gap", "perception_gap", "strain", "turnover",
            "variable_pay", "grade", "backlog", "pressure")
OF_PEOPLE = ("strain", "conviction", "variable_pay")
_WEEKLY, _TEAMS, _PEOPLE = ([INDEX[name] for name in names] for names in (WEEKLY, OF_TEAMS, OF_PEOPLE))
# When a stage of a request comes up: lower first. The facilitator's first picture goes before everything.
RANKS = {"facilitator": (0, 1, 2, 5), "guest": (3, 4, 6, 7), "warming": (8, 8, 8, 8)}


@dataclass(frozen=True)
class Short:
    """What is kept of a run: weekly measures (float32), the last year, teams, people, silo map. Arrays as in Outcome.

    weekly  float32[LEAD_IN + weeks, len(WEEKLY)], the end of the burn-in first
    """

    weekly: np.ndarray
    summary: np.ndarray
    team: np.ndarray
    people: np.ndarray
    silo_map: np.ndarray

    @property
    def bytes(self) -> int:
        return sum(a.nbytes for a in (self.weekly, self.summary, self.team, self.people, self.silo_map))


class Kept:
    """A store that forgets what was used longest ago once it holds more than `limit` bytes. Safe between threads."""

    def __init__(self, limit: int):
        self.limit, self.held = limit, 0
        self._things: OrderedDict = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key):
        with self._lock:
            found = self._things.get(key)
            if found is not None:
                self._things.move_to_end(key)
            return found[0] if found else None

    def put(self, key, thing, size: int) -> None:
        with self._lock:
            old = self._things.pop(key, None)
            self.held += size - (old[1] if old else 0)
            self._things[key] = (thing, size)
            while self.held > self.limit and len(self._things) > 1:
                _, (_, gone) = self._things.popitem(last=False)
                self.held -= gone

    def __len__(self) -> int:
        return len(self._things)


@dataclass(eq=False)
class Request:
    """Paired runs of a scenario, in stages.

    key     which asker it belongs to: a newer request of the same key takes its place
    role    'facilitator', 'guest', or 'warming': made while nobody waits
    tell    called in a worker's thread as tell(request, stage, now, today) with lists of Short, or
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
    done: dict = field(default_factory=dict)

    def __post_init__(self):
        self.stages = tuple(sorted({min(n, self.runs) for n in RUNS}))
        levers, switches = self.scenario.all_levers(), self.scenario.switches()
        common = {"spec": self.spec, "world": dict(self.scenario.world), "burn_in": BURN_IN,
                  "weeks": self.scenario.weeks, "seed": self.scenario.seed}
        self.template = Job(levers=levers, switches=switches, **common)
        self.base = Job(**common)
        self.same = not levers and not switches

    def rank(self) -> int:
        return RANKS[self.role][min(self.stage, len(RUNS) - 1)]


class Ensembles:
    """The workers. `ask` a Request; its `tell` is called for every stage as it is ready."""

    def __init__(self, workers: int | None = None):
        self.snapshots, self.shorts = Kept(SNAPSHOT_BYTES), Kept(SHORT_BYTES)
        self._queue: list = []
        self._count = itertools.count()
        self._latest: dict = {}
        self._ready = threading.Condition()
        self._burning: dict = {}
        self._closed = False
        self.workers = workers or max(2, min(4, os.cpu_count() or 2))
        self._threads = [threading.Thread(target=self._work, name=f"workshop-{k}", daemon=True)
                         for k in range(self.workers)]
        for thread in self._threads:
            thread.start()

    # --- asking ---------------------------------------------------------------------------------------------

    def ask(self, request: Request) -> None:
        """Queue a request; an older one of the same key is given up between two of its runs."""
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
                while not self._queue and not self._closed:
                    self._ready.wait()
                if self._closed:
                    return
                taken = self._take()
            if taken is not None:
                self._make(*taken)

    def _take(self):
        """(request, replicate) that comes first, or None; called with the lock held."""
        while self._queue:
            request = self._queue[0][2]
            if request.cancelled or request.taken >= request.stages[request.stage]:
                heapq.heappop(self._queue)  # given up, or the rest of its stage is being made
                continue
            replicate = request.taken
            request.taken += 1
            return request, replicate
        return None

    def _make(self, request: Request, replicate: int) -> None:
        try:
            pair = self.pair(request, replicate)
        except Exception as error:  # told to whoever asked
            with self._ready:
                first, request.cancelled = not request.cancelled, True
            if first:
                request.tell(request, None, error)
            return
        with self._ready:
            request.done[replicate] = pair
            ready = not request.cancelled and len(request.done) == request.stages[request.stage]
            stage = request.stage
        if not ready:
            return
        pairs = [request.done[r] for r in range(request.stages[stage])]
        with self._ready:
            if stage + 1 < len(request.stages):
                request.stage += 1
                self._push(request)
                self._ready.notify_all()
            elif self._latest.get(request.key) is request:
                del self._latest[request.key]
        request.tell(request, stage, pairs)

    def pair(self, request: Request, replicate: int) -> tuple[Short, Short]:
        """(now, today) of one replicate, made or remembered."""
        today = self.short(request.base, replicate)
        return (today if request.same else self.short(request.template, replicate)), today

    def short(self, template: Job, replicate: int) -> Short:
        """What one run gave."""
        job = _replicate(template, replicate)
        key = (job.burn_in_key(), tuple(sorted(job.levers.items())), _frozen(job.switches), job.weeks)
        found = self.shorts.get(key)
        if found is None:
            today, before = self.burned_in(job)
            found = _shortened(_from_snapshot(job, today, _own_world(today)), before)
            self.shorts.put(key, found, found.bytes)
        return found

    def burned_in(self, job: Job) -> tuple[Snapshot, np.ndarray]:
        """Today's organisation of one replicate, lived once, and the measures of the last weeks of that burn-in."""
        key = job.burn_in_key()
        with self._ready:
            lock = self._burning.setdefault(key, threading.Lock())
        with lock:
            found = self.snapshots.get(key)
            if found is None:
                sim = Simulation(job.spec, job.seed, job.replicate, **job.burned_in())
                before = sim.run(job.burn_in)[-LEAD_IN:, _WEEKLY].astype(np.float32)
                found = sim.snapshot(), before
                self.snapshots.put(key, found, len(found[0].state) + before.nbytes)
        with self._ready:
            self._burning.pop(key, None)
        return found


def _replicate(template: Job, replicate: int) -> Job:
    job = object.__new__(Job)
    job.__dict__.update(template.__dict__, replicate=replicate)
    return job


def _frozen(switches) -> tuple:
    return tuple((week, tuple(sorted(values.items()))) for week, values in switches)


def _shortened(outcome, before: np.ndarray) -> Short:
    return Short(np.concatenate([before, outcome.weekly[:, _WEEKLY].astype(np.float32)]), outcome.summary,
                 outcome.team[:, _TEAMS].copy(), outcome.employee[:, _PEOPLE].copy(), outcome.silo_map)


def weekly_of(shorts: list[Short], measure: str) -> np.ndarray:
    """float64[runs, weeks] of one measure, the lead-in first."""
    return np.array([s.weekly[:, WEEKLY.index(measure)] for s in shorts], dtype=float)


def team_of(shorts: list[Short], measure: str) -> np.ndarray:
    """float64[runs, teams], the last year."""
    return np.array([s.team[:, OF_TEAMS.index(measure)] for s in shorts])


def people_of(shorts: list[Short], measure: str) -> np.ndarray:
    """float64[runs, seats], the last year."""
    return np.array([s.people[:, OF_PEOPLE.index(measure)] for s in shorts])
