"""Every number of the model, declared once: levers, world, money; dials that move several levers."""

from silosim.model.parameters.dials import DIALS, Dial
from silosim.model.parameters.levers import LEVERS
from silosim.model.parameters.money import MONEY
from silosim.model.parameters.registry import InvalidInput, Parameter, Registry, nearest, unknown
from silosim.model.parameters.world import WORLD

PARAMETERS = Registry([*LEVERS, *WORLD, *MONEY])

__all__ = ["DIALS", "PARAMETERS", "Dial", "InvalidInput", "Parameter", "Registry", "nearest", "unknown"]
