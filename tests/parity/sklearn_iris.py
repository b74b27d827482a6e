"""Trains scikit-learn's example "Compare Stochastic learning strategies for MLPClassifier" on Iris: one of its sides.

https://scikit-learn.org/stable/auto_examples/neural_networks/plot_mlp_training_curves.html: features scaled to 0 … 1,
100 ReLU units, softmax, cross-entropy, learning rate 0.2, up to 400 iterations, random_state 0, all 150 items a batch.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import MinMaxScaler

Floats = NDArray[np.float64]

STRATEGIES = {"plain": (0.0, False), "heavy-ball": (0.9, False), "nesterov": (0.9, True)}
"""The example's momentum and nesterovs_momentum, by the rule that this program has for it."""
CHECKPOINTS = (1, 2, 3, 5, 10, 20, 40, 80, 120)
"""The iterations whose weights are kept: 803 numbers each."""


@dataclass(frozen=True)
class Fit:
    """What the example prints for one strategy: `loss_` of the last iteration, L2 term included, and its number."""

    loss: float
    iterations: int


def scaled_iris() -> tuple[Floats, NDArray[np.int64]]:
    """The example's inputs (150, 4) and classes (150,)."""
    inputs, classes = load_iris(return_X_y=True)
    return MinMaxScaler().fit_transform(inputs), classes


def classifier(rule: str, **settings: float) -> MLPClassifier:
    """The example's classifier for one strategy, with settings changed."""
    momentum, nesterov = STRATEGIES[rule]
    given = {"random_state": 0, "solver": "sgd", "learning_rate": "constant", "learning_rate_init": 0.2}
    return MLPClassifier(**{**given, "momentum": momentum, "nesterovs_momentum": nesterov, **settings})


def flat(network: MLPClassifier) -> Floats:
    """Its public weights in this program's order: each layer's matrix (inputs, units), then its biases; (803,)."""
    layers = zip(network.coefs_, network.intercepts_, strict=True)
    return np.concatenate([part for matrix, bias in layers for part in (matrix.ravel(), bias)])


def initial_weights() -> Floats:
    """The weights every strategy starts from, read off a fit whose only step is too small to change a number."""
    inputs, classes = scaled_iris()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return flat(classifier("plain", max_iter=1, learning_rate_init=1e-300).fit(inputs, classes))


def example(rule: str, alpha: float) -> Fit:
    """The example as published, or with another L2 penalty than its 0.0001."""
    inputs, classes = scaled_iris()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = classifier(rule, max_iter=400, alpha=alpha).fit(inputs, classes)
    return Fit(fitted.loss_, fitted.n_iter_)


def trajectory(rule: str) -> tuple[Floats, Floats]:
    """Without the L2 penalty, one public partial_fit an iteration: weights (checkpoints, 803), losses (120,).

    A loss is that of the weights with which its iteration began.
    """
    inputs, classes = scaled_iris()
    network = classifier(rule, alpha=0.0, shuffle=False)
    weights, losses = [], []
    for iteration in range(1, CHECKPOINTS[-1] + 1):
        network.partial_fit(inputs, classes, classes=[0, 1, 2])
        losses.append(network.loss_)
        if iteration in CHECKPOINTS:
            weights.append(flat(network))
    return np.stack(weights), np.array(losses)
