"""Who loses: what a policy does to each team and each person, not only on average.

Run r of a policy is paired with run r of today. People are counted by their seat, teams are those of the organisation
file (people keep their seat when the structure changes, so under another structure a team stands for the people who
sit there today).

* A team is clearly worse off when the rule of `comparison` says 'worse': 90% of the paired runs agree, the 95% interval
  leaves out zero, and the difference matters.
* One person in one run is one pair, so there is no interval; a seat counts as worse off when it lost at least what
  matters. Chance moves seats both ways (others sit there after somebody left), so the share that is better off by as
  much stands beside it. Both shares are means over runs, with their 95% intervals.
* The Gini coefficient over people says how unevenly strain, variable pay or attainment (everybody has the own team's)
  is spread: 0 when all have the same.

Attainment is measured per team, so it can be compared only where the structure is today's.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from silosim.experiments.comparison import Difference, Spread, difference, spread
from silosim.experiments.running.arrays import by_policy
from silosim.experiments.scenarios import Planned
from silosim.experiments.store import Store
from silosim.experiments.store.keep import Keep
from silosim.model.measures.declared import MEASURES
from silosim.model.parameters import PARAMETERS

OF_PEOPLE = tuple(name for name in ("strain", "conviction", "variable_pay") if name in MEASURES)
OF_TEAMS = ("attainment",)
UNEQUAL = tuple(name for name in ("strain", "variable_pay", "attainment") if name in MEASURES)
DETAILS = Keep((), ("team", "employee"))


@dataclass(frozen=True)
class People:
    """Shares of seats that are worse and better off by at least what matters: over runs."""

    worse: Spread
    better: Spread


@dataclass(frozen=True)
class Unequal:
    """The Gini coefficient over people: its values over runs, and the paired change from today."""

    value: Spread
    change: Spread


@dataclass(frozen=True)
class Losers:
    """What one policy does to whom.

    people   measure -> shares of seats
    teams    measure -> team -> its difference from today, judged as in every comparison
    gini     measure -> how unevenly it is spread
    """

    policy: str
    people: dict[str, People]
    teams: dict[str, dict[str, Difference]]
    gini: dict[str, Unequal]

    def worse_teams(self, measure: str) -> list[str]:
        """The teams that are clearly worse off in this measure."""
        bad = "worse" if MEASURES[measure].better != "neither" else "lower"  # of pay, less is worse for who gets it
        return [team for team, change in self.teams[measure].items() if change.verdict == bad]

    def share_of_teams(self, measure: str) -> float:
        """Share of teams that are clearly worse off; NaN where none can be compared."""
        known = [one for one in self.teams[measure].values() if one.verdict != "undefined"]
        return len(self.worse_teams(measure)) / len(known) if known else float("nan")

    def plain(self) -> dict:
        """For JSON: undefined numbers become null."""
        return {
            "policy": self.policy,
            "people": {name: {"worse": _plain(one.worse), "better": _plain(one.better)}
                       for name, one in self.people.items()},
            "teams": {name: {"share_worse": _number(self.share_of_teams(name)), "worse": self.worse_teams(name),
                             "all": [{"team": team, **one.plain()} for team, one in found.items()]}
                      for name, found in self.teams.items()},
            "gini": {name: {"value": _plain(one.value), "change": _plain(one.change)}
                     for name, one in self.gini.items()},
        }


def who_loses(store: Store, planned: Sequence[Planned], today: str) -> list[Losers]:
    """What every policy of `planned` but `today` does to whom, from what is stored of its runs.

    A replicate counts where both runs succeeded and keep details of teams and employees.
    """
    spec = planned[0].job.spec
    names = [team.name for team in spec.teams]
    seats = np.repeat(np.arange(len(names)), [team.headcount for team in spec.teams])
    keys = by_policy(planned)
    structure = {one.policy: _structure(one.job) for one in planned}
    there = store.finished((key for some in keys.values() for key in some), DETAILS)
    base = _read(store, keys[today], there, len(names), len(seats), True)
    found = []
    for policy in keys:
        if policy != today:
            same = structure[policy] == structure[today]
            found.append(judge(policy, _read(store, keys[policy], there, len(names), len(seats), same), base, seats,
                               names))
    return found


def judge(policy: str, values: dict[str, np.ndarray], today: dict[str, np.ndarray], seats: np.ndarray,
          names: Sequence[str]) -> Losers:
    """Who loses, from numbers alone.

    values, today  measure -> float64 [runs, seats] (OF_PEOPLE) or [runs, teams] (OF_TEAMS), NaN where undefined
    seats          team of each seat
    """
    people, teams, gini = {}, {}, {}
    for name in OF_PEOPLE:
        people[name] = _people(values[name] - today[name], name)
        of, before = (np.stack([_mean(x[name][:, seats == k]) for k in range(len(names))], axis=1)
                      for x in (values, today))
        teams[name] = _teams(policy, name, of, before, names)
    for name in OF_TEAMS:
        teams[name] = _teams(policy, name, values[name], today[name], names)
    for name in UNEQUAL:
        of, before = (np.array([gini_of(row if name in OF_PEOPLE else row[seats]) for row in x[name]])
                      for x in (values, today))
        gini[name] = Unequal(spread(of), spread(of - before))
    return Losers(policy, people, teams, gini)


def gini_of(values: np.ndarray) -> float:
    """The Gini coefficient of numbers of at least 0: mean difference of all pairs over twice the mean. Undefined ones
    are left out; 0 when all are 0, NaN when there are none."""
    x = np.sort(values[~np.isnan(values)])
    n, total = len(x), float(x.sum())
    if n == 0:
        return float("nan")
    if total == 0:
        return 0.0
    return float(((2 * np.arange(1, n + 1) - n - 1) * x).sum() / (n * total))


def _people(change: np.ndarray, name: str) -> People:
    """Shares of seats by run; a seat for which the measure is undefined does not count."""
    matters = MEASURES[name].matters - 1e-9  # a difference of exactly what matters counts, whatever its last digit
    up, down = (_mean(np.where(np.isnan(change), np.nan, sign * change >= matters)) for sign in (1, -1))
    worse, better = (up, down) if MEASURES[name].better == "down" else (down, up)
    return People(spread(worse), spread(better))


def _teams(policy: str, name: str, values: np.ndarray, today: np.ndarray, names) -> dict[str, Difference]:
    return {team: difference(policy, name, values[:, k], today[:, k]) for k, team in enumerate(names)}


def _read(store: Store, keys: Sequence[str], there: set[str], teams: int, seats: int,
          same_teams: bool) -> dict[str, np.ndarray]:
    """measure -> [runs, seats or teams]; NaN for runs that are not there and for teams of another structure."""
    found = {**{name: np.full((len(keys), seats), np.nan) for name in OF_PEOPLE},
             **{name: np.full((len(keys), teams), np.nan) for name in OF_TEAMS}}
    for k, key in enumerate(keys):
        if key in there:
            people = store.detail(key, "employee")
            for name in OF_PEOPLE:
                found[name][k] = people[name]
            if same_teams:
                of = store.detail(key, "team")
                for name in OF_TEAMS:
                    found[name][k] = of[name]
    return found


def _structure(job) -> str:
    """Who does which stage in the end: only with today's structure are teams the same teams."""
    levers = dict(job.levers)
    for _, values in sorted(job.switches, key=lambda switch: switch[0]):
        levers.update(values)
    return levers.get("structure", PARAMETERS["structure"].default)


def _mean(values: np.ndarray) -> np.ndarray:
    """[runs]: mean of the defined values of [runs, seats]; NaN without any."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.nanmean(values, axis=1)


def _plain(one: Spread) -> dict:
    return {"n": one.n, "mean": _number(one.mean), "low": _number(one.low), "high": _number(one.high)}


def _number(value: float) -> float | None:
    return value if np.isfinite(value) else None
