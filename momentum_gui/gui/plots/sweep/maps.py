"""The maps of a sweep side by side, one for each rule on one scale: hover, click a cell, drag a box."""

from __future__ import annotations

import math
import time

import numpy as np
from PySide6.QtCore import QObject, QPointF, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QPalette, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from momentum_gui.gui.plots.sweep.color_bar import ColorBar
from momentum_gui.gui.plots.sweep.figures import Figures
from momentum_gui.gui.plots.sweep.live_map import LiveMap
from momentum_gui.gui.style import theme
from momentum_gui.lab.sweep.axis import LEARNING_RATE, MOMENTUM, Axis
from momentum_gui.lab.sweep.grid import Cell, Grid
from momentum_gui.lab.sweep.measures import MEASURES
from momentum_gui.lab.sweep.stability_line import UNKNOWN, EndCurvature

FRAME_MILLISECONDS = 15
LEAST_HEIGHT, LEAST_HEIGHT_OF_SEVERAL = 190, 330
EMPTY = Axis.parse(LEARNING_RATE, "0.001:1:2:log"), Axis.parse(MOMENTUM, "0:0.9:2")
"""What a map shows that is made before there is a grid."""

MOST_RULES = 12
"""The most rules that one sweep may have: the built-in ones and some of one's own."""


