"""Makes the stand-in engine importable, for these tests and for the processes they start."""

import sys
from pathlib import Path

HERE = str(Path(__file__).parent)
if HERE not in sys.path:
    sys.path.insert(0, HERE)
