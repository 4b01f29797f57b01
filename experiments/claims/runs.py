"""The runs that claims need, through the one loop that makes runs, and back from the database as arrays.

Arms that two claims have in common are made once: a run is known by its key. Runs of all claims go in together, so that
a world's burn-in is lived once for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from silosim.experiments import engine
from silosim.experiments.claims.declared import TODAY, Arm, Claim, Context
from silosim.experiments.claims.ensemble import HOURS, MORE_HOURS, Case, Size, own_choices, values_of
from silosim.experiments.claims.rule import AS_IS, EQUAL
from silosim.experiments.claims.statistics import STATISTICS, of_team
from silosim.experiments.runkey import Setting
from silosim.experiments.running.make import Made, Orders, make_runs
from silosim.experiments.scenarios import Planned
from silosim.experiments.store import Store
from silosim.experiments.store.keep import SUMMARY, Keep
from silosim.model.measures.declared import INDEX
from silosim.model.parameters import PARAMETERS, InvalidInput, unknown

PERCEIVED = ("perception_gap", "more_than_colleagues")
TEAMS = Keep((), ("team", "silo_map"))
NOTHING = Context()


@dataclass
class Plan:
    """One claim in one ensemble: which arms it has in which case, and with which of our choices.

    arms     for each case arm -> Arm
    chosen   for each case parameter -> level
    factors  for each case arm -> factor on paid hours of the equal-cost arm; empty until it is known
    """

    claim: Claim
    cases: list[Case]
    size: Size
    seed: int
    under: Context = NOTHING
    arms: list[dict[str, Arm]] = field(default_factory=list)
    chosen: list[dict] = field(default_factory=list)
    factors: list[dict[str, float]] = field(default_factory=list)
    settings: dict[str, list[dict[str, Setting]]] = field(default_factory=dict)

    def __post_init__(self):
        self.chosen = own_choices(self.claim, self.cases, self.seed)
        more = STATISTICS[self.claim.statistic].arms
        shared = {**self.claim.arms, **({HOURS: Arm()} if self.claim.equal_cost else {})}
        self.arms = [shared if more is None else {**shared, **more(self.claim, case.number, self.seed, self.size.rows)}
                     for case in self.cases]

    def settle(self, make: Callable[..., Setting], cost: str) -> None:
        """Works out the settings of one cost arm."""
        self.settings[cost] = [
            {name: make(self, k, name, arm, self.factors[k][name] if cost == EQUAL else 1.0)
             for name, arm in arms.items() if cost == AS_IS or name not in (TODAY, HOURS)}
            for k, arms in enumerate(self.arms)]
        if cost == EQUAL:  # today is what the others are brought to
            for k, mine in enumerate(self.settings[cost]):
                mine[TODAY] = self.settings[AS_IS][k][TODAY]


class Runs:
    """Makes the runs of plans into a store, and reads their outcomes."""

    def __init__(self, store: Store, sweep: int, spec, orders: Orders,
                 progress: Callable[[str], Callable[[int, int], None]] = lambda what: lambda done, total: None):
        self.store, self.sweep, self.spec, self.orders, self.progress = store, sweep, spec, orders, progress
        self.made = Made(0)
        self._settings: dict[tuple, Setting] = {}
        self._points = 0
        self._keys: set[str] = set()

    def as_is(self, plans: Iterable[Plan]) -> None:
        """Makes every plan's arms as they are."""
        plans = list(plans)
        for plan in plans:
            plan.settle(self._setting, AS_IS)
        self._make(plans, AS_IS)

    def equal_cost(self, plans: Iterable[Plan]) -> None:
        """Makes every plan's arms with paid hours scaled until they cost what today costs: one secant step a world.

        The slope is measured in each world by `hours`, today with a little more of them.
        """
        plans = [plan for plan in plans if plan.claim.equal_cost]
        for plan in plans:
            plan.factors = self._factors(plan)
            plan.settle(self._setting, EQUAL)
        self._make(plans, EQUAL)

    def outcomes(self, plan: Plan, cost: str, period: str | None = None) -> dict[str, np.ndarray]:
        """arm -> float [cases, replicates, measures]; NaN for a run that failed."""
        settings = plan.settings[cost]
        names = list(settings[0])
        keys = [one[name].key(r) for one in settings for name in names for r in range(plan.size.runs)]
        numbers = self._read(keys, period or plan.claim.period)
        table = numbers.reshape(len(settings), len(names), plan.size.runs, len(INDEX))
        found = {name: table[:, k] for k, name in enumerate(names)}
        return found

    def of_teams(self, plan: Plan, cost: str) -> dict[str, np.ndarray]:
        """The outcomes of teams that the claim asks for, as `outcomes`; 'teams' for C11."""
        found = {of_team(arm, team): self._team(plan, cost, arm, team)
                 for team, arms in plan.claim.by_team.items() for arm in sorted(arms)}
        if plan.claim.teams:
            found["teams"] = self._teams(plan, cost)
        return found

    def _factors(self, plan: Plan) -> list[dict[str, float]]:
        cost = {name: np.nanmean(of[..., INDEX["cost_total"]], axis=1) if of.size else of
                for name, of in self.outcomes(plan, AS_IS, plan.claim.cost_period).items()}
        slope = (cost[HOURS] - cost[TODAY]) / (MORE_HOURS - 1)
        paid = PARAMETERS["paid_hours"]
        found = []
        for k, arms in enumerate(plan.arms):
            mine = {}
            for name in arms:
                step = (cost[name][k] - cost[TODAY][k]) / slope[k] if slope[k] > 0 else 0.0
                mine[name] = round(float(np.clip(1 - step if np.isfinite(step) else 1.0, paid.low, paid.high)), 5)
            found.append(mine)
        return found

    def _setting(self, plan: Plan, k: int, name: str, arm: Arm, factor: float) -> Setting:
        """The setting of one arm in one case; arms that are equal in two claims have the same one."""
        claim, case = plan.claim, plan.cases[k]
        levers, world, switches = values_of(claim, arm, TODAY if name == HOURS else name, case, plan.chosen[k],
                                            plan.under, MORE_HOURS if name == HOURS else factor)
        same = (case.name, claim.weeks, plan.size.burn_in, repr(sorted(levers.items())), repr(switches),
                repr(sorted(world.items())))
        if same not in self._settings:
            self._settings[same] = Setting(engine.job(
                spec=self.spec, levers=levers, world=world, switches=switches, burn_in=plan.size.burn_in,
                start="branch", weeks=claim.weeks, seed=plan.seed))
        return self._settings[same]

    def _make(self, plans: list[Plan], cost: str) -> None:
        for keep in (TEAMS, SUMMARY):  # what is kept whole first: it serves those who need the summary only
            some = [plan for plan in plans if bool(plan.claim.teams or plan.claim.by_team) == (keep is TEAMS)]
            planned = self._planned(some, cost)
            if planned:
                orders = Orders(keep=keep, workers=self.orders.workers, crew=self.orders.crew, go_on=True)
                made = make_runs(self.store, planned, self.sweep, progress=self.progress(cost), orders=orders)
                self._add(made)

    def _planned(self, plans: list[Plan], cost: str) -> list[Planned]:
        points, found = [], []
        for plan in plans:
            for k, mine in enumerate(plan.settings[cost]):
                for name, setting in mine.items():
                    points.append((self._points, f"{plan.claim.id} {name}", cost, setting, plan.cases[k].name,
                                   dict(plan.chosen[k])))
                    found.append((self._points, f"{plan.claim.id} {name}", setting, plan.size.runs))
                    self._points += 1
        self.store.plan_points(self.sweep, points)
        planned = [Planned(number, policy, cost, r, setting.key(r), setting)
                   for r in range(max((runs for *_, runs in found), default=0))
                   for number, policy, setting, runs in found if r < runs]
        self.store.plan(self.sweep, planned)
        self._keys.update(one.key for one in planned)
        return planned

    def _add(self, made: Made) -> None:
        self.made.total = len(self._keys)  # today is asked for at equal cost again
        self.made.new += made.new
        self.made.seconds += made.seconds
        self.made.failed.update(made.failed)
        for words, times in made.warnings.items():
            self.made.warnings[words] = self.made.warnings.get(words, 0) + times

    def _read(self, keys: list[str], period: str) -> np.ndarray:
        different = list(dict.fromkeys(keys))
        there = self.store.finished(different)
        if not there:
            raise InvalidInput("none of the runs of this claim succeeded; run with --debug to see why")
        ok = [key for key in different if key in there]
        numbers = dict(zip(ok, self.store.outcome_array(ok, period), strict=True))
        nothing = np.full(len(INDEX), np.nan)
        return np.array([numbers.get(key, nothing) for key in keys])

    def _team(self, plan: Plan, cost: str, arm: str, team: str) -> np.ndarray:
        """[cases, replicates, measures] of one team over the last year; NaN for what a team does not have."""
        names = [one.name for one in self.spec.teams]
        if team not in names:
            raise InvalidInput(f"claim {plan.claim.id}: {unknown('team', team, names)}")
        found = np.full((len(plan.cases), plan.size.runs, len(INDEX)), np.nan)
        for k, mine in enumerate(plan.settings[cost]):
            for r in range(plan.size.runs):
                try:
                    one = self.store.detail(mine[arm].key(r), "team").iloc[names.index(team)]
                except InvalidInput:  # the run failed
                    continue
                found[k, r, [INDEX[name] for name in one.index]] = one.to_numpy(dtype=float)
        return found

    def _teams(self, plan: Plan, cost: str) -> np.ndarray:
        """[cases, replicates, teams, PERCEIVED] of today, NaN for teams to which no other team hands over."""
        found = []
        for mine in plan.settings[cost]:
            for r in range(plan.size.runs):
                key = mine[TODAY].key(r)
                try:
                    seen = self.store.detail(key, "team")[list(PERCEIVED)].to_numpy(dtype=float)
                except InvalidInput:  # the run failed
                    found.append(np.full((len(self.spec.teams), len(PERCEIVED)), np.nan))
                    continue
                handed = np.nan_to_num(self.store.silo_map(key)[..., 0])
                np.fill_diagonal(handed, 0.0)
                found.append(np.where((handed.sum(axis=0) > 0)[:, None], seen, np.nan))
        return np.array(found).reshape(len(plan.cases), plan.size.runs, len(self.spec.teams), len(PERCEIVED))


def remaining_cost(runs: Runs, plan: Plan) -> Mapping[str, float]:
    """Of each arm at equal cost: what it still costs more than today, as a share, averaged over worlds."""
    cost = {name: np.nanmean(of[..., INDEX["cost_total"]]) for name, of in
            runs.outcomes(plan, EQUAL, plan.claim.cost_period).items()}
    return {name: float(value / cost[TODAY] - 1) for name, value in cost.items() if name != TODAY}
