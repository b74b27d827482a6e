"""The runs on the error surface: paths that fade off the plane, marks, starts, present positions, and three arrows."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPathItem, QStyleOptionGraphicsItem, QWidget

from momentum_gui.engine.analysis.plane import Plane, Range
from momentum_gui.engine.arrays import Floats
from momentum_gui.gui.plots.common.curve import Curve, Dots
from momentum_gui.gui.plots.common.plot import Plot, plain_pen, run_pen
from momentum_gui.gui.style import theme
from momentum_gui.gui.style.shapes import RUN_SHAPES, run_shape, shape_path

FADES = (1.0, 0.7, 0.45, 0.25)
"""Opacity of a path's parts, from on the plane to far off it."""
FADE_SHARES = (0.02, 0.15, 0.5)
"""A path's opacity falls where its distance off the plane passes these shares of the picture's side."""
MOST_MARKS = 60
FARTHEST = 40.0
"""How far outside the picture, in halves of its sides, lines still reach."""
ARROW_SHARE = 0.18
"""Arrows are drawn so large that the longest is this share of the picture's side, if it is not longer by itself."""


class Marker(QGraphicsPathItem):
    """A run's shape, a cross or an arrowhead, of fixed size on the screen: cheap to move."""

    def __init__(self, plot: Plot, height: float) -> None:
        super().__init__()
        self.shape_shown = ""
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIgnoresTransformations)
        self.setZValue(height)
        plot.addItem(self, ignoreBounds=True)

    def show_at(
        self, x: float, y: float, shape: str, size: float, pen: QPen, brush: QColor, degrees: float = 0.0
    ) -> None:
        """Put it at a point: a run's shape, "cross", or "head" or the slimmer "point", whose tip is there; `size` in
        pixels across."""
        if (key := f"{shape} {size}") != self.shape_shown:
            self.shape_shown = key
            path = QPainterPath()
            half = size / 2
            if shape in RUN_SHAPES:
                path = shape_path(shape, size)
            elif shape in ("head", "point"):
                wide = half if shape == "head" else 0.65 * half
                path.addPolygon(QPolygonF([QPointF(0, 0), QPointF(-size, wide), QPointF(-size, -wide), QPointF(0, 0)]))
            else:
                path.moveTo(-half, -half)
                path.lineTo(half, half)
                path.moveTo(-half, half)
                path.lineTo(half, -half)
            self.setPath(path)
        self.setPen(pen)
        self.setBrush(brush)
        self.setRotation(degrees)
        self.setPos(x, y)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        super().paint(painter, option, widget)


