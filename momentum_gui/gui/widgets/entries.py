"""The widgets in which settings are edited: a line to type in, a list to choose from, a slider beside a number."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QSlider, QVBoxLayout, QWidget

from momentum_gui.gui.widgets.declared import Declared, choice_text, number_of, number_text

DRAG_MILLISECONDS = 120
"""How often a dragged slider takes effect: each time is an event of the training."""


class TextEntry(QLineEdit):
    """One line for a setting; `edited` carries key and value once Enter is pressed or the field is left."""

    edited = Signal(str, object)

    def __init__(self, setting: Declared) -> None:
        super().__init__()
        self.setting = setting
        self._value: Any = None
        self.setToolTip(setting.tooltip)
        self.setAccessibleName(setting.title)
        self.setAccessibleDescription(setting.description)
        self.setMinimumWidth(64)
        self.editingFinished.connect(self._finish)

    @property
    def value(self) -> Any:
        """The value shown, as far as it was accepted."""
        return self._value

    def set_value(self, value: Any) -> None:
        """Show a value, unless something else is being typed."""
        same = value == self._value
        self._value = value
        self.set_refused(False)
        if not (same and self.isModified() and self.hasFocus()):
            self.setText(self.setting.shown(value))
            self.setCursorPosition(0)
            self.setModified(False)

    def set_refused(self, refused: bool) -> None:
        """Mark what was typed as not allowed; it stays, to be mended."""
        if bool(self.property("refused")) != refused:
            self.setProperty("refused", refused)
            self.style().polish(self)

    @Slot()
    def _finish(self) -> None:
        if self.isModified():
            self.setModified(False)
            value = self.setting.parsed(self.text())
            if value != self._value or self.property("refused"):
                self.edited.emit(self.setting.key, value)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down change a number by a tenth or by one; Escape takes back what was typed."""
        if event.key() == Qt.Key.Key_Escape and self.isModified():
            self.setModified(False)
            self.set_value(self._value)
            return
        value = number_of(self.text())
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and isinstance(value, (int, float)):
            sign = 1 if event.key() == Qt.Key.Key_Up else -1
            value = value + sign if isinstance(value, int) else float(f"{value * 1.1**sign:.2g}")
            self.setText(number_text(value) if isinstance(value, float) else str(value))
            self.edited.emit(self.setting.key, value)
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Select all, so that typing replaces."""
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.selectAll()


class ChoiceEntry(QComboBox):
    """A list of choices for a setting; `edited` carries key and choice, None for "by default"."""

    edited = Signal(str, object)

    def __init__(self, setting: Declared, automatic: str = "Automatic") -> None:
        super().__init__()
        self.setting = setting
        if setting.optional:
            self.addItem(automatic, None)
        for choice in setting.choices:
            self.addItem(choice_text(choice), choice)
        self.setToolTip(setting.tooltip)
        self.setAccessibleName(setting.title)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.activated.connect(self._choose)
        ignore_wheel(self)

    def offer(self, choices: Mapping[str, str]) -> None:
        """Offer these choices, each with its words; the one shown stays where it still exists."""
        if [self.itemData(index) for index in range(self.count())] == list(choices):
            return
        shown = self.currentData()
        self.clear()
        for choice, words in choices.items():
            self.addItem(words, choice)
        self.set_value(shown)

    def set_value(self, value: Any) -> None:
        """Show a choice."""
        self.setCurrentIndex(max(0, self.findData(value)))

    def set_refused(self, refused: bool) -> None:
        """A list holds only what is allowed; what does not go together is said below."""

    @Slot(int)
    def _choose(self, index: int) -> None:
        self.edited.emit(self.setting.key, self.itemData(index))


class SliderEntry(QWidget):
    """Label, number and, below them, a slider for one setting.

    The slider's way is given by two functions, from a value to 0 … 1 and back.
    """

    edited = Signal(str, object)
    STEPS = 400

    def __init__(self, setting: Declared, to_way: Callable[[float], float], from_way: Callable[[float], float]) -> None:
        super().__init__()
        self.setting = setting
        self._to_way, self._from_way = to_way, from_way
        self.number = TextEntry(setting)
        self.number.setFixedWidth(88)
        self.number.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, self.STEPS)
        self.slider.setPageStep(self.STEPS // 20)
        self.slider.setAccessibleName(setting.title)
        self.slider.setToolTip(setting.tooltip)
        label = QLabel(setting.title)
        label.setToolTip(setting.tooltip)
        label.setBuddy(self.number)
        upper = QHBoxLayout()
        upper.setSpacing(8)
        upper.addWidget(label, 1)
        upper.addWidget(self.number)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(upper)
        column.addWidget(self.slider)
        self.number.edited.connect(self.edited)
        self.slider.valueChanged.connect(self._slide)
        self.slider.sliderReleased.connect(self._settle)
        self._pending: float | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DRAG_MILLISECONDS)
        self._timer.timeout.connect(self._settle)
        ignore_wheel(self.slider)

    def set_value(self, value: float) -> None:
        """Show a value, unless the slider is just being dragged."""
        if self._pending is not None or self.slider.isSliderDown():
            return
        self.number.set_value(value)
        self.number.setCursorPosition(0)
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(self.STEPS * min(1.0, max(0.0, self._to_way(value)))))
        self.slider.setAccessibleDescription(f"{self.setting.title} {self.number.text()}")

    def set_refused(self, refused: bool) -> None:
        """Mark what was typed as not allowed."""
        self.number.set_refused(refused)

    @Slot(int)
    def _slide(self, step: int) -> None:
        self._pending = self._from_way(step / self.STEPS)
        self.number.set_value(self._pending)
        self.slider.setAccessibleDescription(f"{self.setting.title} {self.number.text()}")
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def _settle(self) -> None:
        if self._pending is not None:
            value, self._pending = self._pending, None
            self.edited.emit(self.setting.key, value)


class _WheelGuard(QObject):
    """Lets the wheel scroll the panel instead of changing what happens to lie under the pointer without the focus."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and not (isinstance(watched, QWidget) and watched.hasFocus()):
            event.ignore()
            return True
        return False


def ignore_wheel(widget: QWidget) -> None:
    """Keep the wheel from changing this widget's value, or from giving it the focus, unless it has that already."""
    widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    widget.installEventFilter(_WheelGuard(widget))


def rate_slider(setting: Declared) -> SliderEntry:
    """Return the learning rate from 1e-4 to 10, by its logarithm, in two digits."""
    return SliderEntry(
        setting,
        lambda rate: (math.log10(max(rate, 1e-9)) + 4) / 5,
        lambda way: float(f"{10 ** (5 * way - 4):.2g}"),
    )


def momentum_slider(setting: Declared) -> SliderEntry:
    """Return the momentum from 0 to 0.99, by the logarithm of 1 − μ: what a steady gradient is amplified by grows
    evenly."""
    return SliderEntry(
        setting,
        lambda momentum: -math.log10(max(1 - momentum, 1e-9)) / 2,
        lambda way: round(1 - float(f"{10 ** (-2 * way):.2g}"), 6),
    )
