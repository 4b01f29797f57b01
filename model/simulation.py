"""One world that lives: run, snapshot, branch, and switches of policy at a week.

    sim = Simulation(load_organisation("insurer"), seed=1)
    sim.run(104)                                  # burn-in
    today = sim.snapshot()
    what_if = Simulation.branch(today, customer_time=0.2)
    what_if.at(156, customer_time=0.0)            # and back after a year
    what_if.ramp(182, 208, bonus=0.4)             # then down to this in half a year, week by week
    series = what_if.run(156)                     # float64[156, M], columns as measures.INDEX
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from silosim.model import doors
from silosim.model.compiling import with_help
from silosim.model.founding import FOUNDING_ONLY, capacity_for, found
from silosim.model.layout import CASE, SUMS, Capacity, world_dtype
from silosim.model.measures import MEASURES
from silosim.model.organisation_spec import OrganisationSpec
from silosim.model.parameters import PARAMETERS, InvalidInput
from silosim.model.pay_vectors import install_pay_vectors
from silosim.model.ramps import holds_at, ramp
from silosim.model.schedule import advance

EXAMPLE_RESTS_ON = {"duty", "intrinsic", "effort_cost", "value_care", "value_connect", "value_improve", "value_help"}
LEVELS = ("organisation", "team", "employee")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The whole state of a world, without the unused tail of its case table; cheap to keep, pickle and branch."""

    spec: OrganisationSpec
    capacity: Capacity
    values: Mapping[str, float | str]
    founded: Mapping[str, float | str]
    pending: tuple[tuple[int, Mapping[str, float | str]], ...]
    identity: tuple[int, int]
    state: bytes