class PathItems:
    """One run on the surface: its path, thinning marks along it, and where it is now or left the picture.

    A path has its run's colour and dashes. While training goes on it is drawn plainly, which is cheap; at rest with a
    light rim. A run that has left the picture is shown by an arrowhead where it did.
    """

    def __init__(self, plot: Plot, number: int) -> None:
        self.plot, self.number = plot, number
        self.lines = [Curve() for _ in FADES]
        self.marks = Dots()
        for height, item in enumerate((*self.lines, self.marks)):
            item.setZValue(10 + height / 10)
            plot.addItem(item, ignoreBounds=True)
        self.start, self.present = Marker(plot, 11), Marker(plot, 12 + number / 100)
        self.items = (*self.lines, self.marks, self.start, self.present)

    def remove(self) -> None:
        """Take everything off the plot."""
        for item in self.items:
            self.plot.removeItem(item)

    def set_visible(self, visible: bool) -> None:
        """Show or hide the run."""
        for item in self.items:
            item.setVisible(visible)

    def draw(
        self, plane: Plane, vectors: Floats, *, selected: bool = False, ended_badly: bool = False, live: bool = False
    ) -> None:
        """Draw a run whose weights went along `vectors` (moments, W), the last being its present position."""
        x, y, distance = plane.project(np.clip(vectors, -1e150, 1e150))
        good = np.isfinite(x) & np.isfinite(y)
        self.show_track(x[good], y[good], distance[good], selected=selected, ended_badly=ended_badly, live=live)

    def show_track(
        self, x: Floats, y: Floats, distance: Floats, *, selected: bool, ended_badly: bool, live: bool
    ) -> None:
        """Draw a run that went along x, y at a distance from the plane, each (moments,) and finite."""
        if not len(x):
            self.set_visible(False)
            return
        color = QColor(theme.run_color(self.number))
        shown = self._range()
        x, y = drawn_near(x, y, shown)
        off = np.digitize(distance / max(shown[1] - shown[0], shown[3] - shown[2]), FADE_SHARES)
        self._draw_lines(x, y, np.maximum(off[:-1], off[1:]), selected=selected, live=live)
        self._mark(x, y, color)
        white = QColor(255, 255, 255, 220)
        self.start.show_at(x[0], y[0], "disc", 10, plain_pen(color.name(), 2), white)
        size = 13.0 if selected else 10.0
        inside = (x >= shown[0]) & (x <= shown[1]) & (y >= shown[2]) & (y <= shown[3])
        if not inside[-1] and inside.any():
            last = int(np.flatnonzero(inside)[-1])
            place_x, place_y, degrees = self._exit(x[last : last + 2], y[last : last + 2], shown)
            self.present.show_at(place_x, place_y, "head", 1.5 * size, plain_pen("#ffffff", 1.5), color, degrees)
        elif ended_badly:
            self.present.show_at(x[-1], y[-1], "cross", size, plain_pen(color.name(), 3), color)
        else:
            self.present.show_at(x[-1], y[-1], run_shape(self.number), size, plain_pen("#ffffff", 1.5), color)

    def _range(self) -> Range:
        (left, right), (low, high) = self.plot.getPlotItem().viewRange()
        return left, right, low, high

    def _draw_lines(self, x: Floats, y: Floats, bucket: Floats, *, selected: bool, live: bool) -> None:
        pixel_x, pixel_y = self.plot.getPlotItem().getViewBox().viewPixelSize()
        # Steps below a pixel cost as much as others, and break dashes up.
        column, row = np.floor(x / pixel_x), np.floor(y / pixel_y)
        moved = (np.diff(column) != 0) | (np.diff(row) != 0)
        kept = np.flatnonzero(np.concatenate(([True], moved[:-1], [True]))) if len(moved) else np.arange(len(x))
        x, y, bucket = x[kept], y[kept], bucket[kept[:-1]]
        for fade, line in enumerate(self.lines):
            connected = np.append(bucket == fade, False).astype(np.int32)
            if not connected.any():
                line.clear()
                continue
            width = 1.0 if live else 2.0 if selected else 1.4
            pen = run_pen(self.number, width=width, dashed=not live, alpha=FADES[fade])
            rim = None if live else rim_pen(FADES[fade], 4.0 if selected else 3.0)
            line.set_points(x, y, connect=connected, pen=pen, rim=rim, smooth=not live)

    def _exit(self, x: Floats, y: Floats, shown: Range) -> tuple[float, float, float]:
        """Return where the step x, y (2,) leaves the picture, and in which direction on the screen (degrees,
        downwards)."""
        by_x, by_y = float(x[1] - x[0]), float(y[1] - y[0])
        shares = [1.0]
        for begun, by, low, high in ((x[0], by_x, *shown[:2]), (y[0], by_y, *shown[2:])):
            if by:
                shares.append(max(0.0, ((high if by > 0 else low) - begun) / by))
        share = min(shares)
        pixel_x, pixel_y = self.plot.getPlotItem().getViewBox().viewPixelSize()
        degrees = math.degrees(math.atan2(-by_y / pixel_y, by_x / pixel_x))
        return float(x[0]) + share * by_x, float(y[0]) + share * by_y, degrees

    def _mark(self, x: Floats, y: Floats, color: QColor) -> None:
        """Marks along the path, at most that many."""
        stride = 1 << max(0, math.ceil(math.log2(max(1, len(x)) / MOST_MARKS)))  # doubles: marks stay where they are
        self.marks.set_points(x[:-1:stride], y[:-1:stride], pen=dot_pen(color.name()))


@lru_cache
def rim_pen(opacity: float, width: float) -> QPen:
    """Return the pen of a path's light rim."""
    # From a QColor: of four numbers pyqtgraph makes one by a call that leaks a reference to None.
    return pg.mkPen(QColor(255, 255, 255, int(150 * opacity)), width=width)


