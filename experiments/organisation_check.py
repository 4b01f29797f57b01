"""Is an organisation one the model can say something about? Grade, busy teams and backlogs after the burn-in.

For files of users; the bundled organisations are held to the same in the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from silosim.experiments.comparison import spread
from silosim.experiments.running.arrays import by_policy
from silosim.experiments.scenarios import Frame, Planned, plan, scenario
from silosim.experiments.store import Store
from silosim.model.measures.declared import INDEX, MEASURES

ARM = "check"
RUNS = 8
GRADES = (6.0, 8.0)
BUSIEST = 0.95
YEAR = 52


@dataclass(frozen=True)
class Finding:
    """One thing that is off: a key under `cli.organisation`, and the numbers its text names."""

    kind: str
    fields: dict


def check(frame: Frame, store: Store, make: Callable[[Sequence[Planned]], object]) -> list[Finding]:
    """What is off with today's organisation in its first two years after the burn-in; empty when all is well.

    make   makes and stores runs
    """
    first, second = (plan(replace(frame, runs=RUNS, weeks=weeks, start="branch"), [scenario("today")], ARM)
                     for weeks in (YEAR, 2 * YEAR))
    make([*first, *second])
    keys = [next(iter(by_policy(part).values())) for part in (first, second)]
    grade = spread(store.outcome_array(keys[1])[:, INDEX["grade"]]).mean
    findings = [] if GRADES[0] <= grade <= GRADES[1] else [Finding("grade", {"grade": grade})]
    years = [np.stack([store.detail(key, "team")[["utilisation", "backlog"]].to_numpy() for key in some])
             for some in keys]
    return findings + teams(frame.spec, *years)


def teams(spec, first: np.ndarray, second: np.ndarray) -> list[Finding]:
    """Findings about teams; both years are [runs, teams, (utilisation, backlog)]."""
    findings = []
    for k, team in enumerate(spec.teams):
        busy = float(second[:, k, 0].mean())
        if busy > BUSIEST:
            findings.append(Finding("utilisation", {"team": team, "utilisation": busy}))
        growth = spread(second[:, k, 1] - first[:, k, 1])
        if abs(growth.mean) > max(MEASURES["backlog"].matters, growth.half_width):
            before, after = float(first[:, k, 1].mean()), float(second[:, k, 1].mean())
            findings.append(Finding("backlog", {"team": team, "before": before, "after": after}))
    return findings
