"""The network drawn: a line a weight, as wide as the weight is large, coloured by its sign or by its last step."""

from __future__ import annotations

from PySide6.QtCore import QSizeF, Slot
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from momentum_gui.gui.paper.devices import Figure
from momentum_gui.gui.paper.text import MARGIN, text, words
from momentum_gui.gui.plots.common.view import View
from momentum_gui.gui.plots.network.canvas import Canvas
from momentum_gui.gui.widgets.declared import finite_number
from momentum_gui.gui.widgets.entries import ignore_wheel
from momentum_gui.gui.widgets.message import Message
from momentum_gui.gui.widgets.rich_text import PlainLabel, escaped

INVITATION = "Click a weight"


class DiagramView(View):
    """The selected run's network. A click on a weight follows it in all views; its value can be edited there."""

    title = "Network"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Network diagram")
        self.canvas = Canvas(self)
        self.color_by = QComboBox()
        self.color_by.addItems(["Sign of the weight", "Last step"])
        self.color_by.setAccessibleName("Colour of the lines")
        ignore_wheel(self.color_by)
        self.name = Message()
        self.name.show_text(INVITATION)
        self.value = QLineEdit()
        self.value.setFixedWidth(120)
        self.value.setEnabled(False)
        self.value.setAccessibleName("Value of the chosen weight")
        self.problem = PlainLabel()
        self.problem.setProperty("problem", True)
        row = QHBoxLayout()
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(8)
        colour = QLabel("Colour")
        colour.setProperty("muted", True)
        for widget in (colour, self.color_by, self.name, self.value, self.problem):
            row.addWidget(widget, int(widget is self.name))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.canvas, 1)
        layout.addLayout(row)
        self.color_by.currentIndexChanged.connect(self._color_by_chosen)
        self.canvas.weight_clicked.connect(self._weight_clicked)
        self.value.editingFinished.connect(self._value_edited)

    @property
    def painting(self) -> float:
        """Seconds of the window's thread that painting it took last."""
        return self.canvas.painting

    def arrange(self) -> None:
        """Draw another training's network."""
        setup = self.setup
        assert setup is not None
        data = setup.data
        self.canvas.set_network(setup.network, data.input_names if data else (), data.output_names if data else ())
        self.value.clear()
        self.value.setEnabled(False)
        self.name.show_text(INVITATION if setup.network else "")
        self.problem.clear()

    def redraw(self) -> None:
        """Draw the weights at the moment shown."""
        run = self.run
        assert run is not None
        self.canvas.weights = run.weights_at(self.moment)
        known = run.update_at(self.moment)
        self.canvas.steps = None if known is None else known[1].steps[-1]
        self.canvas.update()
        self._show_value()

    def recolor(self) -> None:
        """Paint again."""
        self.canvas.update()

    def figure(self, room: QSizeF | None) -> Figure | None:
        """Return the diagram with the run's name, without what is there to click."""
        run = self.run
        if run is None or self.canvas.network is None:
            return None
        size = QSizeF(self.canvas.size()) if room is None else room
        head = words(f"<b>{escaped(run.name)}</b>", size.width() - 2 * MARGIN, self.font().pointSizeF())
        top = head.size().height() + 2 * MARGIN

        def paint(painter: QPainter) -> None:
            text(painter, head, MARGIN, MARGIN)
            painter.translate(0.0, top)
            self.canvas.draw(painter, QSizeF(size.width(), size.height() - top))

        return Figure(size, paint)

    def export_table(self) -> tuple[list[str], list[list[object]]]:
        """Return the weights by name, with the last step of each."""
        network, run = self.canvas.network, self.run
        if network is None or run is None:
            return ["weight", "value", "last_step"], []
        steps = self.canvas.steps
        rows: list[list[object]] = [
            [name, float(run.weights_at(self.moment)[number]), "" if steps is None else float(steps[number])]
            for number, name in enumerate(network.weight_names)
        ]
        return ["weight", "value", "last_step"], rows

    def follow(self, name: str) -> None:
        """Mark a weight and offer its value for editing."""
        network = self.canvas.network
        if network is None or name not in network.weight_names:
            return
        self.canvas.chosen = network.weight_names.index(name)
        self.name.show_text(name)
        self.value.setEnabled(True)
        self._show_value()
        self.canvas.update()

    def _show_value(self) -> None:
        chosen, run = self.canvas.chosen, self.run
        if chosen is not None and run is not None and not self.value.hasFocus():
            self.value.setText(f"{float(run.weights_at(self.moment)[chosen]):.8g}")

    @Slot(int)
    def _color_by_chosen(self, index: int) -> None:
        self.canvas.by_step = index == 1
        self.canvas.update()

    @Slot(int)
    def _weight_clicked(self, weight: int) -> None:
        assert self.canvas.network is not None
        name = self.canvas.network.weight_names[weight]
        self.follow(name)
        self.weight_followed.emit(name)

    @Slot()
    def _value_edited(self) -> None:
        if self.canvas.chosen is None or not self.value.isModified():
            return
        self.value.setModified(False)
        value = finite_number(self.value.text())
        if value is None:
            self.problem.setText(f'"{self.value.text()}": a weight is a number, like -0.35')
            return
        self.problem.clear()
        self.weight_edited.emit(self.name.whole, value)
