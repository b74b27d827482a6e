"""The timeline: a slider over the recorded training that shows all plots as they were, and ways to go on from there."""

from __future__ import annotations

import time

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QMenu, QSlider, QToolButton, QWidget

from momentum_gui.gui.panels.run_model import epoch_text
from momentum_gui.gui.state import WindowState
from momentum_gui.gui.style.icons import icon
from momentum_gui.gui.widgets.button_menu import add_buttons, pop_up
from momentum_gui.gui.widgets.entries import ignore_wheel
from momentum_gui.gui.widgets.message import Message
from momentum_gui.gui.widgets.reason import allow

STEPS = 10_000
TICK_MILLISECONDS = 33
PLAY_SECONDS = (60.0, 30.0, 15.0, 8.0, 4.0, 2.0)
"""How long the whole recording may take to play; the third at first."""
NOT_BEGUN = "Nothing has been trained yet"
NOT_PAST = "Move the slider to a past moment first"
PLAY = "Play the recorded training from its start, or from the moment shown"
WORDS_WIDTH = 880  # with less than that, the buttons show their icons only


class Timeline(QWidget):
    """`moment_chosen` carries the moment that should be shown, in epochs, or None for the present.

    The timeline shows what the window's state then says. `return_wanted` and `fork_wanted` ask to go back to the moment
    shown, or to let a run part from another there.
    """

    moment_chosen = Signal(object)
    return_wanted = Signal(float)
    fork_wanted = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self._state: WindowState | None = None
        self._end = -1.0  # as drawn; nothing yet
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, STEPS)
        self.slider.setValue(STEPS)
        self.slider.setAccessibleName("Timeline")
        self.slider.setToolTip("Show everything as it was at a moment of the training")
        ignore_wheel(self.slider)
        self.play = QToolButton()
        self.play.setCheckable(True)
        self.play.setAccessibleName("Play the recording")
        allow(self.play, False, PLAY, NOT_BEGUN)
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
        self._tips: dict[str, str] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(8)
        row.addWidget(heading)
        row.addWidget(self.play)
        row.addWidget(self.pace)
        row.addWidget(self.slider, 1)
        row.addWidget(self.label)
        for name, text, tip in (
            ("here", "Go on from here", "Go back to the moment shown; what came after is trained again"),
            ("fork", "Fork here", "Let a new run part from the selected one at the moment shown"),
            ("present", "Present", "Show the present again"),
        ):
            button = QToolButton()
            button.setText(text)
            # With words only once there is room: the window must be able to begin small.
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
            allow(button, False, tip, NOT_PAST)
            self._tips[name] = tip
            self.buttons[name] = button
            row.addWidget(button)
        self.slider.valueChanged.connect(self._slide)
        self.slider.sliderPressed.connect(self.stop)
        self.play.toggled.connect(self._play)
        self.buttons["here"].clicked.connect(self._return)
        self.buttons["fork"].clicked.connect(self._fork)
        self.buttons["present"].clicked.connect(self.show_present)
        self.apply_theme()

    @property
    def moment(self) -> float | None:
        """The moment shown, in epochs; None = the present."""
        return None if self._state is None else self._state.moment

    @property
    def end(self) -> float:
        """How far the training is, in epochs."""
        record = None if self._state is None else self._state.record
        return 0.0 if record is None else record.latest.epochs

    def show_state(self, state: WindowState) -> None:
        """Show the moment of a state, and how far its training is."""
        before, self._state = self.moment, state
        if state.moment == before and self.end == self._end:
            return
        self._end = self.end
        if state.moment is None and before is not None:
            self.stop()
        allow(self.play, self._end > 0, PLAY, NOT_BEGUN)
        if not self.slider.isSliderDown():
            with QSignalBlocker(self.slider):
                place = STEPS if state.moment is None else round(STEPS * state.moment / max(self._end, 1e-9))
                self.slider.setValue(place)
        for name, button in self.buttons.items():
            allow(button, state.moment is not None, self._tips[name], NOT_PAST)
        end = epoch_text(self._end)
        text = f"epoch {end}" if state.moment is None else f"{epoch_text(round(state.moment, 2))} of {end}"
        self.label.show_text(text)
        self.slider.setAccessibleDescription(text)

    @Slot()
    def show_present(self) -> None:
        """Ask for the present."""
        self.stop()
        self.moment_chosen.emit(None)

    def show_moment(self, epochs: float) -> None:
        """Ask for a moment."""
        self.moment_chosen.emit(min(max(0.0, epochs), self.end))

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
        moment = begun + self.end * seconds / float(self.pace.currentData())
        if moment >= self.end:
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

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what the buttons do."""
        menu = QMenu(self)
        add_buttons(menu, (self.play, *self.buttons.values()))
        pop_up(menu, event.globalPos())

    @Slot(int)
    def _slide(self, value: int) -> None:
        self.moment_chosen.emit(None if value == STEPS else self.end * value / STEPS)

    @Slot()
    def _return(self) -> None:
        if self.moment is not None:
            self.return_wanted.emit(self.moment)

    @Slot()
    def _fork(self) -> None:
        if self.moment is not None:
            self.fork_wanted.emit(self.moment)
