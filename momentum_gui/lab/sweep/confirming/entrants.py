"""Some cells of a grid with seeds of their own: what a race trains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from momentum_gui.lab.sweep.grid import LARGEST_SEED, Grid


@dataclass(frozen=True)
class Entrants(Grid):
    """A grid of which only `chosen` cells take part; a column of them, so that `shape` is (1, cells, 1, seeds)."""

    chosen: tuple[int, ...] = ()

    @classmethod
    def of_cells(cls, grid: Grid, cells: NDArray[np.int64], seeds: tuple[int, ...]) -> Entrants:
        """Return these cells of a grid, numbered in C order over (rules, learning rates, momenta), with these seeds."""
        chosen = tuple(cells.tolist())
        return cls(grid.learning_rate, grid.momentum, grid.rules, seeds, grid.own_rules, chosen)

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """One rule and momentum in name only: the cells take the place of the learning rates."""
        return 1, len(self.chosen), 1, len(self.seeds)

    @property
    def cells(self) -> int:
        """How many settings take part."""
        return len(self.chosen)

    def settings(self, runs: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        """Of these runs: the number of the rule, the learning rate and the momentum, (runs,) each."""
        whole = len(self.rules), len(self.learning_rate), len(self.momentum)
        rule, rate, momentum = np.unravel_index(np.array(self.chosen)[runs // len(self.seeds)], whole)
        return rule, np.array(self.learning_rate.values)[rate], np.array(self.momentum.values)[momentum]

    def coarse_to_fine(self) -> NDArray[np.int64]:
        """Return all cells, in order: a race has no coarse pass."""
        return np.arange(self.cells, dtype=np.int64)


def fresh_seeds(grid: Grid, first: int, count: int) -> tuple[int, ...]:
    """Return `count` seeds from the `first` fresh one on: those that follow the grid's, from 0 after the largest."""
    start = grid.seeds[-1] + 1 + first
    return tuple((start + number) % (LARGEST_SEED + 1) for number in range(count))
