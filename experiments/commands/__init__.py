"""The commands of `silosim`, one module each. Every module has add(app, session); what is heavy is imported inside."""

from silosim.experiments.commands import compare, lists, run, science, show, warmup
from silosim.experiments.commands.session import Session

COMMANDS = (run.add, compare.add, lists.add, show.add, science.add, warmup.add)

__all__ = ["COMMANDS", "Session"]
