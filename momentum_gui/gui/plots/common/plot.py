"""A pyqtgraph plot in the program's clothes: its ticks, theme, a quiet mouse, curves thinned to the pixels."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QContextMenuEvent, QFont, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.report import Measure
from momentum_gui.gui.plots.common.curve import Curve
from momentum_gui.gui.plots.common.decimation import PixelColumns
from momentum_gui.gui.plots.common.ticks import ticks
from momentum_gui.gui.style import theme
from momentum_gui.gui.training.thread_priority import own_time
from momentum_gui.gui.widgets.rich_text import escaped
from momentum_gui.lab.recording.history import Columns

LARGEST = 1e300
SMALLEST = 1e-300
WIDE_ROOM, NARROW_ROOM, HIGH_ROOM = 70, 50, 32
"""The room for a number along an axis, in pixels: across, across one shorter than `NARROW`, and along a side."""
NARROW = 240
LOW = 100
"""A plot that is less high, in pixels, has no room for a label below its axis."""
SPARE = 8.0
"""How many pixels a label may reach beyond the ends of its axis."""

ONCE_AN_EPOCH = frozenset({int(Measure.TEST_ERROR), int(Measure.TEST_ACCURACY)})
"""What is measured at the end of epochs only: a moment within one is passed over."""

END_SPARE = 12
"""How many pixels the numbers at the ends of an axis below may reach beyond it."""

Ends = tuple[float, float]
HistoryCurve = tuple[Curve, Curve | None, int]
"""The curve for a column of a history and, if wanted, the one that shows how far the values of a pixel column reach, in
which case the curve is their mean."""


class TickAxis(pg.AxisItem):
    """An axis whose labels are as precise as its step, with powers of ten as 10⁻⁵; `log` means log10 positions."""

    def __init__(self, orientation: str) -> None:
        super().__init__(orientation)
        self.enableAutoSIPrefix(False)  # labels say powers of ten themselves
        self.log = False
        self._texts: dict[float, str] = {}
        self.setStyle(tickLength=4, tickTextOffset=4, autoExpandTextSpace=True, autoReduceTextSpace=False)
        if orientation == "bottom":
            self.setStyle(hideOverlappingLabels=END_SPARE)
        self.setCacheMode(self.CacheMode.DeviceCoordinateCache)

    def resizeEvent(self, event: object = None) -> None:
        """Draw again: Qt would keep parts of the image in the size before."""
        super().resizeEvent(event)
        self.picture = None
        self.setCacheMode(self.CacheMode.NoCache)
        self.setCacheMode(self.CacheMode.DeviceCoordinateCache)

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:
        across = self.orientation in ("bottom", "top")
        room = (NARROW_ROOM if size < NARROW else WIDE_ROOM) if across else HIGH_ROOM
        found = ticks(minVal, maxVal, max(2, min(10, int(size / room))), log=self.log)
        self._texts = dict(found.major)
        return [(1.0, list(self._texts)), (0.1, list(found.minor))]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [self._texts.get(value, "") for value in values]


def drop_export(scene: pg.GraphicsScene) -> None:
    """Take pyqtgraph's own export out of a scene: this program has a better one."""
    for action in scene.contextMenu:
        action.setParent(None)  # at once, and not only when events are next handled
        action.deleteLater()
    scene.contextMenu = []


