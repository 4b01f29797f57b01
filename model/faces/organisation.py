"""The organisation as a Mesa model. A step is a working day; after the fifth the week is closed and collected."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterable
from functools import partial

import mesa
import numpy as np

from silosim.model.ensemble import Job
from silosim.model.faces.agents import Customer, Employee, LiveAgent, Manager, Team, overridden
from silosim.model.faces.by_day import ROW_RULES, DayByDay
from silosim.model.faces.live import Columns, columns_of
from silosim.model.layout import DAYS_PER_WEEK
from silosim.model.measures import INDEX, MEASURES
from silosim.model.organisation_file import DEFAULT, OrganisationSpec, load_organisation
from silosim.model.parameters import PARAMETERS, InvalidInput, unknown
from silosim.model.simulation import Snapshot, measures_of

COLLECTED = ("conviction", "fear", "belief", "price", "gap", "tenure")  # of every employee, every week


class WeeklyCollector(mesa.DataCollector):
    """Mesa's collector, for which 'agents' are the employees: teams and customers have other attributes."""

    def __init__(self, model_reporters: dict, employee_class: type[Employee], attributes: Iterable[str]):
        of_people = {employee_class: {name: partial(_of_this_moment, name=name) for name in attributes}}
        super().__init__(model_reporters=model_reporters, agenttype_reporters=of_people)
        self.employee_class = employee_class

    def get_agent_vars_dataframe(self):
        """What was collected of employees: a row per step and person, a column per attribute."""
        return self.get_agenttype_vars_dataframe(self.employee_class)


