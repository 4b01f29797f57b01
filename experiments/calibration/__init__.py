"""Calibration. History matching draws worlds from a declared prior, fits each to the baseline targets and counts those
that hold; fitting finds named world parameters from figures of an organisation, and says how well they are known.

Nothing in this package knows what any policy does: it sees today's organisation and nothing else.
"""

from silosim.experiments.calibration.prior import FACTORS, PRIORS, SOLVED, draw, range_of, ranges
from silosim.experiments.calibration.run import Calibration, Interrupted, load_worlds, report, run_calibration
from silosim.experiments.calibration.targets import TARGETS, Target, check, holds

__all__ = ["FACTORS", "PRIORS", "SOLVED", "TARGETS", "Calibration", "Interrupted", "Target", "check", "draw", "holds",
           "load_worlds", "range_of", "ranges", "report", "run_calibration"]
