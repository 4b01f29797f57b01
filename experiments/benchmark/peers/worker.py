"""One contender in a process of its own, because imports, pools and what is left of one would be counted with another.

    python -m silosim.experiments.benchmark.peers.worker '{"contender": "joblib", "task": "speed", ...}'

Every answer is a line of JSON on the output.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable

from silosim.experiments.benchmark.peers.roster import ROSTER
from silosim.experiments.benchmark.peers.work import Faulty, Muster, Trivial, from_settings, right


def main(settings: dict, roster: dict = ROSTER) -> None:
    """Does the task: 'speed' or 'fault'."""
    contender = roster[settings["contender"]](settings["workers"], settings.get("folder"))
    {"speed": speed, "fault": fault}[settings["task"]](contender, settings)


def speed(contender, settings: dict) -> None:
    """Times three batches: a few runs from nothing, a few again, and all of them.

    Answers {"first": true} when every worker has made one of the first few; then, of the other two, the seconds
    passed and the processor seconds of this process and its workers together; and how many results are what their
    runs give.
    """
    work, runs, few = from_settings(settings["work"]), settings["runs"], settings["few"]
    with contender:
        contender.chunk = 1  # so that every worker gets some
        with mustering(work, settings["workers"]) as muster:
            contender.make(muster, range(few))
        tell(first=True)
        with mustering(work, settings["workers"]) as muster:
            fixed, fixed_cpu, _ = timed(contender, muster, range(few))
        contender.chunk = settings["chunk"]
        seconds, cpu, results = timed(contender, work, range(runs))
        good = right(work, results)
    tell(fixed=fixed, fixed_cpu=fixed_cpu, seconds=seconds, cpu=cpu, right=good,
         expected=runs if contender.returns else 0)


@contextlib.contextmanager
def mustering(work, workers: int):
    """`work` that waits for all workers."""
    with tempfile.TemporaryDirectory() as folder:
        yield Muster(work, workers, folder)


def timed(contender, work, numbers) -> tuple[float, float, dict]:
    """(seconds passed, processor seconds, results) of one batch."""
    used, started = processor_seconds(), time.perf_counter()
    results = contender.make(work, numbers)
    return time.perf_counter() - started, processor_seconds() - used, results


def processor_seconds() -> float:
    """Of this process and all it started, whether they still are or have ended."""
    import psutil

    total = 0.0
    me = psutil.Process()
    for process in [me, *me.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            spent = process.cpu_times()
            total += spent.user + spent.system + spent.children_user + spent.children_system
    return total


def fault(contender, settings: dict) -> None:
    """Makes runs of which one goes wrong; answers how many results can be had, and what was told of the others.

    When nothing has moved for `limit` seconds, the answer is what there is by then, and that it hangs.
    """
    work = Faulty(Trivial(settings["seconds"], sleeps=True), settings["fault"], settings["folder"])
    got: dict = {}
    once = threading.Lock()
    told: list[str] = []

    def answer(hangs: bool) -> None:
        if once.acquire(blocking=False):  # the first answer counts
            found = dict(got)
            good = right(work, found)
            tell(results=good, wrong=len(found) - good, hangs=hangs, told=told)

    def watch() -> None:
        wait_until_still(lambda: (work.made(), len(got)), settings["limit"], settings["to_start"])
        answer(hangs=True)
        os._exit(0)  # what hangs would not let the interpreter end

    threading.Thread(target=watch, daemon=True).start()
    try:
        with contender:
            told += contender.rescue(work, range(settings["runs"]), got)
    except BaseException as problem:  # EMA Workbench's errors are no Exceptions
        told.append(f"{type(problem).__name__}: {problem}")
    answer(hangs=False)


def wait_until_still(look: Callable[[], tuple], limit: float, to_start: float) -> None:
    """Returns when what `look` sees has not changed for `limit` seconds; the first change may take `to_start`."""
    seen, moved, patience = look(), time.monotonic(), to_start
    while time.monotonic() - moved < patience:
        time.sleep(0.05)
        if (now := look()) != seen:
            seen, moved, patience = now, time.monotonic(), limit


def tell(**what) -> None:
    """A line of JSON on the output."""
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
