"""The map of a sweep for one rule: a cell's colour is its number, diverged cells have their own, the best is ringed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainterPath

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.population import Outcome
from momentum_gui.engine.rules import Rule
from momentum_gui.gui.plots.common.plot import Plot, TickAxis
from momentum_gui.gui.plots.common.ticks import number_text
from momentum_gui.gui.plots.sweep.marks import SweepMarks
from momentum_gui.gui.style import theme
from momentum_gui.lab.sweep.answer import Answer
from momentum_gui.lab.sweep.axis import Axis
from momentum_gui.lab.sweep.measures import cell_values
from momentum_gui.lab.sweep.stability_line import EndCurvature, stability_boundary
from momentum_gui.lab.sweep.table import SweepTable

WIDE_RATIO = 5.0
"""Numbers that span more than this ratio are coloured by their logarithm."""
WORST_SHARE, WORST_RATIO = 0.95, 10.0
"""Cells beyond this share of all, or this many times worse than the median, may share the dark end of the scale."""
PALE = 130
"""The opacity of a cell that is not trained yet, out of 255."""


@dataclass(frozen=True)
class MapNumbers:
    """What the maps of all rules show, on one scale.

    values: (rules, learning rates, momenta); NaN not known yet, inf failed. diverged: where most seeds diverged. low,
    high: the scale, log10 of the values if `log`. bright_is_low: whether small numbers are the good, bright ones.
    """

    values: Floats
    diverged: NDArray[np.bool_]
    log: bool
    low: float
    high: float
    bright_is_low: bool

    @classmethod
    def of(cls, table: SweepTable, measure: str, target: float) -> MapNumbers:
        """Return the numbers of a sweep by one measure."""
        values = cell_values(table, measure, target)[1]
        diverged = table.by_cell(table.outcome == Outcome.DIVERGED).mean(axis=-1) > 0.5
        diverged &= table.known_cells()
        if measure == "success":
            return cls(values, diverged, False, 0.0, 1.0, False)
        good = values[np.isfinite(values) & ~diverged]
        if not len(good):
            return cls(values, diverged, False, 0.0, 1.0, True)
        low, high = float(good.min()), float(good.max())
        most = min(float(np.quantile(good, WORST_SHARE)), WORST_RATIO * float(np.median(good)))
        if high > WIDE_RATIO * most > 0:
            high = most  # a few cells on the brink would leave one colour for all the others
        log = low > 0 and high / low > WIDE_RATIO
        if log:
            low, high = np.log10([low, high]).tolist()
        if high - low < 1e-12 * max(1.0, abs(high)):
            low, high = low - 0.5, high + 0.5
        return cls(values, diverged, log, low, high, True)

    @property
    def failed(self) -> NDArray[np.bool_]:
        """The cells that failed in another way than diverging: the target was not reached."""
        return np.isinf(self.values) & ~self.diverged

    def shares(self, rule: int) -> Floats:
        """Return where on the colour map each cell of a rule is, 0 to 1; NaN where it has no colour."""
        values = self.values[rule]
        with np.errstate(invalid="ignore", divide="ignore"):
            scaled = np.log10(values) if self.log else values
        share = np.clip((scaled - self.low) / (self.high - self.low), 0.0, 1.0)
        share[~np.isfinite(values) | self.diverged[rule]] = np.nan
        return 1.0 - share if self.bright_is_low else share


class CellAxis(TickAxis):
    """An axis of a grid: nice ticks along a range; for values of a list, a label at each."""

    def __init__(self, orientation: str, axis: Axis) -> None:
        super().__init__(orientation)
        self.setStyle(hideOverlappingLabels=False)
        self.show_axis(axis)

    def show_axis(self, axis: Axis) -> None:
        """Label another axis."""
        self.log = axis.log
        self._labels = None if is_range(axis) else [number_text(value, 3) for value in axis.values]
        self.picture = None
        self.update()

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:
        if self._labels is None:
            return super().tickValues(minVal, maxVal, size)
        room = 60 if self.orientation == "bottom" else 28
        every = max(1, int(np.ceil(len(self._labels) * room / max(size, 1.0))))
        self._texts = {float(at): self._labels[at] for at in range(0, len(self._labels), every)}
        return [(1.0, list(self._texts)), (0.1, [])]


def is_range(axis: Axis) -> bool:
    """Return whether an axis is evenly spaced, so that its cells have a place on a scale; those of a list are in a
    row."""
    return ":" in axis.text


def positions(axis: Axis) -> Floats:
    """Return where the cells of an axis are: at the values, log10 of them, or in a row."""
    if not is_range(axis):
        return np.arange(len(axis), dtype=np.float64)
    return np.log10(axis.values) if axis.log else np.array(axis.values)


def position_of(axis: Axis, values: Floats) -> Floats:
    """Return where values between, and beyond, those of an axis are."""
    if is_range(axis):
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.log10(values) if axis.log else np.asarray(values)
    if len(axis) == 1:
        return np.where(values > axis.values[0], 1.0, np.where(values < axis.values[0], -1.0, 0.0))
    at = np.interp(values, axis.values, np.arange(len(axis)))
    return np.where(values > axis.values[-1], len(axis), np.where(values < axis.values[0], -1.0, at))


def edges(places: Floats) -> tuple[float, float]:
    """From where to where a row of evenly spaced cells reaches."""
    half = (places[1] - places[0]) / 2 if len(places) > 1 else 0.5
    return float(places[0] - half), float(places[-1] + half)


def outline(cells: NDArray[np.bool_], rect: QRectF) -> QPainterPath:
    """Return the lines between marked cells (columns, rows) and others, the grid's own edge included."""
    path = QPainterPath()
    wide, high = rect.width() / cells.shape[0], rect.height() / cells.shape[1]
    padded = np.pad(cells, 1).astype(np.int8)
    for at, row in np.argwhere(np.diff(padded, axis=0)[:, 1:-1]).tolist():
        x = rect.left() + at * wide
        path.moveTo(x, rect.top() + row * high)
        path.lineTo(x, rect.top() + (row + 1) * high)
    for column, at in np.argwhere(np.diff(padded, axis=1)[1:-1]).tolist():
        y = rect.top() + at * high
        path.moveTo(rect.left() + column * wide, y)
        path.lineTo(rect.left() + (column + 1) * wide, y)
    return path


