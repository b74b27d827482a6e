"""The colour bar beside a surface: which colour is which error."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QLinearGradient, QPainter, QPolygonF

from momentum_gui.gui.plots.heat_map import above_color, color_table
from momentum_gui.gui.plots.painting import Style, draw_text, pen
from momentum_gui.gui.plots.ticks import ticks

WIDE = 14.0
CAP = 9.0


@dataclass
class ColorBar:
    """Colours from `low` to `high` (log10 if `log`) with numbers; a cap where the surface rises above the scale."""

    low: float = 0.0
    high: float = 1.0
    log: bool = True
    above: bool = False
    label: str = "error"

    def width(self, style: Style) -> float:
        """The room it takes, in pixels."""
        return 10 + WIDE + 8 + style.metrics().horizontalAdvance("0.0000") + style.metrics().height() + 4

    def paint(self, painter: QPainter, rect: QRectF, style: Style) -> None:
        """Paint it into the place right of a chart."""
        bar = QRectF(rect.left() + 10, rect.top() + CAP, WIDE, rect.height() - CAP)
        gradient = QLinearGradient(bar.bottomLeft(), bar.topLeft())
        table = color_table(style.theme.name)
        for number in range(0, 256, 15):
            red, green, blue = table[number].tolist()
            gradient.setColorAt(number / 255, f"#{red:02x}{green:02x}{blue:02x}")
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.fillRect(bar, gradient)
        painter.setPen(pen(style.theme.border))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(bar)
        if self.above:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
            painter.setBrush(above_color(style.theme))
            tip = QPointF(bar.center().x(), rect.top())
            painter.drawPolygon(QPolygonF([bar.topLeft(), bar.topRight(), tip]))
        span = self.high - self.low
        if not span > 0:
            return
        most = max(2, int(bar.height() / (2.0 * style.metrics().height())))
        marks = ticks(self.low, self.high, min(most, 9), log=self.log)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for at in marks.minor:
            y = math.floor(bar.bottom() - (at - self.low) / span * bar.height()) + 0.5
            painter.setPen(pen(style.theme.border))
            painter.drawLine(QLineF(bar.right(), y, bar.right() + 2, y))
        for at, text in marks.major:
            y = math.floor(bar.bottom() - (at - self.low) / span * bar.height()) + 0.5
            painter.setPen(pen(style.theme.border))
            painter.drawLine(QLineF(bar.right(), y, bar.right() + 4, y))
            draw_text(painter, QPointF(bar.right() + 7, y), text, style, "plot_foreground")
        place = QPointF(rect.left() + self.width(style) - style.metrics().height() / 2, bar.center().y())
        draw_text(painter, place, self.label, style, "muted", align="center", angle=-90)