class Plot(pg.PlotWidget):
    """One plot. `hovered` carries data coordinates under the mouse, or None when it leaves.

    Ranges are set by `fit_x` and `fit_y` while `automatic`; a drag or the wheel ends that, a double click restores it.
    Log axes hold log10 of the values: `y_of` turns values into what is drawn.
    """

    hovered = Signal(object)
    fitted = Signal()

    def __init__(self, x_label: str = "", y_label: str = "", axes: dict[str, TickAxis] | None = None) -> None:
        axes = axes or {side: TickAxis(side) for side in ("left", "bottom")}
        super().__init__(axisItems=axes, enableMenu=False)
        self.automatic = True
        self.labels: dict[str, tuple[str, ...]] = {"bottom": (x_label,), "left": (y_label,)}
        self._lettered: dict[str, str] = {}
        item = self.getPlotItem()
        item.hideButtons()
        self.destroyed.connect(item.ctrlMenu.deleteLater)  # pyqtgraph's own menu, which is never shown
        drop_export(self.scene())
        item.layout.setContentsMargins(0, 6, 14, 2)  # room for the last label
        item.getViewBox().setLimits(xMin=-1e15, xMax=1e15, yMin=-1e15, yMax=1e15)
        item.getViewBox().disableAutoRange()
        item.getViewBox().sigRangeChangedManually.connect(self._range_chosen)
        item.getViewBox().sigResized.connect(self._letter)
        item.getAxis("left").setWidth(60)
        self.scene().sigMouseMoved.connect(self._mouse_moved)
        self.setFrameShape(self.Shape.NoFrame)
        self.painting = 0.0
        self._pressed_at = QPointF()
        self.apply_theme()

    @property
    def x_axis(self) -> TickAxis:
        """The axis below."""
        return self.getPlotItem().getAxis("bottom")

    @property
    def y_axis(self) -> TickAxis:
        """The axis at the left."""
        return self.getPlotItem().getAxis("left")

    def apply_theme(self) -> None:
        """Take on the theme's colours."""
        colors = theme.current()
        self.setBackground(colors.plot_background)
        font = QFont(self.font())
        font.setPointSizeF(max(7.0, font.pointSizeF() * 0.92))
        for side in ("left", "bottom"):
            axis = self.getPlotItem().getAxis(side)
            axis.setPen(pg.mkPen(colors.field))
            axis.setTextPen(pg.mkPen(colors.plot_foreground))
            axis.setTickFont(font)
            axis.setGrid(False)
        self._lettered.clear()
        self._letter()

    def set_label(self, side: str, *texts: str) -> None:
        """Label an axis, side "left" or "bottom", with the first of some texts that there is room for, or with none."""
        if self.labels[side] != texts:
            self.labels[side] = texts
            self._letter()

    @Slot()
    def _letter(self) -> None:
        """Write the labels that fit along their axes."""
        font = self.x_axis.style["tickFont"]
        metrics = QFontMetricsF(font)
        box = self.getPlotItem().getViewBox()
        below = box.width() if self.height() >= LOW else 0.0
        for side, room in (("left", box.height()), ("bottom", below)):
            fits = (text for text in self.labels[side] if room and metrics.horizontalAdvance(text) <= room + SPARE)
            text = next(fits, "")
            if self._lettered.get(side) == text:
                continue
            self._lettered[side] = text
            axis = self.getPlotItem().getAxis(side)
            if text:
                axis.setLabel(
                    escaped(text), **{"color": theme.current().muted, "font-size": f"{font.pointSizeF():g}pt"}
                )
            else:
                axis.showLabel(False)
            axis.resizeEvent()  # else the label is where a longer one was centred

    def set_log_y(self, log: bool) -> None:
        """Hold log10 of the values along y, or the values."""
        self.y_axis.log = log
        self.y_axis.picture = None
        self.y_axis.update()

    def y_of(self, values: Floats) -> Floats:
        """Values as they are drawn: clipped to what can be painted, log10 where the axis is logarithmic."""
        y = np.clip(np.asarray(values, dtype=np.float64), -LARGEST, LARGEST)
        if not self.y_axis.log:
            return y
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(y > 0, np.log10(np.maximum(y, SMALLEST)), np.nan)

    def draw_history(self, history: Columns, curves: Sequence[HistoryCurve], scale: float = 1.0) -> Ends | None:
        """Draw columns of a history, with few points a pixel column and every spike; x is the positions times `scale`.

        The least and greatest of all that is drawn, as it is drawn; None where nothing is.
        """
        box = self.getPlotItem().getViewBox()
        left, right = box.viewRange()[0]
        pixels = PixelColumns(history.position * scale, left, right, max(50, int(box.width())))
        drawn = []
        for curve, band, column in curves:
            if pixels.crowded:
                x, y = pixels.line(self._drawable(history.low[:, column]), self._drawable(history.high[:, column]))
            else:
                x, y = history.curve(column, pixels.part)
                x = x * scale
                if column in ONCE_AN_EPOCH:
                    x, y = x[~np.isnan(y)], y[~np.isnan(y)]
            y = self.y_of(y)
            drawn.append(y)
            if band is not None and pixels.crowded:
                band.set_points(x, y)
                x, y = pixels.middle(self.y_of(history.last[:, column]))
            elif band is not None:
                band.clear()
            curve.set_points(x, y)
        return ends_of(drawn)

    def _drawable(self, values: Floats) -> Floats:
        """Return the values with NaN where a logarithmic axis has no place for them."""
        return np.where(values > 0, values, np.nan) if self.y_axis.log else values

    def fit_x(self, low: float, high: float) -> None:
        """Show x from low to high, growing in leaps so that the picture is not in constant motion."""
        if not self.automatic:
            return
        shown_low, shown_high = self.getPlotItem().viewRange()[0]
        span = max(high - low, 1e-9)
        settled = shown_low == low and high <= shown_high <= low + 1.6 * span
        if not settled:
            grown = shown_low == low and shown_high < high < shown_high + 3 * (shown_high - shown_low)
            self.setXRange(low, low + span * (1.25 if grown else 1.0), padding=0)

    def fit_y(self, low: float, high: float) -> None:
        """Show y (as drawn) from low to high with a margin; only a range that no longer fits is changed."""
        if not self.automatic or not (np.isfinite(low) and np.isfinite(high)):
            return
        span = max(high - low, 1e-9 * max(1.0, abs(high)), 0.05 if self.y_axis.log else 0.0)
        shown_low, shown_high = self.getPlotItem().viewRange()[1]
        shown = shown_high - shown_low
        if low < shown_low or high > shown_high or span < 0.55 * shown:
            self.setYRange(low - 0.08 * span, high + 0.08 * span, padding=0)

    def fit(self) -> None:
        """Let the ranges follow the data again."""
        self.automatic = True
        self.fitted.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Leave the menu to the view; for the mouse it comes with the release, as a drag with that button zooms."""
        event.setAccepted(event.reason() is QContextMenuEvent.Reason.Mouse)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed_at = event.position()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        way = (event.position() - self._pressed_at).manhattanLength()
        if event.button() is Qt.MouseButton.RightButton and way < QApplication.startDragDistance():
            place, reason = event.position().toPoint(), QContextMenuEvent.Reason.Other
            asked = QContextMenuEvent(reason, place, event.globalPosition().toPoint())
            QApplication.sendEvent(self.parentWidget(), asked)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.fit()
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint, and keep in `painting` how many seconds of this thread that took."""
        began = own_time()
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self.viewport())
            painter.setPen(QPen(QColor(theme.current().accent), 2))
            painter.drawRect(self.viewport().rect().adjusted(1, 1, -1, -1))
            painter.end()
        self.painting = own_time() - began

    def leaveEvent(self, event: object) -> None:
        self.hovered.emit(None)
        super().leaveEvent(event)

    @Slot(object)
    def _mouse_moved(self, place: QPointF) -> None:
        box = self.getPlotItem().getViewBox()
        inside = box.sceneBoundingRect().contains(place)
        self.hovered.emit(box.mapSceneToView(place) if inside else None)

    @Slot(object)
    def _range_chosen(self, _mouse: object) -> None:
        self.automatic = False


