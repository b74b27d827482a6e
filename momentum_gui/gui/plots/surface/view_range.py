"""What part of its plane the surface shows: the range that shows the paths, and when it has to move."""

from __future__ import annotations

import time

from momentum_gui.engine.analysis.plane import Range, extent
from momentum_gui.engine.analytic_surfaces import Surface
from momentum_gui.engine.population import Floats
from momentum_gui.gui.plots.common.plot import Plot

MARGIN = 0.35
"""The room around the paths, as a share of how far they reach."""
EDGE = 0.02
"""A point nearer to the edge than this share of the picture's side is about to leave it."""


class SurfaceRange:
    """The range of a plot: x low, x high, y low, y high. `changed` is when it, or what lies in it, changed last."""

    def __init__(self, plot: Plot) -> None:
        self.plot = plot
        self.changed = 0.0
        self.setting = False  # whether a change of range comes from here rather than from the user's hand

    @property
    def shown(self) -> Range:
        """What the plot shows now."""
        (left, right), (low, high) = self.plot.getPlotItem().viewRange()
        return left, right, low, high

    def show(self, wanted: Range) -> None:
        """Let the plot show a range."""
        self.setting = True
        self.plot.setRange(xRange=wanted[:2], yRange=wanted[2:], padding=0)
        self.setting = False
        self.touch()

    def touch(self) -> None:
        """Something changed just now."""
        self.changed = time.monotonic()

    def follow(self, x: float, y: float) -> None:
        """Keep a point in the middle."""
        left, right, low, high = self.shown
        width, height = right - left, high - low
        off = max(abs(x - (left + width / 2)) / width, abs(y - (low + height / 2)) / height)
        if off > EDGE:
            self.show((x - width / 2, x + width / 2, y - height / 2, y + height / 2))

    def is_left_by(self, x: Floats, y: Floats) -> bool:
        """Whether some of the points x, y are about to leave the picture, or have."""
        left, right, low, high = self.shown
        edge_x, edge_y = EDGE * (right - left), EDGE * (high - low)
        return len(x) > 0 and bool(
            x.min() < left + edge_x or x.max() > right - edge_x or y.min() < low + edge_y or y.max() > high - edge_y
        )

    def holds(self, range_: Range) -> bool:
        """Whether all of a range is shown."""
        left, right, low, high = self.shown
        return range_[0] >= left and range_[1] <= right and range_[2] >= low and range_[3] <= high


def around_paths(x: Floats, y: Floats) -> Range:
    """The range that shows the points x, y of all paths."""
    low_x, high_x, low_y, high_y = extent(x, y, MARGIN)
    # Narrower than this, rounding and single steps are all there is to be seen.
    half_x, half_y = max((high_x - low_x) / 2, 1.0), max((high_y - low_y) / 2, 1.0)
    mid_x, mid_y = (low_x + high_x) / 2, (low_y + high_y) / 2
    return mid_x - half_x, mid_x + half_x, mid_y - half_y, mid_y + half_y


def around_starts(surface: Surface, starts: Floats) -> Range:
    """An analytic surface's domain and the starts (runs, 2), however far a run fled."""
    low_x, high_x, low_y, high_y = surface.domain
    if len(starts):
        margin_x, margin_y = 0.05 * (high_x - low_x), 0.05 * (high_y - low_y)
        low_x, high_x = min(low_x, starts[:, 0].min() - margin_x), max(high_x, starts[:, 0].max() + margin_x)
        low_y, high_y = min(low_y, starts[:, 1].min() - margin_y), max(high_y, starts[:, 1].max() + margin_y)
    return float(low_x), float(high_x), float(low_y), float(high_y)
