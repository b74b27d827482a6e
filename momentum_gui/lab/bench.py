"""How fast this machine trains, measured in a few seconds with the program's own engine."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from momentum_gui.engine.interface import Engine, choose, warm_up
from momentum_gui.engine.network import Activation, Loss, Network
from momentum_gui.engine.population import Population
from momentum_gui.engine.report import Report, Span
from momentum_gui.engine.rules import RULES
from momentum_gui.engine.task import Items, NetworkTask

NETWORKS = {"2-3-2": (2, 3, 2), "4-7-3": (4, 7, 3), "4-32-32-3": (4, 32, 32, 3), "64-32-10": (64, 32, 10)}
ITEMS = 150
SWEEP_RUNS = 41 * 41
GRID_POINTS = 101 * 101
SECONDS = 0.8  # of measuring, for each figure


def measure(engine: str = "auto") -> dict[str, Any]:
    """Microseconds: of an online update by network, of a network update in a sweep, of a grid point and item.

    All with tanh, softmax, squared error, the one-step rule and 150 items. Also names the engine that was measured.
    """
    chosen = choose(engine)
    warm_up(engine)
    iris_like = NETWORKS["4-7-3"]
    return {
        "engine": chosen.name,
        "online_update": {name: round(online_update(chosen, sizes), 4) for name, sizes in NETWORKS.items()},
        "population_update": round(population_update(chosen, iris_like), 5),
        "surface_point_item": round(surface_point_item(chosen, iris_like), 5),
    }


def task_of(sizes: tuple[int, ...]) -> NetworkTask:
    """Training online on random data."""
    generator = np.random.default_rng(0)
    network = Network(sizes, Activation.TANH, Activation.SOFTMAX, Loss.SQUARED_ERROR)
    classes = generator.integers(0, sizes[-1], ITEMS)
    items = Items(generator.normal(size=(ITEMS, sizes[0])), np.eye(sizes[-1])[classes], 0.5)
    return NetworkTask(network, items, items, np.ones(network.weight_count, dtype=np.bool_), 1, True)


def training(engine: Engine, task: NetworkTask, runs: int, epochs: int) -> Callable[[], None]:
    """Trains a population over the epochs each time it is called; rates and momenta span a sweep's."""
    rates, momenta = np.geomspace(1e-3, 1e-1, runs), np.linspace(0, 0.9, runs)
    start = np.tile(task.network.initial_weights(0, 0.3), (runs, 1))
    coefficients = np.array([RULES["one-step"].coefficients(momentum) for momentum in momenta])
    orders = np.tile(np.random.default_rng(1).permutation(ITEMS).astype(np.int32), (1, epochs, 1))
    span = Span(orders, 0, epochs * ITEMS, np.zeros(epochs, dtype=np.bool_))

    def train() -> None:
        population = Population(start.copy(), rates, coefficients, np.zeros(runs), np.zeros(runs, dtype=np.int64))
        report = Report.for_span(task, population, span, keep_weights=False, traced=0)
        engine.train(task, population, span, report)

    return train


def online_update(engine: Engine, sizes: tuple[int, ...]) -> float:
    """Microseconds of one online update of one run."""
    epochs = 40 if engine.name == "compiled" else 1
    return best_of(training(engine, task_of(sizes), 1, epochs)) / (epochs * ITEMS)


def population_update(engine: Engine, sizes: tuple[int, ...]) -> float:
    """Microseconds of one network's update among 1,681."""
    return best_of(training(engine, task_of(sizes), SWEEP_RUNS, 1)) / (ITEMS * SWEEP_RUNS)


def surface_point_item(engine: Engine, sizes: tuple[int, ...]) -> float:
    """Microseconds of one item's error at one point of a 101 × 101 grid."""
    task = task_of(sizes)
    points = np.random.default_rng(2).normal(size=(GRID_POINTS, task.weight_count))
    return best_of(lambda: engine.task_errors(task, points)) / (ITEMS * GRID_POINTS)


def best_of(work: Callable[[], object], seconds: float = SECONDS) -> float:
    """Return the shortest of several runs of the work, in microseconds: what the machine can do when it is left
    alone."""
    work()
    times: list[float] = []
    end = time.perf_counter() + seconds
    while len(times) < 3 or time.perf_counter() < end:
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times) * 1e6
