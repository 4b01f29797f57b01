"""What is done with the model: runs, comparisons, checks, calibration, benchmarks, the command line."""
