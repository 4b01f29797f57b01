"""Measures: declared in `declared`, computed in `kernels` (imported only where something is computed)."""

from silosim.model.measures.declared import INDEX, MEASURES, Measure, measure

__all__ = ["INDEX", "MEASURES", "Measure", "measure"]
