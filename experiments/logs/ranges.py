"""When a figure of the model counts as in range: read from a file that was written before anything was compared."""

from __future__ import annotations

import hashlib
import math
import tomllib
from dataclasses import dataclass
from pathlib import Path

from silosim.experiments.logs.patterns import PATTERNS, Measured
from silosim.model.parameters.registry import InvalidInput, unknown

FROZEN = Path(__file__).with_name("ranges.toml")
KINDS = ("plus", "times")


@dataclass(frozen=True)
class Range:
    """How far a figure of the model may lie outside the interval of the log's: by `plus`, or by the factor `times`."""

    kind: str
    size: float

    def around(self, real: Measured) -> tuple[float, float]:
        """(lowest, highest) that is in range. Without an interval, around the value."""
        low, high = (x if math.isfinite(x) else real.value for x in (real.low, real.high))
        low, high = min(low, real.value), max(high, real.value)
        if self.kind == "times":
            return low / self.size, high * self.size
        low, high = low - self.size, high + self.size
        return (max(low, 0.0), min(high, 1.0)) if real.kind == "share" else (low, high)


@dataclass(frozen=True)
class Ranges:
    """Every figure's range, why they are so, and a hash of the file that says it."""

    of: dict[tuple[str, str], Range]
    why: dict[str, str]
    digest: str


def read_ranges(path: str | Path = FROZEN) -> Ranges:
    """The ranges of a file, one for every declared figure. Raises InvalidInput with what is wrong, and where."""
    path = Path(path)
    try:
        raw = path.read_bytes()
        tables = tomllib.loads(raw.decode("utf-8"))
    except OSError as problem:
        raise InvalidInput(f"{path} cannot be read: {problem.strerror or problem}") from None
    except ValueError as problem:
        raise InvalidInput(f"{path}: not valid TOML (UTF-8): {' '.join(str(problem).split())[:120]}") from None
    found, why = {}, {}
    for name, table in tables.items():
        if name not in PATTERNS:
            raise InvalidInput(f"{path}: {unknown('pattern', name, PATTERNS)}")
        if not isinstance(table, dict) or not isinstance(table.get("why"), str):
            raise InvalidInput(f'{path}: [{name}] must be a table with why = "..."')
        why[name] = table["why"]
        for figure, rule in table.items():
            if figure != "why":
                found[name, figure] = _range(path, name, figure, rule)
    for name, pattern in PATTERNS.items():
        for figure in pattern.figures:
            if (name, figure) not in found:
                raise InvalidInput(f"{path}: [{name}] has no range for {figure}")
    return Ranges(found, why, hashlib.blake2b(raw, digest_size=8).hexdigest())


def _range(path: Path, name: str, figure: str, rule) -> Range:
    where = f"{path}: [{name}] {figure}"
    if figure not in PATTERNS[name].figures:
        raise InvalidInput(f"{where}: {unknown('figure', figure, PATTERNS[name].figures)}")
    if not isinstance(rule, dict) or len(rule) != 1 or next(iter(rule)) not in KINDS:
        raise InvalidInput(f"{where} must be {{ plus = 0.05 }} or {{ times = 1.25 }}")
    kind, size = next(iter(rule.items()))
    if isinstance(size, bool) or not isinstance(size, (int, float)) or not math.isfinite(size):
        raise InvalidInput(f"{where}: {kind} = {size!r} must be a number")
    if size < (1 if kind == "times" else 0):
        raise InvalidInput(f"{where}: {kind} = {size:g} must be {'1' if kind == 'times' else '0'} or more")
    return Range(kind, float(size))
