"""What a training tells of itself: the rows of finished epochs, and frames of where every run stands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from momentum_gui.engine.population import Floats, Outcome
from momentum_gui.lab.steps.trace import Trace


@dataclass(frozen=True)
class Rows:
    """The logged epochs of one run, oldest first: every array's first axis is the row.

    epoch, update: (rows,) counts completed. learning_rate, momentum: (rows,) as they were for the epoch's last
    update. measures: (rows, 8), the columns of `Measure`. weights: (rows, weights) at the end of the epoch. columns
    (rows, columns) and parts (rows, weights, 5) are what a `LogChoice` asks for besides, and else of width 0.
    """

    epoch: NDArray[np.int64]
    update: NDArray[np.int64]
    learning_rate: Floats
    momentum: Floats
    measures: Floats
    weights: Floats
    columns: Floats
    parts: Floats

    def __len__(self) -> int:
        return len(self.epoch)


@dataclass(frozen=True)
class RunFrame:
    """Where one run stands, and what it did since the frame before. All arrays are its own and read-only.

    `epoch` and `update` count what is completed. `error` and `accuracy` are those of `weights` as they stand (NaN
    where that would cost too much in mid-epoch, or does not apply). `trace` is the window of its last updates (see
    `lab.window`) and ends where the run stands; None before the first update.
    """

    name: str
    outcome: Outcome
    epoch: int
    update: int
    updates_per_epoch: int
    rule: str
    learning_rate: float
    momentum: float
    error: float
    accuracy: float
    weights: Floats
    stored: Floats
    rows: Rows
    trace: Trace | None

    @property
    def epochs(self) -> float:
        """Epochs done, with the fraction of the one under way: the position on an epoch axis."""
        return self.update / self.updates_per_epoch


@dataclass(frozen=True)
class Frame:
    """Where every run of a training stands. `position` is the training's clock: items presented to each run."""

    position: int
    items_per_epoch: int
    runs: tuple[RunFrame, ...]
    updates_done: int

    @property
    def epochs(self) -> float:
        """The clock in epochs."""
        return self.position / self.items_per_epoch

    @property
    def finished(self) -> bool:
        """Whether no run goes on."""
        return all(run.outcome is not Outcome.RUNNING for run in self.runs)
