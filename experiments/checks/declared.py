"""Every check, declared once; its words stand under `check.<name>` in the string files. Imports nothing heavy.

A check is a function without arguments in the module named, which returns what it compared.
"""

from __future__ import annotations

from dataclasses import dataclass

KINDS = ("oracle", "extreme", "pattern")


@dataclass(frozen=True, slots=True)
class Check:
    """One check.

    kind    'oracle' (a theory's exact result), 'extreme' (what must hold under any setting) or 'pattern' (a range
            of outside facts that today's organisation must meet)
    module  of this package, in which a function has the check's name
    """

    name: str
    kind: str
    module: str


def _all(kind: str, module: str, *names: str) -> list[Check]:
    return [Check(name, kind, module) for name in names]


CHECKS: dict[str, Check] = {check.name: check for check in [
    *_all("oracle", "incentives", "pay_only", "scarce_time", "team_bonus"),
    *_all("oracle", "norms", "leaders_example", "own_conviction"),
    *_all("oracle", "queues", "cases_and_hours", "bulk_queue", "failure_demand", "stability", "pooling"),
    *_all("extreme", "extremes", "high_load", "strong_bonus", "no_demand", "demand_peak", "nobody_knows_where",
          "clocks_stand_still", "one_employee", "one_team"),
    *_all("extreme", "same_again", "same_run_twice", "any_number_of_workers", "branch_unchanged"),
    *_all("pattern", "today", "baseline_utilisation", "baseline_first_time_right", "baseline_contacts",
          "baseline_grade", "baseline_share_nine", "baseline_turnover", "baseline_coordination"),
]}
