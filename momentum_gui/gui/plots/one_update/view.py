"""One update of one weight written out in numbers, by every rule from the same state, and the item's passes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QSizeF, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from momentum_gui.gui.paper.devices import Figure
from momentum_gui.gui.paper.text import text_figure
from momentum_gui.gui.plots.common.plot_view import PlotView
from momentum_gui.gui.plots.common.ticks import number_text
from momentum_gui.gui.plots.common.view import TOO_FAR
from momentum_gui.gui.plots.one_update.equation import sum_html, sum_text
from momentum_gui.gui.plots.one_update.number_table import Cell, NumberTable, tabular
from momentum_gui.gui.style import theme
from momentum_gui.gui.widgets.declared import finite_number
from momentum_gui.gui.widgets.entries import ignore_wheel
from momentum_gui.gui.widgets.rich_text import escaped
from momentum_gui.lab.analysis.item_pass import ItemPass, item_pass
from momentum_gui.lab.analysis.last_update import UpdateItems, last_state, last_trace, weights_before
from momentum_gui.lab.analysis.update_equation import SOURCE_EXAMPLE, State, all_rules
from momentum_gui.lab.training.frame import RunFrame

FIELDS = (
    ("weight", "w", "The weight before the update"),
    ("gradient", "g, downhill", "The gradient, pointing downhill"),
    ("stored", "p, stored", "What the rule keeps of the updates before"),
    ("learning_rate", "lr", "The learning rate"),
    ("momentum", "μ", "The momentum factor"),
)
NARROW = 560
PAGE_WIDTH = 640.0
"""The least width of the picture, in pixels of a screen: in less, numbers would be broken."""
RULE_HEADINGS = ("rule", "gradient part", "momentum part", "new w", "new p")
SHORT_HEADINGS = ("rule", "gradient", "momentum", "new w", "new p")
LIVE, EXAMPLE, WHAT_IF = "live", "example", "what if"


class ArithmeticView(PlotView):
    """The selected run's last update of a chosen weight, term by term; every number can be changed to see what if.

    Before the first update it shows the example of McCaffrey's article, 3.56 + 0.027 + 0.022 = 3.609.
    """

    title = "One update"
    pause = 0.25  # numbers that change faster than this cannot be read, and cost more to draw than a curve

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.weight = QComboBox()
        self.weight.setToolTip("The weight whose update is written out")
        self.weight.setAccessibleName("Weight")
        ignore_wheel(self.weight)
        self.weight.setMaxVisibleItems(20)
        self.controls.insertWidget(0, self.weight)
        self.example = self.add_button("The article's example", "3.56 + 0.027 + 0.022 = 3.609")
        self.live = self.add_button("Live", "Back to the selected run's last update", checkable=True, checked=True)
        self.mode = LIVE
        self.state: State | None = None
        self.rule = "one-step"
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(8, 4, 8, 4)
        column.setSpacing(6)
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.equation = QLabel()
        self.equation.setFont(tabular(self.equation.font()))
        self.equation.setMinimumWidth(10)
        self.note = QLabel()
        self.note.setWordWrap(True)
        self.rules = NumberTable(RULE_HEADINGS, (4, 4, 4, 6, 4), whole=True)
        self.rules.setAccessibleName("The same update by each rule")
        self.rules.numbers.colors = {1: "gradient_part", 2: "momentum_part"}
        self.item = QLabel()
        self.item.setWordWrap(True)
        self.item.setToolTip("Show the item's row in the data")
        self.item.linkActivated.connect(self._want_item)
        self.passes = NumberTable(("unit", "net input", "output", "target", "δ"), (4, 4, 4, 4, 3))
        self.passes.setAccessibleName("Forward and backward pass of the item")
        self.passes.setMinimumHeight(140)
        column.addWidget(self.sentence)
        field_row = QWidget()
        field_row.setLayout(self._field_row())
        column.addWidget(field_row)
        self._numbers = (field_row, self.equation, self.rules)
        for widget in (self.equation, self.note, self.rules, self.item):
            column.addWidget(widget)
        column.addWidget(self.passes, 1)
        column.addStretch(0)
        self.area = QScrollArea()
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(inner)
        self.area.setWidgetResizable(True)
        self.body.addWidget(self.area)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._items = UpdateItems()
        self._own_rule = "one-step"
        self.passed: ItemPass | None = None
        self.weight.activated.connect(self._weight_chosen)
        self.example.clicked.connect(self._show_example)
        self.live.clicked.connect(self._go_live)

    def _field_row(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(0)
        self.fields: dict[str, QLineEdit] = {}
        for place, (key, text, tip) in enumerate(FIELDS):
            label, field = QLabel(text), QLineEdit()
            label.setProperty("muted", True)
            label.setBuddy(field)
            field.setToolTip(f"{tip}. Change it to see what then happens; the training is not touched.")
            field.setAccessibleName(tip)
            field.setMinimumWidth(40)
            field.setFont(tabular(field.font()))
            field.textEdited.connect(self._edited)
            grid.addWidget(label, 0, place)
            grid.addWidget(field, 1, place)
            self.fields[key] = field
        return grid

    def arrange(self) -> None:
        """Offer this network's weights; the one chosen stays where it still exists."""
        assert self.setup is not None
        names, before = self.setup.weight_names, self.weight.currentText()
        self.weight.clear()
        self.weight.addItems(list(names))
        trained = np.flatnonzero(self.setup.trained())
        self.weight.setCurrentIndex(names.index(before) if before in names else int(trained[0]))
        self.mode = LIVE

    @property
    def painting(self) -> float:
        """Seconds that painting it took."""
        return self.rules.painting + self.passes.painting

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.rules.numbers.set_headings(SHORT_HEADINGS if self.width() < NARROW else RULE_HEADINGS)
        self._draw_sum()

    def redraw(self) -> None:
        """Bring the live numbers up to date; what was typed in stays, and so do all until a past moment is known."""
        run, frame = self.run, self.frame_to_draw
        assert run is not None
        self.live.setChecked(self.mode == LIVE)
        missing = frame is None and self.mode == LIVE
        if missing and not run.too_far(self.moment):
            self.state = None
            return
        for widget in self._numbers:
            widget.setVisible(not missing)
        self._draw_pass(frame)
        if missing:
            self.state = None
            self.sentence.setText(f"<b>{escaped(run.name)}</b>: {TOO_FAR}")
            self.note.hide()
            return
        frame = frame or run.latest  # for the rule of what was typed in
        self.rule = self._own_rule if self.mode == WHAT_IF else frame.rule
        if self.mode == LIVE:
            self.state = last_state(frame, self.weight.currentIndex()) or SOURCE_EXAMPLE
            if last_trace(frame) is None:
                self.rule = "one-step"
            self._fill(self.state)
        elif self.mode == EXAMPLE:
            self.rule = "one-step"
        self._draw_sum()
        self._say(frame)

    def _fill(self, state: State) -> None:
        for key, field in self.fields.items():
            text = f"{getattr(state, key):.5g}".replace("-", "−")
            if field.text() != text:
                field.setText(text)
                field.setCursorPosition(0)
            self._refuse(field, "")

    def _draw_sum(self) -> None:
        state = self.state
        if state is None:
            return
        results = {result.rule: result for result in all_rules(state, self.known_rules)}
        mine = results[self.rule]
        self.equation.setText(sum_html(self.known_rules[self.rule], state, mine, short=self.width() < NARROW))
        self.equation.setAccessibleName(sum_text(self.known_rules[self.rule], state, mine))
        rows: list[list[Cell]] = [
            [
                self.known_rules[rule].title,
                result.gradient_part,
                result.momentum_part,
                result.new_weight,
                result.new_stored,
            ]
            for rule, result in results.items()
        ]
        self.rules.show_rows(rows, frozenset({list(results).index(self.rule)}))

    def _draw_pass(self, frame: RunFrame | None) -> None:
        """The passes of the item that the last update followed; nothing where that is not known."""
        setup = self.setup
        assert setup is not None
        trace = None if frame is None else last_trace(frame)
        self.passed = None
        usable = setup.network is not None and trace is not None and self.selected < len(setup.experiment.runs)
        if usable:
            assert frame is not None
            assert trace is not None
            before = weights_before(frame, trace)
            usable = bool(np.isfinite(before).all())
        self.item.setVisible(usable)
        self.passes.setVisible(usable)
        if not usable:
            return
        assert frame is not None
        assert setup.network is not None
        assert setup.data is not None
        numbers = self._items.of(setup, self.selected, frame.update - 1)
        number, items = int(numbers[0]), setup.data.items
        with np.errstate(all="ignore"):
            self.passed = item_pass(setup.network, before, items.inputs[number], items.targets[number])
        name = ""
        if setup.data.has_classes and len(setup.data.output_names) > 1:
            name = f", {escaped(setup.data.output_names[int(np.argmax(items.targets[number]))])}"
        of_batch = f", the first of the {len(numbers)} in its batch" if len(numbers) > 1 else ""
        self.item.setText(
            f'<a href="{number}"><b>Item {number + 1}</b></a>{name}{of_batch}: the passes that this update follows, '
            f"error {number_text(self.passed.loss, 4)}"
        )
        self.passes.show_rows(self._pass_rows(self.passed))

    def _pass_rows(self, passed: ItemPass) -> list[list[Cell]]:
        """Return the units from the inputs to the outputs, a heading above each layer."""
        assert self.setup is not None
        assert self.setup.network is not None
        assert self.setup.data is not None
        names = self.setup.data
        rows: list[list[Cell]] = [["Inputs"]]
        for name, value in zip(names.input_names, passed.layers[0].inputs, strict=True):
            rows.append([name, None, float(value), None, None])
        last = len(passed.layers)
        for number, (layer, values) in enumerate(zip(self.setup.network.layers, passed.layers, strict=True), 1):
            where = "Outputs" if number == last else f"Hidden layer {number}"
            rows.append([f"{where}, {layer.activation.name.lower()}"])
            for unit in range(layer.units):
                name = names.output_names[unit] if number == last else f"unit {unit}"
                target = float(passed.target[unit]) if number == last else None
                numbers = (values.net[unit], values.output[unit], values.delta[unit])
                net, output, delta = (float(value) for value in numbers)
                rows.append([name, net, output, target, delta])
        return rows

    def _say(self, frame: RunFrame) -> None:
        """The sentence above, and the one about what is special."""
        trace = last_trace(frame)
        title = self.known_rules[self.rule].title
        notes = []
        if self.mode == WHAT_IF:
            self.sentence.setText(f"<b>What if</b>: numbers of your own, by the rule {escaped(title)}.")
        elif self.mode == EXAMPLE or trace is None:
            why = "No update yet: the" if self.mode == LIVE else "The"
            self.sentence.setText(f"{why} example of McCaffrey's article, by its rule, {title}.")
            notes.append("Its prose first calls the gradient 2.78, but adds 0.027: that is 0.01 · 2.70.")
        else:
            name = self.weight.currentText()
            self.sentence.setText(f"<b>{escaped(frame.name)}</b>, {escaped(title)}: update {frame.update} of {name}.")
            if trace.coefficients != frame.coefficients:
                notes.append("Rule or momentum were changed after this update: it is shown as they now are.")
        stored = self.known_rules[self.rule].formula.partition(",")[2].strip()
        if stored:
            notes.insert(0, f"Then {stored} is stored for the next update.")
        self.note.setText(" ".join(notes))
        self.note.setVisible(bool(notes))

    def follow(self, name: str) -> None:
        """Write out the update of a weight that was chosen elsewhere."""
        index = self.weight.findText(name)
        if index >= 0:
            self.weight.setCurrentIndex(index)
            self._weight_chosen(index)

    def summary(self) -> str:
        """Return the sum in numbers."""
        if self.state is None:
            return ""
        result = next(result for result in all_rules(self.state, self.known_rules) if result.rule == self.rule)
        rule = self.known_rules[self.rule]
        return f"{rule.title}: {sum_text(rule, self.state, result)}"

    def figure(self, room: QSizeF | None) -> Figure | None:
        """Return the whole page as text: what is updated, the sum, all rules from the same state, the item's passes."""
        if self.state is None:
            return None
        width = PAGE_WIDTH if room is None else max(PAGE_WIDTH, room.width())
        return text_figure(self._page(), width, self.font().pointSizeF())

    def _page(self) -> str:
        """Return everything that the view says, as rich text."""
        assert self.state is not None
        results = {result.rule: result for result in all_rules(self.state, self.known_rules)}
        begun = [f"{name} = {number_text(getattr(self.state, key), 5)}" for key, name, _ in FIELDS]
        parts = [
            self.sentence.text(),
            escaped(", ".join(begun)),
            sum_html(self.known_rules[self.rule], self.state, results[self.rule], short=False),
            self.rules.html(),
        ]
        if self.note.text():
            parts.insert(3, self.note.text())
        if self.passed is not None:
            parts += [self.item.text(), self.passes.html()]
        return "".join(f"<p>{part}</p>" for part in parts)

    def export_table(self) -> tuple[list[str], list[list[object]]]:
        """Return a row a rule: the state, the two parts, the new weight, the new p."""
        header = ["rule", *(key for key, _, _ in FIELDS), "gradient_part", "momentum_part", "new_weight", "new_stored"]
        rows: list[list[object]] = []
        if self.state is not None and (self.mode != LIVE or self.shown_frame is not None):
            begun = [getattr(self.state, key) for key, _, _ in FIELDS]
            for each in all_rules(self.state, self.known_rules):
                rows.append(
                    [each.rule, *begun, each.gradient_part, each.momentum_part, each.new_weight, each.new_stored]
                )
        return header, rows

    @Slot(int)
    def _weight_chosen(self, _index: int) -> None:
        self.mode = LIVE
        self.redraw_now()

    @Slot(str)
    def _want_item(self, link: str) -> None:
        self.item_chosen.emit(int(link))

    @Slot()
    def _show_example(self) -> None:
        self.mode, self.state = EXAMPLE, SOURCE_EXAMPLE
        self._fill(SOURCE_EXAMPLE)
        self.redraw_now()

    @Slot()
    def _go_live(self) -> None:
        self.mode = LIVE
        self.redraw_now()

    @Slot(str)
    def _edited(self, _text: str) -> None:
        """Take over what was typed; what is no number is marked, and changes nothing."""
        changed = {}
        for key, field in self.fields.items():
            if not field.isModified():
                continue
            value, problem = read_number(field.text(), key)
            self._refuse(field, problem)
            if value is not None:
                changed[key] = value
        if self.state is None:
            return
        if self.mode != WHAT_IF:
            self.mode, self._own_rule = WHAT_IF, self.rule
        self.state = replace(self.state, **changed)
        self.redraw_now()

    def _refuse(self, field: QLineEdit, problem: str) -> None:
        if bool(field.property("refused")) != bool(problem):
            field.setProperty("refused", bool(problem))
            field.style().unpolish(field)
            field.style().polish(field)
        if problem:
            self.note.setText(f'<span style="color:{theme.current().bad}">{problem}</span>')
            self.note.show()


def read_number(text: str, key: str) -> tuple[float | None, str]:
    """Return a number as typed, within what its field allows; or None and what is wrong."""
    value = finite_number(text)
    if value is None:
        return None, f"“{text}” is not a number."
    if key == "learning_rate" and value <= 0:
        return None, "lr: allowed is a number above 0."
    if key == "momentum" and not 0 <= value < 1:
        return None, "μ: allowed is a number from 0 up to, not including, 1."
    return value, ""
