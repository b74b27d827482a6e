"""Text that others wrote, such as a run's name or a column's, shown as it is and never taken for markup."""

from __future__ import annotations

import html

from PySide6.QtGui import Qt  # QtGui's has mightBeRichText
from PySide6.QtWidgets import QLabel, QWidget


def escaped(text: str) -> str:
    """Return a text for use within rich text, which shows it as it is."""
    return html.escape(text)


def plain_tip(text: str) -> str:
    """Return a tooltip that shows a text as it is: Qt takes one that looks like markup for rich text."""
    if not Qt.mightBeRichText(text):
        return text
    return f'<p style="white-space: pre-wrap">{html.escape(text)}</p>'


def shortened(text: str, most: int = 28) -> str:
    """Return a text of at most `most` letters, with … in its middle where it is longer."""
    if len(text) <= most:
        return text
    end = (most - 1) // 2
    return f"{text[: most - 1 - end]}…{text[-end:]}"


class PlainLabel(QLabel):
    """A label that shows its text and its tooltip as they are."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)

    def setToolTip(self, tip: str) -> None:
        super().setToolTip(plain_tip(tip))
