"""Where training starts, set on the surface: a click, a marker to drag, or two numbers to type."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QSignalBlocker, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QWidget

from momentum_gui.gui.plots.common.plot import Plot
from momentum_gui.gui.plots.surface.controls import small
from momentum_gui.gui.style import theme
from momentum_gui.gui.widgets.declared import finite_number

CLICK_MILLISECONDS = 260
"""A click waits so long for a second one: a double click is for the range, and must not move the start."""
WIDTH = 86
ROOM = WIDTH - 20
"""What a field's frame leaves for its text, in pixels."""


class StartMarker(pg.TargetItem):
    """The selected run's start, to be dragged. `dropped` carries the new place, and whether Shift was held."""

    dropped = Signal(object, bool)

    def __init__(self, plot: Plot) -> None:
        super().__init__(pos=(0.0, 0.0), size=11, symbol="o", movable=True)
        self._standing: tuple[float, float, QColor] | None = None
        self.setZValue(40)
        self.setToolTip("Drag: all runs start elsewhere; with Shift only the selected one")
        plot.addItem(self, ignoreBounds=True)
        self.sigPositionChangeFinished.connect(self._drop)

    def place(self, x: float, y: float, run: int) -> None:
        """Stand at a place in a run's colour, unless it is just being dragged."""
        color = QColor(theme.run_color(run))
        if self.moving or (x, y, color) == self._standing:
            return
        self._standing = x, y, color
        self.setPen(pg.mkPen(color, width=2))
        self.setBrush(QColor(255, 255, 255, 220))
        self.setHoverPen(pg.mkPen(color, width=3))
        self.setHoverBrush(QColor(255, 255, 255))
        with QSignalBlocker(self):
            self.setPos(x, y)

    @Slot()
    def _drop(self) -> None:
        self._standing = None
        self.dropped.emit(self.pos(), shift_held())


class StartEntry(QWidget):
    """The start in numbers. `entered` carries x and y; what is no number is marked and changes nothing."""

    entered = Signal(float, float)

    def __init__(self) -> None:
        super().__init__()
        self.along_x, self.along_y = QLineEdit(), QLineEdit()
        self._exact: dict[QLineEdit, float] = {}  # what a field shows, to all digits
        self._texts: dict[QLineEdit, tuple[float, str]] = {}  # the value asked for last, in the digits that fit
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        heading = small("Start")
        heading.setBuddy(self.along_x)
        row.addWidget(heading)
        for name, field in (("x", self.along_x), ("y", self.along_y)):
            field.setAccessibleName(f"Start, {name}")
            field.setToolTip(f"Where all runs start along {name}; or click on the surface, with Shift for one run")
            field.setFixedWidth(WIDTH)
            field.editingFinished.connect(self._finish)
            row.addWidget(field)
        self.problem = QLabel()
        self.problem.setProperty("problem", True)
        row.addWidget(self.problem)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)  # fields that overlap say nothing

    def show_start(self, x: float, y: float) -> None:
        """Show where the selected run starts, unless something is being typed."""
        for field, value in ((self.along_x, x), (self.along_y, y)):
            known, text = self._texts.get(field, (None, ""))
            if known != value:
                text = self._fitting(field, value)
                self._texts[field] = value, text
            if not field.isModified() and field.text() != text:
                field.setText(text)
                field.setCursorPosition(0)
                self._exact[field] = value

    def _fitting(self, field: QLineEdit, value: float) -> str:
        """Return a number with as many of six digits as there is room for."""
        texts = [f"{value:.{digits}g}".replace("-", "−") for digits in (6, 5, 4, 3)]
        return next((text for text in texts if field.fontMetrics().horizontalAdvance(text) <= ROOM), texts[-1])

    @Slot()
    def _finish(self) -> None:
        if not (self.along_x.isModified() or self.along_y.isModified()):
            return
        numbers = []
        for field in (self.along_x, self.along_y):
            typed = field.isModified() or field not in self._exact
            number = finite_number(field.text()) if typed else self._exact[field]
            good = number is not None
            numbers.append(number)
            if bool(field.property("refused")) == good:
                field.setProperty("refused", not good)
                field.style().polish(field)
        x, y = numbers
        self.problem.setText("" if x is not None and y is not None else "Enter a number")
        if x is not None and y is not None:
            for field in (self.along_x, self.along_y):
                field.setModified(False)
            self.entered.emit(x, y)


class Clicks(QTimer):
    """Tells single clicks from double ones and drags; `clicked` carries the place, and whether Shift was held."""

    clicked = Signal(object, bool)

    def __init__(self, plot: Plot) -> None:
        super().__init__(plot)
        self._plot = plot
        self._place: tuple[QPointF, bool] | None = None
        self.setSingleShot(True)
        self.setInterval(CLICK_MILLISECONDS)
        self.timeout.connect(self._tell)
        plot.scene().sigMouseClicked.connect(self._click)
        plot.fitted.connect(self.stop)  # by a double click, which the scene does not see

    @Slot(object)
    def _click(self, event: object) -> None:
        self.stop()
        box = self._plot.getPlotItem().getViewBox()
        place = event.scenePos()  # type: ignore[attr-defined]
        left = event.button() == Qt.MouseButton.LeftButton  # type: ignore[attr-defined]
        if not left or event.double() or not box.sceneBoundingRect().contains(place):  # type: ignore[attr-defined]
            return
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)  # type: ignore[attr-defined]
        self._place = box.mapSceneToView(place), shift
        self.start()

    @Slot()
    def _tell(self) -> None:
        if self._place is not None:
            self.clicked.emit(*self._place)


def shift_held() -> bool:
    """Return whether the Shift key is down."""
    return bool(QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier)
