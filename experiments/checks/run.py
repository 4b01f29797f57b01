"""Running the checks, one after another, and storing what they found."""

from __future__ import annotations

import importlib
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from silosim.experiments.checks.declared import CHECKS, Check
from silosim.model.parameters import unknown
from silosim.model.text import text


@dataclass(frozen=True)
class Compared:
    """One comparison within a check: holds when |observed - expected| <= tolerance."""

    what: str
    observed: float
    expected: float
    tolerance: float

    @property
    def distance(self) -> float:
        """In tolerances; infinite when the observed value is undefined, or differs where nothing is tolerated."""
        off = abs(self.observed - self.expected)
        if math.isnan(off):
            return math.inf
        return off / self.tolerance if self.tolerance > 0 else (0.0 if off == 0.0 else math.inf)

    @property
    def holds(self) -> bool:
        """Whether they differ by no more than what is tolerated."""
        return self.distance <= 1.0


@dataclass(frozen=True)
class CheckResult:
    """What a check found. observed, expected and tolerance are those of the comparison that came out worst.

    passed  whether every comparison held; `detail` says how many there were, or what went wrong
    """

    name: str
    kind: str
    passed: bool
    observed: float
    expected: float
    tolerance: float
    seconds: float
    detail: str
    error: str = ""

    def label(self, lang: str = "en") -> str:
        """What is checked, in words."""
        return text(f"check.{self.name}.label", lang)

    def row(self) -> dict:
        """As the store keeps it."""
        status = "error" if self.error else "passed" if self.passed else "failed"
        low, high = self.expected - self.tolerance, self.expected + self.tolerance
        numbers = {"value": self.observed, "low": low, "high": high}
        finite = {name: float(x) if math.isfinite(x) else None for name, x in numbers.items()}
        return {"name": self.name, "kind": self.kind, "status": status, "detail": self.detail, **finite}


def run_checks(store=None, lang: str = "en", progress: Callable[[int, int], None] = lambda done, total: None,
               names: Sequence[str] | None = None, sweep: int | None = None) -> list[CheckResult]:
    """Runs the checks called `names` (all, by default); the results are stored in `store`, where there is one.

    lang      of the details
    progress  called with (checks done, checks in all)
    sweep     the stored command these checks belong to
    A check that breaks down counts as failed, with its error as the detail. Raises InvalidInput for unknown names.
    """
    for name in names or ():
        if name not in CHECKS:
            raise unknown("check", name, CHECKS)
    chosen = [CHECKS[name] for name in names or CHECKS]
    results = []
    progress(0, len(chosen))
    for check in chosen:
        results.append(run_check(check, lang))
        progress(len(results), len(chosen))
    if store is not None:
        store.write_checks([result.row() for result in results], sweep)
    return results


def run_check(check: Check, lang: str = "en") -> CheckResult:
    """One check."""
    started = time.perf_counter()
    try:
        module = importlib.import_module(f"silosim.experiments.checks.{check.module}")
        compared = getattr(module, check.name)()
    except Exception as problem:
        error = " ".join(f"{type(problem).__name__}: {problem}".split())
        seconds = time.perf_counter() - started
        return CheckResult(check.name, check.kind, False, math.nan, math.nan, math.nan, seconds, error, error)
    worst = max(compared, key=lambda c: c.distance)
    held = sum(c.holds for c in compared)
    detail = text("check.detail", lang, held=held, all=len(compared), what=worst.what)
    return CheckResult(check.name, check.kind, held == len(compared), worst.observed, worst.expected, worst.tolerance,
                       time.perf_counter() - started, detail)
