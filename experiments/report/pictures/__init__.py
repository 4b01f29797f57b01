"""The pictures of a report, each in a wide and a narrow form, as PNG and SVG; all from the same facts as its tables."""
