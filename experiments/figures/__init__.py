"""Pictures of a comparison as PNG files: dashboards against customers, fan charts, fans of paired differences."""

from silosim.experiments.figures.drawing import Comparison, draw_comparison

__all__ = ["Comparison", "draw_comparison"]
