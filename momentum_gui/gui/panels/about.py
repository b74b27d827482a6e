"""What an experiment is about: its title and notes, above its settings."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from momentum_gui.gui.panels.section import Section
from momentum_gui.lab.experiment import Experiment


class AboutPanel(Section):
    """Title and notes; hidden where an experiment has neither."""

    def __init__(self) -> None:
        super().__init__("What to look at")
        self._title = QLabel()
        self._title.setProperty("title", True)
        self._notes = QLabel()
        for label in (self._title, self._notes):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self.add_wide(label)

    def show_experiment(self, experiment: Experiment) -> None:
        """Show title and notes."""
        self._title.setText(experiment.title)
        self._title.setVisible(bool(experiment.title))
        self._notes.setText(experiment.notes.strip())
        self._notes.setVisible(bool(experiment.notes.strip()))
        self.setVisible(bool(experiment.title or experiment.notes.strip()))
