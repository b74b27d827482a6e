"""Small marks: points, crosses, arrows, and the samples in a legend."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPolygonF

from momentum_gui.gui.plots.painting import Ink, Style, pen

Color = QColor | str


@dataclass(frozen=True)
class Entry:
    """One entry of a legend: its text and the mark before it, a line or an arrow."""

    text: str
    ink: Ink
    dash: tuple[float, ...] = ()
    width: float = 2.0
    mark: str = "line"


def draw_disc(painter: QPainter, at: QPointF, radius: float, fill: Color, edge: Color, width: float = 1.5) -> None:
    """A filled circle with an edge."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(pen(edge, width))
    painter.setBrush(QBrush(QColor(fill)))
    painter.drawEllipse(at, radius, radius)


def draw_cross(painter: QPainter, at: QPointF, radius: float, color: Color, halo: Color, width: float = 2.0) -> None:
    """A diagonal cross on a halo."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    lines = [
        QLineF(at.x() - radius, at.y() - radius, at.x() + radius, at.y() + radius),
        QLineF(at.x() - radius, at.y() + radius, at.x() + radius, at.y() - radius),
    ]
    for ink, wide in ((halo, width + 2.5), (color, width)):
        painter.setPen(pen(ink, wide))
        painter.drawLines(lines)


def draw_triangle(painter: QPainter, at: QPointF, radius: float, angle: float, fill: Color, edge: Color) -> None:
    """A triangle that points along `angle` (radians, 0 = right, π/2 = up) with its tip at a point."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(pen(edge, 1.2))
    painter.setBrush(QBrush(QColor(fill)))
    corners = [at]
    for turn in (-0.45, 0.45):
        corners.append(
            QPointF(
                at.x() - 2 * radius * math.cos(angle + turn),
                at.y() + 2 * radius * math.sin(angle + turn),
            )
        )
    painter.drawPolygon(QPolygonF(corners))


def draw_arrow(painter: QPainter, start: QPointF, end: QPointF, color: Color, halo: Color, width: float = 2.0) -> None:
    """An arrow from start to end, on a halo; nothing where it is shorter than 2 pixels."""
    dx, dy = end.x() - start.x(), end.y() - start.y()
    length = math.hypot(dx, dy)
    if length < 2:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    head = min(4 + 2.5 * width, 0.6 * length)
    ux, uy = dx / length, dy / length
    neck = QPointF(end.x() - ux * head * 0.8, end.y() - uy * head * 0.8)
    base = QPointF(end.x() - ux * head, end.y() - uy * head)
    side = 0.42 * head
    tip = QPolygonF([end, QPointF(base.x() - uy * side, base.y() + ux * side), neck,
                     QPointF(base.x() + uy * side, base.y() - ux * side)])  # fmt: skip
    for ink, extra in ((halo, 3.0), (color, 0.0)):
        painter.setPen(pen(ink, width + extra))
        painter.drawLine(QLineF(start, neck))
        painter.setPen(pen(ink, extra) if extra else Qt.PenStyle.NoPen)
        painter.setBrush(QBrush(QColor(ink)))
        painter.drawPolygon(tip)


def draw_sample(painter: QPainter, rect: QRectF, entry: Entry, style: Style) -> None:
    """The mark before a legend's entry."""
    middle = rect.center().y()
    color, halo = style.color(entry.ink), style.theme.plot_background
    left, right = QPointF(rect.left() + 1, middle), QPointF(rect.right() - 1, middle)
    if entry.mark == "arrow":
        draw_arrow(painter, left, right, color, halo, entry.width)
    elif entry.mark == "cross":
        draw_cross(painter, rect.center(), 4, color, halo)
    elif entry.mark == "disc":
        draw_disc(painter, rect.center(), 4, halo, color)
    else:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(pen(color, entry.width, tuple(length / entry.width for length in entry.dash)))
        painter.drawLine(QLineF(left, right))
