"""Writes README.md beside this file from a new measurement: python -m silosim.experiments.benchmark.peers.page"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from silosim.experiments.benchmark.peers import tables
from silosim.experiments.benchmark.peers.run import Peers, run_peers
from silosim.experiments.docs import table
from silosim.model.text import number, text

PAGE = Path(__file__).parent / "README.md"
ROUNDS = 3
FIGURES = "<!-- figures -->"


def render(found: Peers, page: str) -> str:
    """The page with new figures at its end; what stands above them is written by hand."""
    parts = [page[: page.index(FIGURES)] + FIGURES, tables.title(found, text) + ".", text("peers.about")]
    for load in found.speeds:
        parts += [f"### {tables.load_title(found, load, text)}",
                  table(*tables.speed_table(found, load, text, partial(number))).rstrip()]
    if found.faults:
        parts += [f"### {text('peers.accidents')}", tables.fault_title(found, text),
                  table(*tables.fault_table(found, text)).rstrip()]
    parts += tables.notes(found, text)
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Measures and writes the page."""
    found = run_peers(rounds=ROUNDS, progress=lambda what: print(what, file=sys.stderr))
    PAGE.write_text(render(found, PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(PAGE)


if __name__ == "__main__":
    main()
