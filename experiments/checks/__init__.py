"""Checks that need no test suite: oracles, extreme settings and patterns of today, on the rules as installed.

    results = run_checks(store)          # and `silosim check` on the command line
"""

from silosim.experiments.checks.declared import CHECKS, Check
from silosim.experiments.checks.run import CheckResult, Compared, run_checks

__all__ = ["CHECKS", "Check", "CheckResult", "Compared", "run_checks"]
