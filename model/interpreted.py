"""The rulebook as plain Python: what compiled code has and Python lacks.

With NUMBA_DISABLE_JIT=1 a debugger can stop inside a rule, coverage sees every line, and the tests compare the
machine code with what its source says. It is some thousand times slower, so an organisation of a few people and
weeks is enough. The row-wise face uses `Row` as well, where it runs the schedule in Python.
"""

from __future__ import annotations

import numba
import numpy as np

KEY = np.dtype("u8")
INTERPRETED = bool(numba.config.DISABLE_JIT)

if INTERPRETED:  # keys are meant to wrap around, and a ratio without a denominator is NaN: no warnings, as compiled
    np.seterr(over="ignore", divide="ignore", invalid="ignore")


class Row(np.void):
    """A record whose fields read as attributes: `w.emp[i].conviction`. Writing changes the record itself.

    Fields win over what NumPy calls by the same name (`size`). Whole numbers are read as Python's, because
    compiled rules compute with 64 bits whatever the field holds, and NumPy's small integers would overflow;
    only keys stay what they are.
    """

    __slots__ = ()

    def __getattribute__(self, name):
        try:
            value = np.void.__getitem__(self, name)
        except (ValueError, IndexError, KeyError):
            return object.__getattribute__(self, name)
        return int(value) if isinstance(value, np.integer) and value.dtype != KEY else value

    def __setattr__(self, name, value):
        self[name] = value


def readable(dtype: np.dtype) -> np.dtype:
    """The same record, byte for byte, whose rows are `Row`s, nested ones too."""
    if dtype.subdtype:
        element, shape = dtype.subdtype
        return np.dtype((readable(element), shape))
    if not dtype.fields:
        return dtype
    fields = [dtype.fields[name] for name in dtype.names]
    layout = {
        "names": dtype.names,
        "formats": [readable(field[0]) for field in fields],
        "offsets": [field[1] for field in fields],
        "itemsize": dtype.itemsize,
        "aligned": dtype.isalignedstruct,
    }
    return np.dtype((Row, np.dtype(layout)))
