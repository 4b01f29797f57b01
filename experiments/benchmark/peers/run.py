"""`run_peers`: who makes the same runs fastest, and who is left with something when they go wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version

from silosim.experiments.benchmark.peers.contenders import not_installed
from silosim.experiments.benchmark.peers.faults import Fault, Settings, all_faults
from silosim.experiments.benchmark.peers.measure import Load, Speed, measure, plain
from silosim.experiments.benchmark.peers.roster import (
    FOR_FAULTS,
    FOR_REAL,
    FOR_TRIVIAL,
    IDEAL,
    ONLY_RAISES,
    OURS,
    ROSTER,
)
from silosim.experiments.benchmark.run import machine
from silosim.experiments.extras import need
from silosim.model.parameters import InvalidInput

TRIVIAL, SHORT, LONG = "trivial", "short", "long"
NOT_INSTALLED = "not installed"
ALL_OF_A_CORE = 0.95
LIBRARIES = ("mesa", "ema_workbench", "joblib", "distributed")


def _load(name: str, runs: int, **work) -> Load:
    return Load(name, work, runs)


QUICK = (_load(TRIVIAL, 1000, kind="trivial"), _load(SHORT, 300, kind="real", weeks=26, burn_in=4))
FULL = (_load(TRIVIAL, 4000, kind="trivial"), _load(SHORT, 800, kind="real", weeks=26, burn_in=4),
        _load(LONG, 120, kind="real", weeks=156, burn_in=104))
QUICK_FAULTS = Settings(seconds=0.06, limit=15.0, grace=5.0, at_once=4)


@dataclass
class Peers:
    """All that was measured: load -> contender -> Speed, accidents, and why something is missing."""

    workers: int
    rounds: int
    quick: bool
    machine: dict
    loads: dict[str, Load] = field(default_factory=dict)
    speeds: dict[str, dict[str, Speed]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)

    def summary(self, load: str, name: str) -> dict:
        """The figures of one contender with one load, compared within rounds (see Speed.summary)."""
        speeds = self.speeds[load]
        return speeds[name].summary(speeds.get(IDEAL), speeds.get(OURS))

    @property
    def busy(self) -> float:
        """Share of a core that the ideal had, when that was less than nearly all; else 0."""
        ideals = [s[IDEAL] for s in self.speeds.values() if IDEAL in s]
        had = sum(sum(s.cpu) for s in ideals) / (sum(sum(s.seconds) for s in ideals) * self.workers or 1.0)
        return had if ideals and had < ALL_OF_A_CORE else 0.0

    def document(self) -> dict:
        """As plain JSON."""
        speeds = {load: {name: s.document(by_name.get(IDEAL), by_name.get(OURS)) for name, s in by_name.items()}
                  for load, by_name in self.speeds.items()}
        return plain({"workers": self.workers, "rounds": self.rounds, "quick": self.quick, "machine": self.machine,
                      "loads": {name: asdict(load) for name, load in self.loads.items()}, "speeds": speeds,
                      "faults": [asdict(one) for one in self.faults], "missing": self.missing, "busy": self.busy})


def run_peers(quick: bool = False, rounds: int = 3, workers: int = 2, loads: tuple[Load, ...] | None = None,
              faults: Settings | None = None, names: tuple[str, ...] = tuple(ROSTER), memory: bool = True,
              progress: Callable[[str], None] = lambda what: None) -> Peers:
    """Measures all contenders side by side; nothing is kept.

    quick    fewer runs, one round, no look at memory: under two minutes on an idle machine
    rounds   every contender makes every load once in each; figures are medians
    loads    instead of the usual ones; faults likewise
    names    only these contenders
    Raises InvalidInput for numbers below 1 and where psutil is not installed.
    """
    if rounds < 1 or workers < 1:
        raise InvalidInput(f"rounds = {rounds} and workers = {workers} must both be 1 or more")
    need("psutil", "cluster")
    found = Peers(workers, 1 if quick else rounds, quick, {**machine(), **versions()})
    found.missing = {name: NOT_INSTALLED for name in names if not_installed(ROSTER[name])}
    there = [name for name in names if name not in found.missing]
    for load in loads or (QUICK if quick else FULL):
        takes_part = FOR_TRIVIAL if load.work["kind"] == "trivial" else FOR_REAL
        found.loads[load.name] = load
        found.speeds[load.name], lost = measure(load, [n for n in takes_part if n in there], ROSTER, workers,
                                                found.rounds, memory and not quick, progress)
        found.missing |= {f"{load.name}, {name}": why for name, why in lost.items()}
    how = faults or replace(QUICK_FAULTS if quick else Settings(), workers=workers)
    for_all, only_raises = ([name for name in some if name in there] for some in (FOR_FAULTS, ONLY_RAISES))
    found.faults = all_faults(for_all, only_raises, ROSTER, how, progress)
    return found


def versions() -> dict[str, str]:
    """Versions of the peers' libraries that are there."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
