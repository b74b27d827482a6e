"""Holds that the one-step rule is the listing of McCaffrey's article, told again here in plain Python numbers.

delta = learnRate * ihGrads[i,j]
ihWeights[i,j] += delta
ihWeights[i,j] += momentum * ih_prev_weights_delta[i,j]
ih_prev_weights_delta[i,j] = delta
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.setup import Setup
from momentum_gui.lab.training.item_order import ItemOrder
from momentum_gui.lab.training.trainer import Trainer

INPUT, HIDDEN, OUTPUT = 4, 5, 3
Matrix = list[list[float]]


class Listing:
    """A 4-5-3 network, tanh and softmax, trained as the article's programs do: scalars, loops, one item at a time."""

    def __init__(self, flat: list[float]) -> None:
        numbers = iter(flat)
        self.ih = [[next(numbers) for _ in range(HIDDEN)] for _ in range(INPUT)]
        self.h_bias = [next(numbers) for _ in range(HIDDEN)]
        self.ho = [[next(numbers) for _ in range(OUTPUT)] for _ in range(HIDDEN)]
        self.o_bias = [next(numbers) for _ in range(OUTPUT)]
        self.ih_prev = [[0.0] * HIDDEN for _ in range(INPUT)]
        self.h_bias_prev = [0.0] * HIDDEN
        self.ho_prev = [[0.0] * OUTPUT for _ in range(HIDDEN)]
        self.o_bias_prev = [0.0] * OUTPUT

    def flat(self) -> list[float]:
        """The weights in the program's order."""
        inner = [weight for row in self.ih for weight in row]
        outer = [weight for row in self.ho for weight in row]
        return inner + self.h_bias + outer + self.o_bias

    def train(self, x: list[float], t: list[float], learn_rate: float, momentum: float) -> None:
        """One item: forward, gradients that point downhill (target − output), and the listing for every weight."""
        hidden = [math.tanh(sum(x[i] * self.ih[i][j] for i in range(INPUT)) + self.h_bias[j]) for j in range(HIDDEN)]
        net = [sum(hidden[j] * self.ho[j][k] for j in range(HIDDEN)) + self.o_bias[k] for k in range(OUTPUT)]
        powers = [math.exp(value - max(net)) for value in net]
        output = [power / sum(powers) for power in powers]
        o_signal = [(t[k] - output[k]) * output[k] * (1 - output[k]) for k in range(OUTPUT)]
        h_signal = [
            (1 - hidden[j] * hidden[j]) * sum(o_signal[k] * self.ho[j][k] for k in range(OUTPUT)) for j in range(HIDDEN)
        ]
        for i in range(INPUT):
            for j in range(HIDDEN):
                delta = learn_rate * (x[i] * h_signal[j])
                self.ih[i][j] += delta
                self.ih[i][j] += momentum * self.ih_prev[i][j]
                self.ih_prev[i][j] = delta
        for j in range(HIDDEN):
            delta = learn_rate * h_signal[j]
            self.h_bias[j] += delta
            self.h_bias[j] += momentum * self.h_bias_prev[j]
            self.h_bias_prev[j] = delta
        for j in range(HIDDEN):
            for k in range(OUTPUT):
                delta = learn_rate * (hidden[j] * o_signal[k])
                self.ho[j][k] += delta
                self.ho[j][k] += momentum * self.ho_prev[j][k]
                self.ho_prev[j][k] = delta
        for k in range(OUTPUT):
            delta = learn_rate * o_signal[k]
            self.o_bias[k] += delta
            self.o_bias[k] += momentum * self.o_bias_prev[k]
            self.o_bias_prev[k] = delta


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@pytest.mark.parametrize("momentum", [0.75, 0.0])
def test_the_one_step_rule_is_the_listing(engine: str, momentum: float) -> None:
    """Online on shuffled Iris, 4-5-3: every weight equals the listing's to 1e-12 after each of 10 epochs."""
    epochs, learn_rate, seed = 10, 0.05, 3
    experiment = Experiment.parse(
        f"""
        [problem]
        dataset = "iris"
        test_fraction = 0.2
        scale = "standard"
        [network]
        hidden = [5]
        loss = "squared_error_elementwise"
        weight_range = 0.01
        [training]
        rule = "one-step"
        learning_rate = {learn_rate}
        momentum = {momentum}
        epochs = {epochs}
        seed = {seed}
        """,
        "listing",
        Path(),
    )
    setup = Setup.of(experiment)
    assert setup.data is not None
    inputs, targets = setup.data.items.inputs.tolist(), setup.data.items.targets.tolist()
    listing = Listing(setup.initial_weights(experiment.runs[0]).tolist())
    expected = []
    for order in ItemOrder(len(inputs), seed, shuffled=True).epochs(0, epochs).tolist():
        assert order != sorted(order)
        for item in order:
            listing.train(inputs[item], targets[item], learn_rate, momentum)
        expected.append(listing.flat())
    rows = Trainer(experiment, engine).advance_epochs(epochs).runs[0].rows
    np.testing.assert_allclose(rows.weights, expected, rtol=1e-12, atol=1e-12)
    assert np.abs(rows.weights[-1]).max() > 0.5, "the weights moved too little to compare anything"
