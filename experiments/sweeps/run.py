"""Running a design: points into the database, their runs made round by round, and a content hash at the end.

    with Store("results/silosim.db") as store:
        result = run_sweep(store, Design.from_toml("experiment.toml"))

Doing it again goes on where it stopped, and does nothing when all is done.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from silosim.experiments.interrupts import held_interrupts
from silosim.experiments.runkey import current_rulebook
from silosim.experiments.running.make import FIRST, Made, Orders, Stopped, make_runs
from silosim.experiments.scenarios import Planned
from silosim.experiments.store import Store
from silosim.experiments.sweeps.design import Design, Point
from silosim.model.measures.declared import INDEX
from silosim.model.parameters import InvalidInput

ARM = "as_is"
MEMBERS = 10_000  # planned at once; fewer at first, so that workers can begin


@dataclass(frozen=True)
class Shard:
    """One machine's share of a sweep: every `of`-th replicate, from number `part` (1 ... of) on."""

    part: int = 1
    of: int = 1

    def has(self, replicate: int) -> bool:
        """Whether a replicate belongs to this share."""
        return replicate % self.of == self.part - 1


@dataclass(frozen=True)
class SweepResult:
    """What became of a sweep.

    sweep    its number in the database
    runs     replicates of each point
    content  hash of everything stored for it; None while runs are missing or failed
    """

    sweep: int
    made: Made
    runs: Mapping[int, int]
    content: str | None


def run_sweep(store: Store, design: Design, orders: Orders | None = None, shard: Shard | None = None,
              progress: Callable[[int, int], None] = lambda done, total: None, other_rules: bool = False,
              about: Mapping | None = None) -> SweepResult:
    """Makes what is missing of a design's runs.

    shard        only this share, for several machines whose databases are merged afterwards
    other_rules  begin anew beside a sweep of this design that was made under other rules
    about        versions, git and command for the record, as `Store.begin_sweep` takes them
    Raises InvalidInput when the sweep was made under other rules, or its points were drawn otherwise; Stopped.
    """
    shard = shard or Shard()
    if shard.of > 1 and _adaptive(design):
        raise InvalidInput("a design with adaptive replications cannot be shared out: "
                           "how many runs a point needs is known only where all its runs are")
    orders = replace(orders or Orders(), keep=design.keep, go_on=True)
    points = design.points()
    sweep = _open(store, design, points, other_rules, about or {})
    made = Made(0)
    with held_interrupts():  # between rounds, too; and a second Ctrl-C does not cut off the end of the first
        try:
            made, runs = _rounds(store, design, points, sweep, orders, shard, progress)
            bad = made.failed or made.skipped
            content = None if bad or shard.of > 1 else store.content_hash(sweep, as_written=True)
        except KeyboardInterrupt as stop:
            store.end_sweep(sweep, "stopped")
            raise stop if isinstance(stop, Stopped) else Stopped(made.done, made.total) from None
        except Exception:
            _failed(store, sweep)
            raise
        store.end_sweep(sweep, "failed" if bad else "done", content)
    return SweepResult(sweep, made, runs, content)


def _adaptive(design: Design) -> bool:
    return design.replications.least != design.replications.most


def _failed(store: Store, sweep: int) -> None:
    with contextlib.suppress(InvalidInput):  # the store itself may be what failed
        store.end_sweep(sweep, "failed")


def _open(store: Store, design: Design, points: Sequence[Point], other_rules: bool, about: Mapping) -> int:
    """The number of the sweep, begun or gone on with."""
    here = current_rulebook()
    earlier = store.find_sweeps(design.hash)
    same = [number for number, rulebook, _ in earlier if rulebook == here]
    if earlier and not same and not other_rules:
        number, rulebook, _ = earlier[-1]
        raise InvalidInput(f"sweep {number} in {store.path} was made under other rules ({rulebook}) than this "
                           f"version's ({here}): --other-rules begins anew beside it, --db names another database")
    if same:
        store.resume_sweep(same[-1], **about)
        sweep = same[-1]
    else:
        sweep = store.begin_sweep("sweep", design.document, design.seed, name=design.name, design=design.hash, **about)
    # Points are stored once; the store refuses points that are not the ones of before.
    store.plan_points(sweep, [(p.number, p.policy, ARM, p.setting(), p.world_name, p.factors) for p in points])
    return sweep


def _rounds(store, design, points, sweep, orders, shard, progress) -> tuple[Made, dict[int, int]]:
    """All rounds; the first one makes what every point needs, later ones what some need more."""
    settings = [p.setting() for p in points]
    counts = dict.fromkeys(range(len(points)), 0)
    wanted = dict.fromkeys(counts, design.replications.first())
    made = Made(0)
    while any(wanted[k] > counts[k] for k in counts):
        total = _different(points, settings, wanted, shard)
        try:
            this = make_runs(store, _planned(store, sweep, points, settings, counts, wanted, shard), sweep,
                             progress=lambda done, of, before=made.total: progress(before + done, before + of),
                             orders=orders, total=total - made.total)
        except Stopped as stop:
            raise Stopped(made.done + stop.done, made.total + stop.total) from None
        made = _together(made, this)
        counts = wanted
        if not _adaptive(design):
            break
        from silosim.experiments.sweeps.replication import next_round

        wanted = next_round(design, points, counts, _reader(store, settings, counts, design.replications.outcome))
    return made, counts


def _planned(store, sweep, points, settings, counts, wanted, shard) -> Iterator[Planned]:
    """Replicate by replicate, noted as members of the sweep a few thousand ahead of being made."""
    block: list[Planned] = []
    size = FIRST
    for replicate in range(max(wanted.values())):
        if shard.has(replicate):
            block += [Planned(k, p.policy, ARM, replicate, settings[k].key(replicate), settings[k])
                      for k, p in enumerate(points) if counts[k] <= replicate < wanted[k]]
        if len(block) >= size:
            store.plan(sweep, block)
            yield from block
            block = []
            size = min(2 * size, MEMBERS)
    store.plan(sweep, block)
    yield from block


def _different(points, settings, wanted, shard) -> int:
    """How many runs that is: points that say the same (today, and a factor at its default) share theirs."""
    most: dict[str, int] = {}
    for k, setting in enumerate(settings):
        key = setting.key(0)
        most[key] = max(most.get(key, 0), wanted[k])
    return sum((runs - shard.part) // shard.of + 1 if runs >= shard.part else 0 for runs in most.values())


def _reader(store: Store, settings, counts, outcome: str) -> Callable[[int], np.ndarray]:
    """point number -> the named outcome of its replicates, NaN where a run failed."""
    def values(point: int) -> np.ndarray:
        keys = [settings[point].key(r) for r in range(counts[point])]
        there = store.finished(keys)
        result = np.full(len(keys), np.nan)
        rows = [k for k, key in enumerate(keys) if key in there]
        if rows:
            result[rows] = store.outcome_array([keys[k] for k in rows])[:, INDEX[outcome]]
        return result

    return values


def _together(one: Made, other: Made) -> Made:
    """Two rounds as one."""
    warnings = {w: one.warnings.get(w, 0) + other.warnings.get(w, 0) for w in {**one.warnings, **other.warnings}}
    return Made(one.total + other.total, one.new + other.new, one.stored + other.stored, one.skipped + other.skipped,
                {**one.failed, **other.failed}, warnings, one.seconds + other.seconds)
