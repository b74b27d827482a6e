"""The sizes of the steps."""
