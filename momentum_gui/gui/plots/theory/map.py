"""The map of convergence over learning rate and momentum: how fast, in which regime, the best settings, the runs."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsPathItem, QGraphicsRectItem

from momentum_gui.engine.analysis.convergence import Best, Regime
from momentum_gui.gui.plots.common.heat_map import HeatMap
from momentum_gui.gui.plots.common.plot import Plot, TickAxis, plain_pen
from momentum_gui.gui.plots.theory.chart import COLUMNS, HIGHEST_MOMENTUM, ROWS, Chart
from momentum_gui.gui.style import theme

MOST_NINES = 4.0
"""Rates are coloured by −log10(1 − rate), so that 0.99 differs from 0.999 as much as 0 from 0.9; up to this."""
RATE_TICKS = (0.0, 0.9, 0.99, 0.999, 0.9999)
RATES_BETWEEN = (0.5, 0.7, 0.8, 0.95, 0.97, 0.98, 0.995, 0.997, 0.998, 0.9995, 0.9997)


@dataclass(frozen=True)
class Dot:
    """A run's present settings on the map; hollow if it follows another rule than the map's."""

    run: int
    learning_rate: float
    momentum: float
    filled: bool
    selected: bool


class MapPlot(Plot):
    """A plot that takes the room there is, and says that it needs little."""

    def sizeHint(self) -> QSize:
        return QSize(240, 180)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 180)


class TheoryMap:
    """What is drawn in the plot: heat map, borders and names of the regimes, a star, a dot for each run."""

    def __init__(self, plot: Plot) -> None:
        self.plot = plot
        self.chart: Chart | None = None
        self._marked: tuple[object, ...] = ()
        plot.x_axis.log = True
        item = plot.getPlotItem()
        self._colors = pg.colormap.get("viridis")
        self._hatch = QGraphicsRectItem()
        self._hatch.setPen(QPen(Qt.PenStyle.NoPen))
        self._image = HeatMap(self._colors)
        self._borders = QGraphicsPathItem()
        self._star = pg.ScatterPlotItem(symbol="star", size=16, pxMode=True)
        self._dots = pg.ScatterPlotItem(pxMode=True)
        for height, each in enumerate((self._hatch, self._image, self._borders, self._star, self._dots)):
            each.setZValue(height * 5 - 20)
            plot.addItem(each, ignoreBounds=True)
        self.names: dict[Regime, pg.TextItem] = {}
        for regime in Regime:
            self.names[regime] = pg.TextItem(regime.name.lower(), anchor=(0.5, 0.5))
            plot.addItem(self.names[regime], ignoreBounds=True)
        # Fast is bright, so the bar runs from the slow rates below to the fast ones above.
        self._bar = pg.ImageItem(np.linspace(0, 1, 256, dtype=np.float32)[:, None], axisOrder="row-major")
        self._bar.setRect(QRectF(0, -MOST_NINES, 1, MOST_NINES))
        box = pg.ViewBox(enableMouse=False, enableMenu=False, defaultPadding=0)
        box.setFixedWidth(12)
        box.addItem(self._bar)
        box.setYRange(-MOST_NINES, 0, padding=0)
        self._bar.setColorMap(self._colors)
        self._bar_axis = TickAxis("right")
        self._bar_axis.linkToView(box)
        self._bar_axis.setWidth(52)
        named = [(math.log10(1 - rate), f"{rate:g}") for rate in RATE_TICKS]
        self._bar_axis.setTicks([named, [(math.log10(1 - rate), "") for rate in RATES_BETWEEN]])
        item.layout.addItem(box, 2, 3)
        item.layout.addItem(self._bar_axis, 2, 4)
        item.layout.setColumnSpacing(2, 10)
        self.recolor()

    def recolor(self) -> None:
        """Take on the theme's colours."""
        colors = theme.current()
        self._hatch.setBrush(QBrush(QColor(colors.muted), Qt.BrushStyle.BDiagPattern))
        self._bar_axis.setPen(pg.mkPen(colors.field))
        self._bar_axis.setTextPen(pg.mkPen(colors.plot_foreground))
        self._bar_axis.setTickFont(self.plot.x_axis.style["tickFont"])
        pen = pg.mkPen(QColor(255, 255, 255, 190), width=1)
        pen.setCosmetic(True)
        self._borders.setPen(pen)
        self._star.setPen(plain_pen("#1c2127"))
        self._star.setBrush(pg.mkBrush("#ffffff"))
        back = QColor(colors.plot_background)
        back.setAlpha(205)
        for name in self.names.values():
            name.setColor(colors.text)
            name.setFont(self.plot.x_axis.style["tickFont"])
            name.fill = pg.mkBrush(back)

    def show(self, made: Chart) -> None:
        """Draw a map."""
        self.chart = made
        with np.errstate(divide="ignore", invalid="ignore"):
            values = np.maximum(np.log10(1 - made.map.rates), -MOST_NINES)
        values = np.where(made.map.regimes == Regime.DIVERGENT, np.nan, values)
        low, high = np.log10(made.rates[[0, -1]])
        dx, dy = (high - low) / (COLUMNS - 1), HIGHEST_MOMENTUM / (ROWS - 1)
        rect = QRectF(low - dx / 2, -dy / 2, high - low + dx, HIGHEST_MOMENTUM + dy)
        self._image.show_values(values, rect, (-MOST_NINES, 0.0))
        self._hatch.setRect(rect)
        path = QPainterPath()
        for line in made.borders:
            path.addPath(pg.arrayToQPath(*line))
        self._borders.setPath(path)
        box = self.plot.getPlotItem().getViewBox()
        # A little more below, so that dots at momentum 0 are whole.
        below = -0.05
        box.setLimits(xMin=rect.left(), xMax=rect.right(), yMin=below, yMax=rect.bottom())
        if self.plot.automatic:
            self.plot.setRange(xRange=(rect.left(), rect.right()), yRange=(below, rect.bottom()), padding=0)
        for regime, name in self.names.items():
            place = made.names.get(regime)
            name.setVisible(place is not None)
            if place is not None:
                name.setPos(float(np.log10(made.rates[place[1]])), float(made.momenta[place[0]]))

    def mark(self, best: Best | None, dots: list[Dot]) -> None:
        """Mark the best settings, and where the runs are; nothing is done where they are as before."""
        marked = (best, tuple(dots), theme.current().name)
        if marked == self._marked:
            return
        self._marked = marked
        places = [] if best is None else [(math.log10(best.learning_rate), best.momentum)]
        self._star.setData([x for x, _ in places], [y for _, y in places])
        spots = []
        for dot in dots:
            color = QColor(theme.run_color(dot.run))
            pen = plain_pen("#ffffff", 1.5) if dot.filled else pg.mkPen(color, width=2)
            brush = pg.mkBrush(color if dot.filled else "#ffffff")
            at = (math.log10(dot.learning_rate), dot.momentum)
            spots.append({"pos": at, "size": 13 if dot.selected else 9, "pen": pen, "brush": brush})
        self._dots.setData(spots)

    def at(self, place: QPointF) -> tuple[float, float] | None:
        """Learning rate and momentum at a place in the plot; None off the map."""
        if self.chart is None:
            return None
        low, high = np.log10(self.chart.rates[[0, -1]])
        if not (low <= place.x() <= high and 0 <= place.y() <= HIGHEST_MOMENTUM):
            return None
        return float(10.0 ** place.x()), float(place.y())
