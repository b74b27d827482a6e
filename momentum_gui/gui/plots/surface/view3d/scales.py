"""The scales around the landscape: lines on the floor and the walls behind, numbers and names along three edges."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QMatrix4x4, QPainter, QVector3D

from momentum_gui.engine.arrays import Floats
from momentum_gui.gui.plots.common.ticks import ticks
from momentum_gui.gui.plots.surface.view3d.landscape import HIGH, Box, Scene
from momentum_gui.gui.style import theme

PER_TICK = 55
"""The pixels that a number along an axis needs, of the picture's shorter side."""
GAP = 6.0
"""Pixels between an edge and its numbers, and between these and the edge's name."""


def corner(box: Box, azimuth: float) -> tuple[float, float]:
    """Return the corner of the box's floor, x and y, that is nearest to a camera at an azimuth in degrees."""
    side_x, side_y = box.sides
    turned = math.radians(azimuth)
    return math.copysign(side_x, math.cos(turned)), math.copysign(side_y, math.sin(turned))


def most_ticks(wide: float, high: float) -> int:
    """Return how many numbers there is room for along an axis in a picture of that many pixels."""
    return max(2, min(6, int(min(wide, high) / PER_TICK)))


def places_of(box: Box, axis: int, most: int = 6) -> list[tuple[float, str]]:
    """Return the labelled ticks along x, y or upwards (0, 1, 2): where in the box, and the text there."""
    low, high = (box.range[:2], box.range[2:], box.levels)[axis]
    found = ticks(low, high, most, log=box.log and axis == 2).major
    place = (box.across, box.along, box.height_of)[axis]
    return [(float(place(np.array(at))), text) for at, text in found]


def lines(box: Box, azimuth: float, most: int = 6) -> Floats:
    """Return the lines of floor and walls, as pieces (k, 2, 3); the walls are those behind the landscape.

    There is one at each number, of which there are about `most` along an axis.
    """
    near_x, near_y = corner(box, azimuth)
    pieces: list[tuple[tuple[float, float, float], tuple[float, float, float]]] = []
    for at, _ in places_of(box, 0, most):
        pieces += [((at, near_y, 0), (at, -near_y, 0)), ((at, -near_y, 0), (at, -near_y, HIGH))]
    for at, _ in places_of(box, 1, most):
        pieces += [((near_x, at, 0), (-near_x, at, 0)), ((-near_x, at, 0), (-near_x, at, HIGH))]
    for at in (*(at for at, _ in places_of(box, 2, most)), 0.0, HIGH):
        pieces += [
            ((-near_x, near_y, at), (-near_x, -near_y, at)),
            ((-near_x, -near_y, at), (near_x, -near_y, at)),
        ]
    pieces += [
        ((-near_x, near_y, 0), (near_x, near_y, 0)),
        ((near_x, near_y, 0), (near_x, -near_y, 0)),
        *(((x, y, 0), (x, y, HIGH)) for x, y in ((-near_x, near_y), (-near_x, -near_y), (near_x, -near_y))),
    ]
    return np.array(pieces, dtype=np.float64)


def write(painter: QPainter, size: QSize, matrix: QMatrix4x4, scene: Scene, azimuth: float, font: QFont) -> None:
    """Write the numbers and names; `matrix` turns the box into the picture of this size."""

    def on_picture(x: float, y: float, z: float) -> QPointF:
        seen = matrix.map(QVector3D(x, y, z))
        return QPointF((seen.x() + 1) / 2 * size.width(), (1 - seen.y()) / 2 * size.height())

    box, colors = scene.box, theme.current()
    most = most_ticks(size.width(), size.height())
    near_x, near_y = corner(box, azimuth)
    middle = on_picture(0.0, 0.0, 0.0)
    small = QFont(font)
    small.setPointSizeF(max(7.0, font.pointSizeF() * 0.92))
    painter.setFont(small)
    metrics = QFontMetricsF(small)
    room = QRectF(0, 0, size.width(), size.height())

    def extent(text: str, out: QPointF) -> float:
        """Return how far a text reaches along a direction from its middle."""
        return (metrics.horizontalAdvance(text) * abs(out.x()) + metrics.height() * abs(out.y())) / 2

    def letter(edge: list[tuple[QPointF, str]], ends: tuple[QPointF, QPointF], name: str) -> None:
        """Write the numbers beside an edge and its name beyond them, on the side away from the middle."""
        out = outward(*ends, middle)
        painter.setPen(QColor(colors.plot_foreground))
        for place, text in edge:
            centred(painter, place + out * (GAP + extent(text, out)), text, room)
        beyond = max((extent(text, out) for _, text in edge), default=0.0)
        painter.setPen(QColor(colors.muted))
        away = GAP + 2 * beyond + GAP / 2 + extent(name, out)
        centred(painter, (ends[0] + ends[1]) / 2 + out * away, name, room)

    name_x, name_y, name_up = scene.labels
    near = on_picture(near_x, near_y, 0.0)
    along_x = [(on_picture(at, near_y, 0.0), text) for at, text in places_of(box, 0, most)]
    letter(along_x, (on_picture(-near_x, near_y, 0.0), near), name_x)
    along_y = [(on_picture(near_x, at, 0.0), text) for at, text in places_of(box, 1, most)]
    letter(along_y, (near, on_picture(near_x, -near_y, 0.0)), name_y)
    left = min(((-near_x, near_y), (near_x, -near_y)), key=lambda place: on_picture(place[0], place[1], 0.0).x())
    painter.setPen(QColor(colors.plot_foreground))
    for at, text in places_of(box, 2, most):
        beside = on_picture(left[0], left[1], at)
        centred(painter, beside - QPointF(GAP + metrics.horizontalAdvance(text) / 2, 0), text, room)
    painter.setPen(QColor(colors.muted))
    top = on_picture(left[0], left[1], HIGH)
    centred(painter, top - QPointF(0, 1.1 * metrics.height()), name_up, room)


def outward(begin: QPointF, end: QPointF, middle: QPointF) -> QPointF:
    """Return the direction at right angles to an edge, away from a point; of length 1."""
    by = end - begin
    length = math.hypot(by.x(), by.y()) or 1.0
    out = QPointF(-by.y() / length, by.x() / length)
    return out if QPointF.dotProduct(out, (begin + end) / 2 - middle) >= 0 else -out


def centred(painter: QPainter, place: QPointF, text: str, room: QRectF) -> None:
    """Write a text around a point, or as near to it as it fits into the room."""
    metrics = QFontMetricsF(painter.font())
    wide, high = metrics.horizontalAdvance(text) + 2, metrics.height()
    x = min(max(place.x() - wide / 2, room.left()), room.right() - wide)
    y = min(max(place.y() - high / 2, room.top()), room.bottom() - high)
    painter.drawText(QRectF(x, y, wide, high), Qt.AlignmentFlag.AlignCenter, text)