class SweepMap(Plot):
    """One rule's map: learning rate to the right, momentum upwards."""

    def __init__(self, learning_rate: Axis, momentum: Axis) -> None:
        self._axes = CellAxis("bottom", learning_rate), CellAxis("left", momentum)
        super().__init__("learning rate", "momentum", {"bottom": self._axes[0], "left": self._axes[1]})
        self._axes[1].setWidth(48)
        self._image = pg.ImageItem(axisOrder="row-major")
        self._image.setZValue(-20)
        self.marks = SweepMarks()
        for graphic in (self._image, self.marks):
            self.addItem(graphic, ignoreBounds=True)
        self.show_axes(learning_rate, momentum)

    def show_axes(self, learning_rate: Axis, momentum: Axis) -> None:
        """Lay out an empty map of other cells."""
        self.learning_rate, self.momentum = learning_rate, momentum
        left, right = edges(positions(learning_rate))
        low, high = edges(positions(momentum))
        self.area = QRectF(left, low, right - left, high - low)
        for item, axis in zip(self._axes, (learning_rate, momentum), strict=True):
            item.show_axis(axis)
        self._image.clear()
        self.marks.begin(self.area)
        self.setRange(self.area, padding=0)

    def show_numbers(
        self, numbers: MapNumbers, rule: int, *, least_pixels: int = 1, pale: NDArray[np.bool_] | None = None
    ) -> None:
        """Colour the cells of a rule; with `least_pixels` of the image for each, for formats that blur between them.

        pale: the cells (learning rates, momenta) that are not trained yet, and show another cell's number.
        """
        share = numbers.shares(rule)
        colors = pg.colormap.get("cividis").map(np.nan_to_num(share), mode="byte")
        grey = QColor(theme.current().border)
        colors[np.isnan(share)] = (0, 0, 0, 0)
        colors[numbers.diverged[rule] | numbers.failed[rule]] = (grey.red(), grey.green(), grey.blue(), 255)
        if pale is not None:
            colors[pale, 3] = np.minimum(colors[pale, 3], PALE)
        cells = colors.transpose(1, 0, 2).repeat(least_pixels, axis=0).repeat(least_pixels, axis=1)
        self._image.setImage(np.ascontiguousarray(cells), autoDownsample=False)
        self._image.setRect(self.area)
        self.marks.diverged, self.marks.failed = numbers.diverged[rule], numbers.failed[rule]
        self.marks.hatch_color = theme.current().muted
        self.marks.update()

    def show_answer(self, answer: Answer | None, rule: int) -> None:
        """Outline the region within 10 % of the best, and ring the best cell if it is of this rule."""
        self.marks.region, self.marks.best = QPainterPath(), None
        if answer is not None:
            self.marks.region = outline(answer.region[rule], self.area)
        if answer is not None and answer.cell.rule == rule:
            x = positions(self.learning_rate)[answer.cell.learning_rate]
            y = positions(self.momentum)[answer.cell.momentum]
            self.marks.best = QPointF(float(x), float(y))
        self.marks.update()

    def show_boundary(self, rule: Rule, curvature: EndCurvature) -> None:
        """Draw where theory says that the rule stops being stable; nothing where the curvature is not known."""
        self.marks.boundary = np.empty((0, 2))
        if curvature.known:
            first, last = self.momentum.values[0], self.momentum.values[-1]
            momenta = np.linspace(first, last, 400) if last > first else np.array([first])
            x = position_of(self.learning_rate, stability_boundary(rule, momenta, curvature))
            y = position_of(self.momentum, momenta)
            if len(y) == 1:
                x, y = np.repeat(x, 2), np.array([self.area.top(), self.area.bottom()])
            inside = (x >= self.area.left()) & (x <= self.area.right())
            self.marks.boundary = np.stack((np.where(inside, x, np.nan), y), axis=1)
        self.marks.update()
