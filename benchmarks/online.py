"""One run, one item at a time: this program beside C, JAX, scikit-learn, PyTorch and its own NumPy engine."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator

import numpy as np

from benchmarks import ours
from benchmarks.measure import alternate, installed
from benchmarks.problems import NETWORKS, Problem
from benchmarks.rows import Missing, Row, faster, share_of_time

TITLE = "One online update, tanh and softmax, one run"
NOTES = """\
The C loops spend most of their time in libm's tanh and exp, one unit after the other. Here a layer's units lie side
by side in a vector, and both functions are polynomials that all of them go through at once. Rules cost the same:
each is the same four multiplications."""


def rows() -> Iterator[Row | Missing]:
    """C for each network; the libraries for each, too."""
    for name, sizes in NETWORKS.items():
        yield against_c(name, Problem(sizes))
    for name, sizes in NETWORKS.items():
        yield against_jax(name, Problem(sizes))
    yield against_library("scikit-learn", "scikit-learn, batch 1", scikit_learn, 250)
    yield against_library("torch", "PyTorch eager, SGD", pytorch, 800)
    problem = Problem(NETWORKS["4-7-3"])
    pair = alternate(ours.trainer(problem, 20), ours.trainer(problem, 1, engine="numpy"), 20 * 150, 150)
    yield faster("4-7-3", "this program's NumPy engine", pair, None)


def against_c(name: str, problem: Problem) -> Row | Missing:
    """The same loops in C."""
    from benchmarks import c_loops

    try:
        theirs = c_loops.trainer(problem, 40)
    except Exception as trouble:
        return Missing(f"{name} beside C", f"no C compiler: {trouble}")
    return share_of_time(
        name, "C, gcc -O3 -march=native, libm", alternate(ours.trainer(problem, 40), theirs, 40 * 150), 1.0
    )


def against_jax(name: str, problem: Problem) -> Row | Missing:
    """JAX's scan over the items, jitted."""
    if installed("jax") is None:
        return Missing(f"{name} beside JAX", "jax is not installed")
    from benchmarks import peers_jax

    pair = alternate(ours.trainer(problem, 20), peers_jax.trainer(problem, 20), 20 * 150)
    return faster(name, "JAX lax.scan, jit", pair, 2)


def against_library(
    package: str, title: str, make: Callable[[Problem], Callable[[], None]], goal: float
) -> Row | Missing:
    """A library's own training of 4-7-3, one epoch a call."""
    if installed(package) is None:
        return Missing(f"4-7-3 beside {title}", f"{package} is not installed")
    problem = Problem(NETWORKS["4-7-3"])
    return faster("4-7-3", title, alternate(ours.trainer(problem, 20), make(problem), 20 * 150, 150), goal)


def scikit_learn(problem: Problem) -> Callable[[], None]:
    """MLPClassifier, sgd, batch size 1, one epoch a call."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    classifier = MLPClassifier(
        problem.sizes[1:-1], activation="tanh", solver="sgd", batch_size=1, learning_rate_init=problem.learning_rate,
        momentum=problem.momentum, nesterovs_momentum=False, alpha=0.0, shuffle=False, max_iter=1,
    )  # fmt: skip
    labels = problem.targets.argmax(axis=1)

    def train() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            classifier.fit(problem.inputs, labels)

    return train


def pytorch(problem: Problem) -> Callable[[], None]:
    """The usual eager loop with torch.optim.SGD, one epoch a call."""
    import torch

    torch.set_num_threads(1)  # more only slow down layers this small
    layers: list[torch.nn.Module] = []
    for inputs, units in zip(problem.sizes, problem.sizes[1:], strict=False):
        layers += [torch.nn.Linear(inputs, units, dtype=torch.float64), torch.nn.Tanh()]
    model = torch.nn.Sequential(*layers[:-1], torch.nn.Softmax(dim=-1))
    optimizer = torch.optim.SGD(model.parameters(), lr=problem.learning_rate, momentum=problem.momentum)
    inputs, targets = torch.from_numpy(problem.inputs), torch.from_numpy(np.ascontiguousarray(problem.targets))

    def train() -> None:
        for x, t in zip(inputs, targets, strict=True):
            optimizer.zero_grad()
            (0.5 * ((t - model(x)) ** 2).sum()).backward()
            optimizer.step()

    return train
