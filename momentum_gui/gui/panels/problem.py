"""What is to be learned: the choice of a built-in data set, a CSV file or an analytic surface, and its settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from momentum_gui.engine.analytic_surfaces import SURFACES
from momentum_gui.gui.panels.section import Section
from momentum_gui.gui.widgets.declared import declared
from momentum_gui.gui.widgets.entries import ChoiceEntry, TextEntry, ignore_wheel
from momentum_gui.gui.widgets.rich_text import PlainLabel
from momentum_gui.lab.data.datasets import BUILT_IN, is_path
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.settings import Problem

OWN_FILE = "file"
OF_KIND = ("target", "items", "noise", "start", "parameters")
"""Settings that belong to one kind of problem, and go when another is chosen."""
OTHER_PROBLEM: dict[str, dict[str, Any]] = {
    "": {"title": None, "notes": None, "claim": None},
    "network": {"output_activation": None, "loss": None, "initial_weights": None, "train_only": None},
    "training": {"start": None, "change": None},
}
"""What was said of another problem's weights and outputs does not fit this one."""


class ProblemPanel(Section):
    """`edited` carries the settings to change, by section; `file_wanted` asks for a CSV file to be chosen."""

    edited = Signal(object)
    file_wanted = Signal()

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
        browse = QPushButton("Browse …")
        browse.clicked.connect(self.file_wanted)
        file_row = QWidget()
        row = QHBoxLayout(file_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.path, 1)
        row.addWidget(browse)
        self.add_wide(file_row, OWN_FILE)
        self.entries: dict[str, TextEntry | ChoiceEntry] = {}
        for key in ("target", "scale", "test_fraction", "items", "noise", "parameters", "start"):
            setting = declared("problem", key)
            entry: TextEntry | ChoiceEntry = ChoiceEntry(setting) if setting.choices else TextEntry(setting)
            self.entries[key] = entry
            self.add_row(setting, entry)
            entry.edited.connect(self._edit)

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
            self.about.setText("Columns of numbers are inputs; the target is a number or a text label.")
        self.path.setText(Path(dataset).name)
        self.path.setToolTip(dataset)
        self.show_row(OWN_FILE, own_file)
        shown = {
            "target": own_file,
            "scale": surface is None,
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

    def choose_file(self, path: str) -> None:
        """Take a CSV file of the user's own."""
        self._switch("dataset", path)

    def _switch(self, kind: str, name: str) -> None:
        """Take another problem: what belonged to the one before goes with it."""
        problem: dict[str, Any] = dict.fromkeys(("dataset", "surface", *OF_KIND))
        problem[kind] = name
        if is_path(name) and self._problem_shown.scale == "none":
            problem["scale"] = "standard"
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
