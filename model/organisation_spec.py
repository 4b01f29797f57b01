"""An organisation as the model sees it: teams, journeys and demand, checked and frozen.

Built by `silosim.model.organisation_file`, which checks every field; nothing here checks again.
Imports neither NumPy nor Numba, so that listing organisations is instant.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum

WEEK_HOURS = 40.0


@dataclass(frozen=True, slots=True)
class Named:
    """A name, and what it is called."""

    name: str
    en: str
    nl: str


POOL = Named("pool", "Everybody", "Iedereen")


@dataclass(frozen=True, slots=True)
class TeamSpec:
    """A team: `headcount` people; `meets_customer` when its work happens in contact with the customer."""

    name: str
    en: str
    nl: str
    headcount: int
    meets_customer: bool


@dataclass(frozen=True, slots=True)
class StageSpec:
    """One step of a journey: the index of the team that does it, and its mean hours of work."""

    team: int
    hours: float


@dataclass(frozen=True, slots=True)
class JourneySpec:
    """What customers come for: `share` of all arriving cases, and the stages in order."""

    name: str
    en: str
    nl: str
    share: float
    stages: tuple[StageSpec, ...]

    @property
    def hours(self) -> float:
        """Mean hours of first-pass work of one case."""
        return fsum(stage.hours for stage in self.stages)


@dataclass(frozen=True, slots=True)
class OrganisationSpec:
    """The whole organisation.

    arrivals   cases a week, on average
    patience   working days after which a customer calls again (Texp)
    customers  people who may come with a case
    """

    name: str
    en: str
    nl: str
    teams: tuple[TeamSpec, ...]
    journeys: tuple[JourneySpec, ...]
    arrivals: float
    patience: float
    customers: int

    def units(self, structure: str) -> tuple[TeamSpec | JourneySpec | Named, ...]:
        """What the teams are named after under a structure: the teams of the file, one pool, or one a journey."""
        return (POOL,) if structure == "pool" else self.journeys if structure == "journey" else self.teams

    @property
    def headcount(self) -> int:
        """Employees in all teams."""
        return sum(team.headcount for team in self.teams)

    @property
    def load(self) -> float:
        """First-pass work as a share of the paid hours: no rework, no exceptions, no coordination."""
        return self.arrivals * hours_per_case(self.journeys) / (WEEK_HOURS * self.headcount)

    def team_loads(self) -> tuple[float, ...]:
        """First-pass load of each team: hours asked a week / hours paid a week, in the order of `teams`."""
        asked = [0.0] * len(self.teams)
        for journey in self.journeys:
            for stage in journey.stages:
                asked[stage.team] += self.arrivals * journey.share * stage.hours
        return tuple(a / (WEEK_HOURS * team.headcount) for a, team in zip(asked, self.teams, strict=True))

    def met_stages(self, journey: int) -> tuple[bool, ...]:
        """At which stages of journey number `journey` the customer is met.

        Those of teams that meet the customer; where there are none, the first: somebody takes the question in.
        """
        met = tuple(self.teams[stage.team].meets_customer for stage in self.journeys[journey].stages)
        return met if any(met) else (True, *met[1:])

    def canonical(self) -> dict:
        """Everything a run depends on, in the shape of an organisation file, as plain JSON values.

        Labels are left out: correcting a translation changes no result. `parse_organisation` reads it back.
        """
        return {
            "name": self.name,
            "arrivals": float(self.arrivals),
            "patience": float(self.patience),
            "customers": self.customers,
            "team": [
                {"name": t.name, "headcount": t.headcount, "meets_customer": t.meets_customer} for t in self.teams
            ],
            "journey": [
                {
                    "name": j.name,
                    "share": float(j.share),
                    "stages": [{"team": self.teams[s.team].name, "hours": float(s.hours)} for s in j.stages],
                }
                for j in self.journeys
            ],
        }


def hours_per_case(journeys: tuple[JourneySpec, ...]) -> float:
    """Mean hours of first-pass work of an arriving case, over all journeys.

    fsum, because the built-in sum rounds differently from Python 3.12 on, and `load` would become other arrivals.
    """
    return fsum(journey.share * journey.hours for journey in journeys)
