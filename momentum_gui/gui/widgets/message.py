"""A line of text that is painted, not laid out: it may change many times a second and moves nothing around it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from momentum_gui.gui.style import theme
from momentum_gui.gui.widgets.rich_text import plain_tip

LEFT = Qt.AlignmentFlag.AlignLeft


class Message(QWidget):
    """One line, cut off with … where it is too long; the whole of it is the tooltip.

    A QLabel asks the whole window for a new layout each time its text changes; this does not. `widest` is a text that
    has room; without one the line takes the room there is.
    """

    def __init__(self, widest: str = "", *, side: Qt.AlignmentFlag = LEFT, muted: bool = False) -> None:
        super().__init__()
        self._text, self._side, self._muted, self._problem = "", side, muted, False
        width = self.fontMetrics().horizontalAdvance(widest) + 8 if widest else 0
        self._hint = QSize(width, self.fontMetrics().height() + 4)
        across = QSizePolicy.Policy.Fixed if widest else QSizePolicy.Policy.Ignored
        self.setSizePolicy(across, QSizePolicy.Policy.Fixed)

    @property
    def whole(self) -> str:
        """The line, as it was given."""
        return self._text

    def show_text(self, text: str, *, problem: bool = False) -> None:
        """Show a line; `problem` in the colour of what is wrong."""
        if (text, problem) == (self._text, self._problem):
            return
        self._text, self._problem = text, problem
        self.setToolTip(text)
        self.setAccessibleDescription(text)
        self.update()

    def setToolTip(self, tip: str) -> None:
        super().setToolTip(plain_tip(tip))

    def sizeHint(self) -> QSize:
        return self._hint

    def minimumSizeHint(self) -> QSize:
        return self._hint

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._text:
            return
        colors = theme.current()
        painter = QPainter(self)
        painter.setPen(QColor(colors.bad if self._problem else colors.muted if self._muted else colors.text))
        shown = self.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideRight, self.width() - 2)
        painter.drawText(self.rect().adjusted(1, 0, -1, 0), self._side | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()
