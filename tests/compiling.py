"""The rules are compiled by a process of their own, beside the first tests of a long session.

Compiling takes about two minutes when the rules are new, on one core. Tests that need no compiled rules come first
meanwhile; the others wait until it is done, since they would compile the same once more. Of several workers of
pytest-xdist the first starts the process, and all wait for the file that it writes its exit status into.

Run as a script it compiles what the tests need and what is not there yet.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

# How the names of files begin whose tests use formulas and stand-ins for the engine, or none
NEED_NONE = ("test_analysis", "test_claims_rule", "test_cli", "test_comparison", "test_crews", "test_data",
             "test_design", "test_figures", "test_fit.py", "test_fit_parts", "test_organisation_file",
             "test_packaging", "test_replication", "test_sampling", "test_store", "test_text")
MANY = 1000  # tests: for a few the process is not worth its start
LIMIT = 600.0


class Compiling:
    """A plugin for pytest: changes the order of the tests, starts the process, waits for it."""

    def __init__(self):
        self.process: subprocess.Popen | None = None
        self.status: Path | None = None  # where the process says how it ended, while that is still waited for

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        if len(items) >= MANY:
            items.sort(key=needs_rules)

    def pytest_runtestloop(self, session: pytest.Session) -> None:
        if len(session.items) < MANY or session.config.option.collectonly:
            return
        worker = getattr(session.config, "workerinput", {"workerid": "gw0", "testrunuid": time.time_ns()})
        self.status = Path(tempfile.gettempdir()) / f"silosim-compiling-{worker['testrunuid']}"
        if worker["workerid"] == "gw0":
            self.process = subprocess.Popen([sys.executable, __file__, str(self.status)], stdin=subprocess.DEVNULL,
                                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        if self.status and needs_rules(item):
            status, self.status = self.status, None
            assert ended(status, LIMIT) == "0", f"python {__file__} fails"

    def pytest_unconfigure(self) -> None:
        if self.process:
            self.process.kill()  # does nothing when it has ended
            self.process.wait()
            Path(self.process.args[-1]).unlink(missing_ok=True)


def ended(status: Path, limit: float) -> str:
    """Waits for the file as long as that and gives what it says; '0' after that, since every test can compile."""
    latest = time.monotonic() + limit
    while time.monotonic() < latest:
        if status.exists() and (said := status.read_text()):
            return said
        time.sleep(0.1)
    return "0"


def needs_rules(item: pytest.Item) -> bool:
    """Whether it has to wait for the compiled rules."""
    return not item.path.name.startswith(NEED_NONE)


# Levers that are switched through doors of their own
SWITCHED = {"structure": "journey", "top_tasks": 1, "board_conviction": 0.9, "manager_conviction": 0.5}


def compile_rules() -> None:
    """All that is compiled for the two smaller sizes of organisations: by the engine, and for the faces of Mesa."""
    from silosim.model.ensemble import Job, run_job
    from silosim.model.faces import Organisation
    from silosim.model.layout import CLASSES
    from silosim.model.organisation_file import load_organisation
    from silosim.model.simulation import Simulation

    clinic, insurer = load_organisation("clinic"), load_organisation("insurer")
    run_job(Job(clinic, SWITCHED, burn_in=1, weeks=1))
    for row_wise in (False, True):
        Organisation(clinic, rng=1, row_wise=row_wise).run_weeks(14)  # a quarter ends
    patient = {"withdraw_rate": 0.002}  # customers who wait long take room
    assert Simulation(insurer, **patient).capacity == CLASSES[1]
    run_job(Job(insurer, SWITCHED, patient, burn_in=1, weeks=1))


if __name__ == "__main__":
    said = "1"
    try:
        compile_rules()
        said = "0"
    finally:
        if sys.argv[1:]:
            Path(sys.argv[1]).write_text(said)
