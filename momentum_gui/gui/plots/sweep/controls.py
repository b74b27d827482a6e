"""The row above a sweep: start, pause, cancel, and its progress."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from momentum_gui.gui.plots.sweep.words import progress_text
from momentum_gui.lab.sweep.runner import Progress


class SweepControls(QWidget):
    """`started` and `cancelled` report clicks; `pause_wanted` carries whether the sweep should wait."""

    started = Signal()
    pause_wanted = Signal(bool)
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.start, self.pause, self.cancel = QPushButton("Start"), QPushButton("Pause"), QPushButton("Cancel")
        self.start.setDefault(True)
        self.start.setToolTip("Train every cell")
        self.pause.setToolTip("Let the sweep wait, or go on")
        self.cancel.setToolTip("End the sweep; what is done stays")
        self.pause.setCheckable(True)
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(8)
        self.progress.setMinimumWidth(40)
        self.state = QLabel()
        self.state.setProperty("muted", True)
        self.state.setMinimumWidth(10)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for button in (self.start, self.pause, self.cancel):
            row.addWidget(button)
        row.addWidget(self.progress, 1)
        row.addWidget(self.state, 2)
        self.start.clicked.connect(self.started)
        self.cancel.clicked.connect(self.cancelled)
        self.pause.toggled.connect(self._pause_toggled)

    def show_running(self, running: bool, *, allowed: bool) -> None:
        """Enable what can be done now; `allowed`: whether what the fields ask for may be started."""
        self.start.setEnabled(allowed and not running)
        self.start.setDefault(not running)
        self.pause.setEnabled(running)
        self.cancel.setEnabled(running)
        self.progress.setVisible(running)

    def show_progress(self, progress: Progress, *, running: bool, paused: bool, confirming: bool = False) -> None:
        """Show how far a sweep is, or its confirmation."""
        self.progress.setValue(round(1000 * progress.share))
        self.state.setText(progress_text(progress, running=running, paused=paused, confirming=confirming))
        self.state.setToolTip(self.state.text())

    @Slot(bool)
    def _pause_toggled(self, paused: bool) -> None:
        self.pause.setText("Go on" if paused else "Pause")
        self.pause_wanted.emit(paused)
