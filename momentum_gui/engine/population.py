"""A population of runs in training: their weights, their rules, and how each run has ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from momentum_gui.engine.arrays import Floats

WEIGHT_LIMIT = 1e8
"""A weight beyond this (or not a number) at the end of an epoch means that the run has diverged."""


class Outcome(IntEnum):
    """How a run is doing; the numbers are the codes that compiled loops use."""

    RUNNING = 0
    FINISHED = 1
    CONVERGED = 2
    DIVERGED = 3
    STOPPED = 4


@dataclass
class Population:
    """The runs: each array's first axis is the run. The engines change it in place.

    weights, stored (the p of the rule) and last_step: (runs, weights). learning_rate: (runs,). coefficients:
    (runs, 4), the A B C D of each run's rule. epochs: completed. outcome: codes of `Outcome`. target_error: stop
    when the training error is at or below it, 0 = never. order_of_run: which of the orders of items a run follows.
    """

    weights: Floats
    learning_rate: Floats
    coefficients: Floats
    target_error: Floats
    order_of_run: NDArray[np.int64]
    stored: Floats = field(init=False)
    last_step: Floats = field(init=False)
    epochs: NDArray[np.int64] = field(init=False)
    outcome: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        self.stored = np.zeros_like(self.weights)
        self.last_step = np.full_like(self.weights, np.nan)
        self.epochs = np.zeros(len(self.weights), dtype=np.int64)
        self.outcome = np.full(len(self.weights), Outcome.RUNNING, dtype=np.int64)

    def __len__(self) -> int:
        return len(self.weights)
