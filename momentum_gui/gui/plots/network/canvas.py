"""The network's drawing: where its units and weights are, how they are painted, which weight is under the mouse."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.network import Network
from momentum_gui.gui.plots.common.ticks import number_text
from momentum_gui.gui.style import theme
from momentum_gui.gui.training.thread_priority import own_time

MOST_UNITS = 14
"""The most units drawn of a layer; a larger layer says how many it leaves out."""
WIDEST = 6.0
REACH = 6.0  # pixels from a line within which the mouse means it


@dataclass(frozen=True)
class Line:
    """One weight on the picture: which it is, and from where to where it goes."""

    weight: int
    start: QPointF
    end: QPointF


@dataclass(frozen=True)
class Unit:
    """One unit on the picture, with its name beside it where it has one."""

    center: QPointF
    text: str
    right: bool


@dataclass(frozen=True)
class Layout:
    """Where everything of a network is drawn, for one size of the canvas."""

    lines: tuple[Line, ...]
    units: tuple[Unit, ...]
    notes: tuple[tuple[QPointF, str], ...]
    radius: float
    starts: Floats  # (lines, 2), for finding the line under the mouse
    ends: Floats


class Canvas(QWidget):
    """The drawing itself. `weight_clicked` tells which weight the mouse chose; `painting` is what that took, in s."""

    weight_clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.network: Network | None = None
        self.names: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
        self.weights: Floats = np.empty(0)
        self.steps: Floats | None = None
        self.by_step = False
        self.chosen: int | None = None
        self.painting = 0.0
        self._layout: Layout | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(200, 140)

    def sizeHint(self) -> QSize:
        return QSize(480, 320)

    def set_network(self, network: Network | None, inputs: tuple[str, ...], outputs: tuple[str, ...]) -> None:
        """Draw another network, its inputs and outputs named."""
        self.network, self.names, self._layout, self.chosen = network, (inputs, outputs), None, None
        self.update()

    def resizeEvent(self, _event: object) -> None:
        self._layout = None

    def paintEvent(self, _event: QPaintEvent) -> None:
        began = own_time()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.current().plot_background))
        self.draw(painter, QSizeF(self.size()))
        painter.end()
        self.painting = own_time() - began

    def draw(self, painter: QPainter, size: QSizeF) -> None:
        """Draw the network in an area of this size, from the painter's origin on."""
        area = QRectF(QPointF(0, 0), size)
        painter.setFont(self.font())
        if self.network is None:
            painter.setPen(QColor(theme.current().muted))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, "An analytic surface has no network.")
            return
        own = size == QSizeF(self.size())
        layout = self._laid_out() if own else lay_out(self.network, self.names, area, QFontMetricsF(self.font()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_lines(painter, layout)
        self._draw_units(painter, layout)
        self._draw_key(painter, area.height())

    def _draw_lines(self, painter: QPainter, layout: Layout) -> None:
        colors = theme.current()
        # The widest line is the largest weight, but weights below 1 do not swell while all are small.
        scale = WIDEST / max(1.0, float(np.max(np.abs(self.weights), initial=0.0)))
        shown = self.steps if self.by_step and self.steps is not None else self.weights
        strength = np.abs(shown) / max(1e-300, float(np.max(np.abs(shown), initial=0.0)))
        for line in layout.lines:
            value = float(shown[line.weight])
            color = QColor(colors.positive if value >= 0 else colors.negative)
            if self.by_step:
                color.setAlphaF(0.12 + 0.88 * float(strength[line.weight]))
            else:
                color.setAlphaF(0.85)
            width = max(0.6, scale * abs(float(self.weights[line.weight])))
            painter.setPen(QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(line.start, line.end)
        if self.chosen is not None:
            for line in layout.lines:
                if line.weight == self.chosen:
                    painter.setPen(QPen(QColor(colors.text), 1.5, Qt.PenStyle.DashLine))
                    painter.drawLine(line.start, line.end)

    def _draw_units(self, painter: QPainter, layout: Layout) -> None:
        colors = theme.current()
        painter.setPen(QPen(QColor(colors.plot_foreground), 1.2))
        painter.setBrush(QColor(colors.raised))
        for unit in layout.units:
            painter.drawEllipse(unit.center, layout.radius, layout.radius)
        painter.setPen(QColor(colors.muted))
        metrics = QFontMetricsF(self.font())
        for unit in layout.units:
            if unit.text:
                width = metrics.horizontalAdvance(unit.text)
                left = unit.center.x() + (layout.radius + 6 if unit.right else -layout.radius - 6 - width)
                painter.drawText(QPointF(left, unit.center.y() + metrics.ascent() / 2 - 1), unit.text)
        for place, text in layout.notes:
            painter.drawText(QPointF(place.x() - metrics.horizontalAdvance(text) / 2, place.y()), text)

    def _draw_key(self, painter: QPainter, bottom: float) -> None:
        colors = theme.current()
        shown = "steps" if self.by_step and self.steps is not None else "weights"
        x, y = 12.0, bottom - 8.0
        for color, text in (
            (colors.positive, f"{shown} above 0"),
            (colors.negative, f"{shown} below 0"),
        ):
            painter.setPen(QPen(QColor(color), 3))
            painter.drawLine(QPointF(x, y - 4), QPointF(x + 16, y - 4))
            painter.setPen(QColor(colors.muted))
            painter.drawText(QPointF(x + 22, y), text)
            x += 34 + QFontMetricsF(self.font()).horizontalAdvance(text)

    def _laid_out(self) -> Layout:
        if self._layout is None:
            assert self.network is not None
            self._layout = lay_out(self.network, self.names, QRectF(self.rect()), QFontMetricsF(self.font()))
        return self._layout

    def weight_at(self, place: QPointF) -> int | None:
        """Return the weight whose line is nearest to a place, within a few pixels; None where there is none."""
        if self.network is None or not len(self._laid_out().lines):
            return None
        layout = self._laid_out()
        point = np.array([place.x(), place.y()])
        along = layout.ends - layout.starts
        length = np.maximum((along**2).sum(axis=1), 1e-9)
        share = np.clip(((point - layout.starts) * along).sum(axis=1) / length, 0.0, 1.0)
        distance = np.linalg.norm(layout.starts + share[:, None] * along - point, axis=1)
        nearest = int(np.argmin(distance))
        return layout.lines[nearest].weight if distance[nearest] <= REACH else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        weight = self.weight_at(event.position())
        self.setCursor(Qt.CursorShape.ArrowCursor if weight is None else Qt.CursorShape.PointingHandCursor)
        if weight is None or self.network is None:
            QToolTip.hideText()
            return
        text = f"{self.network.weight_names[weight]} = {number_text(float(self.weights[weight]), 6)}"
        if self.steps is not None:
            text += f"\nlast step {number_text(float(self.steps[weight]), 4)}"
        QToolTip.showText(event.globalPosition().toPoint(), text, self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        weight = self.weight_at(event.position())
        if weight is not None:
            self.weight_clicked.emit(weight)

    def leaveEvent(self, _event: QEvent) -> None:
        QToolTip.hideText()


def lay_out(
    network: Network, names: tuple[tuple[str, ...], tuple[str, ...]], area: QRectF, metrics: QFontMetricsF
) -> Layout:
    """Return where a network's units and weights are drawn: a column a layer, inputs at the left, biases as short
    stubs."""
    sides = [max((metrics.horizontalAdvance(elided(text, metrics)) for text in side), default=0.0) for side in names]
    left, right = sides[0] + 30, area.width() - sides[1] - 30
    columns = len(network.sizes)
    shown = [min(size, MOST_UNITS) for size in network.sizes]
    top, bottom = 18.0, area.height() - 26.0
    spacing = min(64.0, (bottom - top) / max(max(shown), 2))
    radius = max(3.0, min(12.0, spacing * 0.3))
    centers = []
    for column, count in enumerate(shown):
        x = left + (right - left) * column / (columns - 1)
        first = (top + bottom) / 2 - spacing * (count - 1) / 2
        centers.append([QPointF(x, first + spacing * row) for row in range(count)])
    lines = []
    for depth, layer in enumerate(network.layers):
        below, above = centers[depth], centers[depth + 1]
        for i, start in enumerate(below):
            for j, end in enumerate(above):
                lines.append(Line(layer.matrix.start + i * layer.units + j, start, end))
        for j, end in enumerate(above):
            stub = QPointF(end.x() - radius * 1.6, end.y() + min(spacing * 0.5, radius * 2.4))
            lines.append(Line(layer.bias.start + j, stub, end))
    units, notes = [], []
    for column, places in enumerate(centers):
        side = {0: names[0], columns - 1: names[1]}.get(column, ())
        for row, place in enumerate(places):
            text = elided(side[row], metrics) if row < len(side) else ""
            units.append(Unit(place, text, column == columns - 1))
        hidden = network.sizes[column] - shown[column]
        if hidden:
            notes.append((QPointF(places[0].x(), 14.0), f"+ {hidden} more"))
    starts = np.array([[line.start.x(), line.start.y()] for line in lines])
    ends = np.array([[line.end.x(), line.end.y()] for line in lines])
    return Layout(tuple(lines), tuple(units), tuple(notes), radius, starts, ends)


def elided(text: str, metrics: QFontMetricsF) -> str:
    """Return a name short enough to fit beside a unit."""
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, 110)
