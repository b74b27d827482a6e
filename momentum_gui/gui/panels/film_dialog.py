"""The dialog for a film: which views, how long, how large."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QGridLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from momentum_gui.gui.paper.film_form import FilmForm
from momentum_gui.gui.paper.form import PictureForm, read_size
from momentum_gui.gui.widgets.declared import finite_number
from momentum_gui.gui.widgets.entries import ignore_wheel
from momentum_gui.gui.widgets.rich_text import PlainLabel
from momentum_gui.lab.errors import BadInputError

COLUMNS = 3


class FilmDialog(QDialog):
    """`chosen` carries the FilmForm on OK; what cannot be is said in the dialog, which stays.

    views: names and titles of the views there are; form: what was chosen last.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None, views: Sequence[tuple[str, str]], form: FilmForm) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export film")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        text = PlainLabel(
            "The run from its start to where it is now. The first view is the largest, the others are beside it."
        )
        text.setWordWrap(True)
        text.setProperty("muted", True)
        self.boxes: dict[str, QCheckBox] = {}
        grid = QGridLayout()
        for number, (name, title) in enumerate(views):
            box = QCheckBox(title)
            box.setChecked(name in form.views)
            grid.addWidget(box, number // COLUMNS, number % COLUMNS)
            self.boxes[name] = box
        wide, high = form.picture.pixels or (720, 480)
        self.seconds, self.fps = QLineEdit(f"{form.seconds:g}"), QLineEdit(f"{form.fps:g}")
        self.size_text = QLineEdit(f"{wide}x{high}")
        self.size_text.setToolTip("Width and height of each picture in pixels, like 720x480")
        self.theme = QComboBox()
        for word, name in (("Light", "light"), ("Dark", "dark")):
            self.theme.addItem(word, name)
        self.theme.setCurrentIndex(self.theme.findData(form.picture.theme))
        ignore_wheel(self.theme)
        rows = QFormLayout()
        for label, field in (
            ("Seconds", self.seconds),
            ("Pictures a second", self.fps),
            ("Size in pixels", self.size_text),
            ("Colours", self.theme),
        ):
            field.setAccessibleName(label)
            rows.addRow(label, field)
        self.problem = PlainLabel()
        self.problem.setProperty("problem", True)
        self.problem.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.button(QDialogButtonBox.StandardButton.Ok).setText("Choose file …")
        buttons.accepted.connect(self._choose)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(text)
        column.addLayout(grid)
        column.addLayout(rows)
        column.addWidget(self.problem)
        column.addWidget(buttons)
        self.setMinimumWidth(440)

    @Slot()
    def _choose(self) -> None:
        try:
            form = self._form()
        except BadInputError as error:
            self.problem.setText(str(error))
            return
        self.accept()
        self.chosen.emit(form)

    def _form(self) -> FilmForm:
        """Return what is chosen. Raises BadInputError."""
        views = tuple(name for name, box in self.boxes.items() if box.isChecked())
        if not views:
            raise BadInputError("no view is ticked: tick at least one")
        numbers = []
        for field in (self.seconds, self.fps):
            value = finite_number(field.text())
            if value is None:
                raise BadInputError(f"{field.accessibleName()} = {field.text()}: allowed is a number")
            numbers.append(value)
        size, unit = read_size(self.size_text.text())
        dark = self.theme.currentData() == "dark"
        picture = PictureForm(size, unit, theme="dark" if dark else "light")
        return FilmForm(views, numbers[0], numbers[1], picture)