class Organisation(mesa.Model):
    """A service organisation: people, teams, customers and the cases between them.

    organisation    a bundled name, the path of an organisation file, or an OrganisationSpec
    rng             root seed of all draws: a whole number; a NumPy Generator to draw it from; None for a new one
    replicate       which of the worlds under that seed
    employee_class  Employee, or a subclass that overrides rules of a person in Python
    row_wise        activate every person's every rule from Python, also the standard ones (slow; for tests)
    collect         attributes of every employee for the collector, every week; () for none
    flat            levers and world parameters by name, where they differ from their defaults

    Attributes beside Mesa's: employees, teams, customers (AgentSets), seed, spec, day, week, datacollector.
    Mesa's `steps` counts the days of this object; `day` and `week` count since the founding.
    """

    def __init__(
        self,
        organisation: str | os.PathLike | OrganisationSpec = DEFAULT,
        *,
        rng=None,
        replicate: int = 0,
        employee_class: type[Employee] = Employee,
        row_wise: bool = False,
        collect: Iterable[str] = COLLECTED,
        **flat,
    ):
        if "seed" in flat:
            raise InvalidInput("seed is called rng here, as in Mesa: Organisation(rng=1)")
        spec = organisation if isinstance(organisation, OrganisationSpec) else load_organisation(organisation)
        simulation = DayByDay(spec, _root_seed(rng), replicate, **flat)
        self._come_alive(simulation, employee_class, row_wise, collect)

    @classmethod
    def from_snapshot(
        cls,
        snapshot: Snapshot,
        *,
        employee_class: type[Employee] = Employee,
        row_wise: bool = False,
        collect: Iterable[str] = COLLECTED,
        **flat,
    ) -> Organisation:
        """An organisation that goes on from a snapshot (of a Simulation that did the burn-in, say), with `flat`."""
        self = cls.__new__(cls)
        self._come_alive(DayByDay.branch(snapshot, **flat), employee_class, row_wise, collect)
        return self

    def _come_alive(self, simulation: DayByDay, employee_class: type, row_wise: bool, collect: Iterable[str]) -> None:
        if not (isinstance(employee_class, type) and issubclass(employee_class, Employee)):
            raise InvalidInput(f"employee_class = {employee_class!r} must be Employee or a subclass of it")
        super().__init__(rng=simulation.identity[0])
        self._simulation = simulation
        self.seed, self.replicate = simulation.identity
        self.spec, self.worlds = simulation.spec, simulation.worlds
        self.employee_class, self.row_wise, self._collect = employee_class, bool(row_wise), tuple(collect)
        self._columns: dict[str, Columns] = {}
        self._last_week = [float("nan")] * len(MEASURES)
        self._rows: dict[str, list[LiveAgent]] = {"emp": [], "team": [], "customer": []}
        self._structure = None
        self._teams_follow()
        self._rows["emp"][:] = [employee_class(self, row) for row in range(self.spec.headcount)]
        simulation.people = self._rows["emp"]
        simulation.chosen = self._lived_by_row
        simulation.switching = self._teams_part
        simulation.switched = self._teams_follow
        self.datacollector = self._collector()
        self._of_every_organisation = frozenset(vars(self)) | {"_of_every_organisation"}

    # --- living --------------------------------------------------------------------------------------------

    def step(self) -> None:
        """One working day. After the fifth of a week also the phases that close it; then the week is collected."""
        if self._simulation.live_day():
            self._last_week = measures_of(self.worlds["sums"][0][self.worlds["org"]]).ravel().tolist()
            self.datacollector.collect(self)

    def run_weeks(self, weeks: int) -> Organisation:
        """Five steps a week."""
        if not isinstance(weeks, (int, np.integer)) or isinstance(weeks, bool) or weeks < 0:
            raise InvalidInput(f"weeks = {weeks!r} must be a whole number of 0 or more")
        for _ in range(DAYS_PER_WEEK * weeks):
            self.step()
        return self

    def set(self, **flat) -> Organisation:
        """Change levers or world parameters now."""
        self._simulation.set(**flat)
        return self

    def at(self, week: int, **flat) -> Organisation:
        """Change levers or world parameters at the start of `week`, counted since the founding."""
        self._simulation.at(week, **flat)
        return self

    @property
    def day(self) -> int:
        """Working days lived since the founding."""
        return self._simulation.day

    @property
    def week(self) -> int:
        """Weeks closed since the founding."""
        return self._simulation.week

    @property
    def values(self) -> dict[str, float | str]:
        """Every lever and world parameter in force, by name."""
        return {**PARAMETERS.defaults(), **self._simulation.values}

    def _lived_by_row(self) -> frozenset[str]:
        return frozenset(ROW_RULES) if self.row_wise else overridden(self.employee_class)

    # --- who is there --------------------------------------------------------------------------------------

    @property
    def employees(self) -> mesa.agent.AgentSet:
        """Everybody, by row."""
        return self.agents_by_type[self.employee_class]

    @property
    def teams(self) -> mesa.agent.AgentSet:
        """The teams of the structure in force."""
        return self.agents_by_type[Team]

    @property
    def customers(self) -> mesa.agent.AgentSet:
        """Everyone who may come with a question; made agents when first asked for (there may be 100,000)."""
        if not self._rows["customer"]:
            self._rows["customer"][:] = [Customer(self, row) for row in range(self.spec.customers)]
        return self.agents_by_type[Customer]

    @property
    def leaders(self) -> list[Manager]:
        """The layers above the team managers, the board first; a team's manager is `team.manager`."""
        return [Manager(self, row) for row in range(max(0, int(self.values["management_layers"]) - 1))]

    def rows(self, table: str) -> list[LiveAgent]:
        """The agents of 'emp', 'team' or 'customer' by their row in the state."""
        if table == "customer":
            self.customers  # noqa: B018  (made when first asked for)
        return self._rows[table]

    def columns(self, table: str) -> Columns:
        """Live columns of a table of the state: name -> [rows, ...]."""
        if table not in self._columns:
            self._columns[table] = columns_of(self.worlds[table][0])
        return self._columns[table]

    def _teams_part(self, values: dict) -> None:
        """Before a change of structure the teams of the old one leave, while their figures still stand."""
        if values.get("structure", self._structure) != self._structure:
            for team in self._rows["team"]:
                team.remove()

    def _teams_follow(self) -> None:
        """After a change of structure there are other teams."""
        structure = self.values["structure"]
        if structure == self._structure:
            return
        names = [(x.name, (x.en, x.nl)) for x in self.spec.units(structure)]
        self._rows["team"][:] = [Team(self, row, *name) for row, name in enumerate(names)]
        self._structure = structure

    # --- measuring -----------------------------------------------------------------------------------------

    def measure(self, name: str) -> float:
        """A measure of the week that was closed last; NaN where it is undefined and before the first."""
        if name not in INDEX:
            raise unknown("measure", name, INDEX)
        return self._last_week[INDEX[name]]

    def measures(self, level: str = "organisation") -> np.ndarray:
        """The measures of all weeks since `open_window`: [M], or [teams, M], or [employees, M] (measures.INDEX)."""
        return self._simulation.measures(level)

    def open_window(self) -> None:
        """`measures` and `silo_map` cover the weeks from here on."""
        self._simulation.open_window()

    def silo_map(self) -> np.ndarray:
        """float64[teams, teams, 5]: handoffs, lost, bounced, helped in the window, row to column; familiarity now."""
        return self._simulation.silo_map()

    def state_hash(self) -> str:
        """Hash of the whole state: equal exactly when two organisations are the same to the bit."""
        return self._simulation.state_hash()

    def _collector(self) -> WeeklyCollector:
        reporters = {"week": "week", **{name: partial(_reported, name=name) for name in MEASURES}}
        for name in self._collect:
            if not hasattr(self._rows["emp"][0], name):
                raise unknown("attribute of an employee", name, self.columns("emp"))
        return WeeklyCollector(reporters, self.employee_class, self._collect)

    # --- copies and compiled runs --------------------------------------------------------------------------

    def snapshot(self) -> Snapshot:
        """The state between two weeks, from which Simulation.branch and `from_snapshot` go on."""
        self._refuse_overrides("a snapshot goes on with the rulebook; branch() or copy.deepcopy() keep the class")
        if not self._simulation.between_weeks:
            raise InvalidInput(f"day {self.day} is in the middle of a week; a snapshot is taken after its fifth day")
        return self._simulation.snapshot()

    def branch(self, **flat) -> Organisation:
        """A copy from here on, same luck, in which `flat` holds at once. Its collector and its steps start anew."""
        return copy.deepcopy(self).set(**flat)

    def to_job(self, weeks: int = 156, burn_in: int = 104, start: str = "branch") -> Job:
        """This organisation with the values in force, from its founding, as a job for compiled ensembles."""
        self._refuse_overrides("a Job is compiled and would ignore that; run it here, with step() or run_weeks()")
        given = self._simulation.values
        levers = {name: value for name, value in given.items() if PARAMETERS[name].role == "lever"}
        world = {name: value for name, value in given.items() if name not in levers}
        switches = tuple((week - self.week, dict(values)) for week, values in self._simulation.pending)
        return Job(self.spec, levers, world, switches, burn_in, start, weeks, self.replicate, self.seed)

    def _refuse_overrides(self, why: str) -> None:
        names = sorted(ROW_RULES[rule] for rule in overridden(self.employee_class))
        if names:
            raise InvalidInput(f"{self.employee_class.__name__} overrides {', '.join(names)}: {why}")

    def __reduce__(self):
        """Copied and pickled as its state: the collector and Mesa's count of steps start anew."""
        made = (type(self), self._simulation.snapshot(), self.employee_class, self.row_wise, self._collect)
        own = {name: value for name, value in vars(self).items() if name not in self._of_every_organisation}
        people = [employee.own_state() for employee in self._rows["emp"]]
        return _revive, made, (own, people, self._last_week, self.random.getstate(), self.rng.bit_generator.state)

    def __setstate__(self, state):
        own, people, self._last_week, chance, self.rng.bit_generator.state = state
        self.random.setstate(chance)
        vars(self).update(own)
        for employee, given in zip(self._rows["emp"], people, strict=True):
            vars(employee).update(given)


def _revive(cls: type, snapshot: Snapshot, employee_class: type, row_wise: bool, collect: tuple) -> Organisation:
    return cls.from_snapshot(snapshot, employee_class=employee_class, row_wise=row_wise, collect=collect)


def _reported(model: Organisation, name: str) -> float:
    return model.measure(name)


def _of_this_moment(agent: Employee, name: str):
    """An attribute as it is now: Mesa 3.3 keeps what it is given, and what is live would change in its records."""
    return copy.deepcopy(getattr(agent, name))


def _root_seed(rng) -> int:
    """The root seed: a whole number as given, else drawn from what NumPy makes of `rng`."""
    if isinstance(rng, (int, np.integer)) and not isinstance(rng, bool):
        return int(rng)
    try:
        if isinstance(rng, bool):
            raise TypeError
        return int(np.random.default_rng(rng).integers(2**63))
    except (TypeError, ValueError):
        raise InvalidInput(f"rng = {rng!r} must be a whole number of 0 or more, a NumPy Generator or None") from None
