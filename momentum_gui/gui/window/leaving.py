"""The question before the window closes, where an experiment has changes that no file holds."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QMessageBox, QWidget

BUTTONS = QMessageBox.StandardButton.Save | QMessageBox.StandardButton.Discard | QMessageBox.StandardButton.Cancel


class Leaving(QObject):
    """Asks once at a time. `save_wanted` asks for a place to save; `agreed` lets the window close."""

    save_wanted = Signal()
    agreed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent
        self._waits_for_save = False
        self.box: QMessageBox | None = None

    def ask(self, title: str) -> None:
        """Ask what becomes of the changes of an experiment."""
        if self.box is not None:
            self.box.raise_()
            return
        box = self.box = QMessageBox(self._parent)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle("Unsaved changes")
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(f"Save the changes of “{title}” before closing?")
        box.setInformativeText("Settings and runs were changed since the experiment was opened or saved.")
        box.setStandardButtons(BUTTONS)
        box.setDefaultButton(QMessageBox.StandardButton.Save)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.finished.connect(self._answer)
        box.open()

    @Slot(int)
    def _answer(self, button: int) -> None:
        self.box = None
        self._waits_for_save = button == QMessageBox.StandardButton.Save.value
        if self._waits_for_save:
            self.save_wanted.emit()
        elif button == QMessageBox.StandardButton.Discard.value:
            self.agreed.emit()

    @Slot()
    def saved(self) -> None:
        """The experiment was saved: close, where that was the reason."""
        if self._waits_for_save:
            self._waits_for_save = False
            self.agreed.emit()

    @Slot()
    def not_saved(self) -> None:
        """No place was chosen, or it cannot be written: the window stays."""
        self._waits_for_save = False
