"""Rich text on paper: wrapped to a width, in the colours of the theme in force."""

from __future__ import annotations

from PySide6.QtCore import QSizeF
from PySide6.QtGui import QPainter, QTextDocument

from momentum_gui.gui.paper.devices import Figure
from momentum_gui.gui.style import theme

POINTS = 9.0
"""The size of type where nothing else is said."""
MARGIN = 8.0


def words(rich: str, width: float, points: float | None = None) -> QTextDocument:
    """Return rich text wrapped to a width, in the theme's colour."""
    document = QTextDocument()
    document.setDocumentMargin(0)
    font = document.defaultFont()
    font.setPixelSize(round((points or POINTS) * 96 / 72))
    document.setDefaultFont(font)
    document.setDefaultStyleSheet(
        f"body {{ color: {theme.current().plot_foreground}; }} a {{ color: {theme.current().plot_foreground}; "
        "text-decoration: none; } td, th { padding: 1px 10px 1px 0; }"
    )
    document.setHtml(f"<body>{rich}</body>")
    document.setTextWidth(width)
    return document


def text(painter: QPainter, document: QTextDocument, x: float, y: float) -> None:
    """Paint rich text at a place."""
    painter.save()
    painter.translate(x, y)
    document.drawContents(painter)
    painter.restore()


def text_figure(rich: str, width: float, points: float | None = None) -> Figure:
    """Return a page of rich text; one that does not fit the width is wider."""
    document = words(rich, width - 2 * MARGIN, points)
    wide = max(width, document.idealWidth() + 2 * MARGIN)
    size = QSizeF(wide, document.size().height() + 2 * MARGIN)
    return Figure(size, lambda painter: text(painter, document, MARGIN, MARGIN))
