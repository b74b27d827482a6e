"""A progress bar on standard error, where that is a terminal; elsewhere nothing."""

from __future__ import annotations

import sys
import time
from typing import Any, Self

from momentum_gui.missing import missing

INTERVAL = 0.1
"""Seconds between two drawings."""


class Progress:
    """`with Progress("training", total) as progress: progress.show(done, "error 0.02")`."""

    def __init__(self, title: str, total: float) -> None:
        self._title, self._total = title, total
        self._bar: Any = None
        self._shown = 0.0

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            try:
                from rich.console import Console
                from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
                from rich.progress import Progress as Bar
            except ImportError as error:
                print(f"momentum-gui: no progress bar: {missing(error)}", file=sys.stderr)
                return self

            columns = (
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                TaskProgressColumn(),
                TimeRemainingColumn(),
                TextColumn("{task.fields[note]}", markup=False),
            )
            console = Console(stderr=True)
            self._bar = Bar(*columns, console=console, transient=True, auto_refresh=False)
            self._task = self._bar.add_task(self._title, total=self._total, note="")
            self._bar.start()
        return self

    def show(self, done: float, note: str = "") -> None:
        """Show how far it has come, at most ten times a second."""
        if self._bar is None or time.monotonic() - self._shown < INTERVAL:
            return
        self._shown = time.monotonic()
        self._bar.update(self._task, completed=done, note=note, refresh=True)

    def __exit__(self, *_error: object) -> None:
        if self._bar is not None:
            self._bar.stop()
