"""Schedules in the window: a list of kinds with the keys in a line below, and rate and momentum as small curves."""

from __future__ import annotations

import math
from typing import Any

import msgspec
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from momentum_gui.gui.style import theme
from momentum_gui.gui.widgets.declared import Declared, number_text
from momentum_gui.gui.widgets.entries import TextEntry, ignore_wheel
from momentum_gui.lab.schedule import END, EVERY, FACTOR, RAMP_UPDATES, in_force
from momentum_gui.lab.settings import MomentumSchedule, RateSchedule, RunSettings, Training

OFFERED: dict[str, dict[str, Any]] = {
    "Constant": {"kind": "constant"},
    "Warm-up": {"kind": "constant", "warm_up": 5},
    "Step": {"kind": "step", "factor": FACTOR, "every": EVERY},
    "Exponential": {"kind": "exponential", "factor": FACTOR, "every": EVERY},
    "Cosine": {"kind": "cosine", "end": END},
    "Ramp": {"kind": "ramp", "updates": RAMP_UPDATES},
}
"""The schedules in the list, each with the keys that it begins with."""
CURVE_HEIGHT = 44
POINTS = 240
"""A curve is drawn from at most this many epochs."""


class ScheduleEntry(QWidget):
    """A list of kinds and, unless the schedule is constant, its keys in a line; `edited` carries key and table."""

    edited = Signal(str, object)

    def __init__(self, setting: Declared) -> None:
        super().__init__()
        self.setting = setting
        self.kinds = QComboBox()
        for title, table in OFFERED.items():
            if table["kind"] != "ramp" or "ramp" in setting.allowed:
                self.kinds.addItem(title, table)
        self.kinds.setToolTip(setting.tooltip)
        self.kinds.setAccessibleName(setting.title)
        self.kinds.activated.connect(self._choose)
        ignore_wheel(self.kinds)
        label = QLabel(setting.title)
        label.setToolTip(setting.tooltip)
        label.setBuddy(self.kinds)
        self.keys = TextEntry(setting)
        self.keys.setToolTip(f"{setting.description}\nAs in a file: the kind, then keys like every = 10, warm_up = 5")
        self.keys.edited.connect(self.edited)
        upper = QHBoxLayout()
        upper.setSpacing(8)
        upper.addWidget(label, 1)
        upper.addWidget(self.kinds)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(upper)
        column.addWidget(self.keys)

    def set_value(self, schedule: RateSchedule | MomentumSchedule) -> None:
        """Show a schedule."""
        title = "Warm-up" if schedule.kind == "constant" and schedule.warm_up else schedule.kind.capitalize()
        self.kinds.setCurrentIndex(self.kinds.findText(title))
        self.keys.set_value(schedule)
        self.keys.setVisible(msgspec.to_builtins(schedule) != {})

    def set_refused(self, refused: bool) -> None:
        """Mark what was typed as not allowed."""
        self.keys.set_refused(refused)

    @Slot(int)
    def _choose(self, index: int) -> None:
        self.edited.emit(self.setting.key, dict(self.kinds.itemData(index)))


class ScheduleCurve(QWidget):
    """Learning rate and momentum against epochs, each from 0 to its greatest value, and what is in force at a moment.

    Hidden where both are constant.
    """

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[Training, int] | None = None
        self._curves: dict[str, tuple[list[float], float]] = {}
        self._at, self._words = 0.0, ""
        self.hide()

    @property
    def words(self) -> str:
        """What is in force at the moment shown."""
        return self._words

    @property
    def curves(self) -> dict[str, list[float]]:
        """The values along each curve drawn, by the setting's key."""
        return {key: values for key, (values, _) in self._curves.items()}

    def show_schedules(self, training: Training, updates_per_epoch: int, epochs: float) -> None:
        """Show the schedules of a run's settings, and what is in force after that many epochs."""
        base = RunSettings.of(training)
        if self._shown != (training, updates_per_epoch):
            self._shown = (training, updates_per_epoch)
            count = min(POINTS, training.epochs)
            places = [training.epochs * number // count for number in range(count)]
            forces = [in_force(training, base, place * updates_per_epoch, updates_per_epoch) for place in places]
            self._curves = {}
            if training.rate_schedule != RateSchedule():
                self._curves["learning_rate"] = ([each.learning_rate for each in forces], base.learning_rate)
            if training.momentum_schedule != MomentumSchedule():
                self._curves["momentum"] = ([each.momentum for each in forces], base.momentum)
            self.setVisible(bool(self._curves))
        last = training.epochs * updates_per_epoch - 1
        now = in_force(training, base, min(math.floor(epochs * updates_per_epoch + 0.5), last), updates_per_epoch)
        self._at = min(1.0, epochs / training.epochs)
        rate, momentum = number_text(float(f"{now.learning_rate:.3g}")), number_text(float(f"{now.momentum:.3g}"))
        words = f"In force: rate {rate}, momentum {momentum}"
        if words != self._words:
            self._words = words
            self.setAccessibleName(words)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, CURVE_HEIGHT + math.ceil(QFontMetricsF(self.font()).height()))

    def minimumSizeHint(self) -> QSize:
        return QSize(100, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(1, 3, self.width() - 2, CURVE_HEIGHT - 6)
        painter.setPen(QPen(QColor(colors.border), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        for key, (values, greatest) in self._curves.items():
            color = colors.gradient_part if key == "learning_rate" else colors.momentum_part
            painter.setPen(QPen(QColor(color), 1.6))
            wide, high = area.width() / len(values), area.height() / (greatest or 1.0)
            points = [
                QPointF(area.left() + (number + side) * wide, area.bottom() - value * high)
                for number, value in enumerate(values)
                for side in (0, 1)
            ]
            painter.drawPolyline(QPolygonF(points))
        x = area.left() + self._at * area.width()
        painter.setPen(QPen(QColor(colors.muted), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        painter.setPen(QColor(colors.text))
        below = QRectF(0, CURVE_HEIGHT, self.width(), self.height() - CURVE_HEIGHT)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, self._words)
        painter.end()
