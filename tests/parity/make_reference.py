"""Makes the reference data of the parity tests, where PyTorch and scikit-learn are installed.

    python3 -m venv venv-parity
    venv-parity/bin/pip install torch==2.13.0 numpy==2.4.6 scikit-learn==1.9.1
    venv-parity/bin/python -m tests.parity.make_reference

It uses no part of this program. The files hold data, orders of items, initial weights and what came of them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import sklearn
import torch

from tests.parity import cases, sklearn_iris, torch_rates, torch_sgd

FOLDER = Path(__file__).parent


def make_torch(path: Path) -> None:
    """PyTorch's weights after every epoch of every case."""
    torch.set_num_threads(1)
    inputs, targets = cases.items()
    arrays = {"inputs": inputs, "targets": targets, "version": np.array(torch.__version__)}
    for case in cases.all_cases():
        start, orders = cases.initial_weights(case), cases.orders(case)
        arrays[f"{case.name}/orders"] = orders.astype(np.int8)
        weights, first_gradient = torch_sgd.train(case, start, inputs, targets, orders)
        arrays[f"{case.name}/weights"] = weights
        arrays[f"{case.name}/first_gradient"] = first_gradient
    np.savez_compressed(path, **arrays)


def make_stepped(path: Path) -> None:
    """PyTorch's weights after every epoch of the cases in order, with the learning rate in steps."""
    torch.set_num_threads(1)
    inputs, targets = cases.items()
    arrays = {"inputs": inputs, "targets": targets, "version": np.array(torch.__version__)}
    for case in cases.stepped_cases():
        start, orders = cases.initial_weights(case), cases.orders(case)
        weights, _ = torch_sgd.train(case, start, inputs, targets, orders, cases.STEPS)
        arrays[f"{case.name}/weights"] = weights
    np.savez_compressed(path, **arrays)


def make_rates(path: Path) -> None:
    """The learning rates of PyTorch's schedulers, epoch by epoch."""
    arrays = {name: torch_rates.rates(name, cases.SCHEDULED_RATE) for name in cases.SCHEDULES}
    np.savez_compressed(path, **arrays, version=np.array(torch.__version__))


def make_sklearn(path: Path) -> None:
    """scikit-learn's example: its inputs and initial weights, what it prints, and trajectories without L2 penalty."""
    inputs, classes = sklearn_iris.scaled_iris()
    arrays = {
        "inputs": inputs,
        "classes": classes.astype(np.int8),
        "initial_weights": sklearn_iris.initial_weights(),
        "checkpoints": np.array(sklearn_iris.CHECKPOINTS),
        "version": np.array(sklearn.__version__),
    }
    for rule in sklearn_iris.STRATEGIES:
        weights, losses = sklearn_iris.trajectory(rule)
        arrays[f"{rule}/weights"], arrays[f"{rule}/losses"] = weights, losses
        for alpha in (0.0001, 0.0):
            fit = sklearn_iris.example(rule, alpha)
            arrays[f"{rule}/alpha={alpha}"] = np.array([fit.loss, fit.iterations])
    np.savez_compressed(path, **arrays)


if __name__ == "__main__":
    make_torch(FOLDER / "torch_sgd.npz")
    make_stepped(FOLDER / "torch_steps.npz")
    make_rates(FOLDER / "torch_rates.npz")
    make_sklearn(FOLDER / "sklearn_iris.npz")
