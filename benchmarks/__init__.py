"""Measures the program beside its peers, alternately in one process: `python -m benchmarks`."""
