"""Makes the helpers in this folder importable (`worlds`, `oracles.closed_forms`), in whatever folder pytest starts."""

import os
import signal
import sys
from pathlib import Path

HERE = str(Path(__file__).parent)
if HERE not in sys.path:
    sys.path.insert(0, HERE)

from compiling import Compiling  # noqa: E402

if "PYTEST_XDIST_WORKER" in os.environ:  # it sets 80 columns for all programs, which are wider when nobody says so
    os.environ.pop("COLUMNS", None)

# A program that a shell started in the background ignores Ctrl-C, and so do the programs that it starts. The tests
# of Ctrl-C are about programs that do not.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config):
    config.pluginmanager.register(Compiling())
