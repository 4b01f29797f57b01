"""Rounds in which every contender makes the same runs in turn, so that what else the machine does meets all of them."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import partial
from statistics import median

from silosim.experiments.benchmark.peers.processes import Marked, MemoryWatch, WorkerLost

WORKER = "silosim.experiments.benchmark.peers.worker"
FEW_EACH = 2  # runs per worker with which it warms up
AT_ONCE = 2  # contenders whose memory is looked at
PATIENCE = 60.0  # seconds, on top of a hundred times the ideal
NAN = float("nan")


@dataclass(frozen=True)
class Load:
    """What is run: `work` as JSON (see work.from_settings), how many runs, and their share in a chunk."""

    name: str
    work: dict
    runs: int

    def chunk(self, workers: int) -> int:
        """At most 50 runs, and at least eight chunks for every worker."""
        return max(1, min(50, self.runs // (8 * workers)))


@dataclass
class Speed:
    """What one contender did with one load; a list has a number for every round, all in seconds.

    start     from the start of its program until every worker had made a run
    fixed     a batch of `few` runs after that; fixed_cpu: processor seconds of all its processes
    seconds   all runs in one batch; cpu: processor seconds
    own_mb, all_mb  most memory of its first process and of all of them together
    wrong     results that were not what their run gives, or were missing
    """

    runs: int
    few: int
    workers: int
    keeps: str
    start: list[float] = field(default_factory=list)
    fixed: list[float] = field(default_factory=list)
    fixed_cpu: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    own_mb: float = NAN
    all_mb: float = NAN
    wrong: int = 0

    def each(self) -> list[float]:
        """Seconds a run once everything has started, by round; NaN where starting took nearly all the time."""
        return [_per(a - b, self.runs - self.few, enough=a / 4) for a, b in zip(self.seconds, self.fixed, strict=True)]

    def each_cpu(self) -> list[float]:
        """Processor seconds a run, likewise."""
        return [_per(a - b, self.runs - self.few) for a, b in zip(self.cpu, self.fixed_cpu, strict=True)]

    def summary(self, ideal: Speed | None, ours: Speed | None) -> dict:
        """Medians over rounds of what is compared within a round.

        rate         runs a second of one batch, with what it starts anew
        going        runs a second once everything has started
        overhead_us  seconds of a worker that a run takes beyond the ideal's, x 1e6; cpu_us: likewise of processors
        share        rate once started, as a share of the ideal's
        ours         how many times as fast silosim is
        """
        each = self.each()
        found = {"rate": median(self.runs / s for s in self.seconds), "going": 1 / _median(each),
                 "start": median(self.start)}
        if ideal:
            beyond = [a - b for a, b in zip(each, ideal.each(), strict=False)]
            beyond_cpu = [a - b for a, b in zip(self.each_cpu(), ideal.each_cpu(), strict=False)]
            found |= {"overhead_us": _median(beyond) * self.workers * 1e6, "cpu_us": _median(beyond_cpu) * 1e6,
                      "share": _median([b / a for a, b in zip(each, ideal.each(), strict=False)])}
        if ours:
            found["ours"] = _median([a / b for a, b in zip(each, ours.each(), strict=False)])
        return found

    def document(self, ideal: Speed | None, ours: Speed | None) -> dict:
        """As plain JSON."""
        return plain({**asdict(self), **self.summary(ideal, ours)})


def measure(load: Load, names: Sequence[str], roster: dict, workers: int, rounds: int, memory: bool,
            progress: Callable[[str], None]) -> tuple[dict[str, Speed], dict[str, str]]:
    """({contender: Speed}, {contender: why it could not be measured}).

    memory  also looks at memory, afterwards and two contenders at a time, since nothing is timed then
    """
    few = FEW_EACH * workers
    speeds = {name: Speed(load.runs, few, workers, roster[name].keeps) for name in names}
    missing: dict[str, str] = {}

    def one(name: str, words: str, watch: bool) -> None:
        if name not in missing:
            progress(f"{load.name}, {name}: {words}")
            try:
                one_batch(load, name, workers, few, speeds[name], watch)
            except WorkerLost as problem:
                missing[name] = str(problem)

    for k in range(rounds):
        for name in names:
            one(name, f"{k + 1}/{rounds}", watch=False)
    if memory:
        with ThreadPoolExecutor(AT_ONCE) as threads:
            list(threads.map(partial(one, words="memory", watch=True), names))
    return {name: speed for name, speed in speeds.items() if name not in missing}, missing


def one_batch(load: Load, name: str, workers: int, few: int, speed: Speed, watch: bool) -> None:
    """Notes the times of one contender in one round; with `watch` its memory instead, since looking takes time."""
    settings = {"contender": name, "task": "speed", "work": load.work, "runs": load.runs, "few": few,
                "workers": workers, "chunk": load.chunk(workers)}
    with Marked("-m", WORKER, json.dumps(settings)) as marked:
        if watch:
            with MemoryWatch(marked) as watched:
                marked.answer(PATIENCE)
                marked.answer(PATIENCE + load.runs)
            speed.own_mb, speed.all_mb = watched.own, watched.all
            return
        _, start = marked.answer(PATIENCE)
        found, _ = marked.answer(PATIENCE + load.runs)
    speed.start.append(start)
    for key in ("fixed", "fixed_cpu", "seconds", "cpu"):
        getattr(speed, key).append(found[key])
    speed.wrong += found["expected"] - found["right"]


def plain(thing):
    """The same with None for numbers that are not defined, as JSON wants it."""
    if isinstance(thing, dict):
        return {key: plain(value) for key, value in thing.items()}
    if isinstance(thing, list):
        return [plain(value) for value in thing]
    return None if isinstance(thing, float) and not math.isfinite(thing) else thing


def _per(seconds: float, runs: int, enough: float = -math.inf) -> float:
    return seconds / runs if seconds > enough else NAN


def _median(numbers: Sequence[float]) -> float:
    defined = [x for x in numbers if not math.isnan(x)]
    return median(defined) if defined else NAN
