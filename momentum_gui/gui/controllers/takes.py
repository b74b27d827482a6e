"""Films and reports from the window: asks what and where, shows how far it is, and can be cancelled."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from momentum_gui.gui.controllers.saving import Folder, Waiting, ask_to_save, stem_of
from momentum_gui.gui.paper.film_form import FILMS as KINDS
from momentum_gui.gui.paper.film_form import FilmForm
from momentum_gui.gui.paper.report_form import TAKES, check_report
from momentum_gui.gui.plots.catalogue import VIEWS
from momentum_gui.gui.training.session import Session
from momentum_gui.lab.atomic_file import check_writable
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment

if TYPE_CHECKING:
    from momentum_gui.gui.export.takes_export import Steps, TakesExport

FILMS = "GIF (*.gif);;Animated PNG (*.png);;MP4 (*.mp4)"
REPORTS = "Page (*.html);;Table for LaTeX (*.tex)"


class TakesController(QObject):
    """`said` carries what was done, `failed` what went wrong."""

    said = Signal(str)
    failed = Signal(str)

    def __init__(self, session: Session, memory: Folder, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._memory, self._parent = session, memory, parent
        self._waiting = Waiting(parent)
        self._waiting.given_up.connect(self._cancel)
        self.form = FilmForm()
        """What was last chosen for a film, as long as this window lives."""

    @cached_property
    def export(self) -> TakesExport:
        """What makes films and reports, loaded when there is one to make."""
        from momentum_gui.gui.export.takes_export import TakesExport

        made = TakesExport(self)
        made.progressed.connect(self._waiting.show_share)
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

        try:
            check_report(path)
        except BadInputError as error:
            self._fail(str(error))
            return
        self._start(path, TAKES, "Writing the report …", lambda takes: report_steps(takes, path))

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
            self._waiting.begin(words)

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
        proposed = f"{stem_of(self._session.experiment)}.{suffix}"
        return ask_to_save(self._parent, self._memory, title, proposed, kinds)

    # How it ends.

    @Slot()
    def _cancel(self) -> None:
        self.export.cancel()
        self.said.emit("Nothing was written")

    @Slot(object)
    def _done(self, path: Path) -> None:
        self._waiting.end()
        self.said.emit(f"Saved {path}")

    @Slot(str)
    def _fail(self, text: str) -> None:
        self._waiting.end()
        self.failed.emit(text)

    def close(self) -> None:
        """End what is under way."""
        if "export" in vars(self):
            self.export.close()
        self._waiting.end()
