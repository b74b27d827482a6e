"""Layers of charts over time: curves, the moments at which settings changed or runs diverged, the cursor."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QPainter

from momentum_gui.engine.population import Floats
from momentum_gui.gui.plots.chart import Chart
from momentum_gui.gui.plots.marks import draw_cross, draw_disc, draw_triangle
from momentum_gui.gui.plots.painting import Ink, Style, draw_polyline, draw_text, pen
from momentum_gui.gui.plots.thinning import thinned


@dataclass(frozen=True)
class Curve:
    """One line: x and y in values (points,), what it is painted with, and what it is called in a read-out."""

    x: Floats
    y: Floats
    ink: Ink
    name: str
    dash: tuple[float, ...] = ()
    run: int = 0


@dataclass
class Curves:
    """Curves, each thinned to the chart's pixels when it is painted."""

    curves: list[Curve] = field(default_factory=list)

    def paint(self, painter: QPainter, chart: Chart, style: Style) -> None:
        left, right = chart.shown()[0]
        columns = int(chart.rect.width())
        for curve in self.curves:
            x, y = thinned(curve.x, curve.y, left, right, columns)
            px, py = chart.pixels(x, on_axis(y, log=chart.y.log))
            draw_polyline(painter, px, py, style, style.color(curve.ink), 1.0 if style.live else 1.5, curve.dash)

    def nearest(self, chart: Chart, at: QPointF, reach: float = 40.0) -> tuple[Curve, int] | None:
        """The curve that passes closest above or below a pixel, and which of its points; None where none is near."""
        best, found = reach, None
        x = chart.point(at)[0]
        for curve in self.curves:
            if len(curve.x) == 0:
                continue
            right = min(int(np.searchsorted(curve.x, x)), len(curve.x) - 1)
            index = right - 1 if right > 0 and x - curve.x[right - 1] < curve.x[right] - x else right
            point = chart.pixel(float(curve.x[index]), float(on_axis(curve.y[index], log=chart.y.log)))
            if not math.isfinite(point.y()) or abs(point.x() - at.x()) > reach:
                continue
            if (distance := math.hypot(point.y() - at.y(), 0.3 * (point.x() - at.x()))) < best:
                best, found = distance, (curve, index)
        return found


