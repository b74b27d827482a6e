"""The shape of a feed-forward network: layer sizes, and where each weight lives in one flat vector.

Weights are numbered layer by layer, each layer's matrix row-major as (inputs, outputs), then its biases:
`w1[i,j]` from input i to unit j of the first hidden layer, `b1[j]`, `w2[j,k]`, `b2[k]`, …
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray


class Activation(IntEnum):
    """What a unit does with its net input; the numbers are the codes that compiled loops use."""

    LINEAR = 0
    TANH = 1
    LOGISTIC = 2
    RELU = 3
    SOFTMAX = 4


class Loss(IntEnum):
    """The error of one item; the numbers are the codes that compiled loops use.

    SQUARED_ERROR is ½·Σ(t−o)². SQUARED_ERROR_ELEMENTWISE has the same value, but takes o·(1−o)·(t−o) for the
    gradient at a softmax output: the textbook shortcut that leaves out the Jacobian's off-diagonal.
    CROSS_ENTROPY is −Σ t·ln o with softmax, −Σ t·ln o + (1−t)·ln(1−o) with logistic outputs.
    """

    SQUARED_ERROR = 0
    SQUARED_ERROR_ELEMENTWISE = 1
    CROSS_ENTROPY = 2


@dataclass(frozen=True)
class Layer:
    """Where one layer's weights lie in the flat vector: a matrix (inputs, units), then a bias per unit."""

    inputs: int
    units: int
    offset: int
    activation: Activation

    @property
    def matrix(self) -> slice:
        """The layer's matrix, row-major (inputs, units)."""
        return slice(self.offset, self.offset + self.inputs * self.units)

    @property
    def bias(self) -> slice:
        """The layer's biases, one a unit."""
        return slice(self.matrix.stop, self.matrix.stop + self.units)


@dataclass(frozen=True)
class Network:
    """A fully connected network: `sizes` from the inputs to the outputs, e.g. (4, 5, 3)."""

    sizes: tuple[int, ...]
    hidden_activation: Activation
    output_activation: Activation
    loss: Loss

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """The layers of weights, first to last."""
        layers, offset = [], 0
        last = len(self.sizes) - 2
        for depth, (inputs, units) in enumerate(pairwise(self.sizes)):
            activation = self.output_activation if depth == last else self.hidden_activation
            layers.append(Layer(inputs, units, offset, activation))
            offset = layers[-1].bias.stop
        return tuple(layers)

    @property
    def weight_count(self) -> int:
        """How many weights there are, biases included."""
        return int(self.layers[-1].bias.stop)

    @cached_property
    def weight_names(self) -> tuple[str, ...]:
        """The name of every weight, in order: w1[0,0], w1[0,1], …, b1[0], …"""
        names: list[str] = []
        for number, layer in enumerate(self.layers, 1):
            names += [f"w{number}[{i},{j}]" for i in range(layer.inputs) for j in range(layer.units)]
            names += [f"b{number}[{j}]" for j in range(layer.units)]
        return tuple(names)

    def initial_weights(self, seed: int, weight_range: float, initialization: str = "uniform") -> NDArray[np.float64]:
        """Draw the initial weights, (weights,).

        "uniform" draws all from ±weight_range. The others set each layer's range from its size and leave the biases
        0: "glorot" ±√(6/(inputs + units)) (Glorot, Bengio 2010), "he" ±√(6/inputs) (He et al. 2015).
        """
        random = np.random.default_rng(seed)
        if initialization == "uniform":
            reach = abs(weight_range)  # −0.0 is a range too
            return random.uniform(-reach, reach, self.weight_count)
        weights = np.zeros(self.weight_count)
        for layer in self.layers:
            fan = layer.inputs + layer.units if initialization == "glorot" else layer.inputs
            bound = np.sqrt(6 / fan)
            weights[layer.matrix] = random.uniform(-bound, bound, layer.inputs * layer.units)
        return weights
