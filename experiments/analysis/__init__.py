"""What a stored sweep says: sensitivity, scenario discovery, robustness. Reads the database and nothing else."""
