"""A heat map shows each number in its colour, and none where there is no number."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor

from momentum_gui.gui.plots.common.heat_map import HeatMap

MAP = pg.colormap.get("viridis")


def rgb(share: float) -> tuple[int, ...]:
    """The map's colour, of its 256, for a share of the range."""
    return tuple(int(part) for part in MAP.getLookupTable(0.0, 1.0, 256)[min(255, int(256 * share))][:3])


def test_numbers_have_the_colours_of_the_map(qapp: object) -> None:
    """Each pixel has the colour for its number; what lies beyond the levels has that of the nearer end."""
    heat = HeatMap(MAP)
    values = np.array([[-1.0, 0.0, 0.25], [0.5, 1.0, 7.0]])
    heat.show_values(values, QRectF(0, 0, 3, 2), (0.0, 1.0))
    for (row, column), value in np.ndenumerate(values):
        color = QColor(heat.pixels.pixel(column, row))
        assert (color.red(), color.green(), color.blue()) == rgb(min(1.0, max(0.0, value)))
    assert heat.boundingRect() == QRectF(0, 0, 3, 2)


def test_what_is_no_number_has_no_colour(qapp: object) -> None:
    """NaN is transparent; all else is opaque."""
    heat = HeatMap(MAP)
    heat.show_values(np.array([[np.nan, 0.5], [np.inf, -np.inf]]), QRectF(0, 0, 1, 1), (0.0, 1.0))
    alphas = [heat.pixels.pixelColor(column, row).alpha() for row in (0, 1) for column in (0, 1)]
    assert alphas == [0, 255, 255, 255]
    heat.clear()
    assert heat.boundingRect().isEmpty()
