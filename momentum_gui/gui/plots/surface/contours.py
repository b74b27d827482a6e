"""Lines of equal error with their values, written along the lines and never on one another."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from functools import lru_cache

import contourpy
import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPathItem, QStyleOptionGraphicsItem, QWidget

from momentum_gui.engine.analysis.plane import Range
from momentum_gui.engine.arrays import Floats
from momentum_gui.gui.plots.common.plot import Plot
from momentum_gui.gui.plots.common.ticks import number_text, ticks

MOST_LABELS = 14
GAP = 26.0
"""Pixels that labels keep from one another."""
SHORTEST = 3.0
"""How many times longer than its value a line must be to get one."""

LABEL_SECONDS = 0.25
"""How long values stay in place on lines that move."""
FINENESS = 2.0
"""How many times finer than the screen images of values are: they are turned."""
RIM = QPen(QColor(15, 25, 35, 150), 2.6)
LIGHT = QColor(255, 255, 255, 240)

Pieces = list[Floats]


@dataclass(frozen=True, eq=False)
class LevelLines:
    """The lines of one level, and the error there in words.

    Their points are (n, 2); line number i has those from offsets[i] to offsets[i + 1].
    """

    level: float
    text: str
    points: Floats
    offsets: NDArray[np.intp]

    @property
    def goes_on(self) -> NDArray[np.int32]:
        """For each point, 1 if its line goes on to the next."""
        result = np.ones(len(self.points), dtype=np.int32)
        result[self.offsets[1:] - 1] = 0
        return result


class Letters:
    """A value in letters: light with a dark rim, its middle at 0, 0."""

    def __init__(self, text: str, font: QFont) -> None:
        metrics = QFontMetricsF(font)
        self.path = QPainterPath()
        self.path.addText(-metrics.horizontalAdvance(text) / 2, metrics.capHeight() / 2, font, text)
        rim = RIM.widthF()
        self.bounds = self.path.boundingRect().adjusted(-rim, -rim, rim, rim)
        self._image: QPixmap | None = None

    def draw(self, painter: QPainter) -> None:
        """Draw the rim below the letters, which stay as thin as they are."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.strokePath(self.path, RIM)
        painter.fillPath(self.path, LIGHT)

    def image(self, fineness: float) -> QPixmap:
        """Return the same as an image with that many pixels to one of the screen's units."""
        if self._image is None or self._image.devicePixelRatio() != fineness:
            size = self.bounds.size() * fineness
            self._image = QPixmap(math.ceil(size.width()), math.ceil(size.height()))
            self._image.setDevicePixelRatio(fineness)
            self._image.fill(Qt.GlobalColor.transparent)
            painter = QPainter(self._image)
            painter.translate(-self.bounds.topLeft())
            self.draw(painter)
            painter.end()
        return self._image


@lru_cache(maxsize=128)
def letters(text: str, font: str) -> Letters:
    """Return a value in letters, made once; the font by its description."""
    described = QFont()
    described.fromString(font)
    return Letters(text, described)


class ValueLabel(QGraphicsItem):
    """A value on a contour line: of fixed size on the screen, along the line."""

    def __init__(self, plot: Plot) -> None:
        super().__init__()
        self.text = ""
        self._letters = Letters("", QFont())
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIgnoresTransformations)
        self.setZValue(-5)
        plot.addItem(self, ignoreBounds=True)

    def show_at(self, text: str, place: Floats, degrees: float, font: QFont) -> None:
        """Put a text at a point of the plot, turned by an angle on the screen."""
        shown = letters(text, font.toString())
        if shown is not self._letters:
            self.prepareGeometryChange()
            self.text, self._letters = text, shown
        self.setPos(float(place[0]), float(place[1]))
        self.setRotation(degrees)

    def boundingRect(self) -> QRectF:
        return self._letters.bounds

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """On the screen as an image, which is quick; on paper as letters."""
        if widget is None:
            self._letters.draw(painter)
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(self._letters.bounds.topLeft(), self._letters.image(FINENESS * widget.devicePixelRatioF()))