class MapGrid(QWidget):
    """The maps of a grid's rules. `hovered` carries a Cell or None, `clicked` a Cell, `boxed` two ranges or None.

    A map takes the time of two or three frames to be made, so they are made one at a time, and used again for the next
    grid. `coloured` tells that all maps show their figures, and carries the seconds that took.
    """

    hovered = Signal(object)
    clicked = Signal(object)
    boxed = Signal(object)
    coloured = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.grid: Grid | None = None
        self._made: list[LiveMap] = []
        self._headings = [QLabel(self) for _ in range(MOST_RULES)]
        self._columns = 0
        self._layout = QGridLayout(self)
        self._layout.setContentsMargins(4, 0, 0, 0)
        self._layout.setHorizontalSpacing(4)
        self._layout.setVerticalSpacing(0)
        self._figures: Figures | None = None
        self._curvature: EndCurvature = UNKNOWN
        self._due: list[int] = []
        self._seconds = 0.0
        self._frame = QTimer(self)
        self._frame.setInterval(FRAME_MILLISECONDS)
        self._frame.timeout.connect(self._go_on)
        self.bar = ColorBar()
        self.bar.setFrameShape(ColorBar.Shape.NoFrame)
        self.bar.hide()
        self.setMinimumSize(10, LEAST_HEIGHT)
        self.setAutoFillBackground(True)
        for heading in self._headings:
            heading.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            heading.setProperty("title", True)
            heading.hide()
        self.apply_theme()
        self._make(*EMPTY)

    @property
    def maps(self) -> list[LiveMap]:
        """The maps of the grid, as far as they are made."""
        return self._made[: 0 if self.grid is None else len(self.grid.rules)]

    @property
    def shows_boundary(self) -> bool:
        """Whether theory's boundary runs through any map."""
        return any(bool(np.isfinite(chart.marks.boundary).all(axis=1).any()) for chart in self.maps)

    def show_grid(self, grid: Grid) -> None:
        """Lay out empty maps for another grid; those that are still to be made follow one by one."""
        self.grid, self._figures, self._due = grid, None, []
        self.bar.hide()
        self.setMinimumHeight(LEAST_HEIGHT if len(grid.rules) == 1 else LEAST_HEIGHT_OF_SEVERAL)
        for number, heading in enumerate(self._headings):
            heading.setVisible(1 < len(grid.rules) > number)
            heading.setText(grid.rule(grid.rules[number]).title if number < len(grid.rules) else "")
        for number, chart in enumerate(self._made):
            chart.setVisible(number < len(grid.rules))
            if number < len(grid.rules):
                chart.show_axes(grid.learning_rate, grid.momentum)
        self._columns = 0
        self._arrange()
        self._frame.start()

    def show_figures(self, figures: Figures, curvature: EndCurvature, *, at_once: bool = True) -> None:
        """Colour the cells, those not trained yet paler; not `at_once`, a map with each frame of the screen."""
        self._figures, self._curvature = figures, curvature
        self._due, self._seconds = list(range(len(figures.job.grid.rules))), 0.0
        self.bar.show()
        self.bar.show_scale(figures.numbers, MEASURES[figures.measure].title.lower())
        while at_once and (self._to_make() or self._due):
            self._go_on()
        if self._due:
            self._frame.start()

    def _to_make(self) -> bool:
        return self.grid is not None and len(self._made) < len(self.grid.rules)

    @Slot()
    def _go_on(self) -> None:
        """Make the next map, or colour the next one."""
        if self.grid is not None and self._to_make():
            self._make(self.grid.learning_rate, self.grid.momentum)
            self._place(len(self._made) - 1)
        elif self._figures is not None and self._due:
            began = time.perf_counter()
            self._color(self._due.pop(0), self._figures)
            self._seconds += time.perf_counter() - began
            if not self._due:
                self.coloured.emit(self._seconds)
        else:
            self._frame.stop()

    def _color(self, number: int, figures: Figures) -> None:
        chart = self._made[number]
        chart.show_numbers(figures.numbers, number, pale=~figures.known[number])
        chart.show_answer(figures.answer, number)
        chart.show_boundary(figures.job.grid.rule(figures.job.grid.rules[number]), self._curvature)

    def _make(self, learning_rate: Axis, momentum: Axis) -> None:
        chart = LiveMap(learning_rate, momentum)
        forward = Forward(chart, self, len(self._made))
        chart.hovered.connect(forward.hover)
        chart.picker.clicked.connect(forward.click)
        chart.picker.boxed.connect(forward.box)
        chart.setParent(self)
        chart.hide()
        self._made.append(chart)

    def show_boxes(self, box: QRectF) -> None:
        """Draw one box on all maps: a finer sweep is of all rules."""
        for chart in self.maps:
            chart.picker.show_box(box)

    def apply_theme(self) -> None:
        """Take on the theme's colours."""
        colored = self.palette()
        colored.setColor(QPalette.ColorRole.Window, QColor(theme.current().plot_background))
        self.setPalette(colored)
        self.bar.apply_theme()
        for chart in self._made:
            chart.apply_theme()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Put the maps into as many columns as make them largest, axes labelled at the edges only."""
        if self.grid is None:
            return
        count = len(self.grid.rules)
        columns = best_columns(count, self.width() - self.bar.width(), self.height())
        if columns == self._columns:
            return
        self._columns = columns
        rows = math.ceil(count / columns)
        for place in range(2 * MOST_RULES + 2):
            self._layout.setRowStretch(place, 1 if place % 2 and place < 2 * rows else 0)
            self._layout.setColumnStretch(place, 1 if place < columns else 0)
        for number, heading in enumerate(self._headings[:count]):
            row, column = divmod(number, columns)
            self._layout.addWidget(heading, 2 * row, column)
        for number in range(len(self.maps)):
            self._place(number)
        self._layout.addWidget(self.bar, 0, columns, 2 * rows, 1)

    def _place(self, number: int) -> None:
        """Put a map into its place, which leaves the others where they are."""
        assert self.grid is not None
        chart, rule = self._made[number], self.grid.rules[number]
        row, column = divmod(number, self._columns)
        chart.setAccessibleName(f"Sweep map of {self.grid.rule(rule).title}")
        chart.getPlotItem().getAxis("left").showLabel(column == 0)
        chart.getPlotItem().getAxis("bottom").showLabel(row == math.ceil(len(self.grid.rules) / self._columns) - 1)
        self._layout.addWidget(chart, 2 * row + 1, column)
        chart.show()

    def hover(self, number: int, place: QPointF | None) -> None:
        """The mouse is at a place of a map, or left it: frame the cell in all of them."""
        at = None if place is None else self._made[number].cell_at(place)  # it also leaves a map that is hidden now
        for other in self.maps:
            other.picker.show_cell(QRectF() if at is None else other.rect_of(*at))
        self.hovered.emit(None if at is None else Cell(number, *at))

    def click(self, number: int, place: QPointF) -> None:
        """A place of a map was clicked."""
        if (at := self.maps[number].cell_at(place)) is not None:
            self.clicked.emit(Cell(number, *at))

    def box(self, number: int, box: QRectF) -> None:
        """A box was dragged in a map; an empty one was too small."""
        self.show_boxes(box)
        self.boxed.emit(None if box.isEmpty() else self.maps[number].ranges_of(box))


class Forward(QObject):
    """Passes the signals of one map on, with its number."""

    def __init__(self, chart: LiveMap, maps: MapGrid, number: int) -> None:
        super().__init__(chart)
        self._maps, self._number = maps, number

    @Slot(object)
    def hover(self, place: object) -> None:
        """The mouse moved."""
        self._maps.hover(self._number, place if isinstance(place, QPointF) else None)

    @Slot(QPointF)
    def click(self, place: QPointF) -> None:
        """A place was clicked."""
        self._maps.click(self._number, place)

    @Slot(QRectF)
    def box(self, box: QRectF) -> None:
        """A box was dragged."""
        self._maps.box(self._number, box)


def best_columns(count: int, width: int, height: int) -> int:
    """Into how many columns to put some maps so that the smaller side of each is largest."""

    def side(columns: int) -> float:
        return min(width / columns / 1.25, height / math.ceil(count / columns))

    return max(range(1, count + 1), key=side)
