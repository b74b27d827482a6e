"""How plots are painted: the style (theme, fonts, quality), and lines and texts from arrays of pixels.

Everything is painted in plain pixel coordinates with plain pens. So the same code serves the screen, a picture at any
scale, SVG and PDF, and nothing depends on how a file format treats transformed strokes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

import numpy as np
import shiboken6
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontInfo, QFontMetricsF, QGuiApplication, QPainter, QPen, QPolygonF

from momentum_gui.engine.population import Floats
from momentum_gui.gui.plots.thinning import pieces
from momentum_gui.gui.theme import RUN_COLORS, RUN_DASHES, Theme, current

Ink = int | str
"""What to paint with, apart from any theme: a run's number, the name of one of the theme's colours, or #rrggbb."""

FAR = 1e5
"""Pixels beyond which nothing is drawn: what lies further out is moved here, because Qt's painter overflows."""
MOST_DASHES = 4000
MOST_ROUND = 400
"""Segments beyond which lines get flat ends: round ones join better, but take ten times as long."""


@lru_cache(maxsize=32)
def font_and_metrics(family: str, pixels: int, bold: bool) -> tuple[QFont, QFontMetricsF]:
    """A font by its size in pixels, with its measures: making them anew for every label takes longer than painting."""
    font = QFont(family)
    font.setPixelSize(pixels)
    font.setBold(bold)
    return font, QFontMetricsF(font)


class Quality(Enum):
    """What a picture is for. LIVE is redrawn many times a second, SMOOTH looked at, VECTOR written as SVG or PDF."""

    LIVE = "live"
    SMOOTH = "smooth"
    VECTOR = "vector"


@dataclass(frozen=True)
class Style:
    """The look of one painting: theme, size of text in pixels, quality."""

    theme: Theme
    text: float
    quality: Quality

    @classmethod
    def now(cls, quality: Quality = Quality.SMOOTH, theme: Theme | None = None) -> Style:
        """The application's font and, unless another is given, the theme in force."""
        pixels = QFontInfo(QGuiApplication.font()).pixelSize()
        return cls(theme or current(), max(10.0, 0.92 * pixels), quality)

    @property
    def live(self) -> bool:
        """Whether speed matters more than smooth lines."""
        return self.quality is Quality.LIVE

    def font(self, size: float = 1.0, *, bold: bool = False) -> QFont:
        """The plots' font, `size` times the usual one."""
        return font_and_metrics(QGuiApplication.font().family(), round(self.text * size), bold)[0]

    def metrics(self, size: float = 1.0, *, bold: bool = False) -> QFontMetricsF:
        """The measures of that font."""
        return font_and_metrics(QGuiApplication.font().family(), round(self.text * size), bold)[1]

    def color(self, ink: Ink, alpha: float = 1.0) -> QColor:
        """An ink as a colour in this theme, with an opacity from 0 to 1."""
        if isinstance(ink, int):
            colors = RUN_COLORS[self.theme.name]
            result = QColor(colors[ink % len(colors)])
        else:
            result = QColor(ink if ink.startswith("#") else getattr(self.theme, ink))
        result.setAlphaF(alpha)
        return result

    @staticmethod
    def run_dash(run: int) -> tuple[float, ...]:
        """The dashes of a run's lines, () = solid."""
        return RUN_DASHES[run % len(RUN_DASHES)]


def pen(color: QColor | str, width: float = 1.0, dash: tuple[float, ...] = ()) -> QPen:
    """A pen that scales with the painter; `dash` in pen widths."""
    result = QPen(QColor(color), width)
    result.setCosmetic(False)
    result.setCapStyle(Qt.PenCapStyle.RoundCap if width > 1.0 and not dash else Qt.PenCapStyle.FlatCap)
    result.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    if dash:
        result.setDashPattern(list(dash))
    return result


def draw_lines(painter: QPainter, lines: Floats) -> None:
    """Draw separate lines (lines, 4): x1, y1, x2, y2. Qt reads the array: a list of QLineF takes 100 × longer."""
    if len(lines):
        array = np.ascontiguousarray(lines, dtype=np.float64)
        painter.drawLines(shiboken6.wrapInstance(array.ctypes.data, QLineF), len(array))  # type: ignore[call-overload]


