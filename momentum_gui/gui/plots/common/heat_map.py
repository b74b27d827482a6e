"""A grid of numbers as colours: an image whose pixels are looked up in one go, quick to change and to paint."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from momentum_gui.engine.arrays import Floats

COLORS = 256


class HeatMap(QGraphicsItem):
    """Numbers between two levels in the colours of a map; those below and above have its ends, NaN none. They are in
    `pixels`, which are smoothed where they are larger than the screen's.

    pyqtgraph's ImageItem makes a new table of colours for each picture, which takes longer than all else.
    """

    def __init__(self, colors: pg.ColorMap) -> None:
        super().__init__()
        red, green, blue, _ = colors.getLookupTable(0.0, 1.0, COLORS, alpha=True).astype(np.uint32).T
        self._colors = (0xFF000000 | red << 16 | green << 8 | blue).astype(np.uint32)
        self.pixels, self._rect = QImage(), QRectF()

    def show_values(self, values: Floats, rect: QRectF, levels: tuple[float, float]) -> None:
        """Show values (ny, nx), the first row lowest, over a rectangle of the plot."""
        self.prepareGeometryChange()
        low, high = levels
        number = (values - low) * (COLORS / (high - low))
        good = number == number
        argb = self._colors[np.clip(np.where(good, number, 0.0), 0, COLORS - 1).astype(np.intp)]
        whole = bool(good.all())
        if not whole:
            argb[~good] = 0
        form = QImage.Format.Format_RGB32 if whole else QImage.Format.Format_ARGB32_Premultiplied
        ny, nx = argb.shape
        self.pixels = QImage(argb.data, nx, ny, 4 * nx, form).copy()  # its own pixels, which nobody else frees
        self._rect = QRectF(rect)

    def clear(self) -> None:
        """Show nothing."""
        self.prepareGeometryChange()
        self.pixels, self._rect = QImage(), QRectF()

    def boundingRect(self) -> QRectF:
        return self._rect

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(self._rect, self.pixels)
