"""The window's scene drawn the plain way by others: pyqtgraph as its examples do, and matplotlib with blitting.

The scene: a surface of 61 × 61 points with ten contours and two paths, two error curves with two held-out ones, three
curves of step sizes and one of cosines, all of a training of 10⁶ updates, with a new point in each frame. Each function
gives one that draws a frame, into a picture in memory.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

POINTS = 8_333  # epochs of 120 items in 10⁶ updates
SIDE = 61
LEVELS = 10
SIZE = (1440, 900)
Draw = Callable[[], None]


@dataclass
class Scene:
    """The numbers of the scene, which grow by a point each time."""

    x: np.ndarray = field(default_factory=lambda: np.arange(POINTS, dtype=float))

    def __post_init__(self) -> None:
        random = np.random.default_rng(0)
        self.errors = np.exp(-self.x / 3000)[None, :] * (1 + 0.3 * random.random((4, POINTS)))
        self.steps = np.exp(random.normal(size=(4, POINTS)))
        self.paths = np.cumsum(random.normal(size=(2, 2, POINTS)), axis=2)
        across = np.linspace(-1, 1, SIDE)
        self.surface = across[:, None] ** 2 + 3 * across[None, :] ** 2
        self.levels = np.linspace(self.surface.min(), self.surface.max(), LEVELS + 2)[1:-1]
        low, high = self.paths.min(axis=(0, 2)), self.paths.max(axis=(0, 2))
        self.extent = float(low[0]), float(high[0]), float(low[1]), float(high[1])

    def grow(self) -> None:
        """One more point at the end; the surface changes too, as a live one does."""
        self.x = np.append(self.x, self.x[-1] + 1)
        for name in ("errors", "steps", "paths"):
            values = getattr(self, name)
            setattr(self, name, np.concatenate((values, values[..., -1:]), axis=-1))
        self.surface = self.surface * 1.0001


def pyqtgraph_scene() -> Draw:
    """PlotWidgets, PlotDataItems, an ImageItem and IsocurveItems, given all data anew in each frame."""
    import os

    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    import pyqtgraph as pg
    from PySide6.QtCore import QRectF
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance() or QApplication([])
    scene = Scene()
    window = pg.GraphicsLayoutWidget()
    window.resize(*SIZE)
    surface = window.addPlot(row=0, col=0, rowspan=3)
    image = pg.ImageItem(axisOrder="row-major")
    image.setColorMap("viridis")
    surface.addItem(image)
    left, right, bottom, top = scene.extent
    image.setRect(QRectF(left, bottom, right - left, top - bottom))
    contours = [pg.IsocurveItem(level=level, pen="w") for level in scene.levels]
    for contour in contours:
        contour.setParentItem(image)
    paths = [surface.plot(pen=color) for color in "rb"]
    error, size, cosine = window.addPlot(row=0, col=1), window.addPlot(row=1, col=1), window.addPlot(row=2, col=1)
    error.setLogMode(y=True)
    size.setLogMode(y=True)
    errors = [error.plot(pen=color) for color in "rbrb"]
    steps = [size.plot(pen=color) for color in "rbk"]
    turns = cosine.plot(pen="k")
    window.show()

    def draw() -> None:
        scene.grow()
        image.setImage(scene.surface)
        for contour in contours:
            contour.setData(scene.surface)
        for path, (x, y) in zip(paths, scene.paths, strict=True):
            path.setData(x, y)
        for curve, y in zip((*errors, *steps), (*scene.errors, *scene.steps[:3]), strict=True):
            curve.setData(scene.x, y)
        turns.setData(scene.x, scene.steps[3])
        application.processEvents()
        window.grab()

    return draw


def matplotlib_scene() -> Draw:
    """Axes drawn once, the artists that move drawn over them: what FuncAnimation does with blit=True."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    scene = Scene()
    figure = pyplot.figure(figsize=(SIZE[0] / 100, SIZE[1] / 100), dpi=100)
    grid = figure.add_gridspec(3, 2)
    surface = figure.add_subplot(grid[:, 0])
    error, size, cosine = (figure.add_subplot(grid[row, 1]) for row in range(3))
    error.set_yscale("log")
    size.set_yscale("log")
    image = surface.imshow(scene.surface, extent=scene.extent, origin="lower", aspect="auto", animated=True)
    paths = [surface.plot(x, y, animated=True)[0] for x, y in scene.paths]
    errors = [error.plot(scene.x, y, animated=True)[0] for y in scene.errors]
    steps = [size.plot(scene.x, y, animated=True)[0] for y in scene.steps[:3]]
    turns = cosine.plot(scene.x, scene.steps[3], animated=True)[0]
    left, right, bottom, top = scene.extent
    xs, ys = np.linspace(left, right, SIDE), np.linspace(bottom, top, SIDE)
    canvas = figure.canvas
    canvas.draw()
    backdrop = canvas.copy_from_bbox(figure.bbox)

    def draw() -> None:
        scene.grow()
        canvas.restore_region(backdrop)
        image.set_data(scene.surface)
        surface.draw_artist(image)
        contours = surface.contour(xs, ys, scene.surface, scene.levels, colors="w")
        surface.draw_artist(contours)
        contours.remove()
        for path, (x, y) in zip(paths, scene.paths, strict=True):
            path.set_data(x, y)
            surface.draw_artist(path)
        for axes, curves, values in ((error, errors, scene.errors), (size, steps, scene.steps[:3])):
            for curve, y in zip(curves, values, strict=True):
                curve.set_data(scene.x, y)
                axes.draw_artist(curve)
        turns.set_data(scene.x, scene.steps[3])
        cosine.draw_artist(turns)
        canvas.blit(figure.bbox)

    return draw
