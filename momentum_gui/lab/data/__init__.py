"""Data sets: built in, generated, or read from a table of the user's own."""
