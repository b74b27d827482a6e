"""Fuzzing of everything that the program reads: `python -m tests.soak.input --count 100000`."""
