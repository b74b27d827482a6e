"""A gauge for each run: a bar of lr·λmax up to, and beyond, the bound of the run's rule, with words."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from momentum_gui.engine.analysis.convergence import Gauge
from momentum_gui.gui.style import theme
from momentum_gui.gui.widgets.rich_text import plain_tip

FULL = 1.5
"""A bar reaches to this multiple of the bound; one that ends there may go further."""


MEANINGS = ((0.5, "well inside"), (0.9, "stable, overshoots"), (1.0, "near the bound"))
SENTENCES = (
    (0.5, "well inside the bound"),
    (0.9, "stable, with steps that overshoot"),
    (1.0, "just below the bound"),
)
OVER = "over the bound: steps overshoot and grow"
NO_CURVATURE = "The error bends downwards everywhere here; no rate is too large yet."


@dataclass(frozen=True)
class GaugeRow:
    """One run's gauge; None while its curvature is not known yet."""

    run: int
    name: str
    gauge: Gauge | None

    @property
    def words(self) -> str:
        """The numbers in short, then what they mean."""
        if self.gauge is None:
            return "measuring …"
        if not math.isfinite(self.gauge.ratio) or self.gauge.curvature_rate <= 0:
            return self.sentence
        ratio = self.gauge.ratio
        meaning = next((words for below, words in MEANINGS if ratio < below), "over the bound")
        return f"{self.gauge.curvature_rate:.3g} of {self.gauge.bound:.3g}: {meaning}"

    @property
    def sentence(self) -> str:
        """What the gauge shows, in a sentence."""
        known = self.gauge
        if known is None or math.isnan(known.curvature_rate):
            return "The curvature is not known here."
        if known.curvature_rate <= 0:
            return NO_CURVATURE
        where = "stable below" if known.spread <= 1 else "stable in the mean square below"
        end = next((words for below, words in SENTENCES if known.ratio < below), OVER)
        batches = "" if known.spread <= 1 else f" The batches' curvature has a spread of {known.spread:.3g}."
        return f"lr·λmax = {known.curvature_rate:.3g}, {where} {known.bound:.3g}: {end}.{batches}"

    @property
    def color(self) -> str:
        """The theme's colour for it: good, warning, bad."""
        if self.gauge is None or not math.isfinite(self.gauge.ratio):
            return "muted"
        return "good" if self.gauge.ratio < 0.9 else "warning" if self.gauge.ratio < 1 else "bad"


class Gauges(QWidget):
    """The gauges below one another: name, bar with a mark at the bound, words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[GaugeRow, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("lr·λmax of each run against the bound of its rule")

    def show_rows(self, rows: tuple[GaugeRow, ...]) -> None:
        """Show these."""
        if rows != self.rows:
            if len(rows) != len(self.rows):
                self.updateGeometry()
            self.rows = rows
            self.setAccessibleDescription("; ".join(f"{row.name}: {row.words}" for row in rows))
            self.update()

    @property
    def row_height(self) -> float:
        """The height of one gauge in pixels."""
        return QFontMetricsF(self.font()).height() + 5

    def sizeHint(self) -> QSize:
        return QSize(200, math.ceil(self.row_height * max(1, len(self.rows))))

    def minimumSizeHint(self) -> QSize:
        return QSize(100, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        metrics = QFontMetricsF(self.font())
        names = max((metrics.horizontalAdvance(row.name) for row in self.rows), default=0.0)
        names = min(names, 0.22 * self.width())
        words = max((metrics.horizontalAdvance(row.words) for row in self.rows), default=0.0)
        words = min(words, 0.5 * self.width())
        left, right = names + 22, self.width() - words - 10
        height = self.row_height
        for number, row in enumerate(self.rows):
            top = number * height
            middle = top + height / 2
            painter.fillRect(QRectF(0, middle - 4, 8, 8), QColor(theme.run_color(row.run)))
            painter.setPen(QColor(colors.text))
            name = metrics.elidedText(row.name, Qt.TextElideMode.ElideRight, names)
            vertical = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
            painter.drawText(QRectF(14, top, names + 2, height), vertical, name)
            painter.fillRect(QRectF(left, middle - 4, right - left, 8), QColor(colors.border))
            if row.gauge is not None and math.isfinite(row.gauge.ratio):
                share = min(row.gauge.ratio, FULL) / FULL
                painter.fillRect(
                    QRectF(left, middle - 4, share * (right - left), 8), QColor(getattr(colors, row.color))
                )
            bound = left + (right - left) / FULL
            painter.fillRect(QRectF(bound - 0.5, middle - 7, 1.5, 14), QColor(colors.text))
            painter.setPen(QColor(colors.text if row.color in ("good", "muted") else getattr(colors, row.color)))
            text = metrics.elidedText(row.words, Qt.TextElideMode.ElideRight, words + 1)
            painter.drawText(QRectF(right + 8, top, words + 4, height), vertical, text)
        painter.end()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            number = int(event.pos().y() // self.row_height)
            if 0 <= number < len(self.rows):
                row = self.rows[number]
                text = row.sentence if row.gauge is not None else row.words
                tip = f"{row.name}: {text}\nThe mark is the bound of its rule."
                QToolTip.showText(event.globalPos(), plain_tip(tip), self)
                return True
        return super().event(event)
