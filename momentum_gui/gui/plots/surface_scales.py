"""The scales around the landscape: lines on the floor and the walls behind, numbers and names along three edges."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QMatrix4x4, QPainter, QVector3D

from momentum_gui.engine.population import Floats
from momentum_gui.gui import theme
from momentum_gui.gui.plots.surface_landscape import HIGH, Box, Scene
from momentum_gui.gui.plots.ticks import ticks

MOST_TICKS = 6
OUT, FAR_OUT = 0.09, 0.24
"""How far outside the box numbers and names stand; its longer side is 2."""


def corner(box: Box, azimuth: float) -> tuple[float, float]:
    """The corner of the box's floor, x and y, that is nearest to a camera at an azimuth in degrees."""
    side_x, side_y = box.sides
    turned = math.radians(azimuth)
    return math.copysign(side_x, math.cos(turned)), math.copysign(side_y, math.sin(turned))


def places_of(box: Box, axis: int) -> list[tuple[float, str]]:
    """The labelled ticks along x, y or upwards (0, 1, 2): where in the box, and what stands there."""
    low, high = (box.range[:2], box.range[2:], box.levels)[axis]
    found = ticks(low, high, MOST_TICKS, log=box.log and axis == 2).major
    place = (box.across, box.along, box.height_of)[axis]
    return [(float(place(np.array(at))), text) for at, text in found]


def lines(box: Box, azimuth: float) -> Floats:
    """The lines of floor and walls, as pieces (k, 2, 3); the walls are those behind the landscape."""
    near_x, near_y = corner(box, azimuth)
    pieces: list[tuple[tuple[float, float, float], tuple[float, float, float]]] = []
    for at, _ in places_of(box, 0):
        pieces += [((at, near_y, 0), (at, -near_y, 0)), ((at, -near_y, 0), (at, -near_y, HIGH))]
    for at, _ in places_of(box, 1):
        pieces += [((near_x, at, 0), (-near_x, at, 0)), ((-near_x, at, 0), (-near_x, at, HIGH))]
    for at in (*(at for at, _ in places_of(box, 2)), 0.0, HIGH):
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
    near_x, near_y = corner(box, azimuth)
    out_x, out_y = math.copysign(1.0, near_x), math.copysign(1.0, near_y)
    left = min(((-near_x, near_y), (near_x, -near_y)), key=lambda place: on_picture(place[0], place[1], 0.0).x())
    small = QFont(font)
    small.setPointSizeF(max(7.0, font.pointSizeF() * 0.92))
    painter.setFont(small)
    painter.setPen(QColor(colors.plot_foreground))
    for at, text in places_of(box, 0):
        centred(painter, on_picture(at, near_y + OUT * out_y, 0.0), text)
    for at, text in places_of(box, 1):
        centred(painter, on_picture(near_x + OUT * out_x, at, 0.0), text)
    upwards = places_of(box, 2)
    metrics = QFontMetricsF(small)
    for at, text in upwards:
        beside = on_picture(left[0], left[1], at)
        centred(painter, beside - QPointF(8 + metrics.horizontalAdvance(text) / 2, 0), text)
    painter.setPen(QColor(colors.muted))
    name_x, name_y, name_up = scene.labels
    centred(painter, on_picture(0.0, near_y + FAR_OUT * out_y, 0.0), name_x)
    centred(painter, on_picture(near_x + FAR_OUT * out_x, 0.0, 0.0), name_y)
    top = on_picture(left[0], left[1], HIGH)
    centred(painter, top - QPointF(0, 1.2 * metrics.height()), name_up)


def centred(painter: QPainter, place: QPointF, text: str) -> None:
    """Write a text around a point."""
    room = QRectF(place.x() - 200, place.y() - 20, 400, 40)
    painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)
