"""Trains a case with this program's engines: this side of the comparison."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from momentum_gui.engine.interface import choose
from momentum_gui.engine.network import Activation, Loss, Network
from momentum_gui.engine.population import Population
from momentum_gui.engine.report import Report, Span
from momentum_gui.engine.rules import RULES
from momentum_gui.engine.task import Items, NetworkTask
from tests.parity.cases import Case, Floats

TOLERANCE = 1e-9


def trained(
    engine: str, case: Case, start: Floats, inputs: Floats, targets: Floats, order: NDArray[np.generic], p: Floats
) -> Floats:
    """The weights (1 + epochs, weights) that an engine trains, with the stored vector beginning as p."""
    network = Network(
        case.sizes,
        Activation[case.hidden_activation.upper()],
        Activation[case.output_activation.upper()],
        Loss[case.loss.upper()],
    )
    data = Items(inputs, targets)
    empty = Items(inputs[:0], targets[:0])
    every_weight = np.ones(len(start), dtype=np.bool_)
    task = NetworkTask(network, data, empty, every_weight, case.batch_size, case.reduction == "mean")
    population = Population(
        weights=start[None].copy(),
        learning_rate=np.array([case.learning_rate]),
        coefficients=np.array([RULES[case.rule].coefficients(case.momentum)]),
        target_error=np.zeros(1),
        order_of_run=np.zeros(1, dtype=np.int64),
    )
    population.stored[:] = p
    measured = np.zeros(len(order), dtype=np.bool_)
    span = Span(order[None].astype(np.int32), 0, len(order) * task.updates_per_epoch, measured)
    report = Report.for_span(task, population, span, keep_weights=True, traced=1)
    choose(engine).train(task, population, span, report)
    return np.concatenate((start[None], report.weights[0]))


def first_p(case: Case, first_gradient: Floats) -> Floats:
    """The stored vector to begin with: 0, but for the damped rule what undoes the damping of the first step."""
    if case.rule == "damped":
        return case.learning_rate * first_gradient
    return np.zeros_like(first_gradient)


def worst(ours: Floats, theirs: Floats) -> float:
    """The largest difference, relative where weights exceed 1."""
    return float(np.max(np.abs(ours - theirs) / np.maximum(1.0, np.abs(theirs))))