def on_axis(values: Floats | np.floating | float, *, log: bool) -> Floats:
    """Values as positions on an axis; on a logarithmic one, 0 lies far below everything and less is a gap."""
    if not log:
        return np.asarray(values, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log10(np.asarray(values, dtype=np.float64))
    return np.where(np.isneginf(logs), -400.0, logs)


@dataclass(frozen=True)
class EventMark:
    """Something that happened at x (in values of the axis): a change of settings."""

    x: float
    text: str
    ink: Ink


@dataclass
class Events:
    """Thin upright lines where settings were changed, with small labels where there is room for them."""

    marks: list[EventMark] = field(default_factory=list)
    labels: bool = True

    def paint(self, painter: QPainter, chart: Chart, style: Style) -> None:
        top, bottom = chart.rect.top(), chart.rect.bottom()
        metrics = style.metrics(0.85)
        height = metrics.height() + 2
        ends = [chart.rect.left() - 1e9] * 3  # where the labels of each of three lines end
        low = chart.shown()[1][0]
        drawn = -1e9
        for mark in self.marks:
            px = chart.pixel(mark.x, low).x()
            if not chart.rect.left() <= px <= chart.rect.right():
                continue
            if px - drawn >= 2:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
                painter.setPen(pen(style.color(mark.ink, 0.55), 1.0, (3, 3)))
                painter.drawLine(QLineF(math.floor(px) + 0.5, top, math.floor(px) + 0.5, bottom))
                drawn = px
            if not self.labels:
                continue
            width = metrics.horizontalAdvance(mark.text)
            start = px + 4 if px + 4 + width <= chart.rect.right() else px - 4 - width
            row = next((number for number, end in enumerate(ends) if start > end + 6), None)
            if row is not None and start >= chart.rect.left():
                ends[row] = start + width
                background = style.color("plot_background", 0.8)
                at = QPointF(start, top + 2 + height * (row + 0.5))
                draw_text(painter, at, mark.text, style, mark.ink, size=0.85, background=background)


@dataclass(frozen=True)
class Divergence:
    """Where a run's error left all bounds: its last point that can be drawn, in values."""

    x: float
    y: float
    run: int
    text: str


@dataclass
class Divergences:
    """A cross where a run diverged, or an arrow at the upper edge below which it did."""

    marks: list[Divergence] = field(default_factory=list)

    def paint(self, painter: QPainter, chart: Chart, style: Style) -> None:
        halo = style.theme.plot_background
        taken: list[float] = []
        metrics = style.metrics(0.9)
        for mark in self.marks:
            color = style.color(mark.run)
            at = chart.pixel(mark.x, float(on_axis(mark.y, log=chart.y.log)))
            if not chart.rect.left() - 2 <= at.x() <= chart.rect.right() + 2:
                continue
            x = min(max(at.x(), chart.rect.left() + 7), chart.rect.right() - 7)
            if at.y() < chart.rect.top() + 8:
                tip = QPointF(x, chart.rect.top() + 2)
                draw_triangle(painter, tip, 6, math.pi / 2, color, halo)
                y = chart.rect.top() + 9
            else:
                draw_cross(painter, QPointF(x, at.y()), 4.5, color, halo)
                y = at.y()
            while any(abs(y - other) < metrics.height() for other in taken):
                y += metrics.height()
            taken.append(y)
            width = metrics.horizontalAdvance(mark.text)
            to_the_right = x + 10 + width <= chart.rect.right()
            place = QPointF(x + 11 if to_the_right else x - 11, y)
            align = "left" if to_the_right else "right"
            background = style.color("plot_background", 0.8)
            draw_text(painter, place, mark.text, style, mark.run, size=0.9, align=align, background=background)


@dataclass
class Cursor:
    """An upright line at the moment to which the timeline was wound; None = the present, no line."""

    x: float | None = None

    def paint(self, painter: QPainter, chart: Chart, style: Style) -> None:
        if self.x is None:
            return
        px = math.floor(chart.pixel(self.x, chart.shown()[1][0]).x()) + 0.5
        painter.setPen(pen(style.color("accent"), 1.0))
        painter.drawLine(QLineF(px, chart.rect.top(), px, chart.rect.bottom()))


@dataclass
class Level:
    """A horizontal line at a value of interest."""

    y: float
    ink: Ink = "muted"

    def paint(self, painter: QPainter, chart: Chart, style: Style) -> None:
        py = math.floor(chart.pixel(chart.shown()[0][0], self.y).y()) + 0.5
        painter.setPen(pen(style.color(self.ink, 0.6), 1.0, (4, 3)))
        painter.drawLine(QLineF(chart.rect.left(), py, chart.rect.right(), py))


def draw_read_out(painter: QPainter, chart: Chart, at: QPointF, lines: Sequence[tuple[str, Ink]], style: Style) -> None:
    """A small box of lines of text beside a point, within the chart, and a disc at the point in the first ink."""
    metrics = style.metrics()
    width = max(metrics.horizontalAdvance(text) for text, _ in lines) + 12
    height = metrics.height() * len(lines) + 8
    x = at.x() + 12 if at.x() + 12 + width <= chart.rect.right() else at.x() - 12 - width
    x = max(chart.rect.left() + 1, x)
    y = min(max(chart.rect.top() + 1, at.y() - height - 6), chart.rect.bottom() - height - 1)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(pen(style.theme.border))
    painter.setBrush(QColor(style.theme.raised))
    painter.drawRoundedRect(QRectF(x, y, width, height), 4, 4)
    for number, (text, ink) in enumerate(lines):
        place = QPointF(x + 6, y + 4 + metrics.height() * (number + 0.5))
        draw_text(painter, place, text, style, ink)
    draw_disc(painter, at, 3.5, style.color(lines[0][1]), style.theme.plot_background)


def merged_events(events: Iterator[tuple[int, float, str, str]], runs: int) -> list[EventMark]:
    """Events (run, x, run's name, text) as marks from left to right; what happened to all runs at once is one mark."""
    at: dict[tuple[float, str], list[tuple[int, str]]] = {}
    for run, x, name, text in events:
        at.setdefault((x, text), []).append((run, name))
    marks = []
    for (x, text), whose in at.items():
        if len(whose) == runs:
            marks.append(EventMark(x, text, "muted"))
        else:
            marks += [EventMark(x, f"{name}: {text}", run) for run, name in whose]
    return sorted(marks, key=lambda mark: mark.x)
