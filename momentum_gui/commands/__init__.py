"""The commands, one a file: `add` declares its arguments, `run` does it and gives the exit status."""

from __future__ import annotations

from momentum_gui.commands import (
    bench,
    columns,
    completion,
    examples,
    film,
    man,
    open_window,
    report,
    rules,
    script,
    snapshot,
    surface,
    sweep,
    train,
)

ALL = (
    open_window,
    train,
    sweep,
    surface,
    snapshot,
    film,
    report,
    script,
    columns,
    examples,
    rules,
    bench,
    completion,
    man,
)
"""In the order of the help."""
