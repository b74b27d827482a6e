"""What a training reports: the rows of finished epochs, and frames with the present state of every run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.population import Outcome
from momentum_gui.engine.rules import Coefficients
from momentum_gui.lab.settings import RunSettings, Training
from momentum_gui.lab.steps.trace import Trace


@dataclass(frozen=True)
class Rows:
    """The logged epochs of one run, oldest first: every array's first axis is the row.

    epoch, update: (rows,) counts completed. learning_rate, momentum: (rows,) as they were for the epoch's last
    update. measures: (rows, 8), the columns of `Measure`. gradient_part: (rows,) the norm of that update's gradient
    part A·lr·g. weights: (rows, weights) at the end of the epoch. columns (rows, columns) and parts (rows, weights, 5)
    are what a `LogChoice` asks for besides, and otherwise of width 0.
    """

    epoch: NDArray[np.int64]
    update: NDArray[np.int64]
    learning_rate: Floats
    momentum: Floats
    measures: Floats
    gradient_part: Floats
    weights: Floats
    columns: Floats
    parts: Floats

    def __len__(self) -> int:
        return len(self.epoch)


@dataclass(frozen=True)
class AppliedChange:
    """A change that a training made to a run after `update` updates: its settings before and after, and weights set."""

    update: int
    before: RunSettings
    after: RunSettings
    weights: tuple[tuple[str, float], ...] = ()

    @property
    def text(self) -> str:
        """What changed, in words."""
        words = []
        if self.before.rule != self.after.rule:
            words.append(f"rule {self.after.rule}")
        if self.before.learning_rate != self.after.learning_rate:
            words.append(f"rate {self.after.learning_rate:g}")
        if self.before.momentum != self.after.momentum:
            words.append(f"momentum {self.after.momentum:g}")
        if self.weights:
            name, value = self.weights[0]
            words.append(f"{name} = {value:g}" if len(self.weights) == 1 else f"{len(self.weights)} weights set")
        return ", ".join(words)


@dataclass(frozen=True)
class RunFrame:
    """The state of one run, and what it did since the frame before. All arrays are its own and read-only.

    `epoch` and `update` count what is completed. `rule`, `learning_rate` and `momentum` hold for the next update
    (`momentum` is 0 for a rule that has none). `error` and `accuracy` are those of the present `weights` (NaN where
    that would cost too much in mid-epoch, or does not apply). `trace` is the window of its last updates (see
    `lab.steps.trace_window`) and ends with the last one; None before the first update. `training` is what the run was
    set up with, its schedules among it. `changes` are all that were made so far, oldest first: a frame further back
    has fewer.
    """

    name: str
    outcome: Outcome
    epoch: int
    update: int
    updates_per_epoch: int
    rule: str
    learning_rate: float
    momentum: float
    coefficients: Coefficients
    error: float
    accuracy: float
    weights: Floats
    stored: Floats
    rows: Rows
    trace: Trace | None
    training: Training
    changes: tuple[AppliedChange, ...] = ()

    @property
    def epochs(self) -> float:
        """Epochs done, with the fraction of the one under way: the position on an epoch axis."""
        return self.update / self.updates_per_epoch


@dataclass(frozen=True)
class Frame:
    """The state of every run of a training. `position` is the training's clock: items presented to each run."""

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
