"""The dialog that opens a table: what is read, what each column is for, what will be learned, and with what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec import structs
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QRadioButton,
    QSizePolicy,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from momentum_gui.gui.data_import.choices import Choices
from momentum_gui.gui.data_import.columns import ColumnTable
from momentum_gui.gui.data_import.rows import RowTable
from momentum_gui.gui.training.background import Background
from momentum_gui.gui.widgets.declared import choice_text, declared
from momentum_gui.gui.widgets.entries import ChoiceEntry, TextEntry
from momentum_gui.gui.widgets.rich_text import PlainLabel
from momentum_gui.lab.data.csv_rows import ReadCancelled, Watch
from momentum_gui.lab.data.datasets import Data, prepare
from momentum_gui.lab.data.proposal import experiment_for
from momentum_gui.lab.data.roles import Preview, preview, separator_word
from momentum_gui.lab.data.text_file import first_lines
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.settings import Problem

READING = ("encoding", "separator", "decimal", "header")
LEARNING = ("task", "missing", "scale", "scale_target", "test_fraction")
SIZE = (960, 700)
LABEL_WIDTH = 104
MOST_NOTES = 4


class ImportDialog(QDialog):
    """Shows a table's first rows as they are read with the choices made so far; every choice shows at once.

    `proposed` carries an Experiment with settings that suit the table, `chosen` the Problem alone where network and
    training are to stay as they are. The dialog closes when the whole table was read; what is wrong with it is said in
    the dialog.
    """

    proposed = Signal(object)
    chosen = Signal(object)
    _progressed = Signal(float)

    def __init__(self, parent: QWidget | None, choices: Choices, *, keeps_settings: bool = False) -> None:
        super().__init__(parent)
        self.choices = choices
        self.preview: Preview | None = None
        self.setWindowTitle(f"Open data: {self.path.name}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.table, self.rows = ColumnTable(), RowTable()
        self.entries: dict[str, ChoiceEntry | TextEntry] = {key: entry_for(key) for key in (*READING, *LEARNING)}
        self.task = PlainLabel()
        self.task.setProperty("title", True)
        self.notes = PlainLabel()
        self.notes.setProperty("muted", True)
        self.problem = PlainLabel()
        self.problem.setProperty("problem", True)
        for label in (self.task, self.notes, self.problem):
            label.setWordWrap(True)
        self.classes, self.numbers = QRadioButton("Classes"), QRadioButton("Numbers")
        self.question = self._ask_for_classes()
        self.fresh, self.kept = QRadioButton("proposed for this table"), QRadioButton("kept as they are")
        (self.kept if keeps_settings else self.fresh).setChecked(True)
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setAccessibleName("Reading the file")
        self.progress.hide()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setText("Learn from it")
        self.background = Background(self, "data import")
        self._lay_out()
        self._connect()
        self._look()

    @property
    def path(self) -> Path:
        """The file."""
        return Path(self.choices.problem.dataset or "")

    # Laying out.

    def _ask_for_classes(self) -> QWidget:
        """Return the question whether whole numbers are classes; without an answer nothing is learned."""
        question = QWidget()
        row = QHBoxLayout(question)
        row.setContentsMargins(0, 0, 0, 0)
        self.question_text = PlainLabel()
        self.question_text.setProperty("title", True)
        row.addWidget(self.question_text)
        group = QButtonGroup(question)
        for button in (self.classes, self.numbers):
            group.addButton(button)
            row.addWidget(button)
        row.addStretch(1)
        return question

    def _lay_out(self) -> None:
        reading, learning = QFormLayout(), QFormLayout()
        for form, keys in ((reading, READING), (learning, LEARNING)):
            form.setHorizontalSpacing(12)
            form.setVerticalSpacing(6)
            for key in keys:
                setting = declared("problem", key)
                form.addRow(setting.title, self.entries[key])
                label = form.labelForField(self.entries[key])
                label.setToolTip(setting.tooltip)
                label.setMinimumWidth(LABEL_WIDTH)
        self._learning = learning
        settings = QGridLayout()
        settings.setHorizontalSpacing(12)
        heading = PlainLabel("Network and training")
        settings.addWidget(heading, 0, 0)
        settings.addWidget(self.fresh, 0, 1)
        settings.addWidget(self.kept, 0, 2)
        settings.setColumnStretch(3, 1)
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for title, form in (("How the file is read", reading), ("What is learned", learning)):
            above = QLabel(title)
            above.setProperty("heading", True)
            column.addWidget(above)
            column.addLayout(form)
            column.addSpacing(8)
        column.addStretch(1)
        side.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        side.setMinimumWidth(264)
        tables = QSplitter(Qt.Orientation.Vertical)
        tables.addWidget(self.table)
        tables.addWidget(self.rows)
        tables.setChildrenCollapsible(False)
        tables.setSizes([300, 200])
        upper = QHBoxLayout()
        upper.setSpacing(16)
        upper.addWidget(tables, 1)
        upper.addWidget(side)
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 16, 16, 16)
        box.setSpacing(10)
        box.addLayout(upper, 1)
        for widget in (self.task, self.notes, self.question):
            box.addWidget(widget)
        box.addLayout(settings)
        box.addWidget(self.problem)
        lower = QHBoxLayout()
        lower.addWidget(self.progress, 1)
        lower.addStretch(1)
        lower.addWidget(self.buttons)
        box.addLayout(lower)
        self.resize(*SIZE)

    def _connect(self) -> None:
        self.table.columns.role_chosen.connect(self._choose_role)
        for entry in self.entries.values():
            entry.edited.connect(self._choose)
        self.classes.clicked.connect(self._answer)
        self.numbers.clicked.connect(self._answer)
        self.buttons.accepted.connect(self._read)
        self.buttons.rejected.connect(self.reject)
        self.background.done.connect(self._take)
        self.background.failed.connect(self._refuse)
        self._progressed.connect(self._show_progress)
        self.finished.connect(self.background.close)

    # What is chosen.

    @Slot(str, object)
    def _choose(self, key: str, value: Any) -> None:
        """Take another value of a setting; what is not allowed is said, and the value before stays."""
        try:
            problem = (
                Experiment.from_table({"problem": {"dataset": "x.csv", key: value}}, "").problem if value else None
            )
        except BadInputError as error:
            self.entries[key].set_refused(True)
            self.problem.setText(
                str(error).removeprefix(": ").replace(f"problem.{key}", declared("problem", key).title)
            )
            return
        found = declared("problem", key).default if problem is None else getattr(problem, key)
        self.choices = self.choices.with_value(key, found if value is not False else False)
        self._look()

    @Slot(object, str)
    def _choose_role(self, names: list[str], role: str) -> None:
        try:
            choices = self.choices.with_role(names, role, self.table.columns.columns)
        except BadInputError as error:
            self.problem.setText(self._without_path(error))
            return
        self.choices = choices
        self._look()

    @Slot()
    def _answer(self) -> None:
        self._choose("task", "classification" if self.classes.isChecked() else "regression")

    def _look(self) -> None:
        """Read the first rows with the choices made so far, and show them."""
        text = ""
        try:
            self.preview = preview(self.choices.problem)
        except BadInputError as error:
            text = self._without_path(error)
            self.preview = self._without_roles()
        if self.preview is None:
            self.table.columns.show_columns(())
            self.rows.rows.show_lines(first_lines(self.path, self.choices.problem.encoding))
        else:
            self.choices = self.choices.fitted(self.preview)
            self.table.columns.show_columns(self.preview.columns)
            self.rows.rows.show_preview(self.preview)
            text = text or self._shortened(self.preview.refusal) or missing_words(self.preview, self.choices.problem)
        self.problem.setText(text)
        self.rows.fit()
        self._show()

    def _without_roles(self) -> Preview | None:
        """Return the preview without the chosen roles, as some columns may be gone; None where that fails."""
        if self.choices.problem.target is None and self.choices.problem.inputs is None:
            return None
        choices = self.choices.with_value("target", None).with_value("inputs", None)
        try:
            shown = preview(choices.problem)
        except BadInputError:
            return None
        self.choices = choices
        return shown

    def _show(self) -> None:
        """Show the choices, and in words what they come to."""
        problem, shown = self.choices.problem, self.preview
        for key, entry in self.entries.items():
            entry.set_value(getattr(problem, key))
        regression = shown is not None and shown.task == "regression"
        self._learning.setRowVisible(self.entries["scale_target"], regression)
        for key, words in found_words(shown, automatic=problem.task == "auto").items():
            entry = self.entries[key]
            assert isinstance(entry, ChoiceEntry)
            entry.setItemText(0, words)
        self.task.setText("" if shown is None else sentence(shown))
        notes = () if shown is None else shown.notes
        more = len(notes) - MOST_NOTES
        lines = [*notes[:MOST_NOTES], *([f"and {more} notes more"] if more > 0 else [])]
        self.notes.setText("\n".join(lines))
        self.notes.setToolTip("\n".join(notes))
        self.notes.setVisible(bool(lines))
        self._show_question(asked=shown is not None and shown.may_be_classes)

    def _show_question(self, *, asked: bool) -> None:
        """Ask whether the target's numbers are classes, where that is not settled."""
        target = next((column.name for column in self.table.columns.columns if column.role == "target"), "")
        self.question_text.setText(f"Are the numbers of “{target}” classes, or numbers to predict?")
        self.question.setVisible(asked)
        button = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        button.setEnabled(self.preview is not None and not asked and not self.problem.text())
        button.setToolTip("Say first whether the target's numbers are classes" if asked else "")

    # Reading the whole file.

    @Slot()
    def _read(self) -> None:
        """Read and prepare the whole table beside the window."""
        problem = self.choices.problem
        self._show_reading(True)
        self.progress.setValue(0)

        def read(cancelled: Any) -> tuple[Problem, Data] | None:
            try:
                return problem, prepare(problem, None, Watch(self._progressed.emit, cancelled))
            except ReadCancelled:
                return None

        self.background.request(read)

    def _show_reading(self, reading: bool) -> None:
        self.progress.setVisible(reading)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(not reading)
        for widget in (self.table, *self.entries.values(), self.fresh, self.kept):
            widget.setEnabled(not reading)

    @Slot(float)
    def _show_progress(self, share: float) -> None:
        self.progress.setValue(min(999, round(1000 * share)))

    @Slot(str)
    def _refuse(self, text: str) -> None:
        self._show_reading(False)
        self.problem.setText(self._shortened(text))

    @Slot(object)
    def _take(self, read: tuple[Problem, Data]) -> None:
        """The table was read: hand on the experiment, or what was chosen for the one that is open."""
        problem, data = read
        self._show_reading(False)
        if data.may_be_classes and problem.task == "auto" and "task" not in self.choices.chosen:
            self._show_question(asked=True)
            return
        problem = structs.replace(problem, checksum=data.checksum)
        if self.kept.isChecked():
            self.chosen.emit(problem)
        else:
            self.proposed.emit(Experiment.from_table(experiment_for(problem, data), self.path.name))
        self.accept()

    def _without_path(self, error: BadInputError) -> str:
        """Return a refusal without the file's name, which the title gives."""
        return self._shortened(str(error))

    def _shortened(self, text: str) -> str:
        return text.removeprefix(f"{self.choices.problem.dataset}: ")

    def closeEvent(self, event: QCloseEvent) -> None:
        """End the reading with the dialog."""
        self.background.close()
        super().closeEvent(event)


