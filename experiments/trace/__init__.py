"""One case or one person of a stored run, relived: every motive, draw and decision, told by the rules themselves."""
