"""What every plot of the window is: a widget that draws a Record when it is shown and out of date."""

from __future__ import annotations

from typing import Protocol

from momentum_gui.lab.recording.record import Record
from momentum_gui.lab.setup import Setup


class View(Protocol):
    """One plot of the main window, a QWidget.

    The window calls `begin` for each new training, `update_view` at most 60 times a second and only while the view is
    visible and out of date, `set_selected` when another run is selected, `set_visible_runs` when runs are shown or
    hidden, `set_moment` while the timeline is scrubbed (epochs; None = the present), `apply_theme` when the theme
    changes, and `export_table` for its data as CSV. It may have besides: `painting`, the seconds that painting it took;
    `pause`, the seconds that should lie between two redraws; `has_news`, whether it is to go before others; `busy`,
    whether it still works on its picture; `end`, by which it is told that the window closes.
    """

    title: str

    def begin(self, setup: Setup, record: Record) -> None: ...
    def update_view(self) -> None: ...
    def set_selected(self, run: int) -> None: ...
    def set_visible_runs(self, visible: tuple[bool, ...]) -> None: ...
    def set_moment(self, epochs: float | None) -> None: ...
    def apply_theme(self) -> None: ...
    def export_table(self) -> tuple[list[str], list[list[object]]]: ...
