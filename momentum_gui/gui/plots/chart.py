"""A chart: a rectangle with two axes, ticks and a grid, and layers that paint data into it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from momentum_gui.engine.population import Floats
from momentum_gui.gui.plots.painting import FAR, Style, draw_text, pen
from momentum_gui.gui.plots.ticks import Ticks, ticks

Range = tuple[float, float]

TICK = 4.0
GAP = 4.0
LEAST_SPAN = 1e-12
"""The narrowest range of an axis, relative to its position: below it numbers are no longer told apart."""
MOST = 1e15


class Layer(Protocol):
    """Something painted into a chart's rectangle, in pixels; the painter is clipped to it."""

    def paint(self, painter: QPainter, chart: Chart, style: Style) -> None: ...


@dataclass
class Axis:
    """One axis: its label, its range (log10 of the values if `log`), and what the range may be.

    `limits` is the widest range that zooming and panning reach. `automatic`: whether the view sets the range itself;
    zooming by hand ends that until the chart is fitted again.
    """

    label: str = ""
    log: bool = False
    low: float = 0.0
    high: float = 1.0
    limits: Range = (-MOST, MOST)
    automatic: bool = True
    fixed: bool = False

    @property
    def range(self) -> Range:
        return self.low, self.high

    def set_range(self, low: float, high: float) -> bool:
        """Take on a range, within the limits; whether it changed."""
        if not (math.isfinite(low) and math.isfinite(high) and high > low):
            return False
        low, high = max(low, self.limits[0]), min(high, self.limits[1])
        least = max(abs(low), abs(high), 1e-9) * LEAST_SPAN
        if high - low < least:
            return False
        changed = (low, high) != self.range
        self.low, self.high = low, high
        return changed

    def value(self, position: float) -> float:
        """The value at a position of the axis."""
        return 10.0 ** min(max(position, -320.0), 308.0) if self.log else position


