"""Measures: declared in `declared`, computed in the file of their group (imported only where something is computed)."""

from silosim.model.measures.declared import INDEX, MEASURES, Measure, measure

__all__ = ["INDEX", "MEASURES", "Measure", "measure"]
