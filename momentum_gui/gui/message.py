"""A line of text that is cut off where there is no room for it, and whole in its tooltip."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy


class Message(QLabel):
    """One line, cut off with … where it is too long; the whole of it is the tooltip."""

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def show_text(self, text: str, *, problem: bool = False) -> None:
        """Show a line."""
        self._text = text
        self.setToolTip(text)
        if bool(self.property("problem")) != problem:
            self.setProperty("problem", problem)
            self.style().polish(self)
        self._fit()

    @property
    def whole(self) -> str:
        """The line, as it was given."""
        return self._text

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        metrics = QFontMetrics(self.font())
        self.setText(metrics.elidedText(self._text, Qt.TextElideMode.ElideRight, max(0, self.width() - 8)))
