"""The error curves."""
