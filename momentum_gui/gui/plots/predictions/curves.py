"""One input: the answer along it; or many inputs and one number: what was answered against what was wanted."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor

from momentum_gui.engine.arrays import Floats
from momentum_gui.gui.plots.common.plot import Plot, plain_pen
from momentum_gui.gui.plots.predictions.answers import Answers
from momentum_gui.gui.plots.predictions.picture import MOST_POINTS, Picture, both, item_key, padded
from momentum_gui.gui.style import theme
from momentum_gui.lab.data.datasets import Data

POINTS = 400
"""Points along the curve."""
FARTHEST = 1e300
"""Beyond that Qt has no place for a point."""


class AnswerCurve(Picture):
    """One input: the answer as a curve in the run's colour, the items upon it."""

    def __init__(self, plot: Plot, data: Data, run_color: str) -> None:
        super().__init__(plot, data, run_color)
        low, high = padded(both(data))
        self.points = np.linspace(low[0], high[0], POINTS)[:, None]
        self._x = data.inputs_in_units(self.points)[:, 0]
        muted = theme.current().muted
        for items, filled in ((data.items, True), (data.test_items, False)):
            if len(items):
                x = data.inputs_in_units(items.inputs)[:MOST_POINTS, 0]
                y = data.outputs_in_units(items.targets)[:MOST_POINTS, 0]
                brush = QColor(muted) if filled else None
                self.add(pg.ScatterPlotItem(x, y, size=6, pen=plain_pen(muted, 1.2), brush=brush))
        self._curve = pg.PlotCurveItem(pen=plain_pen(run_color, 2))
        self._curve.setSegmentedLineMode("on")
        self.add(self._curve)
        self.label(data.input_names[0], data.output_names[0])
        bottom, top = padded(data.outputs_in_units(np.concatenate((data.items.targets, data.test_items.targets))), 0.2)
        self.set_range((self._x[0], self._x[-1]), (bottom[0], top[0]))

    def draw(self, answers: Answers) -> None:
        """Draw the curve."""
        self._curve.setData(self._x, np.clip(answers.shown[:, 0], -FARTHEST, FARTHEST), connect="finite")

    def places(self, answers: Answers) -> tuple[Floats, Floats]:
        """Return each item's input and target."""
        data = self.data
        training, held_out = (
            np.concatenate(
                (data.inputs_in_units(items.inputs)[:, :1], data.outputs_in_units(items.targets)[:, :1]), axis=1
            )
            for items in (data.items, data.test_items)
        )
        return training[:MOST_POINTS], held_out[:MOST_POINTS]

    def key(self) -> list[str]:
        """Return what filled and hollow marks are."""
        return item_key(self.data)


class AnswerScatter(Picture):
    """Numbers from many inputs: each answer against what was wanted; on the line both are one."""

    def __init__(self, plot: Plot, data: Data, run_color: str) -> None:
        super().__init__(plot, data, run_color)
        low, high = padded(data.outputs_in_units(data.items.targets))
        ends = (low[0], high[0])
        self.add(pg.PlotCurveItem(list(ends), list(ends), pen=plain_pen(theme.current().muted)))
        self._dots = [pg.ScatterPlotItem(size=6), pg.ScatterPlotItem(size=6)]
        for dots in self._dots:
            self.add(dots)
        self.label(f"wanted {data.output_names[0]}", f"answered {data.output_names[0]}")
        self.set_range(ends, ends)

    def draw(self, answers: Answers) -> None:
        """Draw a dot for each item, held-out ones as rings."""
        for dots, items, outputs, filled in (
            (self._dots[0], self.data.items, answers.training, True),
            (self._dots[1], self.data.test_items, answers.held_out, False),
        ):
            wanted, given = self.data.outputs_in_units(items.targets)[:MOST_POINTS, 0], outputs[:MOST_POINTS, 0]
            good = np.isfinite(given) & (np.abs(given) < FARTHEST)
            pen = None if filled else plain_pen(self.run_color, 1.2)
            dots.setData(wanted[good], given[good], pen=pen, brush=QColor(self.run_color) if filled else None)

    def places(self, answers: Answers) -> tuple[Floats, Floats]:
        """Return what was wanted of each item, and what was answered."""
        training, held_out = (
            np.stack((self.data.outputs_in_units(items.targets)[:, 0], outputs[:, 0]), axis=1)
            for items, outputs in ((self.data.items, answers.training), (self.data.test_items, answers.held_out))
        )
        return training[:MOST_POINTS], held_out[:MOST_POINTS]

    def key(self) -> list[str]:
        """Return what filled and hollow marks are."""
        return item_key(self.data)
