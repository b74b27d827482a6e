"""The table that the network learns from."""
