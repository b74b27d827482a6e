"""Two inputs: the network's answer as a colour at each place of the plane, and the items upon it."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor

from momentum_gui.engine.arrays import Floats
from momentum_gui.gui.plots.common.plot import Plot
from momentum_gui.gui.plots.common.ticks import number_text
from momentum_gui.gui.plots.predictions.answers import Answers, chosen_class, class_names
from momentum_gui.gui.plots.predictions.picture import (
    MOST_POINTS,
    ImagePicture,
    background,
    both,
    item_key,
    mark,
    padded,
    rgb,
)
from momentum_gui.gui.style import theme
from momentum_gui.gui.widgets.rich_text import escaped
from momentum_gui.lab.data.datasets import Data

GRID = 96
"""Points along each side of the picture."""
FAINT, STRONG = 0.12, 0.43
"""How much of a class's colour is mixed in where the network is undecided, and how much more where it is sure."""


class PlanePicture(ImagePicture):
    """The plane of two inputs, in the units of the data."""

    any_place = True

    def __init__(self, plot: Plot, data: Data, run_color: str) -> None:
        super().__init__(plot, data, run_color)
        low, high = padded(both(data))
        xs, ys = (np.linspace(low[axis], high[axis], GRID) for axis in (0, 1))
        grid_x, grid_y = np.meshgrid(xs, ys)
        self.points = np.stack((grid_x.ravel(), grid_y.ravel()), axis=1)
        (left, bottom), (right, top) = data.inputs_in_units(np.stack((low, high)))
        self.place = QRectF(left, bottom, right - left, top - bottom)
        for items, filled in ((data.items, True), (data.test_items, False)):
            if len(items):
                raw = data.inputs_in_units(items.inputs)[:MOST_POINTS]
                targets = data.outputs_in_units(items.targets[:MOST_POINTS])
                self._scatter(raw, self.item_colors(targets), filled=filled)
        self.label(data.input_names[0], data.input_names[1])
        self.set_range((left, right), (bottom, top))

    def item_colors(self, targets: Floats) -> Floats:
        """Return the colour of each item from its targets, (items, 3) of 0 to 255."""
        raise NotImplementedError

    def places(self, answers: Answers) -> tuple[Floats, Floats]:
        """Return the two inputs of each item."""
        data = self.data
        training, held_out = (
            data.inputs_in_units(items.inputs)[:MOST_POINTS] for items in (data.items, data.test_items)
        )
        return training, held_out

    def _scatter(self, places: Floats, colors: Floats, *, filled: bool) -> None:
        """Draw items, training ones filled and held-out ones as rings."""
        shades = [QColor(*map(int, color)) for color in colors]
        self.add(
            pg.ScatterPlotItem(
                places[:, 0],
                places[:, 1],
                size=7,
                pen=pg.mkPen(theme.current().plot_background, width=0.8)
                if filled
                else [pg.mkPen(shade, width=1.5) for shade in shades],
                brush=shades if filled else None,
            )
        )


class Regions(PlanePicture):
    """Classes: each place has the colour of the class that the network takes it for, the stronger the surer it is."""

    def item_colors(self, targets: Floats) -> Floats:
        """Return the colours of the right classes."""
        return class_colors(max(2, targets.shape[1]))[chosen_class(self.data.items, targets)]

    @property
    def cut(self) -> float:
        """Where a single output is cut into two classes."""
        return self.data.items.threshold

    def draw(self, answers: Answers) -> None:
        """Colour the plane."""
        outputs = np.nan_to_num(answers.shown)
        if outputs.shape[1] == 1:
            reach = max(1e-9, float(np.ptp(self.data.items.targets)) / 2)
            sure = np.clip((outputs[:, 0] - self.cut) / reach, -1, 1)
            chosen, strength = (sure > 0).astype(np.int64), np.abs(sure)
        else:
            chosen, ordered = outputs.argmax(axis=1), np.sort(outputs, axis=1)
            strength = np.clip(ordered[:, -1] - ordered[:, -2], 0, 1)
        share = (FAINT + STRONG * strength)[:, None]
        pixels = background() * (1 - share) + class_colors(max(2, outputs.shape[1]))[chosen] * share
        self.paint(pixels.reshape(GRID, GRID, 3))

    def key(self) -> list[str]:
        """Return the classes by colour, then what filled and hollow marks are."""
        names = class_names(self.data)
        entries = [mark(theme.class_color(number), escaped(name)) for number, name in enumerate(names)]
        return [*entries, *item_key(self.data)]


class Heights(PlanePicture):
    """Numbers: each place has the colour of the network's answer, each item that of its target, on one scale."""

    def __init__(self, plot: Plot, data: Data, run_color: str) -> None:
        targets = data.outputs_in_units(np.concatenate((data.items.targets, data.test_items.targets)))
        self.low, self.high = float(targets.min()), float(targets.max())
        self._table = pg.colormap.get("viridis").getLookupTable(nPts=256).astype(np.float64)[:, :3]
        super().__init__(plot, data, run_color)

    def item_colors(self, targets: Floats) -> Floats:
        """Return the colours of the targets."""
        return self._colors(targets[:, 0])

    def draw(self, answers: Answers) -> None:
        """Colour the plane; what lies beyond the targets has the colours of the scale's ends."""
        self.paint(self._colors(answers.shown[:, 0]).reshape(GRID, GRID, 3))

    def key(self) -> list[str]:
        """Return the scale by some of its colours, then what filled and hollow marks are."""
        shares = (0.0, 0.5, 1.0)
        entries = []
        for share in shares:
            value = self.low + share * (self.high - self.low)
            color = QColor(*map(int, self._colors(np.array([value]))[0])).name()
            entries.append(mark(color, number_text(value, 3), "■"))
        return [escaped(self.data.output_names[0]), *entries, *item_key(self.data)]

    def _colors(self, values: Floats) -> Floats:
        span = max(self.high - self.low, 1e-300)
        with np.errstate(over="ignore", invalid="ignore"):
            at = np.nan_to_num(np.clip((values - self.low) / span, 0, 1), nan=0.0)
        return self._table[np.rint(at * 255).astype(np.int64)]


def class_colors(count: int) -> Floats:
    """Return a colour for each class, (count, 3) of 0 to 255."""
    return np.array([rgb(theme.class_color(number)) for number in range(count)])
