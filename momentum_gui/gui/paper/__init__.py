"""Figures on paper: how large, how fine and in which theme, and the files that they become."""
