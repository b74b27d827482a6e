"""This program's engines on the problems, as a Trainer and a sweep use them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.problems import Problem
from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.interface import choose
from momentum_gui.engine.population import Population
from momentum_gui.engine.report import Report, Span
from momentum_gui.engine.rules import RULES


def trainer(
    problem: Problem, epochs: int, batch_size: int = 1, *, rule: str = "heavy-ball", engine: str = "compiled"
) -> Callable[[], None]:
    """One run: calling it trains `epochs` epochs from the problem's weights."""
    return population_trainer(
        problem, np.array([problem.learning_rate]), np.array([problem.momentum]), epochs, batch_size,
        rule=rule, engine=engine,
    )  # fmt: skip


def population_trainer(
    problem: Problem,
    learning_rates: Floats,
    momenta: Floats,
    epochs: int,
    batch_size: int = 1,
    *,
    rule: str = "heavy-ball",
    engine: str = "compiled",
) -> Callable[[], None]:
    """A population: a run for each learning rate and momentum."""
    chosen, task, runs = choose(engine), problem.task(batch_size), len(learning_rates)
    coefficients = np.array([RULES[rule].coefficients(momentum) for momentum in momenta])
    orders = np.tile(np.arange(problem.items, dtype=np.int32), (1, epochs, 1))
    span = Span(orders, 0, epochs * task.updates_per_epoch, np.zeros(epochs, dtype=np.bool_))

    def train() -> None:
        population = Population(
            np.tile(problem.weights, (runs, 1)),
            learning_rates,
            coefficients,
            np.zeros(runs),
            np.zeros(runs, dtype=np.int64),
        )
        report = Report.for_span(task, population, span, keep_weights=False, traced=0)
        chosen.train(task, population, span, report)

    return train


def surface(problem: Problem, points: Floats, engine: str = "compiled") -> Callable[[], object]:
    """The mean error of every weight vector of points (P, W) over all items."""
    chosen, task = choose(engine), problem.task()
    return lambda: chosen.task_errors(task, points)
