"""The effective gain of every weight."""
