"""What is to be learned: the choice of a built-in data set, a CSV file or an analytic surface, and its settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from momentum_gui.engine.analytic_surfaces import SURFACES
from momentum_gui.gui.panels.section import Section
from momentum_gui.gui.widgets.declared import declared
from momentum_gui.gui.widgets.entries import ChoiceEntry, TextEntry, ignore_wheel
from momentum_gui.gui.widgets.rich_text import PlainLabel
from momentum_gui.lab.data.datasets import BUILT_IN, is_path
from momentum_gui.lab.data.datasets import CHANGED as CHANGED_NOTE
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.settings import Problem
from momentum_gui.lab.setup import Setup

OWN_FILE, CHANGED, NOTES = "file", "changed", "notes"
SHOWN = (
    "inputs",
    "target",
    "task",
    "missing",
    "scale",
    "scale_target",
    "test_fraction",
    "items",
    "noise",
    "parameters",
    "start",
)
BY_DEFAULT = {"inputs": "all others", "target": "the last column"}
KEPT = frozenset({"scale", "test_fraction"})
"""What stays when another data set is chosen; all other settings belong to the problem before, and go with it."""
OTHER_PROBLEM: dict[str, dict[str, Any]] = {
    "": {"title": None, "notes": None, "claim": None},
    "network": {"output_activation": None, "loss": None, "initial_weights": None, "train_only": None},
    "training": {"start": None, "change": None},
}
"""What was said of another problem's weights and outputs does not fit this one."""


