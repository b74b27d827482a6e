"""Contour lines with their values written on them; the labels stay where they are while the surface moves a little."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import contourpy
import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter

from momentum_gui.engine.population import Floats
from momentum_gui.gui.plots.chart import Chart
from momentum_gui.gui.plots.heat_map import height_color
from momentum_gui.gui.plots.painting import Style, draw_polyline, draw_text
from momentum_gui.gui.plots.ticks import number_text, ticks

MOST_LEVELS = 10
NEAR = 60.0
"""Pixels within which a label follows its line; beyond, a better place is looked for."""


@dataclass(frozen=True)
class Line:
    """One contour line: its height on the colour scale and its points (points, 2) in axis coordinates."""

    height: float
    points: Floats


def contour_heights(low: float, high: float, *, log: bool) -> list[float]:
    """Round values for the lines between low and high, as heights on the colour scale."""
    return [height for height, _ in ticks(low, high, MOST_LEVELS, log=log).major if low < height < high]


def contour_lines(xs: Floats, ys: Floats, values: Floats, at: list[float]) -> list[Line]:
    """The contour lines of heights (len(ys), len(xs)); what is not finite has none."""
    if values.size == 0 or min(values.shape) < 2:
        return []
    lowest = values[np.isfinite(values)]
    if len(lowest) == 0:
        return []
    masked = np.ma.masked_invalid(np.where(np.isneginf(values), lowest.min(), values))
    generator = contourpy.contour_generator(
        xs, ys, masked, name="serial", line_type=contourpy.LineType.Separate, corner_mask=True
    )
    return [Line(height, np.asarray(points)) for height in at for points in generator.lines(height)]


@dataclass
class Contours:
    """The layer. `low` and `high` are those of the colours, so that each line takes a shade of its own level."""

    lines: list[Line] = field(default_factory=list)
    low: float = 0.0
    high: float = 1.0
    log: bool = True
    visible: bool = True
    _places: dict[float, QPointF] = field(default_factory=dict)

    def paint(self, painter: QPainter, chart: Chart, style: Style) -> None:
        if not self.visible:
            return
        longest: dict[float, tuple[float, Floats, Floats]] = {}
        for line in self.lines:
            px, py = chart.pixels(line.points[:, 0], line.points[:, 1])
            color = self._color(line.height, style)
            draw_polyline(painter, px, py, style, color, 1.0)
            length = float(np.hypot(np.diff(px), np.diff(py)).sum())
            if length > longest.get(line.height, (0.0,))[0]:
                longest[line.height] = (length, px, py)
        taken: list[QRectF] = []
        for height in sorted(longest):
            length, px, py = longest[height]
            if length > 90:
                self._label(painter, chart.rect, style, height, px, py, taken)
        self._places = {height: place for height, place in self._places.items() if height in longest}

    def _color(self, height: float, style: Style) -> QColor:
        own = height_color(style.theme, (height - self.low) / max(self.high - self.low, 1e-12))
        return own.darker(135) if style.theme.name == "light" else own.lighter(165)

    def _label(
        self, painter: QPainter, rect: QRectF, style: Style, height: float, px: Floats, py: Floats, taken: list[QRectF]
    ) -> None:
        """Write a line's value on it: where it was before, else near the diagonal, and clear of the other labels."""
        text = number_text(10.0**height if self.log else height, 3)
        metrics = style.metrics(0.85)
        width = metrics.horizontalAdvance(text) + 8
        inner = rect.adjusted(width / 2 + 2, 10, -width / 2 - 2, -10)
        inside = (px > inner.left()) & (px < inner.right()) & (py > inner.top()) & (py < inner.bottom())
        candidates = np.flatnonzero(inside)
        if len(candidates) == 0:
            return
        before = self._places.get(height)
        distance = np.inf
        if before is not None:
            away = np.hypot(px[candidates] - before.x(), py[candidates] - before.y())
            distance = float(away.min())
        if distance > NEAR:
            # From the middle towards the upper right: the lines of a valley cross that direction one after the other.
            slope_x, slope_y = rect.width(), -rect.height()
            norm = math.hypot(slope_x, slope_y)
            off_x, off_y = px[candidates] - rect.center().x(), py[candidates] - rect.center().y()
            away = np.abs(off_x * slope_y - off_y * slope_x) / norm - 0.2 * (off_x * slope_x + off_y * slope_y) / norm
        for choice in candidates[np.argsort(away)][:: max(1, len(candidates) // 24)]:
            place = QPointF(float(px[choice]), float(py[choice]))
            box = QRectF(place.x() - width / 2, place.y() - 9, width, 18)
            if not any(box.intersects(other) for other in taken):
                break
        else:
            return
        taken.append(box)
        self._places[height] = place
        ahead, behind = min(choice + 2, len(px) - 1), max(choice - 2, 0)
        angle = math.degrees(math.atan2(py[ahead] - py[behind], px[ahead] - px[behind]))
        angle = angle - 180 if angle > 90 else angle + 180 if angle < -90 else angle
        ground = height_color(style.theme, (height - self.low) / max(self.high - self.low, 1e-12))
        ground.setAlphaF(0.85)
        ink = "#2b3138" if style.theme.name == "light" else "#e8ebef"
        draw_text(painter, place, text, style, ink, size=0.85, align="center", background=ground, angle=angle)
