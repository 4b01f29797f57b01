"""All claims, or some: their runs, made together, and their verdicts.

    with Store("results/silosim.db") as store:
        result = run_claims(store, chosen(()), SIZES["quick"], seed=1)
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from silosim.experiments.claims.declared import Claim, Context
from silosim.experiments.claims.ensemble import Size, cases
from silosim.experiments.claims.judge import Judged, conclude, weigh
from silosim.experiments.claims.rule import AS_IS, CLAIMS_IN_ALL, EQUAL
from silosim.experiments.claims.runs import NOTHING, Plan, Runs
from silosim.experiments.running.make import Made, Orders, Stopped
from silosim.experiments.store import Store
from silosim.model.organisation_file import load_organisation

ORGANISATION = "insurer"  # what the published worlds were fitted to


@dataclass(frozen=True)
class Result:
    """What came out: the claims that could be judged, those that wait for a lever, and what it took."""

    sweep: int
    judged: tuple[Judged, ...]
    pending: tuple[Claim, ...]
    made: Made
    seconds: float


def run_claims(store: Store, claims: Sequence[Claim], size: Size, seed: int = 1, orders: Orders | None = None,
               progress: Callable[[str], Callable[[int, int], None]] = lambda what: lambda done, total: None,
               about: Mapping | None = None, name: str = "quick") -> Result:
    """Makes what is missing of the claims' runs and gives each its verdict; documents are stored with the sweep.

    progress  cost arm -> function of (runs done, runs in all)
    Raises Stopped on Ctrl-C: doing it again goes on where it stopped.
    """
    started = time.perf_counter()
    able = [claim for claim in claims if not claim.needs]
    settings = {"claims": [claim.id for claim in claims], "files": {claim.id: claim.digest for claim in claims},
                "ensemble": {"name": name, **vars(size)}}
    sweep = store.begin_sweep("claims", settings, seed, name=f"claims {name}", **(about or {}))
    runs = Runs(store, sweep, load_organisation(ORGANISATION), orders or Orders(), progress)
    try:
        judged = judge_all(runs, [(claim, NOTHING) for claim in able], size, seed)
    except Stopped:
        store.end_sweep(sweep, "stopped")
        raise
    except Exception:
        store.end_sweep(sweep, "failed")
        raise
    ensemble = {"name": name, **vars(size)}
    store.write_claims([(one.claim.id, one.claim.digest, ensemble, seed, one.verdict, one.fragile, one.plain())
                        for one in judged], sweep)
    store.end_sweep(sweep, "failed" if runs.made.failed else "done")
    return Result(sweep, tuple(judged), tuple(claim for claim in claims if claim.needs), runs.made,
                  time.perf_counter() - started)


def judge_all(runs: Runs, wanted: Sequence[tuple[Claim, Context]], size: Size, seed: int,
              of: int = CLAIMS_IN_ALL) -> list[Judged]:
    """The verdict of each claim in its context, from runs that are all made together.

    of   claims in the control for false discoveries; 1: each is judged by itself
    """
    ensemble = cases(size, seed)
    plans = [Plan(claim, ensemble, size, seed, under) for claim, under in wanted]
    if not plans:
        return []
    runs.as_is(plans)
    runs.equal_cost(plans)
    judged = [weigh(plan, runs, seed) for plan in plans]
    for together in ([one] for one in judged) if of == 1 else (judged,):
        conclude(together, of)
    return judged


__all__ = ["AS_IS", "EQUAL", "Result", "judge_all", "run_claims"]
