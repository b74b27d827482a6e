"""A line through points, cheap to change and to paint: what moves at 60 Hz is made of these."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from momentum_gui.engine.arrays import Floats

EMPTY: Floats = np.empty(0)
MARGIN = 0.03
"""How much wider its bounds are than its points, as a share: room for the pen, whose width is in pixels."""


LONE_DOT = 4.0
"""How much wider than the line a point is drawn that no line reaches."""


def lone_points(x: Floats, y: Floats) -> NDArray[np.bool_]:
    """Tell which points (points,) are numbers between two that are none: a line with gaps leaves them out."""
    known = np.isfinite(x) & np.isfinite(y)
    beside = np.zeros(len(known), bool)
    beside[1:] |= known[:-1]
    beside[:-1] |= known[1:]
    return known & ~beside


def draw_dots(painter: QPainter, pen: QPen, x: Floats, y: Floats, wider: float = 1.0) -> None:
    """Draw dots at x, y (points,), as wide on the screen as the pen times `wider`."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(pen)
    pen.setWidthF(pen.widthF() * wider)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setCosmetic(False)  # else it is counted in the device's pixels, however small these are
    painter.setPen(pen)
    to_screen = painter.worldTransform()
    painter.resetTransform()  # a point is drawn as a very short line: how short depends on the scale
    painter.drawPoints(to_screen.map(pg.functions.arrayToQPolygonF(x, y)))
    painter.setWorldTransform(to_screen)


class Curve(QGraphicsItem):
    """A line in a plot's coordinates with a pen of constant width on the screen, and if wanted a rim below it.

    pyqtgraph's own PlotCurveItem asks for its bounds a dozen times a frame and works each out from its data; this one
    knows them from when the data came.
    """

    def __init__(self) -> None:
        super().__init__()
        self.x_data, self.y_data = EMPTY, EMPTY
        self.pen: QPen = pg.mkPen("w")
        self.rim: QPen | None = None
        self.smooth = False
        self._path, self._bounds, self._lone = QPainterPath(), QRectF(), (EMPTY, EMPTY)

    def setPen(self, pen: QPen) -> None:
        """Draw with another pen."""
        self.pen = pen
        self.update()

    def set_points(
        self,
        x: Floats,
        y: Floats,
        *,
        connect: str | NDArray[np.int32] = "finite",
        pen: QPen | None = None,
        rim: QPen | None = None,
        smooth: bool = False,
    ) -> None:
        """Draw a line through x, y (points,), with a gap where one is no number or, by `connect` (points,), 0.

        A number between two gaps is drawn as a dot.
        """
        self.prepareGeometryChange()
        self.x_data, self.y_data = x, y
        self.pen, self.rim, self.smooth = pen or self.pen, rim, smooth
        self._lone = (EMPTY, EMPTY)
        if len(x) == 2 and isinstance(connect, str) and math.isfinite(x[0] + x[1] + y[0] + y[1]):
            self._path = QPainterPath(QPointF(x[0], y[0]))
            self._path.lineTo(x[1], y[1])
        else:
            self._path = pg.arrayToQPath(x, y, connect)
            if isinstance(connect, str) and (lone := lone_points(x, y)).any():
                self._lone = (x[lone], y[lone])
        box = self._path.controlPointRect()
        across, along = MARGIN * box.width() or MARGIN, MARGIN * box.height() or MARGIN
        self._bounds = box.adjusted(-across, -along, across, along) if len(x) else QRectF()

    def clear(self) -> None:
        """Draw nothing."""
        if len(self.x_data):
            self.set_points(EMPTY, EMPTY)

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, self.smooth)
        for pen in (self.rim, self.pen):
            if pen is not None:
                painter.setPen(pen)
                painter.drawPath(self._path)
                if len(self._lone[0]):
                    draw_dots(painter, pen, *self._lone, LONE_DOT)


class Dots(Curve):
    """Dots in the place of a line, as wide on the screen as the pen."""

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        draw_dots(painter, self.pen, self.x_data, self.y_data)
