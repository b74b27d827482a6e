"""What a population of runs trains: a network on data items, or an analytic surface."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from momentum_gui.engine.analytic_surfaces import Surface
from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.network import Network


@dataclass(frozen=True)
class Items:
    """Data items: inputs (items, inputs) and targets (items, outputs), both float64 and C-contiguous.

    `threshold` is where a single output is cut into two classes; NaN where accuracy has no meaning (regression).
    With two or more outputs, and a threshold that is a number, the class is the largest output.
    """

    inputs: Floats
    targets: Floats
    threshold: float = float("nan")

    def __len__(self) -> int:
        return len(self.inputs)


@dataclass(frozen=True)
class NetworkTask:
    """What the runs of a population share when they train a network."""

    network: Network
    items: Items
    test_items: Items
    trained: NDArray[np.bool_]
    batch_size: int
    mean: bool

    @property
    def weight_count(self) -> int:
        return self.network.weight_count

    @property
    def updates_per_epoch(self) -> int:
        return -(-len(self.items) // self.batch_size)

    @property
    def items_per_epoch(self) -> int:
        return len(self.items)


@dataclass(frozen=True)
class SurfaceTask:
    """What the runs of a population share when they descend an analytic surface: an epoch is one update."""

    surface: Surface
    batch_size: int = 1
    updates_per_epoch: int = 1
    items_per_epoch: int = 1
    weight_count: int = 2


Task = NetworkTask | SurfaceTask
