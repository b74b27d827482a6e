"""The data as they are and as the network gets them: every item, the range of every input, how many of each class."""

from __future__ import annotations

from PySide6.QtCore import QSizeF, Qt, Slot
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QHBoxLayout, QLabel, QTableView, QVBoxLayout, QWidget

from momentum_gui.gui.paper.devices import Figure
from momentum_gui.gui.paper.text import text_figure
from momentum_gui.gui.plots.common.ticks import number_text
from momentum_gui.gui.plots.common.view import View
from momentum_gui.gui.plots.data.model import FIRST, SUMMARY, ItemModel, Shown, SummaryModel
from momentum_gui.gui.style import theme
from momentum_gui.gui.widgets.entries import ignore_wheel
from momentum_gui.gui.widgets.rich_line import RichLine
from momentum_gui.gui.widgets.rich_text import escaped
from momentum_gui.lab.data.datasets import Data

ROW_HEIGHT = 22
PADDING, NARROWEST, WIDEST = 30, 64, 220
PAGE_WIDTH, LEAST_WIDTH = 560.0, 320.0
"""The width of the picture, and the least, in pixels of a screen."""
LOOKED_AT = 50
"""How many rows are looked at to find the width of a column."""


class DataView(View):
    """The items in a table, with what is true of each column above it; `show_item` selects one."""

    title = "Data"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.units = QComboBox()
        self.units.addItem("As in the data", False)
        self.units.addItem("As the network gets them", True)
        self.units.setAccessibleName("Units of the numbers")
        self.units.setToolTip("Numbers as they are in the data, or scaled")
        self.units.activated.connect(self._choose_units)
        ignore_wheel(self.units)
        self.counts = RichLine()
        self.counts.setProperty("muted", True)
        self.items, self.summaries = table("Items"), table("Least, mean, greatest and deviation of each column")
        self.model, self.summary_model = ItemModel(self), SummaryModel(self)
        self.items.setModel(self.model)
        self.summaries.setModel(self.summary_model)
        self.items.horizontalHeader().hide()
        self.summaries.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.summaries.setFixedHeight(4 * ROW_HEIGHT + 30)
        self.summaries.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.summaries.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.items.horizontalScrollBar().valueChanged.connect(self.summaries.horizontalScrollBar().setValue)
        self.empty = QLabel("An analytic surface has no data.")
        self.empty.setProperty("muted", True)
        self.empty.setContentsMargins(8, 8, 8, 8)
        controls = QHBoxLayout()
        controls.setContentsMargins(8, 4, 8, 4)
        controls.setSpacing(12)
        controls.addWidget(self.units)
        controls.addWidget(self.counts, 1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addLayout(controls)
        box.addWidget(self.summaries)
        box.addWidget(self.items, 1)
        box.addWidget(self.empty, 1)

    @property
    def _data(self) -> Data | None:
        return None if self.setup is None else self.setup.data

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show: an analytic surface has no data."""
        return super().is_empty or self._data is None

    # Drawing.

    def arrange(self) -> None:
        """Show the data of another training."""
        data = self._data
        for widget in (self.units, self.counts, self.summaries, self.items):
            widget.setVisible(data is not None)
        self.empty.setVisible(data is None)
        if data is None:
            return
        shown = Shown(data, scaled=bool(self.units.currentData()))
        before = self.model.shown
        same = before is not None and before.headings == shown.headings
        self.model.show_data(shown)
        self.summary_model.show_data(shown)
        if not same or before is None or len(before.numbers) != len(shown.numbers):
            self._fit()
        self.counts.setText(count_text(shown))
        self.describe(self.summary())

    def _fit(self) -> None:
        """Let each column be as wide as its heading and its first numbers, in both tables."""
        self.items.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        metrics = self.items.fontMetrics()
        for place in range(self.model.columnCount()):
            texts = [self.model.index(row, place).data() for row in range(min(LOOKED_AT, self.model.rowCount()))]
            heading = self.summary_model.headerData(place, Qt.Orientation.Horizontal)
            texts += [self.summary_model.index(row, place).data() for row in range(4)]
            if place == self.model.columnCount() - 1 and self.model.shown is not None:
                texts += self.model.shown.classes
            widest = max(metrics.horizontalAdvance(text) for text in [heading, *texts])
            width = min(WIDEST, max(NARROWEST, widest + PADDING))
            self.items.setColumnWidth(place, width)
            self.summaries.setColumnWidth(place, width)

    def show_item(self, item: int) -> None:
        """Select an item by its number, counted from 0, training items first, and bring it into view."""
        if 0 <= item < self.model.rowCount():
            index = self.model.index(item, 0)
            self.items.selectRow(item)
            self.items.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)

    @Slot(int)
    def _choose_units(self, _index: int) -> None:
        chosen = self.items.currentIndex()
        self.arrange()
        if chosen.isValid():
            self.show_item(chosen.row())

    # Words and data.

    def summary(self) -> str:
        """Return how many items, inputs and outputs there are."""
        data = self._data
        if data is None:
            return self.empty.text()
        items, held_out = len(data.items), len(data.test_items)
        return f"{data.title}: {items} training items, {held_out} held out, {data.items.inputs.shape[1]} inputs"

    def figure(self, room: QSizeF | None) -> Figure | None:
        """Return how many items there are, and each column's range, as a page of text."""
        shown = self.model.shown
        if shown is None or self._data is None:
            return None
        muted = theme.current().muted
        rows = ["".join(f'<td align="right" style="color: {muted};">{name}</td>' for name in ("", *SUMMARY))]
        for name, *numbers in zip(shown.headings, *shown.summary(), strict=True):
            cells = ["" if number is None else number_text(number, 4) for number in numbers]
            rows.append(f"<td>{escaped(name)}</td>" + "".join(f'<td align="right">{cell}</td>' for cell in cells))
        lines = "".join(f"<tr>{row}</tr>" for row in rows)
        text = (
            f"<p><b>{escaped(self._data.title)}</b></p><p>{count_text(shown)}</p><table cellpadding=2>{lines}</table>"
        )
        return text_figure(
            text, PAGE_WIDTH if room is None else max(LEAST_WIDTH, room.width()), self.font().pointSizeF()
        )

    def export_table(self) -> tuple[list[str], list[list[object]]]:
        """Return every item, with its line of the file where there is one, in the units chosen."""
        data = self._data
        if data is None:
            return list(FIRST), []
        shown = Shown(data, scaled=bool(self.units.currentData()))
        header = [*FIRST, *(["line"] if shown.lines is not None else []), *shown.headings]
        rows: list[list[object]] = []
        for item, numbers in enumerate(shown.numbers):
            row: list[object] = [item + 1, shown.of_set(item)]
            if shown.lines is not None:
                row.append(int(shown.lines[item]))
            row += [float(number) for number in numbers]
            if shown.classes:
                row[-1] = shown.classes[int(numbers[-1])]
            rows.append(row)
        return header, rows


def table(name: str) -> QTableView:
    """Return an empty table to be looked at."""
    made = QTableView()
    made.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    made.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    made.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    made.setTabKeyNavigation(False)
    made.setShowGrid(False)
    made.setWordWrap(False)
    made.setAccessibleName(name)
    made.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    made.verticalHeader().hide()
    made.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
    made.horizontalHeader().setHighlightSections(False)
    return made


def count_text(shown: Shown) -> str:
    """Return how many items there are, of each class too, as rich text."""
    held_out = len(shown.numbers) - shown.training
    whole = f"{shown.training} training items" + (f" + {held_out} held out" if held_out else "")
    parts = [
        f"{escaped(name)} {training}" + (f" + {other}" if held_out else "") for name, training, other in shown.counts()
    ]
    return " &nbsp;·&nbsp; ".join([whole, *parts])
