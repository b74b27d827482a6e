"""A grid of trainings as one would write it with scikit-learn in joblib, and with PyTorch's vmap."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np

from benchmarks.problems import Problem
from momentum_gui.engine.arrays import Floats


def fit(inputs: Floats, classes: Floats, hidden: int, rate: float, momentum: float, epochs: int) -> float:
    """One cell in scikit-learn: online, shuffled each epoch; its final loss."""
    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier(
        (hidden,), activation="tanh", solver="sgd", alpha=0.0, batch_size=1, learning_rate_init=rate,
        momentum=momentum, nesterovs_momentum=False, max_iter=epochs, tol=0.0, n_iter_no_change=epochs, random_state=0,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(model.fit(inputs, classes).loss_)


def scikit_learn(problem: Problem, rates: Floats, momenta: Floats, epochs: int, jobs: int) -> Callable[[], object]:
    """The cells in joblib's processes, which are started beforehand."""
    from joblib import Parallel, delayed

    classes = problem.targets.argmax(axis=1)
    parallel = Parallel(n_jobs=jobs)
    cells = list(zip(rates.tolist(), momenta.tolist(), strict=True))
    return lambda: parallel(
        delayed(fit)(problem.inputs, classes, problem.sizes[1], rate, momentum, epochs) for rate, momentum in cells
    )


def pytorch(problem: Problem, rates: Floats, momenta: Floats, epochs: int) -> Callable[[], object]:
    """All cells at once: torch.func.vmap of the gradient of one item, in double precision."""
    import torch
    from torch.func import grad, vmap

    runs = len(rates)
    inputs, targets = torch.from_numpy(problem.inputs), torch.from_numpy(problem.targets)
    lr, mu = (torch.from_numpy(values)[:, None, None] for values in (np.array(rates), np.array(momenta)))
    starts = []
    for layer in problem.network.layers:
        starts.append(torch.from_numpy(problem.weights[layer.matrix].reshape(layer.inputs, layer.units)))
        starts.append(torch.from_numpy(problem.weights[layer.bias][None, :]))

    def loss(weights: list[torch.Tensor], x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        hidden = torch.tanh(x @ weights[0] + weights[1])
        output = torch.softmax(hidden @ weights[2] + weights[3], -1)
        return 0.5 * ((t - output) ** 2).sum()

    gradient = vmap(grad(loss), in_dims=(0, None, None))

    def train() -> object:
        weights = [start.expand(runs, *start.shape).clone() for start in starts]
        stored = [torch.zeros_like(weight) for weight in weights]
        for _ in range(epochs):
            for item in range(len(inputs)):
                downhill = gradient(weights, inputs[item : item + 1], targets[item : item + 1])
                for weight, p, g in zip(weights, stored, downhill, strict=True):
                    p.mul_(mu).sub_(lr * g)
                    weight.add_(p)
        return weights

    return train