def ends_of(parts: list[Floats]) -> Ends | None:
    """Return the least and greatest of some values; None where all are NaN."""
    with_numbers = [(np.fmin.reduce(part), np.fmax.reduce(part)) for part in parts if len(part)]
    ends = [(low, high) for low, high in with_numbers if low <= high]
    return (float(min(low for low, _ in ends)), float(max(high for _, high in ends))) if ends else None


def run_pen(run: int, *, width: float = 1.0, dashed: bool = True, alpha: float = 1.0) -> QPen:
    """Return the pen of a run's lines: its colour, and its dashes where lines are told apart by them."""
    return line_pen(theme.run_color(run), width, theme.run_dash(run) if dashed else (), alpha)


@lru_cache(maxsize=256)
def line_pen(color: str, width: float, dash: tuple[float, ...], alpha: float) -> QPen:
    """Return a pen for lines, made once: whoever changes it makes a copy first."""
    drawn = QColor(color)
    drawn.setAlphaF(alpha)
    pen = pg.mkPen(drawn, width=width)
    if dash:
        pen.setDashPattern(list(dash))
    return pen


@lru_cache(maxsize=256)
def plain_pen(color: str, width: float = 1.0, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    """Return a pen of one of the theme's colours, made once: whoever changes it makes a copy first."""
    return pg.mkPen(color, width=width, style=style)
