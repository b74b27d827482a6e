"""Writes rows of Markdown tables."""

from __future__ import annotations


def row(*cells: str) -> str:
    """Return one row of a Markdown table, with its line end."""
    return "| " + " | ".join(cells) + " |\n"
