"""Experiments with momentum: what to train, the training itself, and what it leaves behind. Knows no screen."""
