"""Measurements behind what the program and its documents claim."""
