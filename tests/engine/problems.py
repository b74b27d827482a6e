"""Generated networks, data, populations and spans that the engine's tests share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.interface import Engine
from momentum_gui.engine.network import Activation, Loss, Network
from momentum_gui.engine.population import Population
from momentum_gui.engine.report import Report, Span
from momentum_gui.engine.rules import RULES
from momentum_gui.engine.task import Items, NetworkTask

HIDDEN = [Activation.TANH, Activation.LOGISTIC, Activation.RELU, Activation.LINEAR]
CLASSIFIERS = [Activation.SOFTMAX, Activation.LOGISTIC]


@dataclass
class Problem:
    """A task, its runs at the start, and the orders of items of its epochs."""

    task: NetworkTask
    weights: Floats
    learning_rate: Floats
    coefficients: Floats
    target_error: Floats
    order_of_run: NDArray[np.int64]
    orders: NDArray[np.int32]
    measured: NDArray[np.bool_]

    def population(self, runs: slice = slice(None)) -> Population:
        """These runs at their start."""
        return Population(
            self.weights[runs].copy(),
            self.learning_rate[runs].copy(),
            self.coefficients[runs].copy(),
            self.target_error[runs].copy(),
            self.order_of_run[runs].copy(),
        )

    @property
    def updates(self) -> int:
        """All updates of all epochs."""
        return self.task.updates_per_epoch * self.orders.shape[1]

    def trained(
        self, engine: Engine, cuts: tuple[int, ...] = (), runs: slice = slice(None), traced: int = 3
    ) -> tuple[Population, list[Report]]:
        """The runs after all updates, and the reports of the spans between the cuts."""
        population, reports, first = self.population(runs), [], 0
        for last in (*cuts, self.updates):
            span = Span(self.orders, first, last - first, self.measured)
            report = Report.for_span(self.task, population, span, keep_weights=True, traced=traced)
            engine.train(self.task, population, span, report)
            reports.append(report)
            first = last
        return population, reports


def networks(widest: int = 12, deepest: int = 3) -> st.SearchStrategy[Network]:
    """Networks of every activation and loss; cross-entropy only where it has a meaning."""

    def network(sizes: list[int], inputs: int, hidden: Activation, output: Activation, loss: Loss) -> Network:
        if loss is Loss.CROSS_ENTROPY and output not in CLASSIFIERS:
            loss = Loss.SQUARED_ERROR
        return Network((inputs, *sizes), hidden, output, loss)

    sizes = st.lists(st.integers(1, widest), min_size=1, max_size=deepest)
    return st.builds(
        network, sizes, st.integers(1, 9), st.sampled_from(HIDDEN), st.sampled_from(Activation), st.sampled_from(Loss)
    )


def items_for(network: Network, count: int, generator: np.random.Generator) -> Items:
    """Standardised inputs and one-hot (or 0 and 1) targets."""
    outputs = network.sizes[-1]
    classes = generator.integers(0, max(outputs, 2), count)
    targets = np.eye(max(outputs, 2))[classes][:, :outputs]
    return Items(generator.normal(size=(count, network.sizes[0])), np.ascontiguousarray(targets), 0.5)


def problem_for(
    network: Network, *, seed: int, items: int, batch_size: int, mean: bool, frozen: bool, runs: int, epochs: int,
    learning_rate: float = 0.05,
) -> Problem:  # fmt: skip
    """Runs of all five rules from small random weights; two orders of items; the second epoch is not measured."""
    generator = np.random.default_rng(seed)
    count = network.weight_count
    task = NetworkTask(
        network,
        items_for(network, items, generator),
        items_for(network, 3, generator),
        generator.random(count) < 0.6 if frozen else np.ones(count, dtype=np.bool_),
        min(batch_size, items),
        mean,
    )
    rules = list(RULES.values())
    numbers = np.arange(runs)
    orders = [[generator.permutation(items) for _ in range(epochs)] for _ in range(2)]
    return Problem(
        task,
        generator.uniform(-0.5, 0.5, (runs, count)),
        learning_rate * (1 + numbers % 3) / (1 if mean else task.batch_size),
        np.array([rules[number % 5].coefficients(0.1 + 0.05 * (number % 7)) for number in numbers]),
        np.zeros(runs),
        numbers % 2,
        np.array(orders, dtype=np.int32),
        np.arange(epochs) != 1,
    )


def problems(
    runs: st.SearchStrategy[int], batches: st.SearchStrategy[int], widest: int = 12
) -> st.SearchStrategy[Problem]:
    """Problems of all kinds, well conditioned."""
    return st.builds(
        problem_for,
        networks(widest),
        seed=st.integers(0, 10**6),
        items=st.integers(1, 30),
        batch_size=batches,
        mean=st.booleans(),
        frozen=st.booleans(),
        runs=runs,
        epochs=st.integers(1, 4),
    )
