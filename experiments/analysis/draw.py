"""Draws what an analysis found, as PNG files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from silosim.experiments.analysis import draw_cases, draw_indices
from silosim.experiments.analysis.independent import independent_rows
from silosim.experiments.analysis.run import Asked, Finding
from silosim.experiments.analysis.words import Words
from silosim.model.parameters import InvalidInput


def draw(findings: Sequence[Finding], words: Words, asked: Asked, folder: Path) -> list[Path]:
    """The pictures of every finding that has an answer; their paths. InvalidInput when the folder takes none."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        paths = [path for finding in findings if not finding.problem
                 for path in _of(finding, words, asked, folder, len(findings) > 1)]
    except OSError as problem:
        raise InvalidInput(f"{folder}: pictures cannot be written here ({problem.strerror or problem}); "
                           "everything else is done, and --no-figures leaves them out") from None
    return [path for path in paths if path is not None]


def _of(finding: Finding, words: Words, asked: Asked, folder: Path, several: bool) -> list[Path | None]:
    where = f"{finding.organisation}-{finding.policy}-{finding.world}" if several else ""
    names = (words.data.name, words.data.outcome, finding.method, where, "" if words.lang == "en" else words.lang)
    stem = "-".join(part for name in names if (part := _plain(name)))
    path = folder / f"{stem}.png"
    if finding.method == "prim":
        return [draw_cases.box(finding, words, asked, independent_rows(words.data.design), path)]
    if finding.method == "robustness":
        return [draw_cases.ranks(finding, words, path)]
    if finding.method == "response":
        return [draw_cases.responses(finding, words, path)]
    first = draw_indices.morris if finding.method == "morris" else draw_indices.bars
    return [first(finding, words, path), draw_indices.convergence(finding, words, folder / f"{stem}-settled.png")]


def _plain(name: str) -> str:
    """A name that every file system takes."""
    return re.sub(r"[^\w.+=]+", "-", name).strip("-.")[:80]
