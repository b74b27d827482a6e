"""The colour bar of a sweep's maps: the good end of the scale is always the bright one."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF

from momentum_gui.gui.plots.common.plot import TickAxis, drop_export
from momentum_gui.gui.plots.sweep.map import MapNumbers
from momentum_gui.gui.style import theme


class ColorBar(pg.GraphicsLayoutWidget):
    """The scale of some numbers; `show_scale` gives it another."""

    def __init__(self, numbers: MapNumbers | None = None, label: str = "") -> None:
        super().__init__()
        drop_export(self.scene())
        self._label = label
        self._shown: tuple[object, ...] = ()
        self.setFixedWidth(92)
        self._axis = TickAxis("right")
        self._axis.setWidth(60)
        self._box = pg.ViewBox(enableMouse=False, enableMenu=False, defaultPadding=0)
        self._box.setFixedWidth(14)
        self._image = pg.ImageItem(axisOrder="row-major")
        self._box.addItem(self._image)
        self._axis.linkToView(self._box)
        self.addItem(self._box, 0, 0)
        self.addItem(self._axis, 0, 1)
        self.apply_theme()
        if numbers is not None:
            self.show_scale(numbers, label)

    def show_scale(self, numbers: MapNumbers, label: str) -> None:
        """Show the scale of these numbers."""
        scale = (numbers.low, numbers.high, numbers.log, numbers.bright_is_low, label)
        if scale == self._shown:
            return
        self._shown, self._label = scale, label
        shares = np.linspace(1, 0, 256) if numbers.bright_is_low else np.linspace(0, 1, 256)
        self._image.setImage(pg.colormap.get("cividis").map(shares, mode="byte")[:, None], autoDownsample=False)
        self._image.setRect(QRectF(0, numbers.low, 1, numbers.high - numbers.low))
        self._axis.log, self._axis.picture = numbers.log, None
        self._box.setRange(xRange=(0, 1), yRange=(numbers.low, numbers.high), padding=0)
        self.apply_theme()

    def apply_theme(self) -> None:
        """Take on the theme's colours."""
        colors = theme.current()
        self.setBackground(colors.plot_background)
        self._axis.setPen(pg.mkPen(colors.field))
        self._axis.setTextPen(pg.mkPen(colors.plot_foreground))
        if self._label:
            self._axis.setLabel(self._label, color=colors.muted)
