"""The error surface as colours: low errors near the background, hills tinted, and what is no number hatched."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from momentum_gui.engine.population import Floats
from momentum_gui.gui.plots.chart import Chart
from momentum_gui.gui.plots.painting import Quality, Style, draw_lines, pen
from momentum_gui.gui.theme import Theme

COLORS: dict[str, tuple[str, ...]] = {
    # Lightness changes all one way, blue to yellow and never red against green: readable without colour too.
    "light": ("#fffdf3", "#eef2d9", "#d0e4cd", "#abd1ca", "#8abac8", "#789fc0", "#7a86b1", "#84709b"),
    "dark": ("#0d1016", "#14202c", "#183345", "#1e495b", "#2d606b", "#477878", "#6b8f82", "#97a58f"),
}
HATCH = 9.0


@lru_cache(maxsize=8)
def color_table(theme_name: str, size: int = 256) -> NDArray[np.uint8]:
    """The colours of a theme from the lowest error to the highest, (size, 3)."""
    anchors = np.array([QColor(color).getRgb()[:3] for color in COLORS[theme_name]], dtype=np.float64)
    at = np.linspace(0, len(anchors) - 1, size)
    channels = [np.interp(at, np.arange(len(anchors)), anchors[:, channel]) for channel in range(3)]
    return np.round(np.stack(channels, axis=1)).astype(np.uint8)


def above_color(theme: Theme) -> QColor:
    """The colour of errors above the scale."""
    return QColor("#5d5a66" if theme.name == "light" else "#c9cbb8")


def height_color(theme: Theme, share: float) -> QColor:
    """The colour at a share (0 to 1) of the scale."""
    table = color_table(theme.name)
    red, green, blue = table[min(255, max(0, round(share * 255)))].tolist()
    return QColor(red, green, blue)


def colored(values: Floats, low: float, high: float, ceiling: float, theme: Theme) -> QImage:
    """Heights (rows, columns), the first row lowest, as an image; above `ceiling` one colour, NaN transparent."""
    with np.errstate(invalid="ignore", over="ignore"):
        share = np.clip((values - low) * (255.0 / (high - low)), 0.0, 255.0)
    bad = np.isnan(values) | np.isposinf(values)
    index = np.where(np.isfinite(share), share, 0.0).astype(np.uint8)
    pixels = np.empty((*values.shape, 4), dtype=np.uint8)
    pixels[..., :3] = color_table(theme.name)[index][..., ::-1]  # blue, green, red, alpha in memory
    pixels[..., 3] = 255
    red, green, blue, _ = above_color(theme).getRgb()
    pixels[values > ceiling] = (blue, green, red, 255)
    pixels[bad] = 0
    pixels = np.ascontiguousarray(pixels[::-1])
    height, width = values.shape
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied).copy()


@dataclass(eq=False)
class HeatMap:
    """The layer: heights over xs and ys, with the range of the colours."""

    xs: Floats
    ys: Floats
    values: Floats
    low: float = 0.0
    high: float = 1.0
    ceiling: float = 1.0
    stored: tuple[object, QImage] | None = None

    @classmethod
    def empty(cls) -> HeatMap:
        """Nothing evaluated yet."""
        return cls(np.empty(0), np.empty(0), np.empty((0, 0)))

    def image(self, theme: Theme) -> QImage:
        """The surface as an image, made anew when values, range or theme changed."""
        key = (id(self.values), self.low, self.high, self.ceiling, theme.name)
        if self.stored is None or self.stored[0] != key:
            self.stored = (key, colored(self.values, self.low, self.high, self.ceiling, theme))
        return self.stored[1]

    def paint(self, painter: QPainter, chart: Chart, style: Style) -> None:
        if self.values.size == 0:
            return
        half_x, half_y = (self.xs[1] - self.xs[0]) / 2, (self.ys[1] - self.ys[0]) / 2
        corner_a = chart.pixel(float(self.xs[0] - half_x), float(self.ys[-1] + half_y))
        corner_b = chart.pixel(float(self.xs[-1] + half_x), float(self.ys[0] - half_y))
        target = QRectF(corner_a, corner_b)
        if np.isnan(self.values).any() or np.isposinf(self.values).any():
            self._hatch(painter, chart.rect, style)
        image = self.image(style.theme)
        if style.quality is Quality.VECTOR:  # readers of such files enlarge images each in their own way
            modes = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
            image = image.scaled(image.width() * 6, image.height() * 6, *modes)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
        painter.drawImage(target, image)

    def _hatch(self, painter: QPainter, rect: QRectF, style: Style) -> None:
        """Slanted lines, to be seen where the surface is transparent."""
        painter.fillRect(rect, QColor(style.theme.window))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, not style.live)
        painter.setPen(pen(style.color("muted", 0.8)))
        starts = np.arange(rect.left() - rect.height(), rect.right(), HATCH)
        lines = np.empty((len(starts), 4))
        lines[:, 0], lines[:, 1] = starts, rect.bottom()
        lines[:, 2], lines[:, 3] = starts + rect.height(), rect.top()
        draw_lines(painter, lines)
