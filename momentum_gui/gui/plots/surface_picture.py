"""The error surface drawn: heat map, contours with their values, colour bar, and hatching where there is no number."""

from __future__ import annotations

import math

import contourpy
import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsPathItem, QGraphicsRectItem

from momentum_gui.engine.plane import Range
from momentum_gui.engine.population import Floats
from momentum_gui.gui import theme
from momentum_gui.gui.plots.plot import Plot, TickAxis
from momentum_gui.gui.plots.ticks import number_text, ticks

DECADES = 8.0
"""A logarithmic picture shows at most so many decades below its highest error."""
MOST_LABELS = 24


class SurfacePicture:
    """What lies under the paths in a plot. Levels move only when they must, so that a live picture does not flicker."""

    def __init__(self, plot: Plot) -> None:
        self.plot = plot
        self.log = True
        self.levels: tuple[float, float] | None = None
        self.shown: Floats | None = None
        self._range: Range = (0, 1, 0, 1)
        self._hatch = QGraphicsRectItem()
        self._hatch.setPen(QPen(Qt.PenStyle.NoPen))
        self._hatch.setZValue(-30)
        self._image = pg.ImageItem(axisOrder="row-major")
        self._image.setZValue(-20)
        self._lines = QGraphicsPathItem()
        self._lines.setZValue(-10)
        self._labels: list[pg.TextItem] = []
        for item in (self._hatch, self._image, self._lines):
            plot.addItem(item, ignoreBounds=True)
        self._map = pg.colormap.get("viridis")
        self._image.setColorMap(self._map)
        self._bar = pg.ImageItem(np.linspace(0, 1, 256, dtype=np.float32)[:, None], axisOrder="row-major")
        self._bar.setColorMap(self._map)
        self._bar_box = pg.ViewBox(enableMouse=False, enableMenu=False, defaultPadding=0)
        self._bar_box.setFixedWidth(12)
        self._bar_box.addItem(self._bar)
        self._bar_axis = TickAxis("right")
        self._bar_axis.linkToView(self._bar_box)
        self._bar_axis.setWidth(52)
        plot.getPlotItem().layout.addItem(self._bar_box, 2, 3)
        plot.getPlotItem().layout.addItem(self._bar_axis, 2, 4)
        plot.getPlotItem().layout.setColumnSpacing(2, 10)
        self.recolor()

    def recolor(self) -> None:
        """Take on the theme's colours."""
        colors = theme.current()
        hatch = QBrush(QColor(colors.muted), Qt.BrushStyle.BDiagPattern)
        self._hatch.setBrush(hatch)
        self._bar_axis.setPen(pg.mkPen(colors.border))
        self._bar_axis.setTextPen(pg.mkPen(colors.plot_foreground))
        self._bar_axis.setTickFont(self.plot.x_axis.style["tickFont"])
        pen = pg.mkPen(QColor(255, 255, 255, 120), width=1)
        pen.setCosmetic(True)
        self._lines.setPen(pen)

    def clear(self) -> None:
        """Show nothing, and forget the levels."""
        self.levels = self.shown = None
        self._image.clear()
        self._lines.setPath(QPainterPath())
        self._set_labels([])

    def show(self, errors: Floats, range_: Range, *, contours: bool = True) -> None:
        """Draw errors (ny, nx) over a range x low, x high, y low, y high."""
        self._range, self.shown = range_, errors
        with np.errstate(invalid="ignore", divide="ignore"):
            values = np.log10(np.maximum(errors, 1e-300)) if self.log else np.array(errors)
        values[~np.isfinite(values) | (np.abs(values) > 1e300)] = np.nan
        low, high = self._follow(values)
        # The pixels are centred on the grid's points, so the picture reaches half a pixel further.
        ny, nx = errors.shape
        dx, dy = (range_[1] - range_[0]) / (nx - 1), (range_[3] - range_[2]) / (ny - 1)
        rect = QRectF(
            range_[0] - dx / 2, range_[2] - dy / 2, (range_[1] - range_[0]) + dx, (range_[3] - range_[2]) + dy
        )
        self._hatch.setRect(rect)
        self._image.setImage(values.astype(np.float32), autoLevels=False, levels=(low, high), autoDownsample=False)
        self._image.setRect(rect)
        self._bar_axis.log = self.log
        self._bar.setRect(QRectF(0, low, 1, high - low))
        self._bar_box.setRange(xRange=(0, 1), yRange=(low, high), padding=0)
        self._draw_contours(values if contours else None, range_)

    def error_at(self, x: float, y: float) -> tuple[float, float, float] | None:
        """Error and its uphill slope along x and y at a point, from the grid drawn; None outside it."""
        if self.shown is None:
            return None
        ny, nx = self.shown.shape
        left, right, bottom, top = self._range
        column, row = (x - left) / (right - left) * (nx - 1), (y - bottom) / (top - bottom) * (ny - 1)
        if not (0 <= column <= nx - 1 and 0 <= row <= ny - 1):
            return None
        i, j = min(int(column), nx - 2), min(int(row), ny - 2)
        u, v = column - i, row - j
        a, b, c, d = self.shown[j, i], self.shown[j, i + 1], self.shown[j + 1, i], self.shown[j + 1, i + 1]
        error = a * (1 - u) * (1 - v) + b * u * (1 - v) + c * (1 - u) * v + d * u * v
        along_x = ((b - a) * (1 - v) + (d - c) * v) * (nx - 1) / (right - left)
        along_y = ((c - a) * (1 - u) + (d - b) * u) * (ny - 1) / (top - bottom)
        return float(error), float(along_x), float(along_y)

    def _follow(self, values: Floats) -> tuple[float, float]:
        """Levels for these values: the ones before, unless the values have left them or shrunk well within them."""
        good = values[np.isfinite(values)]
        if not len(good):
            return self.levels or (0.0, 1.0)
        low, high = float(good.min()), float(good.max())
        if self.log:
            low = max(low, high - DECADES)
        span = max(high - low, 1e-9 * max(1.0, abs(high)))
        if self.levels is not None:
            before_low, before_high = self.levels
            before = before_high - before_low
            if low >= before_low - 0.02 * before and high <= before_high + 0.02 * before and span > 0.7 * before:
                return self.levels
        self.levels = (low - 0.01 * span, high + 0.01 * span)
        return self.levels

    def _draw_contours(self, values: Floats | None, range_: Range) -> None:
        if values is None or self.levels is None:
            self._lines.setPath(QPainterPath())
            self._set_labels([])
            return
        ny, nx = values.shape
        generator = contourpy.contour_generator(
            np.linspace(range_[0], range_[1], nx),
            np.linspace(range_[2], range_[3], ny),
            np.ma.masked_invalid(values),
            line_type=contourpy.LineType.ChunkCombinedOffset,
        )
        path, labels = [], []
        for level, text in contour_levels(*self.levels, log=self.log):
            (points,), (offsets,) = generator.lines(level)  # type: ignore[misc]  # the type depends on line_type
            if points is None or offsets is None:
                continue
            connected = np.ones(len(points), dtype=np.int32)
            connected[offsets[1:] - 1] = 0
            path.append((points, connected))
            longest = int(np.argmax(np.diff(offsets)))
            first, last = int(offsets[longest]), int(offsets[longest + 1])
            if last - first > 12:
                labels.append((points[(first + last) // 2], text))
        if path:
            points = np.concatenate([part for part, _ in path])
            connected = np.concatenate([part for _, part in path])
            self._lines.setPath(pg.arrayToQPath(points[:, 0], points[:, 1], connected))
        else:
            self._lines.setPath(QPainterPath())
        self._set_labels(spread(labels, range_))

    def _set_labels(self, labels: list[tuple[Floats, str]]) -> None:
        while len(self._labels) > len(labels):
            self.plot.removeItem(self._labels.pop())
        while len(self._labels) < len(labels):
            item = pg.TextItem(anchor=(0.5, 0.5), color=QColor(255, 255, 255, 235), fill=QColor(20, 30, 40, 110))
            item.setFont(self.plot.x_axis.style["tickFont"])
            item.setZValue(-5)
            self._labels.append(item)
            self.plot.addItem(item, ignoreBounds=True)
        for item, (place, text) in zip(self._labels, labels, strict=True):
            if item.toPlainText() != text:
                item.setText(text)
            item.setPos(float(place[0]), float(place[1]))


def contour_levels(low: float, high: float, *, log: bool) -> list[tuple[float, str]]:
    """Where contours run between two levels, and the error that stands at each."""
    if not log:
        return [(at, text) for at, text in ticks(low, high, 10, log=False).major]
    decades = high - low
    mantissas = (1.0,) if decades > 5 else (1.0, 3.0) if decades > 2.5 else (1.0, 2.0, 5.0) if decades > 1.2 else ()
    if not mantissas:
        return [(math.log10(at), text) for at, text in ticks(10**low, 10**high, 8, log=False).major if at > 0]
    return [
        (power + math.log10(mantissa), number_text(mantissa * 10.0**power, 2))
        for power in range(math.floor(low), math.ceil(high) + 1)
        for mantissa in mantissas
        if low < power + math.log10(mantissa) < high
    ]


def spread(labels: list[tuple[Floats, str]], range_: Range) -> list[tuple[Floats, str]]:
    """Those of the labels that do not stand in one another's way."""
    width, height = range_[1] - range_[0], range_[3] - range_[2]
    kept: list[tuple[Floats, str]] = []
    for place, text in labels[:: max(1, len(labels) // MOST_LABELS)]:
        apart = all(
            abs(place[0] - other[0]) > 0.10 * width or abs(place[1] - other[1]) > 0.05 * height for other, _ in kept
        )
        inside = (
            range_[0] + 0.04 * width < place[0] < range_[1] - 0.04 * width
            and range_[2] + 0.03 * height < place[1] < range_[3] - 0.03 * height
        )
        if apart and inside:
            kept.append((place, text))
    return kept
