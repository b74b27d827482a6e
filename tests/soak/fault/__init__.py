"""Faults from outside: the program killed at random moments, and a disk of which each call fails once."""
