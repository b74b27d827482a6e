"""What is said about a run: hints, the update written out, one item's passes."""
