"""The commands, one a file: `add` declares its arguments, `run` does it and gives the exit status."""

from __future__ import annotations

from momentum_gui.commands import bench, columns, examples, open_window, rules, script, snapshot, surface, sweep, train

ALL = (open_window, train, sweep, surface, snapshot, script, columns, examples, rules, bench)
"""In the order of the help."""
