"""Other people's analysis libraries, called so that nothing of them leaks into the rest of the process.

SALib seeds only `if seed:`, so 0 would be no seed at all, and in places seeds NumPy's global generator, changes the
warning filters and replaces the function that writes warnings. EMA Workbench warns on import of what it does not find,
and of what pandas is about to drop.
"""

from __future__ import annotations

import contextlib
import warnings

import numpy as np

from silosim.experiments.extras import need
from silosim.model.parameters import InvalidInput


def salib(name: str):
    """SALib's module of that name under `SALib.analyze`; InvalidInput when SALib is not installed."""
    with quiet():
        return need(f"SALib.analyze.{name}", "analysis")


def seed_of(seed: int) -> int:
    """A seed that SALib does not take for none."""
    if seed < 0:
        raise InvalidInput(f"seed {seed} must not be negative")
    return seed + 1


@contextlib.contextmanager
def quiet():
    """Keeps warnings, their filters and NumPy's global generator as they were; gives the list of what was warned."""
    state = np.random.get_state()  # noqa: NPY002 - it is SALib that seeds the old generator
    written = warnings.formatwarning
    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            yield said
    finally:
        warnings.formatwarning = written
        np.random.set_state(state)  # noqa: NPY002
