"""One line of rich text that is never cut in mid-word: in shorter words where these exist, else with … after a word."""

from __future__ import annotations

import re

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFont, QResizeEvent, QTextCursor, QTextDocument
from PySide6.QtWidgets import QLabel, QSizePolicy


class RichLine(QLabel):
    """A label whose `text()` is the whole line, whatever there is room for; what is not shown whole has it as tooltip.

    It asks for no width: the words take the room there is.
    """

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self._variants: tuple[str, ...] = ("",)
        self._tip = ""
        self._fitted: tuple[object, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setText(text)

    def text(self) -> str:
        """Return the whole line."""
        return self._variants[0]

    def setText(self, text: str) -> None:
        self.show_words(text)

    def clear(self) -> None:
        self.show_words("")

    def show_words(self, *variants: str) -> None:
        """Show the first of some texts that fits, which say the same in ever fewer words; the last is cut."""
        self._variants = variants
        self._fit()

    def setToolTip(self, tip: str) -> None:
        """A tooltip that says more than the line does; it replaces the line's own."""
        self._tip = tip
        super().setToolTip(tip)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        width = self.contentsRect().width()
        if self._fitted == (fitting := (self._variants, width, self.font().key())):
            return
        self._fitted = fitting
        shown = fitted(self._variants, width, self.font())
        super().setText(shown)
        super().setToolTip(self._tip or ("" if shown == self.text() else f"<qt>{self.text()}</qt>"))


def fitted(variants: tuple[str, ...], width: float, font: QFont) -> str:
    """Return the first of some rich texts that is no wider than that many pixels, or the last one cut after a word with
    …."""
    for text in variants:
        if not text or document_of(text, font).idealWidth() <= width:
            return text
    whole = document_of(variants[-1], font)
    plain = whole.toPlainText()
    ends = [match.end() for match in re.finditer(r"[^\s\xa0]+", plain)][:-1] or list(range(1, len(plain)))
    for end in reversed(ends):
        cut = whole.clone()
        cut.setDefaultFont(font)
        cursor = QTextCursor(cut)
        cursor.setPosition(end)
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(" …")
        if cut.idealWidth() <= width:
            return cut.toHtml()
    return "…"


def document_of(text: str, font: QFont) -> QTextDocument:
    """Rich text laid out in one line."""
    document = QTextDocument()
    document.setDocumentMargin(0)
    document.setDefaultFont(font)
    document.setHtml(text)
    return document
