"""The neighbourhood of cells in a grid: scores smoothed over neighbours, regions without islands, and their middle.

All arrays are (rules, learning rates, momenta); neighbours are cells of the same rule.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from momentum_gui.engine.arrays import Floats

Marks = NDArray[np.bool_]


def around(values: Floats | Marks) -> Floats:
    """Return the 3 × 3 cells around each, (9, …); NaN beyond the grid. The cell itself is number 4."""
    padded = np.pad(values.astype(np.float64), ((0, 0), (1, 1), (1, 1)), constant_values=np.nan)
    rates, momenta = values.shape[1:]
    return np.stack([padded[:, i : i + rates, j : j + momenta] for i in range(3) for j in range(3)])


def smoothed(values: Floats) -> Floats:
    """Return the mean of each cell and its neighbours, nearer ones with more weight (4, 2 and 1 parts)."""
    near = around(values)
    weights = np.array([1, 2, 1, 2, 4, 2, 1, 2, 1], dtype=np.float64)[:, None, None, None] * ~np.isnan(near)
    return np.asarray((np.nan_to_num(near) * weights).sum(axis=0) / weights.sum(axis=0))


def without_islands(cells: Marks, keep: Marks) -> Marks:
    """Return the marked cells of which most neighbours are marked too, holes filled; `keep` holds what stays anyway.

    Cells in a grid one value wide have two neighbours, so there a hole of one cell is filled and an island of one goes.
    """
    near = around(cells)
    others = np.delete(near, 4, axis=0)
    present = (~np.isnan(others)).sum(axis=0)
    marked = np.nansum(others, axis=0)
    with np.errstate(invalid="ignore"):
        share = np.where(present > 0, marked / np.maximum(present, 1), cells)
    return np.asarray((cells & (share >= 0.5)) | (share > 0.75) | keep)


def connected(cells: Marks, start: tuple[int, int, int]) -> Marks:
    """Return the marked cells that can be reached from one of them by steps to neighbours, corners included."""
    found = np.zeros_like(cells)
    found[start] = True
    while True:
        wider = (np.nansum(around(found), axis=0) > 0) & cells
        if (wider == found).all():
            return found
        found = wider


def depths(cells: Marks) -> Floats:
    """Return how many steps each marked cell is from the nearest that is not, beyond the grid's edge included; 0 for
    cells that are not marked. An axis of one value has no edge.
    """
    edges = [axis for axis in (1, 2) if cells.shape[axis] > 1]
    depth, inside = np.zeros(cells.shape), cells.copy()
    while inside.any():
        depth += inside
        if not edges:
            break
        shrunk = inside.copy()
        for axis in edges:
            rows = np.moveaxis(inside, axis, 0)
            both = np.moveaxis(shrunk, axis, 0)
            both[1:] &= rows[:-1]
            both[:-1] &= rows[1:]
            both[[0, -1]] = False
        inside = shrunk
    return depth
