"""What fresh seeds say about a sweep: the cell to use, the measure on seeds that took no part in choosing it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from momentum_gui.engine.arrays import Floats
from momentum_gui.lab.sweep.grid import Cell
from momentum_gui.lab.sweep.measures import spread

FAR = 10.0
"""Runs that end this many times above the median are counted apart: they show an outcome with two modes."""


@dataclass(frozen=True, eq=False)
class Confirmation:
    """The recommended cell, measured on a hold-out of fresh seeds.

    values: (seeds,), the measure of each hold-out run. failures: (seeds,), which of them diverged, or missed the target
    where there is one. region: (rules, learning rates, momenta), the cells that cannot be told from this one, without
    islands. middle: whether the cell was taken for its place, in the middle of that region, and not for its number
    alone. raced: how many cells got fresh seeds; race_seeds: how many fresh seeds the last of them got.
    """

    measure: str
    cell: Cell
    values: Floats
    failures: NDArray[np.bool_]
    region: NDArray[np.bool_]
    middle: bool
    raced: int
    race_seeds: int

    @property
    def seeds(self) -> int:
        """How many fresh seeds measured it."""
        return len(self.values)

    @property
    def failed(self) -> int:
        """How many of them failed."""
        return int(self.failures.sum())

    def quartiles(self) -> tuple[float, float, float]:
        """Return lower quartile, median and upper quartile; of success, the share of seeds three times."""
        if self.measure == "success":
            share = float(self.values.mean())
            return share, share, share
        low, median, high = (float(part) for part in spread(self.values))
        return low, median, high

    @property
    def far(self) -> int:
        """How many runs ended more than `FAR` times above the median without failing outright."""
        median = self.quartiles()[1]
        if self.measure == "success" or not 0 < median < np.inf:
            return 0
        return int((~self.failures & (self.values > FAR * median)).sum())
