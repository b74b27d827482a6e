"""One item's way through the network and back, with all its values, as the update that follows uses them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.network import Network
from momentum_gui.engine.numpy_engine import activate, layer_weights, losses, output_delta, slope


@dataclass(frozen=True, eq=False)
class LayerPass:
    """One layer: what comes in (inputs,), and for its units (units,) net inputs, outputs, and δ = −∂E/∂net.

    `matrix_gradient` (inputs, units) and `bias_gradient` (units,) are the layer's part of the downhill gradient.
    """

    inputs: Floats
    net: Floats
    output: Floats
    delta: Floats
    matrix_gradient: Floats
    bias_gradient: Floats


@dataclass(frozen=True, eq=False)
class ItemPass:
    """Forward and backward pass of one item: the layers from first to last, the item's loss and gradient (weights,)."""

    layers: tuple[LayerPass, ...]
    target: Floats
    loss: float
    gradient: Floats


def item_pass(network: Network, weights: Floats, inputs: Floats, target: Floats) -> ItemPass:
    """Return the passes of one item: weights (W,), inputs (I,), target (O,)."""
    population = np.asarray(weights, dtype=np.float64)[None]
    activations, nets = [np.asarray(inputs, dtype=np.float64)[None]], []
    for layer in network.layers:
        matrix, bias = layer_weights(layer, population)
        nets.append((activations[-1] @ matrix + bias)[0, 0])
        activations.append(activate(layer.activation, nets[-1][None]))
    goal = np.asarray(target, dtype=np.float64)[None]
    loss = float(losses(network, activations[-1], goal)[0])
    delta = output_delta(network, activations[-1], goal)
    gradient = np.empty(network.weight_count)
    passes: list[LayerPass] = []
    for depth in range(len(network.layers) - 1, -1, -1):
        layer, below = network.layers[depth], activations[depth]
        matrix_gradient = below.T @ delta
        gradient[layer.matrix], gradient[layer.bias] = matrix_gradient.ravel(), delta[0]
        passes.append(LayerPass(below[0], nets[depth], activations[depth + 1][0], delta[0], matrix_gradient, delta[0]))
        if depth:
            matrix, _ = layer_weights(layer, population)
            delta = slope(network.hidden_activation, below) * (delta @ matrix[0].T)
    return ItemPass(tuple(passes[::-1]), goal[0], loss, gradient)