class Contours:
    """The contour lines of a plot."""

    def __init__(self, plot: Plot) -> None:
        self.plot = plot
        self.lines = QGraphicsPathItem()
        self.lines.setZValue(-10)
        pen = pg.mkPen(QColor(255, 255, 255, 120), width=1)
        pen.setCosmetic(True)
        self.lines.setPen(pen)
        self.labels: list[ValueLabel] = []
        self._placed_for: tuple[Range, list[str]] | None = None
        self._placed_at = 0.0
        plot.addItem(self.lines, ignoreBounds=True)

    def clear(self) -> None:
        """Show no lines."""
        self.lines.setPath(QPainterPath())
        self._label([])
        self._placed_for = None

    def show(
        self, values: Floats, range_: Range, levels: tuple[float, float], *, log: bool, live: bool = False
    ) -> None:
        """Draw the lines of values (ny, nx), log10 of the errors if `log`, NaN where there is no number.

        While they are `live`, values on lines that move within their range stay in place for a moment, to be read.
        """
        lines = contour_lines(values, range_, levels, log=log)
        if not lines:
            self.clear()
            return
        points = np.concatenate([line.points for line in lines])
        connected = np.concatenate([line.goes_on for line in lines])
        self.lines.setPath(pg.arrayToQPath(points[:, 0], points[:, 1], connected))
        now, placed_for = time.monotonic(), (range_, [line.text for line in lines])
        if live and placed_for == self._placed_for and now - self._placed_at < LABEL_SECONDS:
            return
        self._placed_for, self._placed_at = placed_for, now
        named = []
        for line in lines:
            longest = int(np.argmax(np.diff(line.offsets)))
            named.append((line.points[line.offsets[longest] : line.offsets[longest + 1]], line.text))
        self._label(self._placed(named))

    def _placed(self, named: list[tuple[Floats, str]]) -> list[tuple[str, Floats, float]]:
        """Return a value for each line that has room for one: text, place, and degrees on the screen."""
        box = self.plot.getPlotItem().getViewBox()
        (left, right), (low, high) = self.plot.getPlotItem().viewRange()
        scale = np.array([box.width() / (right - left), box.height() / (high - low)])
        metrics = QFontMetricsF(self.plot.x_axis.style["tickFont"])
        placed: list[tuple[str, Floats, float]] = []
        taken: list[QRectF] = []
        for points, text in named:
            if len(placed) == MOST_LABELS or len(points) < 6:
                continue
            width, height = metrics.horizontalAdvance(text), metrics.height()
            pixels = (points - (left, low)) * scale
            if np.hypot(*np.diff(pixels, axis=0).T).sum() < SHORTEST * width:
                continue
            for share in (0.5, 0.35, 0.65, 0.2, 0.8, 0.1, 0.9):
                at = min(max(2, int(share * len(points))), len(points) - 3)
                along = pixels[at + 2] - pixels[at - 2]
                degrees = -math.degrees(math.atan2(along[1], along[0]))
                degrees = (degrees + 90.0) % 180.0 - 90.0
                turned = abs(math.sin(math.radians(degrees)))
                wide, tall = width * (1 - turned) + height * turned, height * (1 - turned) + width * turned
                x, y = pixels[at]
                room = QRectF(x - wide / 2, y - tall / 2, wide, tall)
                inside = wide / 2 < x < box.width() - wide / 2 and tall / 2 < y < box.height() - tall / 2
                wanted = room.adjusted(-GAP / 2, -GAP / 2, GAP / 2, GAP / 2)
                if inside and not any(wanted.intersects(other) for other in taken):
                    taken.append(wanted)
                    placed.append((text, points[at], degrees))
                    break
        return placed

    def _label(self, placed: list[tuple[str, Floats, float]]) -> None:
        while len(self.labels) > len(placed):
            self.plot.removeItem(self.labels.pop())
        while len(self.labels) < len(placed):
            self.labels.append(ValueLabel(self.plot))
        font = self.plot.x_axis.style["tickFont"]
        for label, (text, place, degrees) in zip(self.labels, placed, strict=True):
            label.show_at(text, place, degrees, font)


def contour_lines(values: Floats, range_: Range, levels: tuple[float, float], *, log: bool) -> list[LevelLines]:
    """Return the contour lines of values (ny, nx) between two levels, where there are any."""
    ny, nx = values.shape
    x, y = np.meshgrid(np.linspace(range_[0], range_[1], nx), np.linspace(range_[2], range_[3], ny))
    # By itself: contour_generator's masked arrays take longer than all the lines.
    generator = contourpy.SerialContourGenerator(
        x,
        y,
        values,
        ~np.isfinite(values),
        corner_mask=True,
        line_type=contourpy.LineType.ChunkCombinedOffset,
        fill_type=contourpy.FillType.OuterCode,
        quad_as_tri=False,
        z_interp=contourpy.ZInterp.Linear,
    )
    lines = []
    for level, text in contour_levels(*levels, log=log):
        (points,), (offsets,) = generator.lines(level)  # type: ignore[misc]  # the type depends on line_type
        if points is not None and offsets is not None:
            lines.append(LevelLines(level, text, points, offsets.astype(np.intp)))
    return lines


def contour_levels(low: float, high: float, *, log: bool) -> list[tuple[float, str]]:
    """Return where contours run between two levels, and the error to write at each."""
    if not log:
        return list(ticks(low, high, 10, log=False).major)
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
