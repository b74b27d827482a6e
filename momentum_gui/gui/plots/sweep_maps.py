"""The maps of a sweep side by side, one for each rule on one scale: hover, click a cell, drag a box."""

from __future__ import annotations

import math
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QObject, QPointF, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPalette, QPen, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from momentum_gui.engine.rules import RULES
from momentum_gui.gui import theme
from momentum_gui.gui.plots.sweep_bar import ColorBar
from momentum_gui.gui.plots.sweep_figures import Figures
from momentum_gui.gui.plots.sweep_map import SweepMap, is_range
from momentum_gui.lab.sweep_answer import MEASURES
from momentum_gui.lab.sweep_axis import Axis
from momentum_gui.lab.sweep_grid import Cell, Grid

DRAG_PIXELS = 6
FRAME_MILLISECONDS = 15
LEAST_HEIGHT, LEAST_HEIGHT_OF_SEVERAL = 190, 330


class CellPicker(pg.GraphicsObject):
    """Lies over a map: `clicked` carries a place, `boxed` a rectangle that was dragged; both in view coordinates."""

    clicked = Signal(QPointF)
    boxed = Signal(QRectF)

    def __init__(self, area: QRectF) -> None:
        super().__init__()
        self.area = area
        self.box = QRectF()
        self.cell = QRectF()
        self.setZValue(50)
        self.setCursor(Qt.CursorShape.CrossCursor)

    def boundingRect(self) -> QRectF:
        return self.area

    def show_box(self, box: QRectF) -> None:
        """Draw a box; an empty one takes it away."""
        self.box = box
        self.update()

    def show_cell(self, cell: QRectF) -> None:
        """Frame the cell under the mouse."""
        if cell != self.cell:
            self.cell = cell
            self.update()

    def mouseClickEvent(self, event: Any) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            event.accept()
            if not event.double():
                self.clicked.emit(event.pos())

    def mouseDragEvent(self, event: Any) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        event.accept()
        self.show_box(QRectF(event.buttonDownPos(), event.pos()).normalized() & self.area)
        if event.isFinish():
            moved = event.screenPos() - event.buttonDownScreenPos()
            if min(abs(moved.x()), abs(moved.y())) < DRAG_PIXELS:
                self.show_box(QRectF())
            self.boxed.emit(self.box)

    def paint(self, painter: QPainter, _option: object, _widget: object = None) -> None:
        color = QColor(theme.current().accent)
        for rect, width in ((self.cell, 1.0), (self.box, 2.0)):
            if not rect.isEmpty():
                for ink, wide in ((QColor(255, 255, 255), width + 2), (color, width)):
                    pen = QPen(ink, wide)
                    pen.setCosmetic(True)
                    painter.setPen(pen)
                    painter.drawRect(rect)
        if not self.box.isEmpty():
            color.setAlpha(50)
            painter.fillRect(self.box, color)


class LiveMap(SweepMap):
    """A map that stays where it is, with what picks cells over it."""

    def __init__(self, learning_rate: Axis, momentum: Axis) -> None:
        super().__init__(learning_rate, momentum)
        box = self.getPlotItem().getViewBox()
        box.setMouseEnabled(False, False)
        self.picker = CellPicker(self.area)
        self.addItem(self.picker, ignoreBounds=True)

    def cell_at(self, place: QPointF) -> tuple[int, int] | None:
        """The numbers of learning rate and momentum at a place in view coordinates."""
        column, row = (
            math.floor((at - start) / size * count)
            for at, start, size, count in (
                (place.x(), self.area.left(), self.area.width(), len(self.learning_rate)),
                (place.y(), self.area.top(), self.area.height(), len(self.momentum)),
            )
        )
        inside = 0 <= column < len(self.learning_rate) and 0 <= row < len(self.momentum)
        return (column, row) if inside else None

    def rect_of(self, column: int, row: int) -> QRectF:
        """The rectangle of a cell."""
        wide, high = self.area.width() / len(self.learning_rate), self.area.height() / len(self.momentum)
        return QRectF(self.area.left() + column * wide, self.area.top() + row * high, wide, high)

    def ranges_of(self, box: QRectF) -> tuple[tuple[float, float], tuple[float, float]]:
        """From which to which learning rate, and momentum, a box reaches, within those of the map."""
        return (
            values_between(self.learning_rate, box.left(), box.right()),
            values_between(self.momentum, box.top(), box.bottom()),
        )


def values_between(axis: Axis, low: float, high: float) -> tuple[float, float]:
    """The values at two places on an axis, to three digits; of a list, the outermost ones between."""
    if not is_range(axis):
        inside = [axis.values[at] for at in range(len(axis)) if low <= at + 0.5 and at - 0.5 <= high]
        return inside[0], inside[-1]
    ends = [10.0**place if axis.log else place for place in (low, high)]
    first, last = (float(f"{min(max(end, axis.values[0]), axis.values[-1]):.3g}") for end in ends)
    return first, last


