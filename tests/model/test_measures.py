"""Every declared measure is computed, in its own place, by the function of its own name."""

import numpy as np
import pytest

from silosim.model.layout import SUMS
from silosim.model.measures import INDEX, MEASURES, kernels


@pytest.mark.parametrize("seed", range(3))
def test_every_measure_stands_at_its_own_place(seed):
    row = np.random.default_rng(seed).uniform(1.0, 100.0, SUMS)
    out = np.full(len(MEASURES), np.nan)
    kernels.measure_row(row, out)
    for name, k in INDEX.items():
        function = getattr(kernels, name).py_func  # as written: to compile all takes 10 s
        assert out[k] == function(row), name
        assert function.__module__ == f"silosim.model.measures.{MEASURES[name].group}"


def test_what_was_never_counted_is_undefined():
    out = np.zeros(len(MEASURES))
    kernels.measure_row(np.zeros(SUMS), out)
    assert np.isnan(out).all()
