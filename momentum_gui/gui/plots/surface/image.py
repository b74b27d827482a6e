"""The error surface drawn: heat map, contours with their values, colour bar, and hatching where there is no number."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPen
from PySide6.QtWidgets import QGraphicsRectItem

from momentum_gui.engine.analysis.plane import Range
from momentum_gui.engine.arrays import Floats
from momentum_gui.gui.plots.common.heat_map import HeatMap
from momentum_gui.gui.plots.common.plot import Plot, TickAxis
from momentum_gui.gui.plots.surface.contours import Contours
from momentum_gui.gui.style import theme

DECADES = 8.0
"""The most decades that a logarithmic picture shows below its highest error."""
LARGEST_LINEAR = 1e30
"""Beyond this a linear picture shows no number."""


class SurfaceImage:
    """What lies under the paths in a plot. Levels move only when they must, so that a live picture does not flicker.

    Where the error is NaN, infinite or beyond all measure, hatching shows instead of a colour.
    """

    def __init__(self, plot: Plot) -> None:
        self.plot = plot
        self.log = True
        self.levels: tuple[float, float] | None = None
        self.shown: Floats | None = None
        self._range: Range = (0, 1, 0, 1)
        self._hatch = QGraphicsRectItem()
        self._hatch.setPen(QPen(Qt.PenStyle.NoPen))
        self._hatch.setZValue(-30)
        colors = pg.colormap.get("viridis")
        self._image = HeatMap(colors)
        self._image.setZValue(-20)
        for item in (self._hatch, self._image):
            plot.addItem(item, ignoreBounds=True)
        self.contours = Contours(plot)
        self._bar = pg.ImageItem(np.linspace(0, 1, 256, dtype=np.float32)[:, None], axisOrder="row-major")
        self._bar.setColorMap(colors)
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
        self._bar_axis.setPen(pg.mkPen(colors.field))
        self._bar_axis.setTextPen(pg.mkPen(colors.plot_foreground))
        self._bar_axis.setTickFont(self.plot.x_axis.style["tickFont"])

    def set_log(self, log: bool) -> None:
        """Colour by the logarithm of the error or by the error, from the next picture on."""
        self.log, self.levels = log, None

    def clear(self) -> None:
        """Show nothing, and forget the levels."""
        self.levels = self.shown = None
        self._image.clear()
        self.contours.clear()

    def show(self, errors: Floats, range_: Range, *, contours: bool = True, live: bool = False) -> None:
        """Draw errors (ny, nx) over a range x low, x high, y low, y high; `live` ones are followed by others soon."""
        self._range, self.shown = range_, errors
        values = values_of(errors, log=self.log)
        low, high = self._follow(values)
        # The pixels are centred on the grid's points, so the picture reaches half a pixel further.
        ny, nx = errors.shape
        dx, dy = (range_[1] - range_[0]) / (nx - 1), (range_[3] - range_[2]) / (ny - 1)
        rect = QRectF(
            range_[0] - dx / 2, range_[2] - dy / 2, (range_[1] - range_[0]) + dx, (range_[3] - range_[2]) + dy
        )
        self._hatch.setVisible(bool(np.isnan(values).any()))
        self._hatch.setRect(rect)
        self._image.show_values(values, rect, (low, high))
        self._bar_axis.log = self.log
        self._bar.setRect(QRectF(0, low, 1, high - low))
        self._bar_box.setRange(xRange=(0, 1), yRange=(low, high), padding=0)
        if contours:
            self.contours.show(values, range_, (low, high), log=self.log, live=live)
        else:
            self.contours.clear()

    def error_at(self, x: float, y: float) -> tuple[float, float, float] | None:
        """Error and its uphill slope along x and y at a point, from the grid drawn; None outside it."""
        if self.shown is None:
            return None
        left, right, low, high = self._range
        if not (left <= x <= right and low <= y <= high):
            return None
        error, along_x, along_y = read_off(self.shown, self._range, np.array([x]), np.array([y]))
        return float(error[0]), float(along_x[0]), float(along_y[0])

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


def values_of(errors: Floats, *, log: bool) -> Floats:
    """Return the numbers to colour errors by: their log10 if `log`, NaN where there is no number, or one too large.

    A logarithm of 0 counts as that of the least error above 0; below 0 there is none.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        values = np.log10(errors) if log else np.array(errors)
        if log and (nothing := errors == 0).any():
            values[nothing] = np.min(values, initial=0.0, where=errors > 0)
        values[~(np.abs(values) <= LARGEST_LINEAR)] = np.nan  # an error above 1e300 overflows soon: as good as inf
    return values


def read_off(errors: Floats, range_: Range, x: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
    """Errors and their uphill slopes along x and y at points (n,), each (n,), between the errors (ny, nx) of a grid."""
    ny, nx = errors.shape
    left, right, low, high = range_
    column, row = (x - left) / (right - left) * (nx - 1), (y - low) / (high - low) * (ny - 1)
    i, j = np.clip(column.astype(int), 0, nx - 2), np.clip(row.astype(int), 0, ny - 2)
    u, v = column - i, row - j
    a, b, c, d = errors[j, i], errors[j, i + 1], errors[j + 1, i], errors[j + 1, i + 1]
    with np.errstate(all="ignore"):
        error = a * (1 - u) * (1 - v) + b * u * (1 - v) + c * (1 - u) * v + d * u * v
        along_x = ((b - a) * (1 - v) + (d - c) * v) * (nx - 1) / (right - left)
        along_y = ((c - a) * (1 - u) + (d - b) * u) * (ny - 1) / (high - low)
    return error, along_x, along_y
