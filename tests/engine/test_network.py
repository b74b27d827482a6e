"""The flat weight vector: where each weight lies, what it is called, how it starts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from momentum_gui.engine.network import Activation, Layer, Loss, Network
from tests.engine.problems import networks


def test_weights_are_numbered_layer_by_layer() -> None:
    """Each matrix row-major as (inputs, outputs), then its biases."""
    network = Network((2, 3, 1), Activation.TANH, Activation.LOGISTIC, Loss.SQUARED_ERROR)
    assert network.weight_names == (
        "w1[0,0]", "w1[0,1]", "w1[0,2]", "w1[1,0]", "w1[1,1]", "w1[1,2]", "b1[0]", "b1[1]", "b1[2]",
        "w2[0,0]", "w2[1,0]", "w2[2,0]", "b2[0]",
    )  # fmt: skip
    assert network.layers == (Layer(2, 3, 0, Activation.TANH), Layer(3, 1, 9, Activation.LOGISTIC))


@given(networks())
def test_slices_cover_every_weight_once(network: Network) -> None:
    """The layers' slices are the whole vector, in order, and there is a name for each weight."""
    slices = [part for layer in network.layers for part in (layer.matrix, layer.bias)]
    places = np.concatenate([np.arange(part.start, part.stop) for part in slices])
    assert np.array_equal(places, np.arange(network.weight_count))
    assert len(set(network.weight_names)) == network.weight_count
    assert network.weight_count == sum((n + 1) * m for n, m in zip(network.sizes, network.sizes[1:], strict=False))


def test_initial_weights_are_uniform_and_repeat() -> None:
    """Within ±weight_range, filling it, the same for the same seed and others for another."""
    network = Network((30, 30, 30), Activation.TANH, Activation.LINEAR, Loss.SQUARED_ERROR)
    weights = network.initial_weights(7, 0.01)
    assert weights.shape == (network.weight_count,) and np.abs(weights).max() <= 0.01
    assert np.abs(weights).max() > 0.0099 and abs(weights.mean()) < 0.001
    assert np.array_equal(weights, network.initial_weights(7, 0.01))
    assert not np.array_equal(weights, network.initial_weights(8, 0.01))
    assert (network.initial_weights(7, -0.0) == 0).all()


@pytest.mark.parametrize(("initialization", "bounds"), [("glorot", (6 / 90, 6 / 70)), ("he", (6 / 40, 6 / 50))])
def test_initial_weights_by_layer_size(initialization: str, bounds: tuple[float, float]) -> None:
    """Glorot and Bengio's √(6/(inputs + units)) and He's √(6/inputs) bound each layer's weights; biases are 0."""
    network = Network((40, 50, 20), Activation.TANH, Activation.LINEAR, Loss.SQUARED_ERROR)
    weights = network.initial_weights(3, 0.5, initialization)
    for layer, bound in zip(network.layers, np.sqrt(bounds), strict=True):
        assert 0.99 * bound < np.abs(weights[layer.matrix]).max() <= bound
        assert not weights[layer.bias].any()
