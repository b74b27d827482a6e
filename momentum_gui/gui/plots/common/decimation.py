"""Curves thinned to what a screen can show: in each pixel column the least and the greatest point."""

from __future__ import annotations

import numpy as np

from momentum_gui.engine.arrays import Floats

CROWD = 2
"""Up to this many points a pixel column are all drawn."""


def visible_part(x: Floats, left: float, right: float) -> slice:
    """Return the points of a rising x between left and right, and one beyond on each side so that the line runs on."""
    first = max(0, int(np.searchsorted(x, left, side="left")) - 1)
    last = min(len(x), int(np.searchsorted(x, right, side="right")) + 1)
    return slice(first, last)


class PixelColumns:
    """The points of a rising x (points,) between two ends, and which of them share a pixel column.

    `part` is where they lie in x. They are `crowded` where there are more than CROWD a column: then a line is drawn
    from each column's least and greatest value alone.
    """

    def __init__(self, x: Floats, left: float, right: float, columns: int) -> None:
        self.part = visible_part(x, left, right)
        x = x[self.part]
        self.crowded = len(x) > CROWD * columns and right > left
        if self.crowded:
            column = ((x - left) * (columns / (right - left))).astype(np.int64)
            self._starts = np.flatnonzero(np.concatenate(([True], column[1:] != column[:-1])))
            self._x = np.repeat(x[self._starts], 2)

    def line(self, low: Floats, high: Floats) -> tuple[Floats, Floats]:
        """Return the line (x, y) through crowded points whose values reach from low to high, each (points,) like all of
        x.

        It goes upwards in one column and downwards in the next, so that none is gone through twice. NaN is passed over
        within a column; a column of NaN alone is a gap.
        """
        least = np.fmin.reduceat(low[self.part], self._starts)
        greatest = np.fmax.reduceat(high[self.part], self._starts)
        y = np.stack((least, greatest), axis=1)
        y[1::2] = y[1::2, ::-1].copy()
        return self._x, y.ravel()

    def middle(self, values: Floats) -> tuple[Floats, Floats]:
        """Return the line (x, y) through the mean of each column of crowded points with these values (points,), NaN
        left out."""
        values = values[self.part]
        good = np.isfinite(values)
        sums = np.add.reduceat(np.where(good, values, 0.0), self._starts)
        with np.errstate(invalid="ignore"):
            return self._x[::2], sums / np.add.reduceat(good, self._starts, dtype=np.float64)
