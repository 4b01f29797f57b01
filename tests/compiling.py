"""The rules are compiled by a process of their own, beside the first tests of a long session.

Compiling takes about two minutes when the rules are new, on one core. Tests that need no compiled rules come first
meanwhile; the others wait until it is done, since they would compile the same once more.

Run as a script it compiles what the tests need and what is not there yet.
"""

from __future__ import annotations

import subprocess
import sys

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

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        if len(items) >= MANY:
            items.sort(key=needs_rules)

    def pytest_runtestloop(self, session: pytest.Session) -> None:
        alone = not hasattr(session.config, "workerinput")  # else every worker of pytest-xdist would
        if alone and len(session.items) >= MANY and not session.config.option.collectonly:
            self.process = subprocess.Popen([sys.executable, __file__], stdin=subprocess.DEVNULL,
                                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        if self.process and needs_rules(item):
            assert self.end(LIMIT) == 0, f"python {__file__} fails"

    def pytest_unconfigure(self) -> None:
        if self.process:
            self.end(0)

    def end(self, limit: float) -> int:
        """Waits for the process as long as that and gives its exit status; after that it is ended, which is none."""
        process, self.process = self.process, None
        try:
            return process.wait(limit)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return 0


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
    compile_rules()
