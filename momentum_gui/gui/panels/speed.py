"""The speed of training: a slider from one update a second to as many as the machine can do."""

from __future__ import annotations

import math

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSlider, QWidget

from momentum_gui.gui.training.pace import FULL_SPEED
from momentum_gui.gui.widgets.entries import ignore_wheel

STEPS = 100
DECADES = 5  # the slider's way before "full": 1 to 100 000 updates a second


class SpeedControl(QWidget):
    """`changed` carries updates per second, `FULL_SPEED` at the slider's end, when the user moves it."""

    changed = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, STEPS + 4)
        self.slider.setFixedWidth(128)
        self.slider.setAccessibleName("Speed")
        self.slider.setToolTip("Updates a second, from one to as many as the machine can do")
        ignore_wheel(self.slider)
        self.label = QLabel()
        self.label.setFixedWidth(QFontMetrics(self.font()).horizontalAdvance("100 000 updates/s") + 8)
        caption = QLabel("Speed")
        caption.setProperty("muted", True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 4, 0)
        row.setSpacing(8)
        row.addWidget(caption)
        row.addWidget(self.slider)
        row.addWidget(self.label)
        self.slider.valueChanged.connect(self._slide)
        self.set_speed(FULL_SPEED)

    @property
    def speed(self) -> float:
        """Updates per second."""
        return speed_at(self.slider.value())

    def set_speed(self, updates_per_second: float) -> None:
        """Show a speed, without a signal."""
        if updates_per_second == FULL_SPEED:
            step = self.slider.maximum()
        else:
            step = min(STEPS, max(0, round(STEPS * math.log10(max(1.0, updates_per_second)) / DECADES)))
        with QSignalBlocker(self.slider):
            self.slider.setValue(step)
        self._show()

    def _show(self) -> None:
        speed = self.speed
        text = f"{round(speed):,}".replace(",", "\u202f") if speed != FULL_SPEED else ""
        self.label.setText("full speed" if not text else "1 update/s" if text == "1" else f"{text} updates/s")
        self.slider.setAccessibleDescription(self.label.text())

    @Slot(int)
    def _slide(self, _step: int) -> None:
        self._show()
        self.changed.emit(self.speed)


def speed_at(step: int) -> float:
    """Updates per second at a step of the slider: even steps of the logarithm in two digits, then full speed."""
    if step > STEPS:
        return FULL_SPEED
    return float(f"{10 ** (DECADES * step / STEPS):.2g}")


def fitting_speed(updates: int) -> float:
    """Return the speed at which that many updates take about twelve seconds: time to watch, not to wait."""
    return min(max(updates / 12, 4.0), 10.0**DECADES)
