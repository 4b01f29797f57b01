"""Makes the helpers in this folder importable (`worlds`, `oracles.closed_forms`), in whatever folder pytest starts."""

import sys
from pathlib import Path

HERE = str(Path(__file__).parent)
if HERE not in sys.path:
    sys.path.insert(0, HERE)
