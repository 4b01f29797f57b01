"""The published worlds, as they come with the program.

`results/calibration/*.csv` is what `silosim calibrate` found; those files stay in the checkout. What experiments need
of them, the solved constants and which worlds are admissible, is copied into this package as `worlds_<prior>.toml` (by
publish.py), so that `load_worlds("narrow")` gives the same worlds in any folder and wherever silosim is installed.
"""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path

from silosim.experiments.calibration.prior import SOLVED, draw
from silosim.model.parameters import InvalidInput

HERE = Path(__file__).parent


def published(prior: str) -> list[tuple[dict[str, float], bool]]:
    """(world values for a run, admissible) of each published world, in order of number."""
    known = _read(prior)
    return [({**draw(number, known["seed"], known["prior"]), **dict(zip(SOLVED, solved, strict=True))}, bool(ok))
            for number, (ok, *solved) in enumerate(known["worlds"])]


@functools.lru_cache
def _read(prior: str) -> dict:
    path = HERE / f"worlds_{prior}.toml"
    if not path.exists():
        raise InvalidInput(f"no worlds are published for the prior {prior!r}")
    return tomllib.loads(path.read_text(encoding="utf-8"))
