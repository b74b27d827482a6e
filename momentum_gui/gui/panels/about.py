"""What an experiment is about: its title, notes and claim, above its settings."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from momentum_gui.gui.panels.section import Section
from momentum_gui.lab.experiment import Experiment


class AboutPanel(Section):
    """Title, notes and claim; hidden where an experiment has neither title nor notes."""

    def __init__(self) -> None:
        super().__init__("What to look at")
        self._title = QLabel()
        self._title.setProperty("title", True)
        self._notes, self._claim = QLabel(), QLabel()
        self._claim.setProperty("muted", True)
        for label in (self._title, self._notes, self._claim):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self.add_wide(label)

    def show_experiment(self, experiment: Experiment) -> None:
        """Show title, notes and claim."""
        self._title.setText(experiment.title)
        self._title.setVisible(bool(experiment.title))
        self._notes.setText(experiment.notes.strip())
        self._notes.setVisible(bool(experiment.notes.strip()))
        self._claim.setText(f"What it shows: {experiment.claim.strip()}")
        self._claim.setVisible(bool(experiment.claim.strip()))
        self.setVisible(bool(experiment.title or experiment.notes.strip()))
