"""What lies over a sweep's map: hatching where cells diverged, dots where they failed, region, boundary, best cell.

Everything is painted in pixels with plain pens: pens and patterns under a transform come out wrong in SVG.
"""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF, QTransform

from momentum_gui.engine.arrays import Floats

HATCH_SPACING = 6.0
DOT_SPACING, DOT_SIZE = 6.0, 1.8
RING = 6.5


class SweepMarks(pg.GraphicsObject):
    """The marks of one map over an area of view coordinates: `begin`, set the parts, then `update`.

    diverged, failed: (learning rates, momenta); failed in another way than diverging. region: in view coordinates.
    boundary: (points, 2), NaN where it leaves the area. best: the centre of the best cell.
    """

    def __init__(self) -> None:
        super().__init__()
        self.hatch_color = "#808080"
        self.begin(QRectF(0, 0, 1, 1))

    def begin(self, area: QRectF) -> None:
        """Lie over another area, without a mark."""
        self.prepareGeometryChange()
        self.area = area
        self.diverged: NDArray[np.bool_] = np.zeros((1, 1), dtype=np.bool_)
        self.failed = self.diverged
        self.region = QPainterPath()
        self.boundary: Floats = np.empty((0, 2))
        self.best: QPointF | None = None
        self.update()

    def boundingRect(self) -> QRectF:
        return self.area

    def paint(self, painter: QPainter, _option: object, _widget: object = None) -> None:
        to_pixels = painter.worldTransform()
        painter.setWorldTransform(QTransform())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.diverged.any():
            painter.setPen(QPen(QColor(self.hatch_color), 0.8))
            painter.drawLines(
                [QLineF(*line) for line in hatching(self.diverged, to_pixels.mapRect(self.area)).tolist()]
            )
        if self.failed.any():
            pen = QPen(QColor(self.hatch_color), DOT_SIZE)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawPoints([QPointF(*dot) for dot in dots(self.failed, to_pixels.mapRect(self.area)).tolist()])
        if not self.region.isEmpty():  # an empty path is invalid in SVG
            region = to_pixels.map(self.region)
            twice(painter, lambda: painter.drawPath(region), 2.6, 1.2)
        lines = [to_pixels.map(line) for line in unbroken(self.boundary)]
        twice(painter, lambda: [painter.drawPolyline(line) for line in lines], 3.6, 1.8, dash=(5.0, 3.0))
        if self.best is not None:
            centre = to_pixels.map(self.best)
            twice(painter, lambda: painter.drawEllipse(centre, RING, RING), 4.6, 2.4)


def twice(painter: QPainter, draw: object, outer: float, inner: float, dash: tuple[float, ...] = ()) -> None:
    """Draw in black and thinner in white over it: seen on every colour."""
    for color, width in ((QColor(0, 0, 0), outer), (QColor(255, 255, 255), inner)):
        pen = QPen(color, width)
        pen.setCapStyle(Qt.PenCapStyle.SquareCap)
        if dash and width == inner:
            pen.setDashPattern([length / width * 1.8 for length in dash])
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        draw()  # type: ignore[operator]


def unbroken(points: Floats) -> list[QPolygonF]:
    """Return the parts of a line between the points that are NaN."""
    good = np.isfinite(points).all(axis=1) if len(points) else np.zeros(0, dtype=np.bool_)
    ends = np.flatnonzero(np.diff(np.concatenate(([False], good, [False])).astype(np.int8)))
    return [
        QPolygonF([QPointF(x, y) for x, y in points[first:last].tolist()])
        for first, last in zip(ends[::2].tolist(), ends[1::2].tolist(), strict=True)
    ]


def hatching(cells: NDArray[np.bool_], rect: QRectF) -> Floats:
    """Diagonal lines (lines, 4) in pixels over the marked cells (columns, rows from below) of a grid in a rectangle.

    Each diagonal is looked at pixel by pixel, so the work depends on the picture's size and not on the grid's.
    """
    wide, high = max(1.0, rect.width()), max(1.0, rect.height())
    offsets = np.arange(HATCH_SPACING / 2, wide + high, HATCH_SPACING)
    down = np.arange(0.0, high + 0.5, 0.5)
    x, y = offsets[:, None] - down[None, :], np.broadcast_to(down, (len(offsets), len(down)))
    marked = marked_at(cells, x / wide, y / high)
    padded = np.zeros((len(offsets), len(down) + 2), dtype=np.int8)
    padded[:, 1:-1] = marked
    change = np.diff(padded, axis=1)
    line, start = np.nonzero(change == 1)
    _, end = np.nonzero(change == -1)
    ends = np.stack((x[line, start], y[line, start], x[line, end - 1], y[line, end - 1]), axis=1)
    return np.asarray(ends + np.array([rect.left(), rect.top()] * 2))


def dots(cells: NDArray[np.bool_], rect: QRectF) -> Floats:
    """Dots (dots, 2) in pixels over the marked cells (columns, rows from below) of a grid in a rectangle."""
    wide, high = max(1.0, rect.width()), max(1.0, rect.height())
    x, y = np.meshgrid(np.arange(DOT_SPACING / 2, wide, DOT_SPACING), np.arange(DOT_SPACING / 2, high, DOT_SPACING))
    marked = marked_at(cells, x / wide, y / high)
    return np.stack((x[marked] + rect.left(), y[marked] + rect.top()), axis=1)


def marked_at(cells: NDArray[np.bool_], x: Floats, y: Floats) -> NDArray[np.bool_]:
    """Return whether the cells at these places are marked: x from the left and y from above, as shares of the whole."""
    column = np.floor(x * cells.shape[0]).astype(np.int64)
    row = np.clip(((1 - y) * cells.shape[1]).astype(np.int64), 0, cells.shape[1] - 1)
    inside = (column >= 0) & (column < cells.shape[0])
    return np.asarray(inside & cells[np.clip(column, 0, cells.shape[0] - 1), row])
