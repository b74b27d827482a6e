"""Training compiled by numba: the functions of `numpy_engine`, without the GIL and without a Python loop."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from momentum_gui.engine import compiled_loops, compiled_surfaces, numpy_engine
from momentum_gui.engine.network import Network
from momentum_gui.engine.population import (
    WEIGHT_LIMIT,
    Floats,
    Items,
    NetworkTask,
    Population,
    Report,
    Span,
    SurfaceTask,
    Task,
)
from momentum_gui.engine.surfaces import SURFACES, Surface

name = "compiled"

SURFACE_CODES = {surface.value: code for code, surface in enumerate(SURFACES.values())}


def surface_arguments(surface: Surface) -> tuple[int, Floats] | None:
    """The surface's code and parameters for the kernels; None for one that is not built in."""
    code = SURFACE_CODES.get(surface.value)
    return None if code is None else (code, np.array(surface.k, dtype=np.float64))


def network_arguments(network: Network) -> tuple[NDArray[np.int64], int, int, int]:
    """Layer sizes and the codes of hidden activation, output activation and loss."""
    return (
        np.array(network.sizes, dtype=np.int64),
        int(network.hidden_activation),
        int(network.output_activation),
        int(network.loss),
    )


def contiguous(array: Floats) -> Floats:
    """The array as the kernels want it."""
    return np.ascontiguousarray(array, dtype=np.float64)


def train(task: Task, population: Population, span: Span, report: Report) -> None:
    """Train every running run of the population over the span, in place, filling in the report."""
    if isinstance(task, SurfaceTask):
        surface = surface_arguments(task.surface)
        if surface is None:
            return numpy_engine.train(task, population, span, report)
        compiled_surfaces.train_surface(
            *surface,
            WEIGHT_LIMIT,
            population.weights,
            population.stored,
            population.last_step,
            population.learning_rate,
            population.coefficients,
            population.target_error,
            population.epochs,
            population.outcome,
            span.first_update,
            span.updates,
            span.measured,
            report.measures,
            report.weights,
            report.gradients,
            report.stored,
        )
        return None
    compiled_loops.train_network(
        *network_arguments(task.network),
        task.items.inputs,
        task.items.targets,
        task.items.threshold,
        task.test_items.inputs,
        task.test_items.targets,
        task.trained,
        task.batch_size,
        task.mean,
        WEIGHT_LIMIT,
        population.weights,
        population.stored,
        population.last_step,
        population.learning_rate,
        population.coefficients,
        population.target_error,
        population.order_of_run,
        population.epochs,
        population.outcome,
        span.orders,
        span.first_update,
        span.updates,
        span.measured,
        report.measures,
        report.weights,
        report.gradients,
        report.stored,
    )
    return None


def errors(network: Network, weights: Floats, items: Items) -> tuple[Floats, Floats]:
    """Mean loss and share of right answers over the items, (R,) each; NaN where there are no items or classes."""
    error, share = np.empty(len(weights)), np.empty(len(weights))
    compiled_loops.network_errors(
        *network_arguments(network),
        contiguous(weights),
        items.inputs,
        items.targets,
        items.threshold,
        error,
        share,
    )
    return error, share


def outputs(network: Network, weights: Floats, inputs: Floats) -> Floats:
    """The network's answers: (R, N, O) for inputs (N, I)."""
    answers = np.empty((len(weights), len(inputs), network.sizes[-1]))
    sizes, hidden, last, _ = network_arguments(network)
    compiled_loops.network_outputs(sizes, hidden, last, contiguous(weights), contiguous(inputs), answers)
    return answers


def gradients(network: Network, weights: Floats, inputs: Floats, targets: Floats, *, mean: bool = True) -> Floats:
    """The downhill gradient −∂E/∂w over the items, (R, W): their mean, or their sum."""
    if inputs.ndim == 3:
        return numpy_engine.gradients(network, weights, inputs, targets, mean=mean)
    gradient = np.empty(weights.shape)
    compiled_loops.network_gradients(
        *network_arguments(network), contiguous(weights), contiguous(inputs), contiguous(targets), mean, gradient
    )
    return gradient


def task_errors(task: Task, weights: Floats) -> Floats:
    """The training error of each weight vector, (R,)."""
    if isinstance(task, NetworkTask):
        return errors(task.network, weights, task.items)[0]
    surface = surface_arguments(task.surface)
    if surface is None:
        return numpy_engine.task_errors(task, weights)
    error = np.empty(len(weights))
    compiled_surfaces.surface_errors(*surface, contiguous(weights), error)
    return error


def task_gradients(task: Task, weights: Floats) -> Floats:
    """The downhill gradient of the training error (the mean over all items) at each weight vector, (R, W)."""
    if isinstance(task, NetworkTask):
        gradient = gradients(task.network, weights, task.items.inputs, task.items.targets)
        gradient *= task.trained
        return gradient
    surface = surface_arguments(task.surface)
    if surface is None:
        return numpy_engine.task_gradients(task, weights)
    gradient = np.empty(weights.shape)
    compiled_surfaces.surface_gradients(*surface, contiguous(weights), gradient)
    return gradient
