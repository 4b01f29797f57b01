"""Real runs for what a room decides: paired with today in the same world, behind whatever the facilitator asks.

A room never makes the facilitator wait: its runs are asked for as a guest's. Directions come from the same rule as
everywhere else: at least 90% of the paired runs agree and the interval of the mean leaves out zero.
"""

from __future__ import annotations

import asyncio
import itertools
import math
from collections.abc import Awaitable, Callable, Mapping

import numpy as np

from silosim.experiments.comparison import difference, spread
from silosim.experiments.workshop.ensembles import Ensembles, Request
from silosim.experiments.workshop.messages import Scenario, scenario_from
from silosim.experiments.workshop.room.declared import (
    BY_INTENTION,
    CHOICES,
    FEWER_RUNS,
    MIRROR_IN_THE_MODEL,
    RUNS,
    SHOWN,
    WORLDS,
)
from silosim.experiments.workshop.room.packages import settings, sum_of
from silosim.experiments.workshop.room.room import Room
from silosim.experiments.workshop.shorts import Short, team_of
from silosim.model.measures.declared import INDEX
from silosim.model.parameters import InvalidInput

DIGITS = 5
Pairs = list[tuple[Short, Short]]
Ask = Callable[[Scenario, int], Awaitable[Pairs]]


class Player:
    """Makes the runs of one room. `ask(scenario, runs)` gives paired runs; see `asker`.

    organisations  name -> OrganisationSpec, as loaded by the server
    """

    def __init__(self, room: Room, ask: Ask, organisations: Mapping):
        self.room, self.ask, self.organisations = room, ask, organisations
        self.base = Scenario()

    def use(self, table: object) -> None:
        """Play in the world of the facilitator's screen: its organisation, world, seed and weeks.

        With other teams role plays begin anew. InvalidInput for anything that is not declared.
        """
        given = scenario_from(table, self.organisations).today()
        teams = teams_of(self.organisations[given.organisation])
        if teams != self.room.teams:
            self.room.cast(teams)
        if given != self.base:
            self.room.results.pop("choices", None)
        self.base = given

    async def play(self, name: str, plan: object = None, scenario: object = None) -> None:
        """Make the runs of an exercise, and put what they gave in the room.

        plan, scenario  for 'worlds': a group's number, or the screen's scenario when it is not one of a group
        """
        kind, _, about = name.partition(":")
        if kind == "mirror":
            meant = await self.pairs(FEWER_RUNS, world={**self.base.world, **BY_INTENTION})
            self.room.put(name, {"model": as_it_is(await self.pairs(), MIRROR_IN_THE_MODEL),
                                 "by_intention": as_it_is(meant, MIRROR_IN_THE_MODEL)})
        elif kind == "vote":
            self.room.put(name, self._said(await self.pairs(policy=about)))
        elif kind == "roles":
            await self._roles(name)
        elif kind == "package":
            await self._packages()
        elif kind == "worlds":
            await self._worlds(plan, scenario)

    async def offer(self) -> None:
        """What each choice of a department does when every department makes it, for the phones to weigh."""
        if "choices" in self.room.results:
            return
        base, found = None, {}
        while base != self.base:  # another world meanwhile: begin again
            base, found = self.base, {}
            for choice in CHOICES.values():
                if choice.levers and base == self.base:
                    found[choice.name] = compared(await self.pairs(FEWER_RUNS, levers=choice.levers))
        self.room.put("choices", {"choices": found, "runs": FEWER_RUNS})

    async def _roles(self, name: str) -> None:
        exercise = self.room.exercises[name]
        levers = sum_of({d: exercise.shares(d) for d in self.room.departments})
        pairs = await self.pairs(levers=levers)
        change = np.mean(team_of([now for now, _ in pairs], "attainment")
                         - team_of([today for _, today in pairs], "attainment"), axis=0)
        each = {team: short(change[k]) for k, (team, _) in enumerate(self.room.teams)}
        self.room.put(name, {**self._said(pairs), "levers": levers,
                             "departments": {d: each[d] for d in self.room.departments}})

    async def _packages(self) -> None:
        found: dict[str, dict] = {}
        for number, points in self.room.packages().items():
            found[str(number)] = compared(await self.pairs(**settings(points)))
            self.room.put("package", {"groups": dict(found), "runs": RUNS})

    async def _worlds(self, plan: object, scenario: object) -> None:
        tried = self._plan(plan, scenario)
        found: dict[str, dict] = {}
        for world, changes in WORLDS.items():
            found[world] = compared(await self.pairs(FEWER_RUNS, world={**self.base.world, **changes}, **tried))
            self.room.put("worlds", {"worlds": dict(found), "plan": plan if plan is not None else "screen",
                                     "runs": FEWER_RUNS})

    def _plan(self, plan: object, scenario: object) -> dict:
        """The settings of the plan that is to be broken."""
        if plan is None:
            screen = scenario_from(scenario, self.organisations)
            if not screen.all_levers() and not screen.switches():
                raise InvalidInput("the screen shows today: choose a table, or put a plan on the screen first")
            return {"policy": screen.policy, "dials": screen.dials, "levers": screen.levers}
        packages = self.room.packages()
        if plan not in packages:
            raise InvalidInput(f"group {str(plan)[:10]} has no package; groups that have: "
                               f"{', '.join(str(n) for n in packages) or 'none'}")
        return settings(packages[plan])

    async def pairs(self, runs: int = RUNS, **changes) -> Pairs:
        """Paired runs of today's organisation with fields of a scenario changed: policy, dials, levers, world."""
        world = changes.pop("world", self.base.world)
        table = {**self.base.document(), "world": dict(world), **changes}
        return await self.ask(scenario_from(table, self.organisations), runs)

    def _said(self, pairs: Pairs) -> dict:
        return {"model": compared(pairs), "runs": len(pairs)}


