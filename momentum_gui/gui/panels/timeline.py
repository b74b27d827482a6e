"""The timeline: a slider over the recorded training that shows all plots as they were, and ways to go on from there."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from momentum_gui.gui.icons import icon
from momentum_gui.gui.panels.run_model import epoch_text

STEPS = 10_000
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
        self.label = QLabel()
        self.label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.label.setFixedWidth(QFontMetrics(self.font()).horizontalAdvance("10 000.00 of 10 000.00"))
        heading = QLabel("Time")
        heading.setProperty("heading", True)
        self.buttons: dict[str, QToolButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(8)
        row.addWidget(heading)
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
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setEnabled(False)
            self.buttons[name] = button
            row.addWidget(button)
        self.slider.valueChanged.connect(self._slide)
        self.buttons["here"].clicked.connect(self._return)
        self.buttons["fork"].clicked.connect(self._fork)
        self.buttons["present"].clicked.connect(self.show_present)
        self.apply_theme()

    def set_end(self, epochs: float) -> None:
        """The training stands at this many epochs; the moment shown stays where it is."""
        if epochs == self._end:
            return
        self._end = epochs
        if self.moment is not None and self.moment >= epochs:
            self.show_present()
        with QSignalBlocker(self.slider):
            self.slider.setValue(STEPS if self.moment is None else round(STEPS * self.moment / max(epochs, 1e-9)))
        self._show_moment()

    @Slot()
    def show_present(self) -> None:
        """Follow the training again."""
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

    def apply_theme(self) -> None:
        """Take on the theme's colours."""
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
        self.label.setText(
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
