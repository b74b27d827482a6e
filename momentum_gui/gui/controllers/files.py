"""What comes in and goes out as files: experiments, sessions, data, logs and plots."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QMimeData, QObject, QPoint, Signal, Slot
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from momentum_gui.gui.controllers.saving import Waiting, ask_to_save, stem_of
from momentum_gui.gui.plots.common.view import View
from momentum_gui.gui.training.session import Session
from momentum_gui.gui.widgets.button_menu import add_buttons, pop_up, visible_buttons
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment, built_in_names

if TYPE_CHECKING:
    from momentum_gui.gui.controllers.outside_data import OutsideData
    from momentum_gui.gui.export.log_export import LogExport
    from momentum_gui.lab.steps.log_columns import LogChoice

EXPERIMENTS = "Experiments (*.toml)"
LOGS = "CSV log (*.csv);;Compressed CSV log (*.csv.gz);;Parquet log (*.parquet)"
TABLES = "Tables (*.csv *.tsv *.txt)"
PICTURES = ("PNG picture (*.png)", "SVG drawing (*.svg)", "PDF document (*.pdf)")
ALL = "All files (*)"


class Plots(Protocol):
    """The views that can be saved."""

    @property
    def titles(self) -> list[str]: ...
    def show(self, title: str) -> View: ...


class Folder(Protocol):
    """Remembers the folder that was used last, and the files, newest first."""

    folder: Path
    recent: list[str]


class FileController(QObject):
    """Asks for paths, then does what the methods that take a path do; those serve scripts and tests as well.

    `opened` carries an experiment to show, `data_chosen` the path of a table to learn from; `said` what was done, and
    `failed` what went wrong. `parent` is for dialogs.
    """

    opened = Signal(object)
    data_chosen = Signal(str)
    data_not_chosen = Signal()
    said = Signal(str)
    saved = Signal()
    not_saved = Signal()
    failed = Signal(str)

    def __init__(self, session: Session, plots: Plots, memory: Folder, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._plots, self._memory, self._parent = session, plots, memory, parent
        self._waiting = Waiting(parent)
        self._waiting.given_up.connect(self._cancel_log)

    @cached_property
    def log_export(self) -> LogExport:
        """What writes logs, loaded when there is one to write."""
        from momentum_gui.gui.export.log_export import LogExport

        made = LogExport(self)
        made.progressed.connect(self._waiting.show_share)
        made.done.connect(self._log_done)
        made.failed.connect(self._fail)
        return made

    @cached_property
    def log_choice(self) -> LogChoice:
        """What was last chosen for the log, as long as this window lives."""
        from momentum_gui.lab.steps.log_columns import PLAIN

        return PLAIN

    @cached_property
    def outside_data(self) -> OutsideData:
        """What asks before an experiment reads a file outside its folder."""
        from momentum_gui.gui.controllers.outside_data import OutsideData

        return OutsideData(self._parent)

    # With a path.

    def open_path(self, path: Path) -> None:
        """Open an experiment, the experiment of a log, or data; `failed` says what is wrong."""
        try:
            if path.suffix.lower() == ".toml":
                self._open(path, path)
            elif begins_a_log(path) and (beside := path.with_suffix(".toml")).is_file():
                self._open(beside, path, f"{path.name} is a log: opened the experiment that made it")
            else:
                self.data_chosen.emit(str(path))
                self._opened_path(path)
        except BadInputError as error:
            self._fail(str(error))

    def _open(self, file: Path, path: Path, word: str = "") -> None:
        """Open an experiment file, once it may read its data. Raises BadInputError."""
        experiment = Experiment.load(file)

        def go_on() -> None:
            self.opened.emit(experiment)
            if word:
                self.said.emit(word)
            self._opened_path(path)

        self.outside_data.allow(self._session.experiment.problem.dataset)
        self.outside_data.pass_on(file, experiment, go_on)

    def _opened_path(self, path: Path) -> None:
        self._memory.folder = path.parent
        self._remember(path)

    def save_experiment(self, path: Path) -> None:
        """Save the experiment with all changes made so far."""
        self._session.ask_experiment(lambda experiment: self._save(experiment, path))

    def save_session(self, path: Path) -> None:
        """Save the experiment with all changes, and with the moment, the selected run and the hidden ones."""
        self._session.ask_experiment(lambda experiment: self._save(self._session.as_saved(experiment), path))

    def save_log(self, path: Path) -> None:
        """Write the log up to the present, with what is in `log_choice` besides."""
        session = self._session

        def start(experiment: Experiment) -> None:
            assert session.record is not None
            self._start_log(experiment, session.record.latest.position, path, session.engine)

        if session.record is not None:
            session.ask_experiment(start)

    def save_plot(self, view: View, path: Path) -> None:
        """Save a plot as PNG, SVG or PDF, by the path's suffix."""
        from momentum_gui.gui.export import plot_file as export

        self._try(path, lambda: export.save_picture(view, path))

    def save_plot_data(self, view: View, path: Path) -> None:
        """Save what a plot shows as CSV."""
        from momentum_gui.gui.export import plot_file as export

        self._try(path, lambda: export.save_table(view, path))

    @Slot()
    def copy_script(self) -> None:
        """Put a program that repeats the training with NumPy only onto the clipboard."""
        from momentum_gui.lab.script.program import program

        def copy(experiment: Experiment) -> None:
            QGuiApplication.clipboard().setText(program(experiment))
            self.said.emit("Copied a Python program that repeats this training; it needs NumPy only")

        self._session.ask_experiment(copy)

    def path_of(self, data: QMimeData) -> Path | None:
        """Return the file that is dragged here, if it is one that can be opened."""
        paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        fitting = [path for path in paths if path.suffix.lower() in (".toml", ".csv", ".tsv", ".txt")]
        return fitting[0] if fitting else None

    def close(self) -> None:
        """End what is under way."""
        if "log_export" in vars(self):
            self.log_export.close()

    # By a dialog.

    @Slot()
    def choose_experiment(self) -> None:
        """Ask what to open."""
        kinds = f"Experiments, logs and data (*.toml *.csv);;{EXPERIMENTS};;{TABLES};;{ALL}"
        if (path := self._ask_open("Open", kinds)) is not None:
            self.open_path(path)

    @Slot()
    def choose_data(self) -> None:
        """Ask for a CSV file to learn from."""
        path = self._ask_open("Open data", f"{TABLES};;{ALL}")
        if path is not None:
            self._memory.folder = path.parent
            self.data_chosen.emit(str(path))
        else:
            self.data_not_chosen.emit()

    @Slot()
    def choose_save(self) -> None:
        """Ask where to save the experiment."""
        if (path := self._ask_save("Save experiment", "toml", EXPERIMENTS)) is not None:
            self.save_experiment(path)
        else:
            self.not_saved.emit()

    @Slot()
    def choose_save_session(self) -> None:
        """Ask where to save the session."""
        if (path := self._ask_save("Save session", "toml", EXPERIMENTS, f"{self._stem()}-session")) is not None:
            self.save_session(path)

    @Slot()
    def choose_log(self) -> None:
        """Ask what the log is to tell, then where to write it."""
        if (setup := self._session.setup) is None:
            return
        from momentum_gui.gui.panels.log_dialog import LogDialog

        dialog = LogDialog(self._parent, self.log_choice, setup)
        dialog.chosen.connect(self._choose_log_path)
        dialog.open()

    @Slot(object)
    def _choose_log_path(self, choice: LogChoice) -> None:
        self.log_choice = choice
        if (path := self._ask_save("Export log", "csv", LOGS)) is not None:
            self.save_log(path)

    @Slot()
    def choose_plot(self) -> None:
        """Ask which plot to save, then where."""
        self._ask_for_plot("Export plot")

    @Slot()
    def choose_plot_data(self) -> None:
        """Ask of which plot to save the data, then where."""
        self._ask_for_plot("Export data")

    def show_plot_menu(self, title: str, view: View, place: QPoint) -> None:
        """Show what can be done with a view, at a place on the screen: what its buttons do, and export."""
        menu = QMenu(self._parent)
        add_buttons(menu, visible_buttons(view))
        menu.addSeparator()
        for kind in ("Export plot", "Export data"):
            menu.addAction(f"{kind} …").setData((kind, title))
        self._pop_up(menu, place)

    def list_examples(self, menu: QMenu) -> None:
        """Fill the menu of examples, once."""
        if menu.actions():
            return
        for name in built_in_names():
            try:
                experiment = Experiment.load(name)
            except BadInputError:
                continue
            action = menu.addAction((experiment.title or name).replace("&", "&&"))
            action.setData(name)
            action.setToolTip(tooltip(experiment.notes))

    def list_recent(self, menu: QMenu) -> None:
        """Fill the menu of the files that were opened or saved last."""
        menu.clear()
        for path in map(Path, self._memory.recent):
            action = menu.addAction(path.name.replace("&", "&&"))
            action.setData(str(path))
            action.setEnabled(path.is_file())
            action.setToolTip(str(path) if path.is_file() else f"{path} is no longer there")
        if menu.isEmpty():
            menu.addAction("No files yet").setEnabled(False)

    @Slot(QAction)
    def open_recent(self, action: QAction) -> None:
        """Open a file that was opened or saved before."""
        self.open_path(Path(action.data()))

    @Slot(QAction)
    def open_example(self, action: QAction) -> None:
        """Open a built-in experiment."""
        self.opened.emit(Experiment.load(action.data()))

    @Slot(QAction)
    def _choose_for(self, action: QAction) -> None:
        if action.data() is None:  # a button's
            return
        kind, title = action.data()
        view = self._plots.show(title)
        stem = f"{self._stem()}-{title.lower().replace(' ', '-')}"
        if kind == "Export plot":
            if (path := self._ask_save(f"Export {title.lower()}", "png", ";;".join(PICTURES), stem)) is not None:
                self.save_plot(view, path)
        elif (path := self._ask_save(f"Export data of {title.lower()}", "csv", "CSV (*.csv)", stem)) is not None:
            self.save_plot_data(view, path)

    # How.

    def _ask_for_plot(self, kind: str) -> None:
        menu = QMenu(self._parent)
        for title in self._plots.titles:
            menu.addAction(title).setData((kind, title))
        self._pop_up(menu, self._parent.mapToGlobal(QPoint(max(0, self._parent.width() - 240), 64)))

    def _pop_up(self, menu: QMenu, place: QPoint) -> None:
        menu.triggered.connect(self._choose_for)
        pop_up(menu, place)

    def _stem(self) -> str:
        return stem_of(self._session.experiment)

    def _ask_open(self, title: str, kinds: str) -> Path | None:
        folder = str(self._memory.folder)
        path, _ = QFileDialog.getOpenFileName(self._parent, title, folder, kinds)
        return Path(path) if path else None

    def _ask_save(self, title: str, suffix: str, kinds: str, stem: str = "") -> Path | None:
        return ask_to_save(self._parent, self._memory, title, f"{stem or self._stem()}.{suffix}", kinds)

    def _save(self, experiment: Experiment, path: Path) -> None:
        if self._try(path, lambda: experiment.save(path)):
            self._remember(path)
            self.saved.emit()
        else:
            self.not_saved.emit()

    def _remember(self, path: Path) -> None:
        whole = str(path.resolve())
        self._memory.recent = [whole, *(each for each in self._memory.recent if each != whole)]

    def _try(self, path: Path, write: Callable[[], object]) -> bool:
        """Write, and say how that went; whether it did."""
        try:
            write()
        except OSError as error:
            self._fail(f"{path}: cannot be written: {error.strerror or error}")
        except (BadInputError, ValueError) as error:
            self._fail(str(error))
        else:
            self.said.emit(f"Saved {path}")
            return True
        return False

    def _start_log(self, experiment: Experiment, position: int, path: Path, engine: str) -> None:
        try:
            self.log_export.start(experiment, position, path, engine, self.log_choice)
        except BadInputError as error:
            self._fail(str(error))
            return
        self._waiting.begin("Writing the log …")

    @Slot()
    def _cancel_log(self) -> None:
        self.log_export.cancel()
        self.said.emit("The log was not written")

    @Slot(object)
    def _log_done(self, path: Path) -> None:
        self._waiting.end()
        self.said.emit(f"Saved {path}")

    @Slot(str)
    def _fail(self, text: str) -> None:
        self._waiting.end()
        self.failed.emit(text)


def begins_a_log(path: Path) -> bool:
    """Return whether a CSV file begins as a log does."""
    from momentum_gui.lab.data.text_file import read_text
    from momentum_gui.lab.recording.line_file import is_compressed, unpacked
    from momentum_gui.lab.recording.log import is_log

    try:
        if is_compressed(path):
            return is_log(unpacked(path, str(path), 4000))
        return is_log(read_text(path, str(path), "utf-8", 4000).text.partition("\n")[0])
    except BadInputError:
        return False


def tooltip(notes: str) -> str:
    """Notes as a tooltip of bearable width."""
    import textwrap

    return "\n".join(line for part in notes.strip().splitlines() for line in textwrap.wrap(part, 72))
