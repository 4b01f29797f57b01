"""`kill -9` of a sweep, many times over, at random moments: nothing that was committed is lost, nothing is doubled,
the database is never damaged, no worker outlives its parent, and what comes out in the end is the undisturbed sweep.

    python tests/faults/campaign.py --kills 100 --dask 20

kills the command or one of its worker processes a hundred times, and twenty times a worker or the scheduler of a Dask
cluster; resumes, and begins another sweep when one is done. The seed that is printed gives the same moments again (as
far as the machine is as busy).
"""

from __future__ import annotations

import argparse
import contextlib
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil
from plain_rules import live
from sweeping import LIMIT, PLAIN, POINTS, REAL, Command, Dask, gone, one_line, ticks, wait_for_rows, write_design
from sweeping import stored as stored_in

from silosim.experiments.running.make import Orders
from silosim.experiments.store import Store
from silosim.experiments.sweeps.design import Design
from silosim.experiments.sweeps.run import run_sweep

KINDS = ("threads", "processes", "worker")  # the command with threads, with processes, or one of its processes
DASK = ("dask worker", "dask scheduler")
SPAN = {True: 2.0, False: 1.2}  # seconds within which a kill comes, from the start or from the first run stored
TOGETHER = 4  # kills of workers of one command, at most
STARTING = 0.3  # share of kills that come while the command starts


