"""The problems that every peer is given: random data of a network's shape, tanh and softmax, squared error."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.network import Activation, Loss, Network
from momentum_gui.engine.task import Items, NetworkTask

NETWORKS = {"2-3-2": (2, 3, 2), "4-7-3": (4, 7, 3), "4-32-32-3": (4, 32, 32, 3), "64-32-10": (64, 32, 10)}
ITEMS = 150  # as Iris


@dataclass(frozen=True)
class Problem:
    """A network, its data and its settings; the items are presented in their own order."""

    sizes: tuple[int, ...]
    items: int = ITEMS
    learning_rate: float = 0.01
    momentum: float = 0.5

    @cached_property
    def network(self) -> Network:
        return Network(self.sizes, Activation.TANH, Activation.SOFTMAX, Loss.SQUARED_ERROR)

    @cached_property
    def inputs(self) -> Floats:
        return np.random.default_rng(1).normal(size=(self.items, self.sizes[0]))

    @cached_property
    def targets(self) -> Floats:
        return np.eye(self.sizes[-1])[np.random.default_rng(2).integers(0, self.sizes[-1], self.items)]

    @cached_property
    def weights(self) -> Floats:
        return self.network.initial_weights(3, 0.3)

    def task(self, batch_size: int = 1) -> NetworkTask:
        """The problem for this program's engines."""
        items, nothing = Items(self.inputs, self.targets, 0.5), Items(self.inputs[:0], self.targets[:0], 0.5)
        return NetworkTask(
            self.network, items, nothing, np.ones(self.network.weight_count, dtype=np.bool_), batch_size, True
        )
