"""Sweeps over learning rate and momentum: grid, training, answer, file."""
