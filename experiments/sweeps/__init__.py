"""Sweeps: from a design file to points, runs and how many replicates each point needs."""
