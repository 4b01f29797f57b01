"""What commands that make runs share: the frame, the crew, progress with time left, what is said when it stops."""

import contextlib
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from silosim.experiments.commands.session import Session, StoppedByUser


def make_frame(organisation: str, world: Mapping, runs: int, weeks: int, burn_in: int, steady: bool, seed: int):
    """The Frame of a command."""
    from silosim.experiments.runkey import whole
    from silosim.experiments.scenarios import Frame
    from silosim.model.organisation_file import load_organisation

    return Frame(load_organisation(organisation), dict(world), runs, weeks, burn_in,
                 "steady" if steady else "branch", whole("seed", seed, 0))


class Maker:
    """Makes runs into one store for one sweep, showing progress, and remembers what failed or warned."""

    def __init__(self, session: Session, store, command: str, settings: Mapping, seed: int, workers: int | None):
        self.session, self.store, self.workers = session, store, workers
        self.failed: dict[str, str] = {}
        self.warnings: dict[str, int] = {}
        self.points: dict[tuple, int] = {}
        self.new, self.seconds = 0, 0.0
        self.sweep = store.begin_sweep(command, settings, seed, versions(), git_state())

    def make(self, planned: Sequence, what: str, pilot: bool = False) -> None:
        """Makes `planned`; on Ctrl-C says how far it came and how to go on. Pilot runs are no part of the sweep."""
        from silosim.experiments.running.make import Stopped, make_runs
        from silosim.experiments.store import StoreError

        if not pilot:
            self.store.plan(self.sweep, self._numbered(planned))
        try:
            with progress(self.session, what) as tell:
                made = make_runs(self.store, planned, self.sweep, self.workers, tell)
        except Stopped as stop:
            self.store.end_sweep(self.sweep, "stopped")
            raise StoppedByUser(self.session.say("stopped", done=stop.done, total=stop.total,
                                                 path=str(self.store.path))) from None
        except Exception:
            with contextlib.suppress(StoreError):  # the store itself may be what failed
                self.store.end_sweep(self.sweep, "failed")
            raise
        self.new += made.new
        self.seconds += made.seconds
        self.failed.update(made.failed)
        for warning, times in made.warnings.items():
            self.warnings[warning] = self.warnings.get(warning, 0) + times

    def _numbered(self, planned: Sequence) -> list:
        """The same with points numbered through all parts of the sweep."""
        for one in planned:
            self.points.setdefault((one.policy, one.arm, one.setting), len(self.points))
        return [one._replace(point=self.points[one.policy, one.arm, one.setting]) for one in planned]

    def finish(self) -> int:
        """Closes the sweep; returns the exit status and says on the error stream what went wrong."""
        for warning, times in self.warnings.items():
            self.session.note(self.session.say("warning", words=warning, times=times))
        if self.failed:
            key, problem = next(iter(self.failed.items()))
            self.session.note(self.session.say("failed", count=len(self.failed), run=key[:12], problem=problem))
        self.store.end_sweep(self.sweep, "failed" if self.failed else "done")
        return 1 if self.failed else 0


def check_organisation(session: Session, maker: Maker, frame, given: str) -> list[str]:
    """Warnings about a user's organisation, printed and returned; the bundled ones are checked by the tests."""
    from silosim.model.organisation_file import bundled_organisations

    if given in bundled_organisations():
        return []
    from silosim.experiments.organisation_check import check

    warnings = []
    for finding in check(frame, maker.store, lambda planned: maker.make(planned, session.say("progress.organisation"))):
        fields = dict(finding.fields)
        if "team" in fields:
            fields["team"] = getattr(fields["team"], session.lang)
        warnings.append(session.say(f"organisation.{finding.kind}", **fields))
    for words in warnings:
        session.note(session.say("organisation.warning", name=getattr(frame.spec, session.lang), words=words))
    return warnings


@contextlib.contextmanager
def open_crew(workers: int | None, processes: bool, cluster: str | None) -> Iterator:
    """The crew that the options ask for, closed afterwards."""
    from silosim.experiments.running import Processes, Threads
    from silosim.model.parameters import InvalidInput

    if cluster is not None:
        given = [name for name, there in (("--workers", workers), ("--processes", processes)) if there]
        if given:
            raise InvalidInput(f"--cluster has workers of its own: leave out {' and '.join(given)}")
        from silosim.experiments.running.cluster import Cluster

        chosen = Cluster(cluster)
    else:
        chosen = Processes(workers) if processes else Threads(workers)
    with chosen as crew:
        yield crew


@contextlib.contextmanager
def stoppable(session: Session, store) -> Iterator[None]:
    """Says how far it came when the making of runs is stopped inside."""
    from silosim.experiments.running.make import Stopped

    try:
        yield
    except Stopped as stop:
        raise StoppedByUser(session.say("stopped", done=stop.done, total=stop.total, path=str(store.path))) from None


@contextlib.contextmanager
def progress(session: Session, what: str) -> Iterator:
    """A function to call with (done, total): a bar with runs a second and time left, where there is a terminal."""
    if not session.err.is_terminal:
        yield lambda done, total: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(),
               TextColumn("{task.fields[rate]}"), TextColumn("{task.fields[left]}"))
    with Progress(*columns, console=session.err, transient=True) as progress:
        task = progress.add_task(what, total=None, rate=session.say("progress.starting"), left="")
        pace = Pace()

        def tell(done: int, total: int) -> None:
            rate = pace(done)
            words = session.say("progress.rate", rate=rate) if rate else session.say("progress.starting")
            left = session.say("progress.left", seconds=(total - done) / rate) if rate else ""
            progress.update(task, completed=done, total=total, rate=words, left=left)

        yield tell


class Pace:
    """Runs a second since the first one came in: what was stored already and the time to compile do not count."""

    def __init__(self, clock=None):
        import time

        self.clock = clock or time.perf_counter
        self.first: tuple[float, int] | None = None
        self.calls = 0

    def __call__(self, done: int) -> float:
        """The rate after `done` runs, 0 while it cannot be told."""
        self.calls += 1
        if self.calls == 1:
            return 0.0
        now = self.clock()
        if self.first is None:
            self.first = (now, done)
            return 0.0
        return (done - self.first[1]) / max(now - self.first[0], 1e-9)


def versions() -> dict[str, str]:
    """Versions of what a result, or the design behind it, may depend on."""
    import platform
    import sqlite3
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
    for name in ("silosim", "numpy", "numba", "llvmlite", "mesa", "pandas", "scipy", "SALib", "ema_workbench"):
        with contextlib.suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def git_state() -> str | None:
    """Commit of the program's own folder, with '+' when files were changed since; None outside a checkout."""
    folder = Path(__file__).parents[2]
    if not (folder / ".git").exists():
        return None
    try:
        commit = _git(folder, "rev-parse", "HEAD")
        return commit + ("+" if _git(folder, "status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.SubprocessError):
        return None


def _git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", "-C", str(folder), *words], capture_output=True, encoding="utf-8",
                          timeout=10, check=True).stdout.strip()
