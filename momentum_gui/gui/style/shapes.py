"""The shapes of the runs' marks: what tells runs apart without colour, in plots and in the table alike."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath, QPolygonF

CORNERS: dict[str, tuple[float, ...]] = {
    "square": (45, 135, 225, 315),
    "triangle": (270, 30, 150),
    "diamond": (0, 90, 180, 270),
    "triangle down": (90, 210, 330),
    "hexagon": (0, 60, 120, 180, 240, 300),
}
"""The directions of a shape's corners, in degrees, clockwise from the right."""
STARS = {"star": (5, 0.45, -90.0), "plus": (4, 0.4, 0.0)}
"""How many points a shape has, how far in its inner corners lie, and the direction of its first point."""
RUN_SHAPES = ("disc", "square", "triangle", "diamond", "triangle down", "star", "hexagon", "plus")
"""Eight shapes, for runs 0 to 7."""


def run_shape(run: int) -> str:
    """Return the shape of a run's mark; they repeat after eight."""
    return RUN_SHAPES[run % len(RUN_SHAPES)]


def shape_path(shape: str, size: float) -> QPainterPath:
    """Return a shape of `RUN_SHAPES` around the origin, about `size` across."""
    path = QPainterPath()
    if shape == "disc":
        path.addEllipse(QPointF(0, 0), size / 2, size / 2)
        return path
    if shape in STARS:
        points, inner, first = STARS[shape]
        directions = tuple(first + 180 / points * corner for corner in range(2 * points))
        radii = tuple(0.62 * size * (inner if corner % 2 else 1.0) for corner in range(2 * points))
    else:
        directions = CORNERS[shape]
        radii = (0.58 * size,) * len(directions)
    corners = [
        QPointF(radius * math.cos(math.radians(each)), radius * math.sin(math.radians(each)))
        for each, radius in zip(directions, radii, strict=True)
    ]
    path.addPolygon(QPolygonF([*corners, corners[0]]))
    return path
