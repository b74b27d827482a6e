"""What all saving shares: asking for a path, a name to propose, and a progress bar that can be cancelled."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QProgressDialog, QWidget

from momentum_gui.lab.experiment import Experiment

LONG_MILLISECONDS = 400
"""What takes longer gets a progress bar."""


class Folder(Protocol):
    """Remembers the folder that was used last."""

    folder: Path


def stem_of(experiment: Experiment) -> str:
    """Return a file's name for an experiment, without an ending: its title in letters and hyphens."""
    title = experiment.title or "momentum"
    return "".join(sign if sign.isalnum() else "-" for sign in title.lower()).strip("-").replace("--", "-")[:40]


def ask_to_save(parent: QWidget, memory: Folder, title: str, proposed: str, kinds: str) -> Path | None:
    """Ask where to save, with a name proposed; a name without an ending gets that of the kind. None if given up."""
    path, kind = QFileDialog.getSaveFileName(parent, title, str(memory.folder / proposed), kinds)
    if not path:
        return None
    chosen = Path(path)
    if not chosen.suffix:
        chosen = chosen.with_suffix("." + (kind.partition("*.")[2].rstrip(")") or Path(proposed).suffix[1:]))
    memory.folder = chosen.parent
    return chosen


class Waiting(QObject):
    """A progress bar over the window while something is written. `given_up` says that it was cancelled."""

    given_up = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent
        self._bar: QProgressDialog | None = None

    def begin(self, words: str) -> None:
        """Say what is done; the bar comes up if it takes long."""
        self.end()
        self._bar = QProgressDialog(words, "Cancel", 0, 1000, self._parent)
        self._bar.setMinimumDuration(LONG_MILLISECONDS)
        self._bar.setAutoReset(False)
        self._bar.canceled.connect(self._give_up)
        self._bar.setValue(0)

    @Slot(float)
    def show_share(self, share: float) -> None:
        """Show how much of it is done, from 0 to 1."""
        if self._bar is not None:
            self._bar.setValue(min(999, round(1000 * share)))

    def end(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            bar, self._bar = self._bar, None
            bar.canceled.disconnect(self._give_up)
            bar.close()
            bar.deleteLater()

    @Slot()
    def _give_up(self) -> None:
        self.end()
        self.given_up.emit()