class Campaign:
    """Kills until there were enough.

    folder   an empty one
    real     the compiled engine; otherwise plain Python
    replicates, seconds  size of the sweep: of each of 6 points; that a run takes at least (plain Python only)
    undisturbed  content of the sweep, when it is known
    """

    def __init__(self, folder: Path, seed: int, real: bool = False, replicates: int = 200, seconds: float = 0.004,
                 undisturbed: str | None = None, say=print):
        self.folder, self.say = folder, say
        self.random = random.Random(seed)
        self.how = {"program": REAL if real else PLAIN, "rules": {"seconds": seconds, "every": 0.1}}
        self.span = SPAN[real]
        self.design = write_design(folder, replicates)
        self.runs = POINTS * replicates
        self.kills: Counter[str] = Counter()
        self.midway = 0
        self.sweeps = 0
        self.before: dict[str, str] = {}
        self.live = None if real else live
        self.undisturbed = undisturbed or self._to_the_end(folder / "undisturbed.db")
        self._begin()

    def _begin(self) -> None:
        self.sweeps += 1
        self.db = self.folder / f"{self.sweeps}.db"
        self.before = {}

    def run(self, kills: int, dask: int = 0) -> None:
        """Kills and resumes, `dask` times on a cluster; the last sweep is brought to its end, too."""
        kinds = [KINDS[k % len(KINDS)] for k in range(kills)]
        of_workers = kinds.count("worker")
        plan = [(kind, 1) for kind in kinds if kind != "worker"]
        while of_workers:
            some = min(of_workers, self.random.randint(1, TOGETHER))
            plan.append(("worker", some))
            of_workers -= some
        plan += [(DASK[k % len(DASK)], 1) for k in range(dask)]
        self.random.shuffle(plan)
        for kind, times in plan:
            while times:
                if kind in DASK:
                    done = self._kill_dask(kind)
                else:
                    done = self._kill_workers(times) if kind == "worker" else self._kill_command(kind)
                times -= done
                self.kills[kind] += done
                if not done:  # it ended before
                    self._check_end()
                    self._begin()
        self._check_end()

    def _to_the_end(self, db: Path) -> str | None:
        with Store(db) as store:
            return run_sweep(store, Design.from_toml(self.design), Orders(live=self.live)).content

    def _command(self, kind: str) -> Command:
        options = () if kind == "threads" else ("--processes",)
        return Command("sweep", self.design, "--db", self.db, "--workers", 2, *options, **self.how)

    def _kill_command(self, kind: str) -> int:
        """Kills the command at a random moment; 0 when the sweep was done before."""
        with self._command(kind) as command:
            moment = self._moment(command)
            if moment is None:
                return 0
            time.sleep(moment)
            workers = command.workers()
            if command.process.poll() is not None:
                return 0
            command.process.kill()
            command.process.wait(LIMIT)
            assert gone(workers), "workers outlive the command"
        self._look(f"{kind} with {len(workers)} workers" if workers else kind)
        return 1

    def _kill_workers(self, times: int) -> int:
        """Kills that many of its workers, one after the other, while it goes on; as many as it lived to see."""
        done = 0
        with self._command("worker") as command:
            while done < times and (moment := self._moment(command)) is not None:
                time.sleep(moment / TOGETHER)
                workers = command.workers()
                if workers and command.process.poll() is None:
                    with contextlib.suppress(psutil.NoSuchProcess):
                        self.random.choice(workers).kill()
                        done += 1
            status, _, wrong = command.finish()
            assert status == 0, wrong
        self._look(f"worker, {done} times", done=True)
        return done

    def _kill_dask(self, kind: str) -> int:
        """Kills a worker of a cluster, or its scheduler; 0 when the sweep was done before."""
        with tempfile.TemporaryDirectory() as folder, Dask(Path(folder), plain=self.live is not None) as dask:
            workers = [dask.worker(rules=self.how["rules"]) for _ in range(2)]
            with Command("sweep", self.design, "--db", self.db, "--cluster", dask.address, **self.how) as command:
                moment = self._moment(command)
                if moment is None:
                    return 0
                time.sleep(moment)
                if command.process.poll() is not None:
                    return 0
                (dask.scheduler if kind == "dask scheduler" else self.random.choice(workers)).kill()
                status, _, wrong = command.finish()
        assert status == 0 or (kind == "dask scheduler" and status == 2 and one_line(wrong)), wrong
        self._look(kind, done=status == 0)
        return 1

    def _moment(self, command: Command) -> float | None:
        """Seconds to wait: from the start of the command, or from when it stores its next runs."""
        if self.random.random() < STARTING:
            return self.random.uniform(0, self.span)
        for _ in ticks(LIMIT):
            if command.process.poll() is not None:
                return None
            with contextlib.suppress(TimeoutError):
                wait_for_rows(self.db, len(self.before) + 1, limit=0.05)
                return self.random.uniform(0, self.span)
        raise TimeoutError("the sweep does not begin")

    def _look(self, what: str, done: bool = False) -> None:
        """What is stored now is what was stored before, and more."""
        now = stored_in(self.db)
        lost = self.before.items() - now.items()
        assert not lost, f"{len(lost)} runs were lost or changed after they had been committed"
        assert not done or len(now) == self.runs
        self.say(f"sweep {self.sweeps}, {what}: {len(self.before)} runs were stored, now {len(now)} of {self.runs}")
        self.midway += 0 < len(now) < self.runs
        self.before = now

    def _check_end(self) -> None:
        """Goes on to the end: the content of the undisturbed sweep."""
        found = self._to_the_end(self.db)
        assert found == self.undisturbed, f"sweep {self.sweeps}: {found} instead of {self.undisturbed}"
        self._look("done", done=True)


def main() -> int:
    """The whole campaign from the command line; 0 when everything held."""
    words = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    words.add_argument("--kills", type=int, default=100)
    words.add_argument("--dask", type=int, default=0)
    words.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    words.add_argument("--plain", action="store_true", help="rules in plain Python, without compiled ones")
    words.add_argument("--replicates", type=int, default=1000)
    given = words.parse_args()
    print(f"seed {given.seed}", flush=True)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        campaign = Campaign(Path(folder), given.seed, not given.plain, given.replicates,
                            say=lambda line: print(line, flush=True))
        campaign.run(given.kills, given.dask)
    kinds = ", ".join(f"{times} {kind}" for kind, times in campaign.kills.items())
    print(f"{given.kills + given.dask} kills ({kinds}) over {campaign.sweeps} sweeps of {campaign.runs} runs, "
          f"{campaign.midway} of them in the middle of it; every sweep ended with content {campaign.undisturbed}; "
          f"{time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
