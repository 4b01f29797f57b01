"""History matching: draws worlds from a declared prior, fits each to the baseline targets, counts those that hold.

Nothing in this package knows what any policy does: it sees the baseline targets and nothing else.
"""

from silosim.experiments.calibration.prior import FACTORS, PRIORS, SOLVED, draw, ranges
from silosim.experiments.calibration.run import Calibration, load_worlds, report, run_calibration
from silosim.experiments.calibration.targets import TARGETS, Target, check, holds

__all__ = ["FACTORS", "PRIORS", "SOLVED", "TARGETS", "Calibration", "Target", "check", "draw", "holds", "load_worlds",
           "ranges", "report", "run_calibration"]
