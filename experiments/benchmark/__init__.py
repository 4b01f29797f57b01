"""How fast the engine is, beside the same organisation as Mesa users would run it. Start at `run.run_benchmark`."""
