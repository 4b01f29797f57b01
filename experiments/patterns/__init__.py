"""The patterns P1 to P12 of the proposed specification, run again and printed beside its figures; none is asserted.

Importing this package loads no engine; the runs start when `run_patterns` is called.
"""

from silosim.experiments.patterns.declared import PATTERNS
from silosim.experiments.patterns.run import Row, print_patterns, run_patterns

__all__ = ["PATTERNS", "Row", "print_patterns", "run_patterns"]
