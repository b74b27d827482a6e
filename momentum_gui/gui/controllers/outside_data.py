"""Asks before an experiment that was opened reads a file from elsewhere: whoever sent it may have named any."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.experiment.origin import data_outside


class OutsideData(QObject):
    """Lets an experiment pass where its data lie beside it, were allowed before, or are allowed now."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent
        self._allowed: set[Path] = set()
        self.box: QMessageBox | None = None

    def allow(self, dataset: str | None) -> None:
        """Ask no more about a file that the user has chosen."""
        if dataset is not None:
            self._allowed.add(Path(dataset).resolve())

    def pass_on(self, path: Path, experiment: Experiment, go_on: Callable[[], object]) -> None:
        """Call `go_on` at once, or when the user has allowed the file that the experiment at this path learns from."""
        place = data_outside(path, experiment)
        if place is None or place in self._allowed:
            go_on()
            return
        if self.box is not None:
            self.box.reject()
        box = self.box = QMessageBox(self._parent)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.Question)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setWindowTitle("Data from elsewhere")
        box.setText(f"{path.name} learns from a file outside its folder:\n\n{place}")
        box.setInformativeText("Read it only if you expect that of this experiment.")
        read = box.addButton("Read it", QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))

        def answered() -> None:
            self.box = None
            if box.clickedButton() is read:
                self._allowed.add(place)
                go_on()

        box.finished.connect(answered)
        box.open()
