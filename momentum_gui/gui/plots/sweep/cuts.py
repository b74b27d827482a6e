"""One-dimensional cuts through a sweep's best cell: the measure along the learning rates, and along the momenta."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from momentum_gui.gui.plots.common.plot import Plot, plain_pen
from momentum_gui.gui.plots.common.ticks import number_text
from momentum_gui.gui.plots.sweep.figures import Figures
from momentum_gui.gui.plots.sweep.map import CellAxis, edges, positions
from momentum_gui.gui.style import theme
from momentum_gui.lab.sweep.axis import Axis
from momentum_gui.lab.sweep.cuts import Cut
from momentum_gui.lab.sweep.measures import MEASURES


class CutPair(QWidget):
    """Both cuts, side by side where there is room, one above the other where there is not."""

    def __init__(self) -> None:
        super().__init__()
        self.learning_rate, self.momentum = CutPlot(), CutPlot()
        self._box = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(0)
        self.setMinimumHeight(190)
        for plot in (self.learning_rate, self.momentum):
            plot.setMinimumSize(80, 60)
            self._box.addWidget(plot)

    def show_figures(self, figures: Figures) -> None:
        """Draw the cuts through the best cell; nothing where there is none."""
        if figures.cuts is None or (answer := figures.answer) is None:
            return
        rates, momenta = figures.cuts
        rule = answer.grid.rule(answer.rule).title
        at = f"learning rate ({rule}, momentum {answer.momentum:.3g})"
        self.learning_rate.show_cut(rates, figures, answer.learning_rate, at)
        at = f"momentum ({rule}, learning rate {answer.learning_rate:.3g})"
        self.momentum.show_cut(momenta, figures, answer.momentum, at)

    def apply_theme(self) -> None:
        """Take on the theme's colours."""
        for plot in (self.learning_rate, self.momentum):
            plot.apply_theme()
            plot.recolor()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() > 1.4 * self.height()
        self._box.setDirection(QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom)


class CutPlot(Plot):
    """One cut: median as a line with its cells as dots, the quartiles as a band, crosses where cells failed."""

    def __init__(self) -> None:
        super().__init__("", "")
        self._low, self._high = pg.PlotCurveItem(), pg.PlotCurveItem()
        self._band = pg.FillBetweenItem(self._low, self._high)
        self._line = pg.PlotCurveItem()
        self._dots = pg.ScatterPlotItem(size=6, pxMode=True)
        self._failed = pg.ScatterPlotItem(size=8, symbol="x", pxMode=True)
        self._best = pg.InfiniteLine(angle=90)
        for item in (self._band, self._low, self._high, self._line, self._dots, self._failed, self._best):
            self.addItem(item, ignoreBounds=True)
        self.getPlotItem().getViewBox().setMouseEnabled(False, False)
        self._axis: Axis | None = None
        self.recolor()

    def recolor(self) -> None:
        """The theme's colours."""
        colors = theme.current()
        fill = QColor(colors.accent)
        fill.setAlpha(60)
        self._band.setBrush(fill)
        none = pg.mkPen(None)
        self._low.setPen(none)
        self._high.setPen(none)
        self._line.setPen(plain_pen(colors.accent))
        self._dots.setPen(none)
        self._dots.setBrush(QColor(colors.accent))
        self._failed.setPen(plain_pen(colors.bad, 1.5))
        self._best.setPen(plain_pen(colors.muted, 1.0, Qt.PenStyle.DashLine))

    def show_cut(self, cut: Cut, figures: Figures, at: float, label: str) -> None:
        """Draw a cut; `at` is the best cell's value along it."""
        numbers = figures.numbers
        if cut.axis is not self._axis:
            self._axis = cut.axis
            self.getPlotItem().setAxisItems({"bottom": CellAxis("bottom", cut.axis)})
            self.apply_theme()
        self.set_label("bottom", label)
        self.set_label("left", MEASURES[figures.measure].title.lower())
        self.set_log_y(numbers.log)
        x = positions(cut.axis)
        known = np.isfinite(cut.value)
        low, value, high = (self.y_of(part) for part in (cut.low, cut.value, cut.high))
        bounded = known & np.isfinite(cut.high) & np.isfinite(cut.low)
        self._low.setData(x[bounded], low[bounded])
        self._high.setData(x[bounded], high[bounded])
        self._line.setData(x, np.where(known, value, np.nan), connect="finite")
        self._dots.setData(x[known], value[known])
        shown = np.concatenate((value[known], low[bounded], high[bounded], (numbers.low, numbers.high)))
        # The scale of the maps takes part, so that a flat cut looks flat.
        bottom, top = float(shown.min()), float(shown.max())
        margin = 0.06 * (top - bottom or 1.0)
        failed = np.isinf(cut.value)
        self._failed.setData(x[failed], np.full(int(failed.sum()), top))
        place = int(np.argmin(np.abs(np.array(cut.axis.values) - at)))
        self._best.setPos(float(x[place]))
        self.setXRange(*edges(x), padding=0)
        self.setYRange(bottom - margin, top + margin, padding=0)
        self.setAccessibleDescription(f"Best at {number_text(at)}; crosses mark cells that failed.")
