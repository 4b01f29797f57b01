"""Shown able to lose: each claim in its counter-world, and with its mechanism switched off.

A claim that cannot come out 'contradicted' says nothing when it comes out 'supported'. Every claim file therefore names
a counter-world, values of the world and of how the organisation is run under which the verdict must read
'contradicted', and values under which its mechanism does nothing, so that it must read 'no clear difference'. Both are
run by the same arms, statistic and rule, in fewer worlds and without the control for nineteen claims.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from silosim.experiments.claims.declared import Claim
from silosim.experiments.claims.ensemble import Size
from silosim.experiments.claims.judge import Judged
from silosim.experiments.claims.rule import CONTRADICTED, NONE
from silosim.experiments.claims.run import ORGANISATION, judge_all
from silosim.experiments.claims.runs import Runs
from silosim.experiments.running.make import Orders
from silosim.experiments.store import Store
from silosim.model.organisation_file import load_organisation

SIZE = Size(narrow=3, wide=0, runs=2, burn_in=52, rows=8)
KINDS = {"counter": CONTRADICTED, "off": NONE}


@dataclass(frozen=True)
class Proof:
    """One claim under one of KINDS: what it must read and what it reads."""

    claim: Claim
    kind: str
    judged: Judged

    @property
    def wanted(self) -> str:
        """The verdict that it must be."""
        return KINDS[self.kind]

    @property
    def holds(self) -> bool:
        """Whether it is."""
        return self.judged.verdict == self.wanted


def prove(store: Store, claims: Sequence[Claim], seed: int = 1, orders: Orders | None = None, size: Size = SIZE,
          progress: Callable[[str], Callable[[int, int], None]] = lambda what: lambda done, total: None,
          sweep: int | None = None) -> list[Proof]:
    """Every claim that has them, in its counter-world and with its mechanism off."""
    wanted = [(claim, kind) for claim in claims for kind in KINDS if getattr(claim, kind) is not None]
    own = sweep is None
    if own:
        sweep = store.begin_sweep("claims", {"prove": [claim.id for claim in claims], **vars(size)}, seed)
    runs = Runs(store, sweep, load_organisation(ORGANISATION), orders or Orders(), progress)
    judged = judge_all(runs, [(claim, getattr(claim, kind)) for claim, kind in wanted], size, seed, of=1)
    if own:
        store.end_sweep(sweep, "failed" if runs.made.failed else "done")
    return [Proof(claim, kind, one) for (claim, kind), one in zip(wanted, judged, strict=True)]
