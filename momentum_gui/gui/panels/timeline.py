"""The timeline: a slider over the recorded training that shows all plots as they were, and ways to go on from there."""

from __future__ import annotations

import time

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from momentum_gui.gui.panels.run_model import epoch_text
from momentum_gui.gui.style.icons import icon
from momentum_gui.gui.widgets.entries import ignore_wheel
from momentum_gui.gui.widgets.message import Message

STEPS = 10_000
TICK_MILLISECONDS = 33
PLAY_SECONDS = (60.0, 30.0, 15.0, 8.0, 4.0, 2.0)
"""How long the whole recording may take to play; the third at first."""
WORDS_WIDTH = 880  # with less than that, the buttons show their icons only


class Timeline(QWidget):
    """`moment_chosen` carries the moment shown, in epochs, or None for the present.

    `return_wanted` and `fork_wanted` ask to wind time back to that moment, or to let a run part from another there.
    """

    moment_chosen = Signal(object)
    return_wanted = Signal(float)
    fork_wanted = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self.moment: float | None = None
        self._end = 0.0
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, STEPS)
        self.slider.setValue(STEPS)
        self.slider.setAccessibleName("Timeline")
        self.slider.setToolTip("Show everything as it was at a moment of the training")
        self.play = QToolButton()
        self.play.setCheckable(True)
        self.play.setEnabled(False)
        self.play.setAccessibleName("Play the recording")
        self.play.setToolTip("Play the recorded training from its start, or from the moment shown")
        self.pace = QComboBox()
        self.pace.setAccessibleName("Length of the playback")
        self.pace.setToolTip("How long the whole recording takes to play")
        for seconds in PLAY_SECONDS:
            self.pace.addItem(f"{seconds:g} s", seconds)
        self.pace.setCurrentIndex(2)
        ignore_wheel(self.pace)
        self._ticks = QTimer(self)
        self._ticks.setInterval(TICK_MILLISECONDS)
        self._ticks.timeout.connect(self._play_on)
        self._ticked = 0.0
        self.label = Message("10 000.00 of 10 000.00", side=Qt.AlignmentFlag.AlignRight)
        heading = QLabel("Time")
        heading.setProperty("heading", True)
        self.buttons: dict[str, QToolButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(8)
        row.addWidget(heading)
        row.addWidget(self.play)
        row.addWidget(self.pace)
        row.addWidget(self.slider, 1)
        row.addWidget(self.label)
        for name, text, tip in (
            ("here", "Go on from here", "Wind time back to the moment shown; what came after is trained anew"),
            ("fork", "Fork here", "Let a new run part from the selected one at the moment shown"),
            ("present", "Present", "Show the present again"),
        ):
            button = QToolButton()
            button.setText(text)
            button.setToolTip(tip)
            # With words only once there is room: the window must be able to begin small.
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
            button.setEnabled(False)
            self.buttons[name] = button
            row.addWidget(button)
        self.slider.valueChanged.connect(self._slide)
        self.slider.sliderPressed.connect(self.stop)
        self.play.toggled.connect(self._play)
        self.buttons["here"].clicked.connect(self._return)
        self.buttons["fork"].clicked.connect(self._fork)
        self.buttons["present"].clicked.connect(self.show_present)
        self.apply_theme()

    def set_end(self, epochs: float) -> None:
        """The training stands at this many epochs; the moment shown stays where it is."""
        if epochs == self._end:
            return
        self._end = epochs
        self.play.setEnabled(epochs > 0)
        if self.moment is not None and self.moment >= epochs:
            self.show_present()
        with QSignalBlocker(self.slider):
            self.slider.setValue(STEPS if self.moment is None else round(STEPS * self.moment / max(epochs, 1e-9)))
        self._show_moment()

    @Slot()
    def show_present(self) -> None:
        """Follow the training again."""
        self.stop()
        with QSignalBlocker(self.slider):
            self.slider.setValue(STEPS)
        if self.moment is not None:
            self.moment = None
            self.moment_chosen.emit(None)
        self._show_moment()

    def show_moment(self, epochs: float) -> None:
        """Show a moment."""
        self.moment = min(max(0.0, epochs), self._end)
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(STEPS * self.moment / max(self._end, 1e-9)))
        self.moment_chosen.emit(self.moment)
        self._show_moment()

    @property
    def is_playing(self) -> bool:
        """Whether the recording is being played."""
        return self._ticks.isActive()

    @Slot()
    def stop(self) -> None:
        """Stop playing; the moment shown stays."""
        self.play.setChecked(False)

    def play_for(self, seconds: float) -> None:
        """Go on playing by as much as that many seconds show; at the end, stop at the present."""
        begun = 0.0 if self.moment is None else self.moment
        moment = begun + self._end * seconds / float(self.pace.currentData())
        if moment >= self._end:
            self.show_present()
        else:
            self.show_moment(moment)

    @Slot(bool)
    def _play(self, on: bool) -> None:
        self.play.setIcon(icon("pause" if on else "run"))
        if not on:
            self._ticks.stop()
            return
        self._ticked = time.monotonic()
        if self.moment is None:
            self.show_moment(0.0)
        self._ticks.start()

    @Slot()
    def _play_on(self) -> None:
        now = time.monotonic()
        seconds, self._ticked = now - self._ticked, now
        self.play_for(seconds)

    def apply_theme(self) -> None:
        """Take on the theme's colours."""
        self.play.setIcon(icon("pause" if self.is_playing else "run"))
        for name, button in self.buttons.items():
            button.setIcon(icon(name))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < WORDS_WIDTH
        style = Qt.ToolButtonStyle.ToolButtonIconOnly if narrow else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        for button in self.buttons.values():
            button.setToolButtonStyle(style)

    def _show_moment(self) -> None:
        past = self.moment is not None
        for button in self.buttons.values():
            button.setEnabled(past)
        end = epoch_text(self._end)
        self.label.show_text(
            f"{epoch_text(round(self.moment, 2))} of {end}" if self.moment is not None else f"epoch {end}"
        )

    @Slot(int)
    def _slide(self, value: int) -> None:
        self.moment = None if value == STEPS else self._end * value / STEPS
        self.moment_chosen.emit(self.moment)
        self._show_moment()

    @Slot()
    def _return(self) -> None:
        if self.moment is not None:
            self.return_wanted.emit(self.moment)

    @Slot()
    def _fork(self) -> None:
        if self.moment is not None:
            self.fork_wanted.emit(self.moment)
