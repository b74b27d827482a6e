"""What an experiment is about: its title and notes, and on demand what it shows, above its settings."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QLabel, QToolButton

from momentum_gui.gui.panels.section import Section
from momentum_gui.gui.style.icons import icon
from momentum_gui.lab.experiment import Experiment


class AboutPanel(Section):
    """Title, notes and claim; hidden where an experiment has neither title nor notes.

    The claim shows when it is asked for: who watches first sees more.
    """

    def __init__(self) -> None:
        super().__init__("What to look at")
        self._title, self._notes, self._claim = QLabel(), QLabel(), QLabel()
        self._title.setProperty("title", True)
        self._claim.setProperty("muted", True)
        self._reveal = QToolButton()
        self._reveal.setText("What it shows")
        self._reveal.setProperty("heading", True)
        self._reveal.setCheckable(True)
        self._reveal.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._reveal.toggled.connect(self._show_claim)
        for label in (self._title, self._notes, self._claim):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.add_wide(self._title)
        self.add_wide(self._notes)
        self.add_wide(self._reveal)
        self.add_wide(self._claim)
        self.apply_theme()

    def show_experiment(self, experiment: Experiment) -> None:
        """Show title and notes, and offer the claim."""
        notes, claim = experiment.notes.strip(), experiment.claim.strip()
        if claim != self._claim.text():
            self._reveal.setChecked(False)
        for label, text in ((self._title, experiment.title), (self._notes, notes), (self._claim, claim)):
            label.setText(text)
        self._title.setVisible(bool(experiment.title))
        self._notes.setVisible(bool(notes))
        self._reveal.setVisible(bool(claim))
        self._show_claim(self._reveal.isChecked())
        self.setVisible(bool(experiment.title or notes))

    def apply_theme(self) -> None:
        """Draw the arrows in the theme's colours."""
        super().apply_theme()
        self._reveal.setIcon(icon("opened" if self._reveal.isChecked() else "closed"))

    @Slot(bool)
    def _show_claim(self, shown: bool) -> None:
        self._claim.setVisible(shown and bool(self._claim.text()))
        self._reveal.setIcon(icon("opened" if shown else "closed"))
