"""The status bar: what was said last, and state, epoch, speed, error and engine in fixed places."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QStatusBar

from momentum_gui.gui.panels.run_model import epoch_text, error_text
from momentum_gui.gui.state import Activity
from momentum_gui.gui.widgets.message import Message

MESSAGE_SECONDS = 10
PLACES = {
    "state": "Preparing",
    "epoch": "epoch 100 000.00 of 1 000 000",
    "speed": "1 000 000 updates/s",
    "error": "error 1.234×10⁻¹²³",
    "engine": "engine: compiled",
}
"""The places from left to right, each with the widest text that it holds."""


class Status(QStatusBar):
    """Messages to the left, the state of the training to the right."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizeGripEnabled(False)
        self.setContentsMargins(8, 0, 8, 0)
        self.message = Message()
        self.addWidget(self.message, 1)
        self.places: dict[str, Message] = {}
        for name, widest in PLACES.items():
            place = Message(widest, side=Qt.AlignmentFlag.AlignRight, muted=True)
            place.setAccessibleName(name.capitalize())
            self.places[name] = place
            self.addPermanentWidget(place)
        self.is_staying = self.is_problem = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(MESSAGE_SECONDS * 1000)
        self._timer.timeout.connect(self.clear)

    def say(self, text: str, *, problem: bool = False, stays: bool = False) -> None:
        """Show a line: what is wrong until something else is said, anything else for a while."""
        self.message.show_text(text, problem=problem)
        self.is_staying, self.is_problem = stays, problem and bool(text)
        self._timer.stop()
        if text and not problem and not stays:
            self._timer.start()

    @Slot()
    def clear(self) -> None:
        """Say nothing."""
        self.say("")

    def show_activity(self, activity: Activity) -> None:
        """Show what the worker does."""
        self.places["state"].show_text(activity.value)

    def show_progress(self, epochs: float, limit: int, speed: float, error: float, engine: str) -> None:
        """Show how far the selected run is, the speed in updates per second, and the engine."""
        self.places["epoch"].show_text(f"epoch {epoch_text(epochs)} of {epoch_text(limit)}")
        self.places["speed"].show_text(f"{epoch_text(round(speed))} updates/s" if speed >= 0.5 else "")
        self.places["error"].show_text("" if math.isnan(error) else f"error {error_text(error)}")
        self.places["engine"].show_text(f"engine: {'NumPy' if engine == 'numpy' else engine}" if engine else "")