def asker(ensembles: Ensembles, organisations: Mapping) -> Ask:
    """Paired runs from the workers, for `await`. Every question has a key of its own, so that none is given up."""
    numbers = itertools.count()

    async def ask(scenario: Scenario, runs: int) -> Pairs:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future = loop.create_future()

        def settle(error: Exception | None, pairs: Pairs) -> None:
            if answer.done():
                return
            if error is not None:
                answer.set_exception(error)
            elif len(pairs) >= runs:
                answer.set_result(pairs)

        def tell(request, stage, what) -> None:
            failed = what if stage is None else None
            loop.call_soon_threadsafe(settle, failed, [] if failed else list(what))

        key = ("room", next(numbers))
        ensembles.ask(Request(key, scenario, organisations[scenario.organisation], runs, "guest", tell))
        try:
            return await answer
        finally:
            ensembles.forget(key)

    return ask


def compared(pairs: Pairs, measures=SHOWN) -> dict[str, dict]:
    """Each measure of the last year: today, now, the paired difference with its interval, and its direction."""
    found = {}
    for name in measures:
        now, today = (np.array([run.summary[INDEX[name]] for run in side]) for side in zip(*pairs, strict=True))
        said = difference("now", name, now, today)
        found[name] = {"today": short(spread(today).mean), "now": short(said.value.mean),
                       "difference": short(said.change.mean), "low": short(said.change.low),
                       "high": short(said.change.high), "agree": short(said.agree), "verdict": said.verdict,
                       "direction": direction(said.verdict, said.change.mean),
                       "word": word(said.verdict, said.change.mean)}
    return found


def as_it_is(pairs: Pairs, measures) -> dict[str, float | None]:
    """The mean of measures today."""
    return {name: short(spread([today.summary[INDEX[name]] for _, today in pairs]).mean) for name in measures}


def direction(verdict: str, change: float) -> str:
    """up, down, or same: no clear difference, or one too small to matter."""
    if verdict not in ("better", "worse", "higher", "lower"):
        return "same"
    return "up" if change > 0 else "down"


def word(verdict: str, change: float) -> str:
    """How a difference is put into words: up, down, small (clear, but too small to matter), unclear or same (equal)."""
    if verdict.startswith("slightly_"):
        return "small"
    return {"equal": "same", "unclear": "unclear", "undefined": "unclear"}.get(verdict) or direction(verdict, change)


def short(value: float) -> float | None:
    """A number with the digits that a screen shows; None where it is undefined."""
    return None if math.isnan(value) else float(f"{float(value):.{DIGITS}g}")


def teams_of(spec) -> tuple[tuple[str, int], ...]:
    """(name, people) of an organisation's teams, in its own order."""
    return tuple((team.name, team.headcount) for team in spec.teams)
