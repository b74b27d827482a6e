"""An experiment as a stand-alone program that needs NumPy only."""
