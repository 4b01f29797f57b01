"""Renews the published worlds: python -m silosim.experiments.calibration.publish

Fits anew what follows from other rules than today's (a few minutes), into `results/calibration/`, and copies what
experiments need into this package. A test compares the copies with the lists.
"""

from __future__ import annotations

from pathlib import Path

from silosim.experiments.calibration.prior import SOLVED
from silosim.experiments.calibration.published import HERE
from silosim.experiments.calibration.run import run_calibration
from silosim.experiments.calibration.worlds import read_list

DRAWS = {"narrow": 1000, "wide": 300}  # published worlds of each prior
HEAD = "# Copied from results/calibration by python -m silosim.experiments.calibration.publish\n"


def as_toml(listed: Path) -> str:
    """The copy of a finished list: a line for each world, whether it is admissible and its solved constants."""
    known, rows = read_list(listed)
    words = [f"{name} = {known[name]!r}" for name in ("prior", "organisation", "rulebook", "made_by") if name in known]
    lines = [f"[{int(ok)}, {', '.join(repr(world.solved[s]) for s in SOLVED)}]," for world, ok in rows]
    columns = ", ".join(["admissible", *SOLVED])
    head = [HEAD + words[0], f"seed = {known['seed']}", *words[1:], f"# {columns}"]
    return "\n".join([*head, "worlds = [", *lines, "]\n"])


def publish(folder: Path) -> None:
    """Fits the published worlds where they are not those of today's rules, and renews the copies in this package."""
    for prior, draws in DRAWS.items():
        found = run_calibration(draws, prior=prior, folder=folder)
        (HERE / f"worlds_{prior}.toml").write_text(as_toml(found.path), encoding="utf-8")
        print(f"{prior}: {found.admissible} of {draws} admissible, {found.new} fitted now")


if __name__ == "__main__":
    publish(HERE.parents[1] / "results" / "calibration")
