"""Making runs: one submit-and-wait loop over threads, processes or a cluster; what finishes is stored, once."""

from silosim.experiments.running.crews import CrewLostError, Threads
from silosim.experiments.running.processes import Processes
from silosim.experiments.running.stream import Stream
from silosim.experiments.running.work import Failure, Work

__all__ = ["CrewLostError", "Failure", "Processes", "Stream", "Threads", "Work"]
