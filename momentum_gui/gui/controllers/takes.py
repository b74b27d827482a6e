"""Films and reports from the window: asks what and where, shows how far it is, and can be cancelled."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QProgressDialog, QWidget

from momentum_gui.gui.paper.film_form import FILMS as KINDS
from momentum_gui.gui.paper.film_form import FilmForm
from momentum_gui.gui.plots.catalogue import VIEWS
from momentum_gui.gui.training.session import Session
from momentum_gui.lab.atomic_file import check_writable
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment

if TYPE_CHECKING:
    from momentum_gui.gui.export.takes_export import Steps, TakesExport

FILMS = "GIF (*.gif);;Animated PNG (*.png);;MP4 (*.mp4)"
REPORTS = "Page (*.html);;Table for LaTeX (*.tex)"
REPORT_TAKES = 240
LONG_MILLISECONDS = 400
"""What takes longer gets a progress bar."""


class Folder(Protocol):
    """Remembers the folder that was used last."""

    folder: Path


class TakesController(QObject):
    """`said` carries what was done, `failed` what went wrong."""

    said = Signal(str)
    failed = Signal(str)

    def __init__(self, session: Session, memory: Folder, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._memory, self._parent = session, memory, parent
        self._progress: QProgressDialog | None = None
        self.form = FilmForm()
        """What was last chosen for a film, as long as this window lives."""

    @cached_property
    def export(self) -> TakesExport:
        """What makes films and reports, loaded when there is one to make."""
        from momentum_gui.gui.export.takes_export import TakesExport

        made = TakesExport(self)
        made.progressed.connect(self._show_progress)
        made.done.connect(self._done)
        made.failed.connect(self._fail)
        return made

    # With a path.

    def save_film(self, path: Path) -> None:
        """Make a film of the training up to the present, in the form chosen last."""
        from momentum_gui.gui.export.film import film_steps

        form = self.form
        if path.suffix.lower() not in KINDS:
            self._fail(f"{path}: allowed are names that end in {', '.join(KINDS)}")
            return
        self._start(path, form.frames, "Making the film …", lambda takes: film_steps(takes, path, form))

    def save_report(self, path: Path) -> None:
        """Write a report of the training up to the present."""
        from momentum_gui.gui.export.report.page import report_steps

        self._start(path, REPORT_TAKES, "Writing the report …", lambda takes: report_steps(takes, path))

    def _start(self, path: Path, count: int, words: str, make: Steps) -> None:
        session = self._session
        if session.record is None:
            return
        try:
            check_writable(path, "film or report")
        except BadInputError as error:
            self._fail(str(error))
            return

        def begin(experiment: Experiment) -> None:
            assert session.record is not None
            position, selected = max(1, session.record.latest.position), session.now.selected
            self.export.start(experiment, position, session.engine, selected, count, path, make)
            self._open_progress(words)

        session.ask_experiment(begin)

    # By a dialog.

    @Slot()
    def choose_film(self) -> None:
        """Ask what the film is to show, then where to write it."""
        from momentum_gui.gui.panels.film_dialog import FilmDialog

        if self._session.record is None:
            return
        views = [(row.name_on_disk, row.title) for row in VIEWS if row.title != "Sweep"]
        dialog = FilmDialog(self._parent, views, self.form)
        dialog.chosen.connect(self._choose_film_path)
        dialog.open()

    @Slot(object)
    def _choose_film_path(self, form: FilmForm) -> None:
        self.form = form
        if (path := self._ask("Export film", "gif", FILMS)) is not None:
            self.save_film(path)

    @Slot()
    def choose_report(self) -> None:
        """Ask where to write a report."""
        if (path := self._ask("Export report", "html", REPORTS)) is not None:
            self.save_report(path)

    def _ask(self, title: str, suffix: str, kinds: str) -> Path | None:
        stem = "".join(sign if sign.isalnum() else "-" for sign in (self._session.experiment.title or "run").lower())
        proposed = self._memory.folder / f"{stem.strip('-')[:40]}.{suffix}"
        chosen, kind = QFileDialog.getSaveFileName(self._parent, title, str(proposed), kinds)
        if not chosen:
            return None
        path = Path(chosen)
        if not path.suffix:
            path = path.with_suffix("." + kind.partition("*.")[2].rstrip(")"))
        self._memory.folder = path.parent
        return path

    # How far it is.

    def _open_progress(self, words: str) -> None:
        self._end_progress()
        self._progress = QProgressDialog(words, "Cancel", 0, 1000, self._parent)
        self._progress.setMinimumDuration(LONG_MILLISECONDS)
        self._progress.setAutoReset(False)
        self._progress.canceled.connect(self._cancel)
        self._progress.setValue(0)

    @Slot(float)
    def _show_progress(self, share: float) -> None:
        if self._progress is not None:
            self._progress.setValue(min(999, round(1000 * share)))

    @Slot()
    def _cancel(self) -> None:
        self.export.cancel()
        self._end_progress()
        self.said.emit("Nothing was written")

    @Slot(object)
    def _done(self, path: Path) -> None:
        self._end_progress()
        self.said.emit(f"Saved {path}")

    @Slot(str)
    def _fail(self, text: str) -> None:
        self._end_progress()
        self.failed.emit(text)

    def _end_progress(self) -> None:
        if self._progress is not None:
            progress, self._progress = self._progress, None
            progress.canceled.disconnect(self._cancel)
            progress.close()
            progress.deleteLater()

    def close(self) -> None:
        """End what is under way."""
        if "export" in vars(self):
            self.export.close()
        self._end_progress()
