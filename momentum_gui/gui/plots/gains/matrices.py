"""The gains of many weights as heat maps: a matrix a layer, inputs down, units across, the biases in the last row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QGraphicsRectItem

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.network import Layer, Network
from momentum_gui.engine.rules import Gains
from momentum_gui.gui.plots.common.plot import Plot, TickAxis, plain_pen
from momentum_gui.gui.plots.common.ticks import number_text
from momentum_gui.gui.style import theme

GAP = 0.04
NARROWEST = 0.12
"""The least share of the width that a layer gets."""


class LimitAxis(TickAxis):
    """An axis at the right that names the rule's two limits and nothing else."""

    def __init__(self) -> None:
        super().__init__("right")

    def apply_theme(self, plot: Plot) -> None:
        """Take on the theme's colours, and the font of a plot's ticks."""
        colors = theme.current()
        self.setPen(pg.mkPen(colors.border))
        self.setTextPen(pg.mkPen(colors.plot_foreground))
        font = plot.x_axis.style["tickFont"]
        self.setTickFont(font)
        self.setWidth(QFontMetricsF(font).horizontalAdvance("0.0000 alternating") + 16)

    def show_limits(self, limits: Gains) -> None:
        """Name the limits at their places; one where they are the same."""
        steady, alternating = (number_text(limit, 3) for limit in limits)
        if limits.steady == limits.alternating:
            self.setTicks([[(limits.steady, f"{steady} always")]])
        else:
            self.setTicks([[(limits.steady, f"{steady} steady"), (limits.alternating, f"{alternating} alternating")]])


@dataclass
class Matrix:
    """One layer on the picture: its image fills x from `left` over `width`, y from 0 (below) to 1."""

    name: str
    layer: Layer
    left: float
    width: float
    image: pg.ImageItem
    label: pg.TextItem
    frame: QGraphicsRectItem


class GainMatrices:
    """The heat maps, side by side in one plot, and a colour bar with the rule's two limits."""

    def __init__(self, plot: Plot) -> None:
        self.plot = plot
        self.matrices: list[Matrix] = []
        self._map = pg.colormap.get("cividis")
        item = plot.getPlotItem()
        item.hideAxis("left")
        item.hideAxis("bottom")
        item.getViewBox().setMouseEnabled(x=False, y=False)
        item.layout.setContentsMargins(8, 4, 8, 4)
        self._bar = pg.ImageItem(np.linspace(0, 1, 256, dtype=np.float32)[:, None], axisOrder="row-major")
        self._bar.setColorMap(self._map)
        self._bar_box = pg.ViewBox(enableMouse=False, enableMenu=False, defaultPadding=0)
        self._bar_box.setFixedWidth(12)
        self._bar_box.addItem(self._bar)
        self._bar_axis = LimitAxis()
        self._bar_axis.linkToView(self._bar_box)
        item.layout.addItem(self._bar_box, 2, 3)
        item.layout.addItem(self._bar_axis, 2, 4)
        item.layout.setColumnSpacing(2, 10)
        self._chosen = QGraphicsRectItem()
        self._chosen.setZValue(20)
        self._chosen.hide()
        plot.addItem(self._chosen, ignoreBounds=True)
        plot.setXRange(0, 1, padding=0)
        plot.setYRange(0, 1.12, padding=0)
        self.recolor()

    def recolor(self) -> None:
        """Take on the theme's colours."""
        colors = theme.current()
        self._bar_axis.apply_theme(self.plot)
        self._chosen.setPen(plain_pen(colors.bad, 2))
        for matrix in self.matrices:
            matrix.label.setColor(colors.plot_foreground)
            matrix.frame.setPen(plain_pen(colors.border))

    def arrange(self, network: Network) -> None:
        """A matrix for each layer, as wide as it has units, but never too narrow to be seen."""
        for matrix in self.matrices:
            for part in (matrix.image, matrix.label, matrix.frame):
                self.plot.removeItem(part)
        units = np.array([layer.units for layer in network.layers], dtype=np.float64)
        shares = np.maximum(units / units.sum(), NARROWEST)
        widths = shares / shares.sum() * (1 - GAP * (len(units) - 1))
        self.matrices, left = [], 0.0
        for number, (layer, width) in enumerate(zip(network.layers, widths, strict=True), 1):
            image = pg.ImageItem(axisOrder="row-major")
            image.setColorMap(self._map)
            frame = QGraphicsRectItem(QRectF(left, 0, width, 1))
            label = pg.TextItem(anchor=(0.0, 1.0))
            label.setFont(self.plot.x_axis.style["tickFont"])
            label.setPos(left, 1.0)
            for part in (frame, image, label):
                self.plot.addItem(part, ignoreBounds=True)
            self.matrices.append(Matrix(f"layer {number}", layer, left, float(width), image, label, frame))
            left += float(width) + GAP
        self.recolor()

    def show(self, gains: Floats, limits: Gains, followed: int | None) -> None:
        """Draw gains (weights,); colours reach from one limit to the other, and a little beyond."""
        steady, alternating = limits
        margin = 0.1 * (steady - alternating) if steady - alternating > 1e-9 else 0.5
        low, high = alternating - margin, steady + margin
        self._bar.setRect(QRectF(0, low, 1, high - low))
        self._bar_box.setYRange(low, high, padding=0)
        self._bar_axis.show_limits(limits)
        room = self.plot.getPlotItem().getViewBox().width()
        self._chosen.hide()
        for matrix in self.matrices:
            layer = matrix.layer
            short = matrix.width * room < 130
            matrix.label.setText(matrix.name if short else f"{matrix.name}: {layer.inputs} + bias → {layer.units}")
            # The first input on top: images have their first row below.
            block = gains[layer.offset : layer.bias.stop].reshape(layer.inputs + 1, layer.units)[::-1]
            matrix.image.setImage(block.astype(np.float32), levels=(low, high), autoLevels=False)
            matrix.image.setRect(QRectF(matrix.left, 0, matrix.width, 1))
            if followed is not None and layer.offset <= followed < layer.bias.stop:
                row, column = divmod(followed - layer.offset, layer.units)
                height, width = 1 / (layer.inputs + 1), matrix.width / layer.units
                self._chosen.setRect(QRectF(matrix.left + column * width, (layer.inputs - row) * height, width, height))
                self._chosen.show()

    def weight_at(self, x: float, y: float) -> int | None:
        """Return the number of the weight drawn there; None between the matrices."""
        for matrix in self.matrices:
            layer = matrix.layer
            if matrix.left <= x < matrix.left + matrix.width and 0 <= y < 1:
                row = layer.inputs - int(y * (layer.inputs + 1))
                column = min(layer.units - 1, int((x - matrix.left) / matrix.width * layer.units))
                return layer.offset + row * layer.units + column
        return None
