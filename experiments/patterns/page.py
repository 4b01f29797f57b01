"""Writes README.md beside this file from new runs: python -m silosim.experiments.patterns.page"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from silosim.experiments.docs import table
from silosim.experiments.patterns.declared import PATTERNS
from silosim.experiments.patterns.run import Row, run_patterns
from silosim.experiments.runkey import current_rulebook
from silosim.model.text import number, text

PAGE = Path(__file__).parent / "README.md"
RUNS = 24
INTRODUCTION = """# Patterns, beside the prototype's

`silosim patterns` runs these experiments and prints them: {runs} paired runs on the insurer, with a seed apart from all
other experiments, and 95% intervals (Student; Wilson for shares of runs; bootstrap for optima). The prototype is a
throwaway program of the proposed specification; its figures come from there. 'Differs' means beyond the intervals of
both, taken as equally wide. None is asserted and none was tuned for: the defaults were fixed before the patterns were
first run. Rows 'check' are the experiments behind the explanations.

This page was written by `python -m silosim.experiments.patterns.page`, under rules {rules}.
"""


def render(rows: Sequence[Row], rules: str) -> str:
    """The page: pattern by pattern how it was run, a table of its figures, and what explains the differences."""
    parts = [INTRODUCTION.format(runs=RUNS, rules=rules)]
    for name, pattern in PATTERNS.items():
        parts.append(f"## {name} {text(f'patterns.{name}.title')}\n\n{text(f'patterns.{name}.about')}\n")
        if pattern.figures:
            cells = (_cells(row) for row in rows if row.pattern == name)
            parts.append(table(("figure", "ours", "prototype", ""), cells))
        parts.append(text(f"patterns.{name}.why") + "\n")
    return "\n".join(parts)


def _cells(row: Row) -> list[str]:
    mean, low, high = (number(x, row.fmt) for x in (row.mean, row.low, row.high))
    ours = f"{mean} ({low} to {high})"
    if row.prototype is None:
        return [row.label, ours, "", ""]
    below, above = (number(x, row.fmt) for x in row.prototype)
    return [row.label, ours, below if below == above else f"{below} to {above}", "agrees" if row.agrees else "differs"]


def main() -> None:
    """Run all patterns and write the page."""
    PAGE.write_text(render(run_patterns(RUNS), current_rulebook()), encoding="utf-8")
    print(PAGE)


if __name__ == "__main__":
    main()
