"""What is left when something goes wrong: a hundred runs, and an accident in one of them or to their parent."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from silosim.experiments.benchmark.peers.measure import WORKER
from silosim.experiments.benchmark.peers.processes import Marked, WorkerLost
from silosim.experiments.benchmark.peers.work import FAULTS, PARENT, RAISE, Faulty, Trivial, right

SPARE = 15.0  # seconds to start and to answer, on top of the limit
ENDING = 1.0  # seconds in which a process is gone that has closed its output


@dataclass(frozen=True)
class Settings:
    """How accidents are staged: how many at a time, and of each

    runs, seconds  how many runs, and how long each sleeps
    limit          seconds without anything moving after which it hangs
    to_start       the same, before the first run was made
    grace          seconds in which workers may notice that their parent is gone
    """

    runs: int = 100
    seconds: float = 0.1
    limit: float = 20.0
    to_start: float = 120.0
    grace: float = 10.0
    workers: int = 2
    at_once: int = 3

    @property
    def longest(self) -> float:
        """Seconds after which no answer is to be expected any more: a worker may be lost and started a few times."""
        return self.to_start + 4 * self.limit + self.runs * self.seconds + SPARE


@dataclass
class Fault:
    """What became of one contender in one accident.

    results   right results that can be had afterwards
    wrong     results handed out that are not what their run gives
    made      runs that had been made when the parent was killed (all of them otherwise)
    hangs     whether nothing moved any more, and it had not ended
    told      whether it says, to who called it, that something went wrong, and the words
    orphans   processes that still ran after the grace
    resumed   after the parent was killed: results once the same is started again; None where nothing can go on
    """

    contender: str
    fault: str
    runs: int
    made: int
    results: int = 0
    wrong: int = 0
    hangs: bool = False
    told: bool = False
    words: str = ""
    orphans: int = 0
    resumed: int | None = None


def all_faults(names: Sequence[str], only_raises: Sequence[str], roster: dict, how: Settings,
               progress: Callable[[str], None]) -> list[Fault]:
    """Every accident to every contender, a few at a time: nothing is timed here."""
    asked = [(name, fault) for fault in FAULTS for name in names]
    asked += [(name, RAISE) for name in only_raises]

    def examine(pair: tuple[str, str]) -> Fault:
        progress(f"{pair[1]}: {pair[0]}")
        return one_fault(*pair, roster[pair[0]], how)

    with ThreadPoolExecutor(how.at_once) as threads:
        return list(threads.map(examine, asked))


def one_fault(name: str, fault: str, contender, how: Settings, command: Sequence[str] = ("-m", WORKER)) -> Fault:
    """One accident to one contender, in processes of its own of which none is left."""
    folder = tempfile.mkdtemp(prefix="silosim-peers-")
    found = Fault(name, fault, how.runs, made=how.runs)
    settings = {"contender": name, "task": "fault", "fault": fault, "folder": folder, "runs": how.runs,
                "seconds": how.seconds, "limit": how.limit, "to_start": how.to_start, "workers": how.workers}
    try:
        with Marked(*command, json.dumps(settings)) as marked:
            (_kill_half_way if fault == PARENT else _wait)(marked, found, folder, how)
            found.orphans = marked.left(how.grace)
        if fault == PARENT:
            _look_afterwards(found, contender, settings, command, how)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return found


def _wait(marked: Marked, found: Fault, folder: str, how: Settings) -> None:
    try:
        said, _ = marked.answer(how.longest)
        found.results, found.wrong, found.hangs = said["results"], said["wrong"], said["hangs"]
        found.told, found.words = bool(said["told"]), said["told"][0] if said["told"] else ""
        if not found.hangs:
            marked.process.wait(timeout=SPARE)
    except WorkerLost as problem:  # so far gone that it cannot even say so, or dead itself
        found.hangs = _still_runs(marked)
        found.words = str(problem)
    except subprocess.TimeoutExpired:
        found.hangs = True


def _still_runs(marked: Marked) -> bool:
    """Whether it does not end; what has just closed its output may take a moment to."""
    try:
        marked.process.wait(timeout=ENDING)
    except subprocess.TimeoutExpired:
        return True
    return False


def _kill_half_way(marked: Marked, found: Fault, folder: str, how: Settings) -> None:
    work = _work(found.fault, folder, how)
    until = time.monotonic() + how.longest
    while work.made() < how.runs // 2 and marked.process.poll() is None and time.monotonic() < until:
        time.sleep(0.01)
    found.made = work.made()
    marked.kill()


def _look_afterwards(found: Fault, contender, settings: dict, command: Sequence[str], how: Settings) -> None:
    """What is on disk; and, where something is, what the same command makes of it when started again."""
    work = _work(found.fault, settings["folder"], how)
    left = contender.left_behind(settings["folder"], work, range(how.runs))
    found.results = right(work, left)
    found.wrong = len(left) - found.results
    if contender.goes_on:
        with Marked(*command, json.dumps(settings)) as marked:
            try:
                found.resumed = marked.answer(how.longest)[0]["results"]
            except WorkerLost as problem:
                found.words, found.resumed = str(problem), 0


def _work(fault: str, folder: str, how: Settings) -> Faulty:
    return Faulty(Trivial(how.seconds, sleeps=True), fault, folder)