class Simulation:
    """One world of an organisation.

    spec       the organisation (organisation_file.load_organisation)
    seed       root seed of all draws
    replicate  which of the worlds under that seed; the same for policies that are compared
    flat       levers and world parameters by name, where they differ from their defaults
    """

    def __init__(self, spec: OrganisationSpec, seed: int = 0, replicate: int = 0, **flat):
        self.spec = spec
        self.identity = (_whole(seed, "seed"), _whole(replicate, "replicate"))
        self.values = PARAMETERS.checked(flat)
        self.founded = dict(self.values)  # the world in which pooled measures were measured, whatever happens later
        codes = PARAMETERS.codes(self.values)
        self.capacity = capacity_for(spec, codes)
        with_help(self.capacity)
        self.worlds = found(spec, codes, *self.identity)
        self._pending: list[tuple[int, dict]] = []
        install_pay_vectors(self)

    @property
    def record(self) -> np.void:
        """The state record (a live view)."""
        return self.worlds[0]

    @property
    def week(self) -> int:
        """Weeks lived since the founding."""
        return int(self.worlds["week"][0])

    # --- running -------------------------------------------------------------------------------------------

    def run(self, weeks: int) -> np.ndarray:
        """Live `weeks` weeks, switching policy where `at` said so; the measures of every week, float64[weeks, M]."""
        series = np.empty((_whole(weeks, "weeks"), len(MEASURES)))
        done = 0
        while done < weeks:
            self._switch_if_due()
            until = min([w for w, _ in self._pending] + [self.week + weeks - done])
            stretch = min(until - self.week, weeks - done)
            advance(self.worlds, 0, stretch, series[done : done + stretch])
            done += stretch
        return series

    def at(self, week: int, **flat) -> Simulation:
        """From the start of `week` (counted since the founding) on, these levers or world parameters hold."""
        if week < self.week:
            raise InvalidInput(f"week {week} has passed: the simulation is in week {self.week}")
        values = _switchable(PARAMETERS.checked(flat))
        self._pending.append((_whole(week, "week"), values))
        self._pending.sort(key=lambda entry: entry[0])
        return self

    def ramp(self, week: int, until: int, **targets) -> Simulation:
        """From what then holds at `week` in equal weekly steps to `targets` at `until` (weeks since the founding).

        Announce what happens before a ramp before the ramp: it starts from what was announced up to `week`.
        """
        _switchable(PARAMETERS.checked(targets))
        first = _whole(week, "week")
        for when, values in ramp(first, _whole(until, "until"), holds_at(first, self.values, self._pending), targets):
            self.at(when, **values)
        return self

    def set(self, **flat) -> Simulation:
        """Change levers or world parameters now. Setting what already holds changes nothing, to the bit."""
        self._apply(_switchable(PARAMETERS.checked(flat)))
        return self

    def _switch_if_due(self) -> None:
        due: dict[str, float | str] = {}
        while self._pending and self._pending[0][0] <= self.week:
            due.update(self._pending.pop(0)[1])  # one decision: the last announcement for a week counts
        if due:
            self._apply(due)

    def _apply(self, values: Mapping[str, float | str]) -> None:
        par = self.worlds["par"][0]
        changed = {n: v for n, v in values.items() if PARAMETERS[n].code(v) != float(par[n])}
        for name, value in changed.items():
            par[name] = PARAMETERS[name].code(value)
        self.values = {**self.values, **changed}
        if "structure" in changed:
            doors.reorganise(self.worlds, 0)
        if "top_tasks" in changed:
            doors.set_fronts(self.worlds, 0)
        if "hours_spread" in changed:
            doors.shape_hours(self.worlds, 0)
        if "patience" in changed:
            doors.shape_waiting(self.worlds, 0)
        if "defect_spread" in changed:
            doors.shape_stages(self.worlds, 0)
        if "board_conviction" in changed:
            doors.appoint_board(self.worlds, 0)
        if "manager_conviction" in changed:
            doors.appoint_managers(self.worlds, 0)
        if changed.keys() & EXAMPLE_RESTS_ON:
            doors.set_example(self.worlds, 0)
        if changed:
            install_pay_vectors(self)

    # --- snapshots -----------------------------------------------------------------------------------------

    def snapshot(self) -> Snapshot:
        """A copy of everything that decides the future."""
        return Snapshot(self.spec, self.capacity, dict(self.values), self.founded, tuple(self._pending), self.identity,
                        self._state())

    @classmethod
    def branch(cls, snapshot: Snapshot, worlds: np.ndarray | None = None, **flat) -> Simulation:
        """A new simulation that goes on from a snapshot; `flat` is switched on at once.

        worlds: an array of one world of the same capacity to live in, instead of a new one (for ensembles).
        """
        sim = cls.__new__(cls)
        sim.spec, sim.capacity, sim.identity = snapshot.spec, snapshot.capacity, snapshot.identity
        sim.values, sim.founded = dict(snapshot.values), snapshot.founded
        sim._pending = list(snapshot.pending)
        sim.worlds = np.zeros(1, world_dtype(snapshot.capacity)) if worlds is None else worlds
        state = np.frombuffer(snapshot.state, np.uint8)
        sim.worlds.view(np.uint8)[: len(state)] = state
        sim._apply(_switchable(PARAMETERS.checked(flat)))
        return sim

    def _state(self) -> bytes:
        used = world_dtype(self.capacity).fields["case"][1] + int(self.worlds["high"][0]) * CASE.itemsize
        return self.worlds.view(np.uint8)[:used].tobytes()

    def state_hash(self) -> str:
        """Hash of the whole state: equal exactly when two worlds are the same to the bit."""
        return hashlib.blake2b(self._state(), digest_size=16).hexdigest()

    # --- measuring -----------------------------------------------------------------------------------------

    def open_window(self) -> None:
        """Forget the sums so far: `measures` covers the weeks from here on."""
        doors.open_window(self.worlds, 0)

    def sums(self, level: str = "organisation") -> np.ndarray:
        """Sums of the open window, float64[rows, SUMS]: one row, one a team, or one an employee."""
        if level not in LEVELS:
            raise InvalidInput(f"level {level!r} is not one of {', '.join(LEVELS)}")
        w = self.record
        if level == "employee":
            return w["emp_sums"][: w["employees"]].copy()
        return w["window"][: w["teams"]].copy() if level == "team" else w["window"][w["org"]][None].copy()

    def measures(self, level: str = "organisation") -> np.ndarray:
        """The measures of the open window: float64[M] for the organisation, [teams, M] or [employees, M]."""
        rows = measures_of(self.sums(level))
        if level != "organisation":
            for k, m in enumerate(MEASURES.values()):
                if level not in m.levels:
                    rows[:, k] = np.nan
        return rows[0] if level == "organisation" else rows

    def silo_map(self) -> np.ndarray:
        """float64[teams, teams, 5]: handoffs, lost, bounced, helped in the window, row to column; familiarity now."""
        w = self.record
        t = int(w["teams"])
        return np.concatenate([w["flows"][:t, :t], w["familiar"][:t, :t, None]], axis=2)


def measures_of(rows: np.ndarray) -> np.ndarray:
    """Measures of rows of sums: float64[n, SUMS] -> float64[n, M]."""
    out = np.empty((len(rows), len(MEASURES)))
    doors.measures_of(np.ascontiguousarray(rows).reshape(-1, SUMS), out)
    return out


def _whole(value, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 0:
        raise InvalidInput(f"{name} = {value!r} must be a whole number of 0 or more")
    return int(value)


def _switchable(values: Mapping[str, float | str]) -> dict[str, float | str]:
    for name in values:
        if name in FOUNDING_ONLY:
            raise InvalidInput(f"{name} describes the founding of an organisation; it cannot change in a living one")
    return dict(values)
