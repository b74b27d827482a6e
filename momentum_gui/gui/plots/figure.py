"""A figure: legend, charts one above the other, and a note, laid out in a size and painted on anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter

from momentum_gui.gui.plots.chart import Chart
from momentum_gui.gui.plots.marks import Entry, draw_sample
from momentum_gui.gui.plots.painting import Style, draw_text

MARGIN = 8.0
SPACING = 6.0


class Side(Protocol):
    """Something that stands right of a chart, as high as its rectangle."""

    def width(self, style: Style) -> float: ...
    def paint(self, painter: QPainter, rect: QRectF, style: Style) -> None: ...


@dataclass
class Legend:
    """Entries above the charts, in as many lines as they need: never over the data."""

    entries: list[Entry] = field(default_factory=list)
    most_lines: int = 3

    def places(self, width: float, style: Style) -> list[QRectF]:
        """The boxes of the entries in a given width; those beyond the last line are left out."""
        metrics = style.metrics()
        height = metrics.height() + 2
        boxes, x, line = [], 0.0, 0
        for entry in self.entries:
            wide = min(28 + metrics.horizontalAdvance(entry.text), max(60.0, width))
            if x > 0 and x + wide > width:
                x, line = 0.0, line + 1
            if line >= self.most_lines:
                break
            boxes.append(QRectF(x, line * height, wide, height))
            x += wide + 14
        return boxes

    def height(self, width: float, style: Style) -> float:
        """How high it is in a given width."""
        boxes = self.places(width, style)
        return boxes[-1].bottom() if boxes else 0.0

    def paint(self, painter: QPainter, rect: QRectF, style: Style) -> None:
        """Paint the entries into a rectangle."""
        boxes = self.places(rect.width(), style)
        for entry, box in zip(self.entries, boxes, strict=False):
            place = box.translated(rect.topLeft())
            middle = place.center().y()
            draw_sample(painter, QRectF(place.left(), middle - 5, 22, 10), entry, style)
            text = style.metrics().elidedText(entry.text, Qt.TextElideMode.ElideRight, place.width() - 27)
            draw_text(painter, QPointF(place.left() + 28, middle), text, style, "plot_foreground")


@dataclass
class Note:
    """Sentences under the charts, wrapped to the width; part of the figure, so that exported pictures have them."""

    text: str = ""
    most_lines: int = 4

    def height(self, width: float, style: Style) -> float:
        """How high it is in a given width."""
        if not self.text:
            return 0.0
        metrics = style.metrics()
        box = metrics.boundingRect(QRectF(0, 0, width, 1e4), int(Qt.TextFlag.TextWordWrap), self.text)
        return float(min(box.height(), self.most_lines * metrics.lineSpacing())) + 2

    def paint(self, painter: QPainter, rect: QRectF, style: Style) -> None:
        """Paint the text into a rectangle."""
        painter.setPen(QColor(style.theme.muted))
        painter.setFont(style.font())
        painter.drawText(rect, int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft), self.text)


class Figure:
    """What one view shows, apart from any widget: it can be painted on a screen, into a picture or into a file."""

    def __init__(self) -> None:
        self.legend = Legend()
        self.charts: list[Chart] = []
        self.sides: dict[int, Side] = {}
        self.note = Note()
        self.message = ""

    def lay_out(self, size: QSizeF, style: Style) -> tuple[QRectF, QRectF]:
        """Place the charts; returns where the legend and the note go. All charts begin at the same left edge."""
        width = size.width() - 2 * MARGIN
        charts = [chart for chart in self.charts if chart.visible]
        legend_height = self.legend.height(width, style)
        note_height = self.note.height(width, style)
        top = MARGIN + (legend_height + SPACING if legend_height else style.metrics().height() / 2)
        bottom = size.height() - MARGIN - (note_height + SPACING if note_height else 0)
        left = MARGIN + max((chart.margins(style)[0] for chart in charts), default=0.0)
        room = bottom - top - sum(chart.margins(style)[1] for chart in charts) - SPACING * 2 * (len(charts) - 1)
        total = sum(chart.stretch for chart in charts) or 1.0
        for chart in charts:
            number = self.charts.index(chart)
            side = self.sides[number].width(style) if number in self.sides else 6.0
            height = max(10.0, room * chart.stretch / total)
            chart.place(QRectF(left, top, max(10.0, size.width() - MARGIN - side - left), height))
            top += height + chart.margins(style)[1] + 2 * SPACING
        legend_at = QRectF(MARGIN, MARGIN, width, legend_height)
        return legend_at, QRectF(MARGIN, size.height() - MARGIN - note_height, width, note_height)

    def paint(self, painter: QPainter, size: QSizeF, style: Style) -> None:
        """Paint everything into a rectangle of this size at the origin, background included."""
        painter.fillRect(QRectF(QPointF(0, 0), size), QColor(style.theme.plot_background))
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing, True)
        if self.message:
            painter.setPen(QColor(style.theme.muted))
            painter.setFont(style.font())
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(QRectF(QPointF(0, 0), size).adjusted(24, 24, -24, -24), int(flags), self.message)
            return
        legend_at, note_at = self.lay_out(size, style)
        for number, chart in enumerate(self.charts):
            if not chart.visible:
                continue
            chart.paint(painter, style)
            if number in self.sides:
                rect = QRectF(
                    chart.rect.right(), chart.rect.top(), self.sides[number].width(style), chart.rect.height()
                )
                self.sides[number].paint(painter, rect, style)
        self.legend.paint(painter, legend_at, style)
        self.note.paint(painter, note_at, style)

    def chart_at(self, pixel: QPointF) -> Chart | None:
        """The chart whose rectangle, or axis beside or below it, a pixel lies in."""
        for chart in self.charts:
            if chart.visible and chart.rect.adjusted(-50, 0, 0, 36).contains(pixel):
                return chart
        return None
