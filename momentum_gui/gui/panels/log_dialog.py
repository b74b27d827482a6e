"""The dialog that asks what a log is to tell besides its fixed columns."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from momentum_gui.gui.widgets.rich_text import PlainLabel
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.setup import Setup
from momentum_gui.lab.steps.log_columns import CHOICES, SLOWER, WHERE, LogChoice

WEIGHT_NAME = re.compile(r"[^\s,;\[\]]+(?:\[[^\]]*\])?")


class LogDialog(QDialog):
    """`chosen` carries the LogChoice on OK; weights that do not exist are refused here, and the dialog stays."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None, choice: LogChoice, setup: Setup) -> None:
        super().__init__(parent)
        self._setup = setup
        self.setWindowTitle("Export log")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        text = muted(
            "The log has a row for each run and epoch: settings, errors, and the norms of gradient, step and momentum "
            "part. Tick what it is to tell besides."
        )
        self.boxes: dict[str, QCheckBox] = {}
        grid = self._columns(choice)
        self.parts = QCheckBox("The anatomy of each weight, in a second file beside it")
        self.parts.setToolTip(
            "A row for each weight and logged epoch: gradient part, momentum part, their sum, the step, "
            "whether they agree in sign, and the effective gain"
        )
        self.parts.setChecked(choice.parts)
        self.weights = QLineEdit(" ".join(choice.weights))
        self.weights.setPlaceholderText("all that train")
        self.weights.setToolTip(f"Names like {setup.weight_names[0]}, with spaces between them")
        self.weights.setAccessibleName("Weights whose anatomy is written")
        self.weights.setEnabled(choice.parts)
        self.parts.toggled.connect(self.weights.setEnabled)
        form = QFormLayout()
        form.setContentsMargins(20, 0, 0, 0)
        form.addRow("Weights", self.weights)
        self.problem = PlainLabel()
        self.problem.setProperty("problem", True)
        self.problem.setWordWrap(True)
        self.problem.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(text)
        column.addLayout(grid)
        column.addWidget(self.parts)
        column.addLayout(form)
        column.addWidget(muted(f"{WHERE} {SLOWER}"))
        column.addWidget(self.problem)
        column.addLayout(self._buttons())
        self.setMinimumWidth(600)
        self._grow()

    def _grow(self) -> None:
        """Be as high as the wrapped texts need: Qt asks for too little."""
        box = self.layout()
        assert box is not None
        box.activate()
        width = max(self.width(), self.minimumWidth())
        self.setMinimumHeight(box.totalHeightForWidth(width))
        self.resize(width, self.minimumHeight())

    def _columns(self, choice: LogChoice) -> QGridLayout:
        """Return a box for each column, below its group's heading."""
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(6)
        groups = list(dict.fromkeys(column.group for column in CHOICES))
        for place, group in enumerate(groups):
            heading = QLabel(group)
            heading.setProperty("heading", True)
            grid.addWidget(heading, 0, place)
            for row, column in enumerate((column for column in CHOICES if column.group == group), 1):
                box = QCheckBox(column.title)
                box.setToolTip(f"{column.name}: {column.meaning}")
                box.setAccessibleName(f"{group}: {column.title}")
                box.setChecked(column.name in choice.columns)
                grid.addWidget(box, row, place)
                self.boxes[column.name] = box
        return grid

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        for text, slot in (("All", self._tick_all), ("None", self._tick_none)):
            button = QPushButton(text)
            button.setAutoDefault(False)
            button.clicked.connect(slot)
            row.addWidget(button)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.button(QDialogButtonBox.StandardButton.Ok).setText("Choose file …")
        buttons.accepted.connect(self._choose)
        buttons.rejected.connect(self.reject)
        row.addStretch(1)
        row.addWidget(buttons)
        return row

    @Slot()
    def _tick_all(self) -> None:
        self._tick(True)

    @Slot()
    def _tick_none(self) -> None:
        self._tick(False)

    def _tick(self, on: bool) -> None:
        for box in (*self.boxes.values(), self.parts):
            box.setChecked(on)

    @Slot()
    def _choose(self) -> None:
        names = [re.sub(r"\s", "", name) for name in WEIGHT_NAME.findall(self.weights.text())]
        ticked = [name for name, box in self.boxes.items() if box.isChecked()]
        choice = LogChoice.of(ticked, parts=self.parts.isChecked(), weights=names if self.parts.isChecked() else ())
        try:
            choice.numbers(self._setup, "Weights")
        except BadInputError as error:
            self.problem.setText(str(error))
            self.problem.show()
            self._grow()
            return
        self.accept()
        self.chosen.emit(choice)


def muted(text: str) -> QLabel:
    """Return a text of several lines that steps back."""
    label = QLabel(text)
    label.setWordWrap(True)
    label.setProperty("muted", True)
    return label