def draw_polyline(
    painter: QPainter,
    x: Floats,
    y: Floats,
    style: Style,
    color: QColor,
    width: float = 1.0,
    dash: tuple[float, ...] = (),
) -> None:
    """Draw a line through pixels x, y (points,), with gaps where they are not finite; `dash` in pixels.

    On a screen the segments are drawn one by one: for wide lines that are long and cross themselves this takes a
    hundredth of the time of a polyline, because Qt need not unite them. Files get true polylines.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, not style.live)
    for part in pieces(x + y):
        px, py = np.clip(x[part], -FAR, FAR), np.clip(y[part], -FAR, FAR)
        if len(px) == 1:
            px, py = np.repeat(px, 2) + np.array([-0.5, 0.5]), np.repeat(py, 2)
        if style.quality is Quality.VECTOR:
            painter.setPen(pen(color, width, tuple(length / width for length in dash)))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(QPolygonF(list(map(QPointF, px.tolist(), py.tolist()))))
            continue
        plain = pen(color, width)
        if style.live or len(px) > MOST_ROUND:
            plain.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(plain)
        points = np.stack((px, py), axis=1)
        lines = dashed(px, py, dash) if dash else None
        draw_lines(painter, np.concatenate((points[:-1], points[1:]), axis=1) if lines is None else lines)


def dashed(x: Floats, y: Floats, dash: tuple[float, ...]) -> Floats | None:
    """A polyline cut into dashes, (dashes, 4): x1, y1, x2, y2; None where there would be too many.

    The pattern runs on along the whole line from its first point, so dashes stay where they are as the line grows.
    """
    steps = np.hypot(np.diff(x), np.diff(y))
    along = np.concatenate(([0.0], np.cumsum(steps)))
    period, length = sum(dash), float(along[-1])
    if length == 0 or length / period * len(dash) > MOST_DASHES:
        return None
    edges = np.cumsum((0.0, *dash))[:-1]
    cuts = (np.arange(int(length / period) + 1)[:, None] * period + edges).ravel()
    stops = np.unique(np.concatenate((along, cuts[cuts < length])))
    points_x, points_y = np.interp(stops, along, x), np.interp(stops, along, y)
    middle = (stops[:-1] + stops[1:]) / 2 % period
    drawn = np.searchsorted(edges, middle, side="right") % 2 == 1
    points = np.stack((points_x, points_y), axis=1)
    return np.concatenate((points[:-1][drawn], points[1:][drawn]), axis=1)


def draw_text(
    painter: QPainter,
    at: QPointF,
    text: str,
    style: Style,
    ink: Ink,
    *,
    size: float = 1.0,
    align: str = "left",
    background: QColor | None = None,
    angle: float = 0.0,
) -> QRectF:
    """Write one line of text whose middle height is at a point; `align` says which end (left, center, right) is there.

    With a background a rounded box is painted behind it. Returns the box, before it is turned.
    """
    metrics = style.metrics(size)
    width, height = metrics.horizontalAdvance(text), metrics.height()
    left = {"left": 0.0, "center": -width / 2, "right": -width}[align]
    box = QRectF(left, -height / 2, width, height)
    painter.save()
    painter.translate(at)
    if angle:
        painter.rotate(angle)
    if background is not None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QBrush(background))
        painter.drawRoundedRect(box.adjusted(-2, 0, 2, 0), 3, 3)
    painter.setPen(style.color(ink))
    painter.setFont(style.font(size))
    painter.drawText(QPointF(left, (metrics.ascent() - metrics.descent()) / 2), text)
    painter.restore()
    return box.translated(at)


def elided(text: str, style: Style, width: float, size: float = 1.0) -> str:
    """The text, cut with an ellipsis where it is wider than `width` pixels."""
    return style.metrics(size).elidedText(text, Qt.TextElideMode.ElideRight, width)
