"""One item's passes: the values shown are those that the engine trains with."""

from __future__ import annotations

import numpy as np
import pytest

from momentum_gui.engine.network import Activation, Loss, Network
from momentum_gui.engine.numpy_engine import errors, forward, gradients
from momentum_gui.engine.task import Items
from momentum_gui.lab.analysis.item_pass import item_pass

NETWORKS = [
    Network((4, 5, 3), Activation.TANH, Activation.SOFTMAX, Loss.SQUARED_ERROR),
    Network((4, 5, 3), Activation.LOGISTIC, Activation.SOFTMAX, Loss.SQUARED_ERROR_ELEMENTWISE),
    Network((2, 4, 3, 1), Activation.RELU, Activation.LOGISTIC, Loss.CROSS_ENTROPY),
    Network((3, 2), Activation.TANH, Activation.LINEAR, Loss.SQUARED_ERROR),
]


@pytest.mark.parametrize("network", NETWORKS, ids=str)
def test_the_values_are_the_engines(network: Network) -> None:
    """Outputs, loss and gradient equal those of the engine; each layer's gradient is inputs times δ."""
    random = np.random.default_rng(1)
    weights = random.normal(size=network.weight_count)
    inputs, target = random.normal(size=network.sizes[0]), np.eye(network.sizes[-1])[0]
    found = item_pass(network, weights, inputs, target)
    outputs = forward(network, weights[None], inputs[None])
    assert len(found.layers) == len(network.layers)
    for layer, values, expected in zip(found.layers, network.layers, outputs[1:], strict=True):
        np.testing.assert_allclose(layer.output, expected[0, 0], rtol=1e-14)
        np.testing.assert_allclose(layer.matrix_gradient, np.outer(layer.inputs, layer.delta), rtol=1e-14)
        matrix = weights[values.matrix].reshape(values.inputs, values.units)
        np.testing.assert_allclose(layer.net, layer.inputs @ matrix + weights[values.bias], rtol=1e-13)
    items = Items(inputs[None], target[None])
    assert found.loss == pytest.approx(errors(network, weights[None], items)[0][0], rel=1e-14)
    np.testing.assert_allclose(found.gradient, gradients(network, weights[None], inputs[None], target[None])[0])


def test_delta_is_the_change_of_the_error_with_the_net_input() -> None:
    """δ of every unit equals −∂E/∂net, by moving the unit's bias a little."""
    network = NETWORKS[0]
    random = np.random.default_rng(2)
    weights = random.normal(size=network.weight_count)
    inputs, target = random.normal(size=4), np.array([0.0, 1.0, 0.0])
    found = item_pass(network, weights, inputs, target)
    for layer, values in zip(found.layers, network.layers, strict=True):
        for unit in range(values.units):
            moved = [weights.copy(), weights.copy()]
            for sign, vector in zip((1, -1), moved, strict=True):
                vector[values.bias.start + unit] += sign * 1e-6
            high, low = (item_pass(network, vector, inputs, target).loss for vector in moved)
            assert layer.delta[unit] == pytest.approx(-(high - low) / 2e-6, abs=1e-8)
