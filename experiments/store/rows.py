"""From a job and its outcome to rows of the database, and back."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np

from silosim.experiments.runkey import canonical_run
from silosim.model.measures.declared import INDEX, MEASURES
from silosim.model.parameters import PARAMETERS

FLOAT = np.dtype("<f4")
PERIODS = ("last_year", "whole_path")
SILO_MAP = ("handoffs", "lost", "bounced", "familiarity")


def compact(document) -> str:
    """Plain JSON without spaces, names in order."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def run_row(key: str, job, rulebook: str) -> dict:
    """The columns of `run` that say what was run."""
    settings = canonical_run(job, rulebook)
    return {
        "key": key,
        "organisation": settings["organisation"],
        "levers": compact(settings["levers"]),
        "world": compact(settings["world"]),
        "switches": compact(settings["switches"]),
        **{name: settings[name] for name in ("burn_in", "start", "weeks", "replicate", "seed", "rulebook")},
    }


def parameter_values(job, names: Sequence[str]) -> dict[str, float | int | str]:
    """The value in force of each named parameter at the start of the policy, in declared type."""
    given = {**job.levers, **job.world}
    return {name: PARAMETERS[name].value(PARAMETERS[name].code(given.get(name, PARAMETERS[name].default)))
            for name in names}


def column_type(name: str) -> str:
    """SQL type of a parameter's column."""
    parameter = PARAMETERS[name]
    return "TEXT" if parameter.choices else "INTEGER" if parameter.whole else "REAL"


def outcome_rows(run: int, outcome) -> list[tuple]:
    """(run, period, every measure): NaN is bound as NULL by SQLite."""
    return [(run, period, *numbers.tolist())
            for period, numbers in zip(PERIODS, (outcome.summary, outcome.path), strict=True)]


WEEKLY = [name for name, measure in MEASURES.items() if measure.weekly]


def series_rows(run: int, outcome) -> list[tuple]:
    """(measure, run, weeks as float32) of every measure kept by the week."""
    weeks = np.ascontiguousarray(outcome.weekly.T, dtype=FLOAT)
    return [(name, run, weeks[INDEX[name]].tobytes()) for name in WEEKLY]


def level_names(level: str) -> list[str]:
    """Names along the last axis of a detail: the measures defined for that level."""
    if level == "silo_map":
        return list(SILO_MAP)
    return [name for name, measure in MEASURES.items() if level in measure.levels]


def details(outcome) -> dict[str, bytes]:
    """level -> float32 numbers, row by row."""
    result = {}
    for level in ("team", "employee"):
        columns = [INDEX[name] for name in level_names(level)]
        result[level] = _bytes(np.asarray(getattr(outcome, level))[:, columns])
    result["silo_map"] = _bytes(outcome.silo_map)
    return result


def _bytes(array) -> bytes:
    return np.ascontiguousarray(array, dtype=FLOAT).tobytes()


def numbers(blob: bytes, *shape: int) -> np.ndarray:
    """A float64 array of the given shape from stored float32 numbers."""
    return np.frombuffer(blob, FLOAT).astype(float).reshape(shape)


def floats(values: Sequence) -> np.ndarray:
    """NULL back to NaN."""
    return np.array([np.nan if value is None else value for value in values], dtype=float)
