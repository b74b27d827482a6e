"""Tables of the user's own: asks for a file, lets its columns be chosen, and notices when the file changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from momentum_gui.gui.controllers.runs import RunController
from momentum_gui.gui.data_import.choices import Choices
from momentum_gui.gui.data_import.dialog import ImportDialog
from momentum_gui.gui.panels.problem import OTHER_PROBLEM
from momentum_gui.gui.state import WindowState
from momentum_gui.gui.training.session import Session
from momentum_gui.lab.data.datasets import is_path
from momentum_gui.lab.data.text_file import checksum_of
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.settings import Problem

SETTLE_MILLISECONDS = 300
"""Whoever writes a file often writes it in parts: so long it must have been left alone."""


class DataController(QObject):
    """`proposed` carries an experiment on a table, `given_up` says that none was chosen after all.

    `changed` says that the table in use is not what it was; `said` and `failed` carry a line.
    """

    proposed = Signal(object)
    given_up = Signal()
    said = Signal(str)
    failed = Signal(str)
    changed = Signal()

    def __init__(self, session: Session, runs: RunController, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._runs, self._parent = session, runs, parent
        self.dialog: ImportDialog | None = None
        self._watcher: QFileSystemWatcher | None = None
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MILLISECONDS)
        self._settle.timeout.connect(self._look_again)
        self._checksum = ""
        session.store.changed.connect(self._follow)

    @property
    def _shown(self) -> Path | None:
        """The table that the training shown learns from."""
        setup = self._session.setup
        dataset = None if setup is None or setup.data is None else setup.experiment.problem.dataset
        return Path(dataset) if dataset is not None and is_path(dataset) else None

    # Choosing.

    @Slot(str)
    def ask(self, path: str) -> None:
        """Let the columns of a table be chosen, unless it is the one in use and has not changed."""
        chosen, problem = Path(path).absolute(), self._session.experiment.problem
        if problem.dataset == str(chosen) and problem.checksum is not None:
            try:
                same = checksum_of(chosen) == problem.checksum
            except BadInputError as error:
                self.failed.emit(str(error))
                return
            if same:
                self.said.emit(f"{chosen.name} is open; “Columns …” in Problem changes what was chosen")
                return
            self.ask_again()
            return
        self._open(lambda: ImportDialog(self._parent, Choices.for_file(chosen)))

    @Slot()
    def ask_again(self) -> None:
        """Let the columns of the table in use be chosen again."""
        problem = self._session.experiment.problem
        self._open(lambda: ImportDialog(self._parent, Choices.of(problem), keeps_settings=True))

    def _open(self, make: Callable[[], ImportDialog]) -> None:
        if self.dialog is not None:
            self.dialog.reject()
        dialog = self.dialog = make()
        dialog.proposed.connect(self.proposed)
        dialog.chosen.connect(self._keep_settings)
        dialog.rejected.connect(self.given_up)
        dialog.finished.connect(self._forget)
        dialog.open()

    @Slot()
    def _forget(self) -> None:
        self.dialog = None

    @Slot(object)
    def _keep_settings(self, problem: Problem) -> None:
        """Learn from a table with network and training as they are."""
        default, before = Problem(), self._session.experiment.problem
        keys = Problem.__struct_fields__
        values: dict[str, Any] = {key: getattr(problem, key) for key in keys}
        values = {key: None if value == getattr(default, key) else value for key, value in values.items()}
        others = dict(OTHER_PROBLEM)
        if before.dataset == problem.dataset:  # title and notes are still about this table
            del others[""]
        self._runs.edit({"problem": values, **others}, "problem")

    # Noticing that the file changes.

    @Slot(object, object)
    def _follow(self, before: WindowState, now: WindowState) -> None:
        """Watch the table of another training."""
        if now.setup is before.setup:
            return
        path = self._shown
        if path is None and self._watcher is None:
            return
        if self._watcher is None:
            self._watcher = QFileSystemWatcher(self)
            self._watcher.fileChanged.connect(self._file_changed)
        watched, wanted = self._watcher.files(), [] if path is None else [str(path)]
        if gone := [each for each in watched if each not in wanted]:
            self._watcher.removePaths(gone)
        if new := [each for each in wanted if each not in watched]:
            self._watcher.addPaths(new)
        self._checksum = "" if now.setup is None or now.setup.data is None else now.setup.data.checksum

    @Slot(str)
    def _file_changed(self, _path: str) -> None:
        self._settle.start()

    @Slot()
    def _look_again(self) -> None:
        """Say that the file has changed, if it has, and go on watching one that was replaced."""
        path = self._shown
        if path is None or self._watcher is None or not path.is_file():
            return
        if str(path) not in self._watcher.files():
            self._watcher.addPath(str(path))
        try:
            differs = checksum_of(path) != self._checksum
        except BadInputError:
            return
        if differs:
            self.changed.emit()

    @Slot()
    def read_again(self) -> None:
        """Read the table in use once more, with the choices made for it."""
        path = self._shown
        if path is None:
            return
        try:
            checksum = checksum_of(path)
        except BadInputError as error:
            self.failed.emit(str(error))
            return
        self._runs.edit({"problem": {"checksum": checksum}}, "problem")

    def close(self) -> None:
        """End what is under way: the window closes."""
        self._settle.stop()
        if self.dialog is not None:
            self.dialog.reject()
