"""Making runs: one submit-and-wait loop over threads, processes or a cluster; what finishes is stored, once."""
