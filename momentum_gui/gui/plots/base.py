"""What every plot of the window is: a widget that draws a Record when it is shown and out of date."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QPointF, QSize, Qt, QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from momentum_gui.gui.plots.figure import Figure
from momentum_gui.gui.plots.figure_widget import FigureWidget
from momentum_gui.lab.record import Record, RunRecord
from momentum_gui.lab.setup import Setup

SUMMARY_SECONDS = 2.0


class View(Protocol):
    """One plot of the main window, a QWidget.

    The window calls `begin` for each new training, `update_view` at most 60 times a second and only while the view is
    visible and out of date, `set_selected` when another run is selected, `set_visible_runs` when runs are shown or
    hidden, `set_moment` while the timeline is scrubbed (epochs; None = the present), `apply_theme` when the theme
    changes, and `export_table` for its data as CSV. `export.export_view` writes any of them to a file.
    """

    title: str

    def begin(self, setup: Setup, record: Record) -> None: ...
    def update_view(self) -> None: ...
    def set_selected(self, run: int) -> None: ...
    def set_visible_runs(self, visible: tuple[bool, ...]) -> None: ...
    def set_moment(self, epochs: float | None) -> None: ...
    def apply_theme(self) -> None: ...
    def export_table(self) -> tuple[list[str], list[list[object]]]: ...


class PlotView(QWidget):
    """The common part of plots that are a Figure: what is shown of which record, the widget, a row of controls.

    A plot says in `arrange` what it does with a new training, in `redraw` how it brings its figure up to date, in
    `summary` what is to be seen in words, for those who do not see it.
    """

    title = ""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setup: Setup | None = None
        self.record: Record | None = None
        self.selected = 0
        self.visible_runs: tuple[bool, ...] = ()
        self.moment: float | None = None
        self.figure = Figure()
        self.figure.message = "Nothing has been trained yet."
        self.canvas = FigureWidget(self.figure, self)
        self.controls = QHBoxLayout()
        self.controls.setContentsMargins(8, 2, 8, 0)
        self.controls.setSpacing(4)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addLayout(self.controls)
        box.addWidget(self.canvas, 1)
        self.canvas.setAccessibleName(self.title)
        self.setAccessibleName(self.title)
        self._summary_timer = QTimer(self)
        self._summary_timer.setSingleShot(True)
        self._summary_timer.setInterval(int(1000 * SUMMARY_SECONDS))
        self._summary_timer.timeout.connect(self._say_summary)
        self.canvas.hovered.connect(self.hover)
        self.canvas.zoomed.connect(self.zoomed)
        self.canvas.fitted.connect(self.fit)

    def begin(self, setup: Setup, record: Record) -> None:
        """Show a new training."""
        self.setup, self.record, self.moment = setup, record, None
        runs = len(record.runs)
        self.selected = min(self.selected, runs - 1)
        if len(self.visible_runs) != runs:
            self.visible_runs = (True,) * runs
        self.figure.message = ""
        self.arrange()
        self.refresh()
        self._say_summary()

    def update_view(self) -> None:
        """Bring the figure up to the record as it is now."""
        self.refresh(live=True)

    def refresh(self, *, live: bool = False) -> None:
        """Draw again what the record holds."""
        if self.record is None:
            return
        self.redraw(live=live)
        self.canvas.refresh(live=live)
        if not self._summary_timer.isActive():
            self._summary_timer.start()

    def set_selected(self, run: int) -> None:
        """Another run is looked at."""
        if self.record is not None and run != self.selected and 0 <= run < len(self.record.runs):
            self.selected = run
            self.refresh()

    def set_visible_runs(self, visible: tuple[bool, ...]) -> None:
        """Show these runs and hide the others."""
        if tuple(visible) != self.visible_runs:
            self.visible_runs = tuple(visible)
            self.refresh()

    def set_moment(self, epochs: float | None) -> None:
        """Show a past moment; None = the present."""
        if epochs != self.moment:
            self.moment = epochs
            self.refresh(live=True)

    def apply_theme(self) -> None:
        """The theme changed."""
        self.refresh()
        self.canvas.refresh()

    def runs(self) -> list[tuple[int, RunRecord]]:
        """The visible runs with their numbers."""
        if self.record is None:
            return []
        numbered = enumerate(zip(self.record.runs, self.visible_runs, strict=False))
        return [(number, run) for number, (run, visible) in numbered if visible]

    def button(self, text: str, tip: str, *, checkable: bool = False, checked: bool = False) -> QToolButton:
        """A small button in the row of controls."""
        button = QToolButton(self)
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setCheckable(checkable)
        button.setChecked(checked)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.controls.addWidget(button)
        return button

    def arrange(self) -> None:
        """Prepare for a new training."""

    def redraw(self, *, live: bool) -> None:
        """Bring the figure up to date."""

    def summary(self) -> str:
        """What is to be seen, in a sentence or two."""
        return ""

    @Slot(object)
    def hover(self, at: QPointF | None) -> None:
        """The mouse is at a pixel of the canvas, or left it."""

    @Slot()
    def zoomed(self) -> None:
        """The user changed a range."""

    @Slot()
    def fit(self) -> None:
        """Show all of the data again."""
        for chart in self.figure.charts:
            chart.fit()
        self.refresh()

    @Slot()
    def _say_summary(self) -> None:
        text = self.summary()
        if text != self.canvas.accessibleDescription():
            self.canvas.setAccessibleDescription(text)

    def sizeHint(self) -> QSize:
        return QSize(520, 380)
