"""What is kept of a run, and a store that forgets what was used longest ago."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np

from silosim.experiments.workshop.messages import WEEKLY
from silosim.model.ensemble import Job
from silosim.model.measures.declared import INDEX
from silosim.model.simulation import Simulation, Snapshot

LEAD_IN = 39  # weeks of the burn-in that are kept, so that quarterly figures have a value before the switch
OF_TEAMS = ("attainment", "share_green", "day_handle", "day_care", "day_connect", "day_improve", "day_game", "day_help",
            "coordination", "shadow_price", "conviction", "value_action_gap", "perception_gap", "strain", "turnover",
            "variable_pay", "grade", "backlog", "pressure")
OF_PEOPLE = ("strain", "conviction", "variable_pay")
_WEEKLY, _TEAMS, _PEOPLE = ([INDEX[name] for name in names] for names in (WEEKLY, OF_TEAMS, OF_PEOPLE))


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


def burn_in(job: Job) -> tuple[Snapshot, np.ndarray]:
    """Today's organisation, as `silosim.model.ensemble.burn_in` gives it, and the weeks before it.

    The weekly measures are float32[LEAD_IN, len(WEEKLY)].
    """
    sim = Simulation(job.spec, job.seed, job.replicate, **job.burned_in())
    before = sim.run(job.burn_in)[-LEAD_IN:, _WEEKLY].astype(np.float32)
    return sim.snapshot(), before


def shortened(outcome, before: np.ndarray) -> Short:
    """An Outcome in short, behind the end of its burn-in."""
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
