"""The published table of verdicts: where it stands, and how it is read."""

from __future__ import annotations

import csv
from pathlib import Path

CLAIMS = "claims.csv"
PUBLISHED = Path(__file__).resolve().parents[2] / "results" / "claims" / CLAIMS


def read(path: Path) -> tuple[dict[str, str], list[dict[str, str]]]:
    """(what made it, by name; its rows, heading -> cell) of a table of verdicts; nothing where there is none.

    A line that begins with # says what made the table, as name=value between spaces.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeError):
        return {}, []
    made = dict(word.split("=", 1) for line in lines if line.startswith("#") for word in line.split() if "=" in word)
    return made, list(csv.DictReader(line for line in lines if not line.startswith("#")))
