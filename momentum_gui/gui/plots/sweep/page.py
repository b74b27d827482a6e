"""What a sweep's view is made of below its row of controls: fields, maps or cuts, words, what to do with them."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from momentum_gui.gui.plots.sweep.cuts import CutPair
from momentum_gui.gui.plots.sweep.form import SweepForm
from momentum_gui.gui.plots.sweep.maps import MapGrid
from momentum_gui.gui.plots.sweep.words import INVITATION
from momentum_gui.gui.widgets.rich_text import PlainLabel

LINES = ((500, 3), (380, 4), (300, 5))
"""How many lines the words on a cell take, for widths of the view in pixels; the answer takes two more."""


class SweepPage(QScrollArea):
    """The widgets in a column, which scrolls where there is little room; what they do is for the view."""

    def __init__(self) -> None:
        super().__init__()
        self.form = SweepForm()
        self.problem = PlainLabel()
        self.problem.setProperty("problem", True)
        self.maps = MapGrid()
        self.cuts = CutPair()
        self.stack = Stack()
        self.stack.addWidget(self.maps)
        self.stack.addWidget(self.cuts)
        self.invitation = QLabel(INVITATION)
        self.invitation.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.invitation.setProperty("muted", True)
        self.stack.addWidget(self.invitation)
        self.show_invitation()
        self.detail, self.sentence = QLabel(), QLabel()
        self.detail.setProperty("muted", True)
        self.detail.setTextFormat(Qt.TextFormat.RichText)
        for label in (self.problem, self.detail, self.sentence):
            label.setWordWrap(True)
            label.setContentsMargins(8, 0, 8, 0)
            label.setMinimumWidth(10)
        self.detail.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.use = QPushButton("Use these settings")
        self.use.setToolTip("Give the selected run the best cell's rule, learning rate and momentum")
        self.finer = QPushButton("Sweep this box")
        self.finer.setToolTip("Sweep the box that was dragged, with as many cells")
        below = QHBoxLayout()
        below.setContentsMargins(8, 0, 8, 6)
        below.addWidget(self.use)
        below.addWidget(self.finer)
        below.addStretch(1)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.form)
        column.addWidget(self.problem)
        column.addWidget(self.stack, 1)
        column.addWidget(self.detail)
        column.addWidget(self.sentence)
        column.addLayout(below)
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def give_words_room(self, width: int) -> None:
        """Let words keep their room in a view of some width, so that maps stay where they are while words change."""
        lines = next((lines for least, lines in LINES if width >= least), 6)
        for label, more in ((self.detail, 0), (self.sentence, 2)):
            label.setFixedHeight((lines + more) * label.fontMetrics().lineSpacing() + 4)

    @property
    def shows_maps(self) -> bool:
        """Whether the maps are in front, and not the cuts."""
        return self.stack.currentIndex() == 0

    def show_cuts(self, shown: bool) -> None:
        """Bring the cuts to the front, or the maps."""
        self.stack.setCurrentIndex(int(shown))

    def show_invitation(self) -> None:
        """Say what to do, where there is no sweep to show."""
        self.stack.setCurrentWidget(self.invitation)

    def show_problem(self, text: str) -> None:
        """Say what is wrong; nothing for an empty text."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))


class Stack(QStackedWidget):
    """Maps or cuts: as large as there is room, whatever they would like to be."""

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def minimumSizeHint(self) -> QSize:
        shown = self.currentWidget()
        return QSize(100, 0 if shown is None else shown.minimumHeight())