def entry_for(key: str) -> ChoiceEntry | TextEntry:
    """Return the entry of a setting."""
    setting = declared("problem", key)
    if key == "header":
        entry = ChoiceEntry(setting)
        entry.addItem("First row", True)
        entry.addItem("None", False)
        return entry
    return ChoiceEntry(setting) if setting.choices else TextEntry(setting)


def missing_words(shown: Preview, problem: Problem) -> str:
    """Return what is to be settled where columns that are used miss values; empty where nothing is."""
    used = [column for column in shown.columns if column.role != "left out" and column.missing]
    if not used or problem.missing != "refuse":
        return ""
    names = ", ".join(f"“{column.name}”" for column in used[:3]) + (", …" if len(used) > 3 else "")
    return (
        f"Values are missing in {names}: choose under “Missing values” to leave out their rows or to fill in the mean"
    )


def found_words(shown: Preview | None, *, automatic: bool) -> dict[str, str]:
    """Return the words of the automatic choice of settings: what was found. `automatic` says that the task is found."""
    if shown is None:
        return dict.fromkeys((*READING, "task"), "Automatic")
    dialect = shown.dialect
    header = "first row" if dialect.header else "none"
    return {
        "encoding": f"Found: {(dialect.encoding or '').upper()}",
        "separator": f"Found: {separator_word(dialect.separator)}",
        "decimal": f"Found: {choice_text(dialect.decimal or '.').lower()}",
        "header": f"Found: {header}",
        "task": f"Found: {shown.task.split()[0]}" if automatic else "Automatic",
    }


def sentence(shown: Preview) -> str:
    """Return in a sentence what is learned from what."""
    targets = [column.name for column in shown.columns if column.role == "target"]
    inputs = [column for column in shown.columns if column.role == "input"]
    rows = f"more than {len(shown.rows)} rows" if shown.partial else f"{len(shown.rows)} rows"
    columns = f"{len(inputs)} column{'' if len(inputs) == 1 else 's'}"
    what = ", ".join(targets[:3]) + (", …" if len(targets) > 3 else "")
    return f"{shown.task[:1].upper()}{shown.task[1:]}: “{what}” from {columns}, {rows}"