class MapGrid(QWidget):
    """The maps of a grid's rules. `hovered` carries a Cell or None, `clicked` a Cell, `boxed` two ranges or None."""

    hovered = Signal(object)
    clicked = Signal(object)
    boxed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.grid: Grid | None = None
        self.maps: list[LiveMap] = []
        self._headings: list[QLabel] = []
        self._columns = 0
        self._layout = QGridLayout(self)
        self._layout.setContentsMargins(4, 0, 0, 0)
        self._layout.setHorizontalSpacing(4)
        self._layout.setVerticalSpacing(0)
        self._figures: Figures | None = None
        self._curvature = math.nan
        self._due: list[int] = []
        self._frame = QTimer(self)
        self._frame.setInterval(FRAME_MILLISECONDS)
        self._frame.timeout.connect(self._show_next)
        self.bar = ColorBar()
        self.bar.setFrameShape(ColorBar.Shape.NoFrame)
        self.bar.hide()
        self.setMinimumSize(10, LEAST_HEIGHT)
        self.setAutoFillBackground(True)
        self.apply_theme()

    def show_grid(self, grid: Grid) -> None:
        """Lay out empty maps for another grid."""
        old: list[QWidget] = [*self.maps, *self._headings]
        for widget in old:
            self._layout.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self.grid, self._figures, self._due = grid, None, []
        self.bar.hide()
        self.maps, self._headings = [], []
        for number, rule in enumerate(grid.rules):
            chart = LiveMap(grid.learning_rate, grid.momentum)
            chart.setAccessibleName(f"Sweep map of {RULES[rule].title}")
            chart.setMinimumSize(80, 60)
            forward = Forward(chart, self, number)
            chart.hovered.connect(forward.hover)
            chart.picker.clicked.connect(forward.click)
            chart.picker.boxed.connect(forward.box)
            heading = QLabel(RULES[rule].title)
            heading.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            heading.setProperty("title", True)
            self.maps.append(chart)
            self._headings.append(heading)
        self._columns = 0
        self.setMinimumHeight(LEAST_HEIGHT if len(self.maps) == 1 else LEAST_HEIGHT_OF_SEVERAL)
        self._arrange()

    def show_figures(self, figures: Figures, curvature: float, *, at_once: bool = True) -> None:
        """Colour the cells, those not trained yet paler; not `at_once`, a map with each frame of the screen."""
        self._figures, self._curvature = figures, curvature
        self._due = list(range(len(self.maps)))
        self.bar.show()
        self.bar.show_scale(figures.numbers, MEASURES[figures.measure].title.lower())
        while at_once and self._due:
            self._show_next()
        if self._due:
            self._frame.start()

    @Slot()
    def _show_next(self) -> None:
        """Colour the next map."""
        if self._figures is None or not self._due:
            self._frame.stop()
            return
        number, figures = self._due.pop(0), self._figures
        chart = self.maps[number]
        chart.show_numbers(figures.numbers, number, pale=~figures.known[number])
        chart.show_answer(figures.answer, number)
        chart.show_boundary(figures.job.grid.rules[number], self._curvature)

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
        for chart in self.maps:
            chart.apply_theme()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Put the maps into as many columns as make them largest, axes labelled at the edges only."""
        if not self.maps:
            return
        columns = best_columns(len(self.maps), self.width() - self.bar.width(), self.height())
        if columns == self._columns:
            return
        self._columns = columns
        rows = math.ceil(len(self.maps) / columns)
        for place in range(2 * len(self.maps) + 2):
            self._layout.setRowStretch(place, 1 if place % 2 and place < 2 * rows else 0)
            self._layout.setColumnStretch(place, 1 if place < columns else 0)
        for number, (chart, heading) in enumerate(zip(self.maps, self._headings, strict=True)):
            row, column = divmod(number, columns)
            self._layout.addWidget(heading, 2 * row, column)
            self._layout.addWidget(chart, 2 * row + 1, column)
            chart.getPlotItem().getAxis("left").showLabel(column == 0)
            chart.getPlotItem().getAxis("bottom").showLabel(row == rows - 1)
            heading.setVisible(len(self.maps) > 1)
        self._layout.addWidget(self.bar, 0, columns, 2 * rows, 1)

    def hover(self, number: int, place: QPointF | None) -> None:
        """The mouse is at a place of a map, or left it: frame the cell in all of them."""
        chart = self.maps[number]
        at = None if place is None else chart.cell_at(place)
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