class ProblemPanel(Section):
    """`edited` carries the settings to change, by section.

    `file_wanted` asks for a table to be chosen, `columns_wanted` for the columns of the one in use, and
    `reading_wanted` for that one to be read again.
    """

    edited = Signal(object)
    file_wanted = Signal()
    columns_wanted = Signal()
    reading_wanted = Signal()

    def __init__(self) -> None:
        super().__init__("Problem")
        self._problem_shown = Problem()
        self.choice = QComboBox()
        self.choice.setAccessibleName("Problem")
        self.choice.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.choice.setMinimumContentsLength(8)
        self.choice.setMaxVisibleItems(24)
        for built_in in BUILT_IN.values():
            self.choice.addItem(built_in.title, ("dataset", built_in.name))
        self.choice.addItem("Own CSV file …", (OWN_FILE, ""))
        self.choice.insertSeparator(self.choice.count())
        for surface in SURFACES.values():
            self.choice.addItem(f"Surface: {surface.title}", ("surface", surface.id))
        self.choice.activated.connect(self._choose)
        ignore_wheel(self.choice)
        self.about = QLabel()
        self.about.setProperty("muted", True)
        self.about.setWordWrap(True)
        self.about.setOpenExternalLinks(False)
        self.add_wide(self.choice)
        self.add_wide(self.about)
        self.path = PlainLabel()
        self.path.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.add_wide(self._file_row(), OWN_FILE)
        self.add_wide(self._changed_row(), CHANGED)
        self.entries: dict[str, TextEntry | ChoiceEntry] = {}
        for key in SHOWN:
            setting = declared("problem", key)
            entry: TextEntry | ChoiceEntry = ChoiceEntry(setting) if setting.choices else TextEntry(setting)
            self.entries[key] = entry
            self.add_row(setting, entry)
            entry.edited.connect(self._edit)
            if isinstance(entry, TextEntry):
                entry.setPlaceholderText(BY_DEFAULT.get(key, ""))
        self.notes = PlainLabel()
        self.notes.setProperty("muted", True)
        self.notes.setWordWrap(True)
        self.add_wide(self.notes, NOTES)

    def _file_row(self) -> QWidget:
        """Return the file's name, and buttons to choose its columns or another file."""
        columns, browse = QPushButton("Columns …"), QPushButton("Browse …")
        columns.setToolTip("How the file is read, and what its columns are for")
        columns.clicked.connect(self.columns_wanted)
        browse.setToolTip("Learn from another file")
        browse.clicked.connect(self.file_wanted)
        whole = QWidget()
        grid = QGridLayout(whole)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(self.path, 0, 0, 1, 2)
        grid.addWidget(columns, 1, 0)
        grid.addWidget(browse, 1, 1)
        return whole

    def _changed_row(self) -> QWidget:
        """Return what is said when the file has changed on disk."""
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        words = PlainLabel("The file has changed.")
        words.setProperty("problem", True)
        again = QPushButton("Read again")
        again.clicked.connect(self.reading_wanted)
        row.addWidget(words, 1)
        row.addWidget(again)
        return whole

    @Slot()
    def show_changed(self) -> None:
        """Say that the file in use has changed, and offer to read it again."""
        self.show_row(CHANGED, True)

    def show_setup(self, setup: Setup) -> None:
        """Show how the data were read, and the settings that these data have."""
        data = setup.data
        own_file = data is not None and is_path(setup.experiment.problem.dataset or "")
        notes = setup.notes if own_file else ()
        self.notes.setText("\n".join(note[:1].upper() + note[1:] for note in notes))
        self.show_row(NOTES, bool(notes))
        self.show_row(CHANGED, CHANGED_NOTE in notes)
        if data is not None:
            self.show_row("scale_target", not data.has_classes)

    def show_experiment(self, experiment: Experiment) -> None:
        """Show the problem of an experiment."""
        problem = self._problem_shown = experiment.problem
        dataset, surface = problem.dataset or "", SURFACES.get(problem.surface or "")
        own_file = is_path(dataset)
        built_in = None if own_file else BUILT_IN.get(dataset.partition("-")[0])
        kind = ("surface", problem.surface) if surface else (OWN_FILE, "") if own_file else ("dataset", "")
        if built_in is not None:
            kind = ("dataset", built_in.name)
        self.choice.setCurrentIndex(self._index_of(kind))
        if surface is not None:
            self.about.setText(f"{surface.formula}\n{surface.source}")
        elif built_in is not None:
            self.about.setText(built_in.description)
        else:
            self.about.setText("A table of your own: “Columns …” says what is read and learned.")
        self.show_row(CHANGED, False)
        self.path.setText(Path(dataset).name)
        self.path.setToolTip(dataset)
        self.show_row(OWN_FILE, own_file)
        shown = {
            **dict.fromkeys(("inputs", "target", "missing", "task"), own_file),
            "scale": surface is None,
            "scale_target": self._problem_shown.scale_target != "none",
            "test_fraction": surface is None,
            "items": built_in is not None and built_in.noise is not None,
            "noise": built_in is not None and built_in.noise is not None,
            "parameters": surface is not None and bool(surface.parameters),
            "start": surface is not None,
        }
        defaults: dict[str, Any] = {}
        if surface is not None:
            defaults = {"parameters": list(surface.k), "start": list(surface.start)}
        elif built_in is not None and built_in.noise is not None:
            defaults = {"items": 200, "noise": built_in.noise}
        for key, entry in self.entries.items():
            value = getattr(problem, key)
            entry.set_value(defaults.get(key) if value is None else value)
            self.show_row(key, shown[key])
        if surface is not None:
            self.entries["parameters"].setToolTip("\n".join(surface.parameters))
        self.set_problem("")

    def _switch(self, kind: str, name: str) -> None:
        """Take another problem: what belonged to the one before goes with it."""
        problem: dict[str, Any] = dict.fromkeys(key for key in Problem.__struct_fields__ if key not in KEPT)
        problem[kind] = name
        self.edited.emit({"problem": problem, **OTHER_PROBLEM})

    def _index_of(self, kind: tuple[str, str | None]) -> int:
        for index in range(self.choice.count()):
            if self.choice.itemData(index) in (kind, list(kind)):
                return index
        return -1

    @Slot(int)
    def _choose(self, index: int) -> None:
        if (chosen := self.choice.itemData(index)) is None:  # a line between kinds
            return
        kind, name = chosen
        if kind == OWN_FILE:
            self.file_wanted.emit()
        elif (self._problem_shown.surface or (self._problem_shown.dataset or "").partition("-")[0]) != name:
            self._switch(kind, name)

    @Slot(str, object)
    def _edit(self, key: str, value: Any) -> None:
        self.edited.emit({"problem": {key: value}})