@lru_cache
def dot_pen(color: str) -> QPen:
    """Return the pen of the marks along a path."""
    pen = QPen(QColor(color), 4.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
    pen.setCosmetic(True)
    return pen


def drawn_near(x: Floats, y: Floats, shown: Range) -> tuple[Floats, Floats]:
    """Points, with those far outside the picture drawn nearer in the same direction: painters fail on huge numbers."""
    mid = np.array([[(shown[0] + shown[1]) / 2], [(shown[2] + shown[3]) / 2]])
    half = np.array([[shown[1] - shown[0]], [shown[3] - shown[2]]]) / 2
    half[half == 0] = 1.0  # a picture without any extent, as before it is laid out
    points = (np.stack((x, y)) - mid) / half
    far = np.abs(points).max(axis=0)
    points *= np.where(far > FARTHEST, FARTHEST / np.maximum(far, 1.0), 1.0)
    points = points * half + mid
    return points[0], points[1]


class Arrow:
    """An arrow from one point to another: a line and a head of fixed size."""

    def __init__(self, plot: Plot) -> None:
        self.plot = plot
        self.shaft, self.head = Curve(), Marker(plot, 30)
        self.shaft.setZValue(30)
        plot.addItem(self.shaft, ignoreBounds=True)

    def draw(self, start: tuple[float, float], by: tuple[float, float], color: str) -> None:
        """Draw it from `start`, reaching `by` further; nothing where that is too short to see."""
        box = self.plot.getPlotItem().getViewBox()
        width, height = box.viewPixelSize()
        across, down = by[0] / width, -by[1] / height
        visible = math.isfinite(across) and math.isfinite(down) and math.hypot(across, down) > 3.0
        self.shaft.setVisible(visible)
        self.head.setVisible(visible)
        if not visible:
            return
        end = (start[0] + by[0], start[1] + by[1])
        points = np.array([start, end])
        self.shaft.set_points(points[:, 0], points[:, 1], pen=plain_pen(color, 2.5), smooth=True)
        degrees = math.degrees(math.atan2(down, across))
        self.head.show_at(*end, "point", 11.0, plain_pen("#0000005a"), QColor(color), degrees)

    def hide(self) -> None:
        """Show no arrow."""
        self.shaft.setVisible(False)
        self.head.setVisible(False)


class StepArrows:
    """Where the gradient pushes, where momentum carries, and the step that they add up to, drawn from one point."""

    def __init__(self, plot: Plot) -> None:
        self.plot = plot
        self.magnified = 1.0
        # The step last, so that it is on top: with no momentum it hides the gradient part, which then equals it.
        self.arrows = {name: Arrow(plot) for name in ("step", "momentum_part", "gradient_part")}

    @property
    def visible(self) -> bool:
        """Whether any arrow is long enough to be seen."""
        return any(arrow.shaft.isVisible() for arrow in self.arrows.values())

    def hide(self) -> None:
        """Show no arrows."""
        for arrow in self.arrows.values():
            arrow.hide()

    def draw(self, plane: Plane, at: Floats, gradient_part: Floats, momentum_part: Floats) -> None:
        """Draw the parts of one update (W,) from the weights `at` (W,), magnified where they would be too short.

        The step goes from the point along the sum; the momentum part begins where the gradient part ends.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            ends = np.stack((at, at + gradient_part, at + gradient_part + momentum_part))
        if not np.isfinite(ends).all():
            self.hide()
            return
        x, y, _ = plane.project(np.clip(ends, -1e150, 1e150))
        gradient, step = (x[1] - x[0], y[1] - y[0]), (x[2] - x[0], y[2] - y[0])
        momentum = (x[2] - x[1], y[2] - y[1])
        box = self.plot.getPlotItem().getViewBox()
        pixel_x, pixel_y = box.viewPixelSize()
        longest = max(math.hypot(part[0] / pixel_x, part[1] / pixel_y) for part in (gradient, step, momentum))
        room = ARROW_SHARE * min(box.width(), box.height())
        if not math.isfinite(longest) or longest <= 1e-9 * room:
            self.hide()
            return
        self.magnified = max(1.0, room / longest)
        scale, colors, start = self.magnified, theme.current(), (float(x[0]), float(y[0]))
        middle = (start[0] + gradient[0] * scale, start[1] + gradient[1] * scale)
        self.arrows["gradient_part"].draw(start, (gradient[0] * scale, gradient[1] * scale), colors.gradient_part)
        self.arrows["momentum_part"].draw(middle, (momentum[0] * scale, momentum[1] * scale), colors.momentum_part)
        self.arrows["step"].draw(start, (step[0] * scale, step[1] * scale), "#ffffff")