class Chart:
    """Two axes around a rectangle; `rect` is set by `place`, which the figure calls before it paints."""

    def __init__(self, x_label: str = "", y_label: str = "", stretch: float = 1.0) -> None:
        self.x, self.y = Axis(x_label), Axis(y_label)
        self.stretch = stretch
        self.layers: list[Layer] = []
        self.rect = QRectF(0, 0, 1, 1)
        self.grid = True
        self.show_x_labels = True
        self.equal_aspect = False
        self.visible = True

    def margins(self, style: Style) -> tuple[float, float]:
        """The room needed left of the rectangle and below it, in pixels."""
        metrics = style.metrics()
        left = metrics.horizontalAdvance("0.0000") + TICK + 2 * GAP
        if self.y.label:
            left += metrics.height() + GAP
        below = TICK + GAP
        if self.show_x_labels:
            below += metrics.height() + (metrics.height() + 2 if self.x.label else 0)
        return left, below

    def place(self, rect: QRectF) -> None:
        """Take the place for the data, in pixels of the figure; with equal aspect, show more in one direction."""
        self.rect = rect

    def shown(self) -> tuple[Range, Range]:
        """The ranges that are seen: the axes', or with equal aspect the wider one that fills the rectangle."""
        if not self.equal_aspect or self.rect.width() < 1 or self.rect.height() < 1:
            return self.x.range, self.y.range
        per_x = (self.x.high - self.x.low) / self.rect.width()
        per_y = (self.y.high - self.y.low) / self.rect.height()
        if per_x < per_y:
            middle, half = (self.x.low + self.x.high) / 2, per_y * self.rect.width() / 2
            return (middle - half, middle + half), self.y.range
        middle, half = (self.y.low + self.y.high) / 2, per_x * self.rect.height() / 2
        return self.x.range, (middle - half, middle + half)

    def pixels(self, x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
        """Axis coordinates as pixels of the figure, not further out than Qt can paint; NaN stays."""
        (left, right), (low, high) = self.shown()
        with np.errstate(over="ignore", invalid="ignore"):
            px = self.rect.left() + (np.asarray(x, dtype=np.float64) - left) * (self.rect.width() / (right - left))
            py = self.rect.bottom() - (np.asarray(y, dtype=np.float64) - low) * (self.rect.height() / (high - low))
        return np.clip(px, -FAR, FAR), np.clip(py, -FAR, FAR)

    def pixel(self, x: float, y: float) -> QPointF:
        """One point as a pixel of the figure."""
        px, py = self.pixels(x, y)
        return QPointF(float(px), float(py))

    def point(self, pixel: QPointF) -> tuple[float, float]:
        """Axis coordinates of a pixel of the figure."""
        (left, right), (low, high) = self.shown()
        x = left + (pixel.x() - self.rect.left()) * (right - left) / max(1.0, self.rect.width())
        y = low + (self.rect.bottom() - pixel.y()) * (high - low) / max(1.0, self.rect.height())
        return x, y

    def zoom(self, factor_x: float, factor_y: float, about: QPointF) -> None:
        """Show `factor` times as much, with the point under a pixel staying there."""
        x, y = self.point(about)
        shown = self.shown()
        for axis, (low, high), factor, at in ((self.x, shown[0], factor_x, x), (self.y, shown[1], factor_y, y)):
            if factor != 1.0 and not axis.fixed and axis.set_range(at + (low - at) * factor, at + (high - at) * factor):
                axis.automatic = False

    def pan(self, by: QPointF) -> None:
        """Move what is shown by pixels."""
        (left, right), (low, high) = self.shown()
        dx = -by.x() * (right - left) / max(1.0, self.rect.width())
        dy = by.y() * (high - low) / max(1.0, self.rect.height())
        for axis, (start, end), move in ((self.x, (left, right), dx), (self.y, (low, high), dy)):
            if axis.fixed or start + move < axis.limits[0] or end + move > axis.limits[1]:
                continue
            if move and axis.set_range(start + move, end + move):
                axis.automatic = False

    def fit(self) -> None:
        """Let the view set the ranges again."""
        self.x.automatic = self.y.automatic = True

    def ticks(self, style: Style) -> tuple[Ticks, Ticks]:
        """The ticks of both axes, as many as their labels have room for."""
        shown = self.shown()
        metrics = style.metrics()
        across = max(2, int(self.rect.width() / (metrics.horizontalAdvance("0000000") + 14)))
        upwards = max(2, int(self.rect.height() / (1.9 * metrics.height())))
        x = ticks(*shown[0], min(across, 12), log=self.x.log)
        return x, ticks(*shown[1], min(upwards, 10), log=self.y.log)

    def paint(self, painter: QPainter, style: Style) -> None:
        """Paint background, grid, layers, frame, ticks and labels."""
        x_ticks, y_ticks = self.ticks(style)
        painter.fillRect(self.rect, QColor(style.theme.plot_background))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if self.grid:
            self._paint_grid(painter, style, x_ticks, y_ticks)
        painter.save()
        painter.setClipRect(self.rect)
        for layer in self.layers:
            painter.save()
            layer.paint(painter, self, style)
            painter.restore()
        painter.restore()
        self._paint_x(painter, style, x_ticks)
        self._paint_y(painter, style, y_ticks)

    def _paint_grid(self, painter: QPainter, style: Style, x_ticks: Ticks, y_ticks: Ticks) -> None:
        painter.setPen(pen(style.theme.grid))
        (left, _), (low, _) = self.shown()
        for at, _ in x_ticks.major:
            px = crisp(self.pixel(at, low).x())
            painter.drawLine(QLineF(px, self.rect.top(), px, self.rect.bottom()))
        for at, _ in y_ticks.major:
            py = crisp(self.pixel(left, at).y())
            painter.drawLine(QLineF(self.rect.left(), py, self.rect.right(), py))

    def _paint_x(self, painter: QPainter, style: Style, x_ticks: Ticks) -> None:
        rect, metrics = self.rect, style.metrics()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(pen(style.theme.border))
        bottom = crisp(rect.bottom())
        painter.drawLine(QLineF(rect.left(), bottom, rect.right(), bottom))
        low = self.shown()[1][0]
        middle = rect.bottom() + TICK + metrics.height() / 2 + 1
        end = rect.left() - 1e9
        for at in x_ticks.minor:
            px = crisp(self.pixel(at, low).x())
            painter.drawLine(QLineF(px, bottom, px, bottom + TICK / 2))
        for at, text in x_ticks.major:
            px = crisp(self.pixel(at, low).x())
            painter.setPen(pen(style.theme.border))
            painter.drawLine(QLineF(px, bottom, px, bottom + TICK))
            half = metrics.horizontalAdvance(text) / 2
            if self.show_x_labels and px - half > end + 6:
                draw_text(painter, QPointF(px, middle), text, style, "plot_foreground", align="center")
                end = px + half
        if self.show_x_labels and self.x.label:
            place = QPointF(rect.center().x(), middle + metrics.height() + 1)
            draw_text(painter, place, self.x.label, style, "muted", align="center")

    def _paint_y(self, painter: QPainter, style: Style, y_ticks: Ticks) -> None:
        rect, metrics = self.rect, style.metrics()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(pen(style.theme.border))
        left = crisp(rect.left())
        painter.drawLine(QLineF(left, rect.top(), left, rect.bottom()))
        start = self.shown()[0][0]
        for at in y_ticks.minor:
            py = crisp(self.pixel(start, at).y())
            painter.drawLine(QLineF(left - TICK / 2, py, left, py))
        for at, text in y_ticks.major:
            py = crisp(self.pixel(start, at).y())
            painter.setPen(pen(style.theme.border))
            painter.drawLine(QLineF(left - TICK, py, left, py))
            draw_text(painter, QPointF(left - TICK - GAP, py), text, style, "plot_foreground", align="right")
        if self.y.label:
            room = self.margins(style)[0]
            place = QPointF(rect.left() - room + metrics.height() / 2, rect.center().y())
            label = metrics.elidedText(self.y.label, Qt.TextElideMode.ElideRight, max(20.0, rect.height()))
            draw_text(painter, place, label, style, "muted", align="center", angle=-90)


def crisp(position: float) -> float:
    """The middle of a pixel, where a line of width 1 is sharp."""
    return math.floor(position) + 0.5
