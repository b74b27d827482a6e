"""Vectors of doubles for compiled loops, and the elementary functions on them."""
