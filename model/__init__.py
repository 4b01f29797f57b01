"""The model: rulebook, schedule, state, measures and the Mesa faces. Knows nothing of experiments."""
