"""From a job and its outcome to rows of the database, and back."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Sequence

import numpy as np

from silosim.model.measures.declared import MEASURES
from silosim.model.parameters import PARAMETERS

FLOAT = np.dtype("<f4")
PERIODS = ("last_year", "whole_path")
SILO_MAP = ("handoffs", "lost", "bounced", "helped", "familiarity")
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def compact(document) -> str:
    """Plain JSON without spaces, names in order."""
    return _encode(document)


def quoted(names: Iterable[str]) -> str:
    """Names of columns for a statement."""
    return ", ".join(f'"{name}"' for name in names)


def marks(n: int) -> str:
    """n question marks for a statement."""
    return ", ".join("?" * n)


# Columns of `run` that a setting determines, and those that every run has of its own.
EACH_SETTING = ("organisation", "levers", "world", "switches", "burn_in", "start", "weeks", "seed", "rulebook")
EACH_RUN = ("id", "sweep", "key", "policy", "replicate", "status", "attempts", "error", "traceback", "seconds", "host",
            "outcome_hash", "finished", "warnings", "kept", "checksum")


def setting_row(setting, names: Sequence[str]) -> tuple:
    """The columns EACH_SETTING, then the values of the named parameters at the start of the policy."""
    settings = setting.canonical
    given = {**settings["levers"], **settings["world"]}  # what differs from the defaults, in declared type
    return (settings["organisation"], compact(settings["levers"]), compact(settings["world"]),
            compact(settings["switches"]), settings["burn_in"], settings["start"], settings["weeks"],
            settings["seed"], settings["rulebook"],
            *(given[name] if name in given else _default(name) for name in names))


@functools.cache
def _default(name: str) -> float | int | str:
    return PARAMETERS[name].value(PARAMETERS[name].code(PARAMETERS[name].default))


def column_type(name: str) -> str:
    """SQL type of a parameter's column."""
    parameter = PARAMETERS[name]
    return "TEXT" if parameter.choices else "INTEGER" if parameter.whole else "REAL"


WEEKLY = [name for name, measure in MEASURES.items() if measure.weekly]


def level_names(level: str) -> list[str]:
    """Names along the last axis of a detail: the measures defined for that level."""
    if level == "silo_map":
        return list(SILO_MAP)
    return [name for name, measure in MEASURES.items() if level in measure.levels]


def numbers(blob: bytes, *shape: int) -> np.ndarray:
    """A float64 array of the given shape from stored float32 numbers."""
    return np.frombuffer(blob, FLOAT).astype(float).reshape(shape)


def week_array(blobs: Sequence[bytes]) -> np.ndarray:
    """float64 [runs, weeks] from stored series; shorter ones are filled with NaN at the end."""
    longest = max(map(len, blobs), default=0)
    weeks = longest // FLOAT.itemsize
    if all(len(blob) == longest for blob in blobs):
        return np.frombuffer(b"".join(blobs), FLOAT).reshape(len(blobs), weeks).astype(float)
    result = np.full((len(blobs), weeks), np.nan)
    for row, blob in zip(result, blobs, strict=True):
        row[:len(blob) // FLOAT.itemsize] = np.frombuffer(blob, FLOAT)
    return result
