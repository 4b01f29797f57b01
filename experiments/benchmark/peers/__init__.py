"""The same runs made by other ways of running batches: speed, memory, and what survives a fault. Start at `run`."""
