"""A map of the window's sweep: a place under the mouse is a cell, a dragged box is two ranges."""

from __future__ import annotations

import math
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen

from momentum_gui.gui.plots.sweep.map import SweepMap, is_range
from momentum_gui.gui.style import theme
from momentum_gui.lab.sweep.axis import Axis

DRAG_PIXELS = 6


class CellPicker(pg.GraphicsObject):
    """Lies over a map: `clicked` carries a place, `boxed` a rectangle that was dragged; both in view coordinates."""

    clicked = Signal(QPointF)
    boxed = Signal(QRectF)

    def __init__(self) -> None:
        super().__init__()
        self.begin(QRectF(0, 0, 1, 1))
        self.setZValue(50)
        self.setCursor(Qt.CursorShape.CrossCursor)

    def begin(self, area: QRectF) -> None:
        """Lie over another area, with nothing picked."""
        self.prepareGeometryChange()
        self.area, self.box, self.cell = area, QRectF(), QRectF()
        self.update()

    def boundingRect(self) -> QRectF:
        return self.area

    def show_box(self, box: QRectF) -> None:
        """Draw a box; an empty one takes it away."""
        self.box = box
        self.update()

    def show_cell(self, cell: QRectF) -> None:
        """Frame the cell under the mouse."""
        if cell != self.cell:
            self.cell = cell
            self.update()

    def mouseClickEvent(self, event: Any) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            event.accept()
            if not event.double():
                self.clicked.emit(event.pos())

    def mouseDragEvent(self, event: Any) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        event.accept()
        self.show_box(QRectF(event.buttonDownPos(), event.pos()).normalized() & self.area)
        if event.isFinish():
            moved = event.screenPos() - event.buttonDownScreenPos()
            if min(abs(moved.x()), abs(moved.y())) < DRAG_PIXELS:
                self.show_box(QRectF())
            self.boxed.emit(self.box)

    def paint(self, painter: QPainter, _option: object, _widget: object = None) -> None:
        color = QColor(theme.current().accent)
        for rect, width in ((self.cell, 1.0), (self.box, 2.0)):
            if not rect.isEmpty():
                for ink, wide in ((QColor(255, 255, 255), width + 2), (color, width)):
                    pen = QPen(ink, wide)
                    pen.setCosmetic(True)
                    painter.setPen(pen)
                    painter.drawRect(rect)
        if not self.box.isEmpty():
            color.setAlpha(50)
            painter.fillRect(self.box, color)


class LiveMap(SweepMap):
    """A map that stays where it is, with what picks cells over it."""

    def __init__(self, learning_rate: Axis, momentum: Axis) -> None:
        self.picker = CellPicker()
        super().__init__(learning_rate, momentum)
        self.getPlotItem().getViewBox().setMouseEnabled(False, False)
        self.addItem(self.picker, ignoreBounds=True)
        self.setMinimumSize(80, 60)

    def show_axes(self, learning_rate: Axis, momentum: Axis) -> None:
        super().show_axes(learning_rate, momentum)
        self.picker.begin(self.area)

    def cell_at(self, place: QPointF) -> tuple[int, int] | None:
        """Return the numbers of learning rate and momentum at a place in view coordinates."""
        column, row = (
            math.floor((at - start) / size * count)
            for at, start, size, count in (
                (place.x(), self.area.left(), self.area.width(), len(self.learning_rate)),
                (place.y(), self.area.top(), self.area.height(), len(self.momentum)),
            )
        )
        inside = 0 <= column < len(self.learning_rate) and 0 <= row < len(self.momentum)
        return (column, row) if inside else None

    def rect_of(self, column: int, row: int) -> QRectF:
        """Return the rectangle of a cell."""
        wide, high = self.area.width() / len(self.learning_rate), self.area.height() / len(self.momentum)
        return QRectF(self.area.left() + column * wide, self.area.top() + row * high, wide, high)

    def ranges_of(self, box: QRectF) -> tuple[tuple[float, float], tuple[float, float]]:
        """From which to which learning rate, and momentum, a box reaches, within those of the map."""
        return (
            values_between(self.learning_rate, box.left(), box.right()),
            values_between(self.momentum, box.top(), box.bottom()),
        )


def values_between(axis: Axis, low: float, high: float) -> tuple[float, float]:
    """Return the values at two places on an axis, to three digits; of a list, the outermost ones between."""
    if not is_range(axis):
        inside = [axis.values[at] for at in range(len(axis)) if low <= at + 0.5 and at - 0.5 <= high]
        return inside[0], inside[-1]
    ends = [10.0**place if axis.log else place for place in (low, high)]
    first, last = (float(f"{min(max(end, axis.values[0]), axis.values[-1]):.3g}") for end in ends)
    return first, last
