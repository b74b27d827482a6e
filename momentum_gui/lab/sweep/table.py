"""What a sweep has found so far: one number per run and measure, filled in block by block."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.population import Outcome
from momentum_gui.lab.sweep.block import NUMBERS, BlockResult
from momentum_gui.lab.sweep.grid import Grid


@dataclass
class SweepTable:
    """The results of a grid's runs, (runs,) each, numbered as `Grid` numbers them; `outcome` is RUNNING until known.

    One thread owns a table; a view of a sweep in another thread keeps its own and fills it from the same results.
    """

    grid: Grid
    outcome: NDArray[np.int64]
    epochs: NDArray[np.int64]
    error: Floats
    accuracy: Floats
    test_error: Floats
    test_accuracy: Floats
    area: Floats

    @classmethod
    def empty(cls, grid: Grid) -> SweepTable:
        """Return a table in which nothing is known yet."""
        outcome, epochs = np.zeros(grid.runs, dtype=np.int64), np.zeros(grid.runs, dtype=np.int64)
        return cls(grid, outcome, epochs, *(np.full(grid.runs, np.nan) for _ in NUMBERS))

    def fill(self, result: BlockResult) -> None:
        """Enter the results of a block."""
        for name in ("outcome", "epochs", *NUMBERS):
            getattr(self, name)[result.runs] = getattr(result, name)

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which runs are done, (runs,)."""
        return np.asarray(self.outcome != Outcome.RUNNING)

    @property
    def complete(self) -> bool:
        """Whether every run is done."""
        return bool(self.known.all())

    def known_cells(self) -> NDArray[np.bool_]:
        """Return which cells are done with all their seeds: (rules, learning rates, momenta)."""
        return np.asarray(self.by_cell(self.known).all(axis=-1), dtype=np.bool_)

    def by_cell(self, column: NDArray[np.generic]) -> NDArray[np.generic]:
        """Return a column in the grid's shape: (rules, learning rates, momenta, seeds)."""
        return column.reshape(self.grid.shape)

    def outcomes(self) -> dict[str, int]:
        """Return how many runs ended in each way, the words as in the CSV."""
        counts = np.bincount(self.outcome, minlength=len(Outcome))
        return {kind.name.lower(): int(counts[kind]) for kind in Outcome if kind and counts[kind]}

    def as_results(self) -> Iterator[BlockResult]:
        """Yield all that is known, as one result: to fill a view of a sweep that was resumed."""
        if (runs := np.flatnonzero(self.known)).size:
            numbers = [getattr(self, name)[runs] for name in NUMBERS]
            yield BlockResult.of_columns(-1, runs, self.outcome[runs], self.epochs[runs], numbers)
