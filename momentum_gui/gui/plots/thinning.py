"""Curves thinned to what a screen can show: in each pixel column the first, least, greatest and last point."""

from __future__ import annotations

import numpy as np

from momentum_gui.engine.population import Floats


def visible_part(x: Floats, left: float, right: float) -> slice:
    """The points of a rising x between left and right, and one beyond on each side so that the line runs on."""
    first = max(0, int(np.searchsorted(x, left, side="left")) - 1)
    last = min(len(x), int(np.searchsorted(x, right, side="right")) + 1)
    return slice(first, last)


def thinned(x: Floats, y: Floats, left: float, right: float, columns: int) -> tuple[Floats, Floats]:
    """The part of a curve between left and right in at most 4 points a column, with every spike kept.

    x (points,) must not fall. NaN is passed over within a column; a column of NaN alone stays a gap.
    """
    part = visible_part(x, left, right)
    x, y = x[part], y[part]
    columns = max(1, columns)
    if len(x) <= 4 * columns or not right > left:
        return x, y
    column = ((x - left) * (columns / (right - left))).astype(np.int64)
    starts = np.flatnonzero(np.diff(column, prepend=column[0] - 1))
    ends = np.append(starts[1:], len(x)) - 1
    thin_y = np.stack((y[starts], np.fmin.reduceat(y, starts), np.fmax.reduceat(y, starts), y[ends]), axis=1)
    thin_x = np.stack((x[starts], x[starts], x[ends], x[ends]), axis=1)
    return thin_x.ravel(), thin_y.ravel()


def pieces(y: Floats) -> list[slice]:
    """The stretches of a curve that are not interrupted by NaN or infinity."""
    good = np.isfinite(y)
    if good.all():
        return [slice(0, len(y))] if len(y) else []
    edges = np.flatnonzero(np.diff(np.concatenate(([False], good, [False])).astype(np.int8)))
    return [slice(int(first), int(last)) for first, last in zip(edges[0::2], edges[1::2], strict=True)]
