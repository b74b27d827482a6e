"""One-dimensional cuts through a sweep's grid, along the learning rates and along the momenta."""

from __future__ import annotations

from dataclasses import dataclass

from momentum_gui.engine.arrays import Floats
from momentum_gui.lab.sweep.axis import Axis
from momentum_gui.lab.sweep.grid import Cell
from momentum_gui.lab.sweep.measures import cell_values
from momentum_gui.lab.sweep.table import SweepTable


@dataclass(frozen=True)
class Cut:
    """A one-dimensional cut through the grid: along `axis`, the cell's number and its band from `low` to `high`."""

    axis: Axis
    low: Floats
    value: Floats
    high: Floats


def cuts_through(table: SweepTable, cell: Cell, measure: str, target: float) -> tuple[Cut, Cut]:
    """Return the cuts along the learning rates and along the momenta through one cell: curves with the band of
    quartiles.

    inf where a cell diverged, NaN where it is not known yet.
    """
    parts = cell_values(table, measure, target)
    grid = table.grid
    rates = Cut(grid.learning_rate, *(part[cell.rule, :, cell.momentum] for part in parts))
    momenta = Cut(grid.momentum, *(part[cell.rule, cell.learning_rate, :] for part in parts))
    return rates, momenta
