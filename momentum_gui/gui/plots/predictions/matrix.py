"""Classes from many inputs: a matrix of which class was taken for which."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF

from momentum_gui.gui.plots.common.plot import Plot
from momentum_gui.gui.plots.predictions.answers import Answers, class_names, confusion
from momentum_gui.gui.plots.predictions.picture import ImagePicture, background, mark, rgb
from momentum_gui.gui.style import theme
from momentum_gui.lab.data.datasets import Data

MOST_NUMBERS = 12
"""With more classes there is no room for names and numbers."""
LONGEST_NAME = 14
STRENGTH = 0.65
"""How much of the colour is mixed in where all items of a class are in one cell."""


class ConfusionMatrix(ImagePicture):
    """Rows are the right classes, columns the answers; a cell has the number of training items + held-out items."""

    def __init__(self, plot: Plot, data: Data, run_color: str) -> None:
        super().__init__(plot, data, run_color)
        names = class_names(data)
        self.count = count = len(names)
        self.place = QRectF(-0.5, -0.5, count, count)
        self._cells: list[pg.TextItem] = []
        for row in range(count if count <= MOST_NUMBERS else 0):
            for column in range(count):
                cell = pg.TextItem(anchor=(0.5, 0.5))
                cell.setPos(column, row)
                self.add(cell)
                self._cells.append(cell)
        self.label("answered", "right class")
        short = [name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…" for name in names]
        for side in ("left", "bottom"):
            plot.getPlotItem().getAxis(side).setTicks([list(enumerate(short))] if count <= MOST_NUMBERS else None)
        plot.getPlotItem().getAxis("left").setWidth(None)
        plot.getPlotItem().getViewBox().invertY(True)
        self.set_range((-0.5, count - 0.5), (-0.5, count - 0.5), padding=0.01)

    def draw(self, answers: Answers) -> None:
        """Colour the cells by their share of the class, and write the numbers."""
        training = confusion(self.data.items, answers.training, self.count)
        held_out = confusion(self.data.test_items, answers.held_out, self.count)
        share = training / np.maximum(training.sum(axis=1, keepdims=True), 1)
        colors = theme.current()
        tint = np.where(np.eye(self.count, dtype=np.bool_)[:, :, None], rgb(colors.good), rgb(colors.bad))
        strength = (STRENGTH * share)[:, :, None]
        self.paint(background() * (1 - strength) + tint * strength)
        for number, cell in enumerate(self._cells):
            row, column = divmod(number, self.count)
            text = str(int(training[row, column]))
            if len(self.data.test_items):
                text += f" + {int(held_out[row, column])}"
            cell.setColor(colors.text)
            cell.setText(text)

    def key(self) -> list[str]:
        """Return what colours and numbers are."""
        colors = theme.current()
        both = ["training&nbsp;+&nbsp;held&nbsp;out"] if len(self.data.test_items) else []
        return [mark(colors.good, "right", "■"), mark(colors.bad, "wrong", "■"), *both]
