"""What every picture of answers has: a plot to draw into, the points at which it wants answers, and a key."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor

from momentum_gui.engine.arrays import Floats
from momentum_gui.gui.plots.common.plot import Plot
from momentum_gui.gui.plots.predictions.answers import Answers
from momentum_gui.gui.style import theme
from momentum_gui.lab.data.datasets import Data

MOST_POINTS = 2000
"""More items than that would only cover one another."""


class Picture:
    """One way to draw a network's answers, for one training and in the theme in force; `remove` takes it off the plot.

    `points` (points, inputs): where answers are wanted besides the items, as the network sees them.
    """

    any_place = False
    """Whether each place of the plot is a point that the network can be asked about."""

    def __init__(self, plot: Plot, data: Data, run_color: str) -> None:
        self.plot, self.data = plot, data
        self.run_color = run_color
        self.points: Floats = np.empty((0, data.items.inputs.shape[1]))
        self._items: list[Any] = []
        box = plot.getPlotItem().getViewBox()
        box.setAspectLocked(False)
        box.invertY(False)
        for side in ("left", "bottom"):
            plot.getPlotItem().getAxis(side).setTicks(None)
            plot.getPlotItem().getAxis(side).setStyle(showValues=True)

    def draw(self, answers: Answers) -> None:
        """Draw the answers."""

    def key(self) -> list[str]:
        """Return what colours and marks mean, as rich text, one entry for each."""
        return []

    def places(self, answers: Answers) -> tuple[Floats, Floats]:
        """Return where training and held-out items are drawn, (drawn items, 2) each: the first of each part."""
        return np.empty((0, 2)), np.empty((0, 2))

    def remove(self) -> None:
        """Take everything off the plot."""
        for item in self._items:
            self.plot.removeItem(item)

    def add(self, item: Any) -> None:
        """Put an item onto the plot."""
        self.plot.addItem(item)
        self._items.append(item)

    def label(self, x: str, y: str) -> None:
        """Name the axes."""
        self.plot.set_label("bottom", x)
        self.plot.set_label("left", y)
        self.plot.getPlotItem().getAxis("left").setWidth(60)

    def set_range(self, x: tuple[float, float], y: tuple[float, float], padding: float = 0.0) -> None:
        """Show this range."""
        self.plot.setRange(xRange=x, yRange=y, padding=padding, disableAutoRange=True)


class ImagePicture(Picture):
    """A picture with an image of its own, at `place` in the plot."""

    place = QRectF()

    def __init__(self, plot: Plot, data: Data, run_color: str) -> None:
        super().__init__(plot, data, run_color)
        self.image = pg.ImageItem(axisOrder="row-major")
        self.image.setZValue(-10)
        self.add(self.image)

    def paint(self, pixels: Floats) -> None:
        """Show pixels (ny, nx, 3) of 0 to 255; pyqtgraph scales an image to its place only once it is there."""
        self.image.setImage(pixels.astype(np.uint8), levels=(0, 255))
        self.image.setRect(self.place)


def rgb(color: str) -> Floats:
    """Return red, green and blue of 0 to 255, (3,)."""
    return np.array(QColor(color).getRgb()[:3], dtype=np.float64)  # type: ignore[index]


def background() -> Floats:
    """Return the colour behind the plots, (3,) of 0 to 255."""
    return rgb(theme.current().plot_background)


def padded(points: Floats, share: float = 0.12) -> tuple[Floats, Floats]:
    """Return the least and greatest of each column, with a margin."""
    low, high = points.min(axis=0), points.max(axis=0)
    margin = np.where(high > low, share * (high - low), 1.0)
    return low - margin, high + margin


def both(data: Data) -> Floats:
    """Return the inputs of all items, training and held out, as the network sees them."""
    return np.concatenate((data.items.inputs, data.test_items.inputs))


def mark(color: str, word: str, sign: str = "●") -> str:
    """Return an entry of a key: a sign in its colour, and a word, which is rich text."""
    return f'<span style="color:{color}">{sign}</span>&nbsp;{word}'


def item_key(data: Data) -> list[str]:
    """Return the entries for filled and hollow marks; none where nothing is held out."""
    if not len(data.test_items):
        return []
    muted = theme.current().muted
    return [mark(muted, "training"), mark(muted, "held&nbsp;out", "○")]
