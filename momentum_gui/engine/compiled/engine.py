"""Training compiled by numba: the functions of `numpy_engine`, without the GIL and without a Python loop.

Which loops train a run follows from its task alone, or changes no bit:

- batches of fewer than ITEM_BATCH items: `single.py` for few runs or large networks, else
  `population.py`, both with the same bits, so that a cell of a sweep is the same training as the cell alone;
- larger batches, up to all items: `batches.py`, run by run;
- analytic surfaces: `surfaces.py`.

A population is shared out among threads; a run never is.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from momentum_gui.engine import numpy_engine
from momentum_gui.engine.analytic_surfaces import SURFACES, Surface
from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.compiled.epoch import ROWS, RUNNING, TRAINED, runs_of
from momentum_gui.engine.compiled.kernels import batches as compiled_batches
from momentum_gui.engine.compiled.kernels import evaluate as compiled_items
from momentum_gui.engine.compiled.kernels import gradients as compiled_gradients
from momentum_gui.engine.compiled.kernels import population as compiled_population
from momentum_gui.engine.compiled.kernels import single as compiled_single
from momentum_gui.engine.compiled.kernels import surfaces as compiled_surfaces
from momentum_gui.engine.compiled.layout import (
    ITEM_LANES,
    Data,
    Shape,
    data_of,
    make_data,
    shape_of,
    working_space,
)
from momentum_gui.engine.network import Network
from momentum_gui.engine.population import WEIGHT_LIMIT, Population
from momentum_gui.engine.report import Report, Span
from momentum_gui.engine.task import Items, NetworkTask, SurfaceTask, Task
from momentum_gui.engine.threads import share_out, useful_threads

name = "compiled"

ITEM_BATCH = 8
"""From this batch size on, lanes hold the items of a batch."""

FULL_BLOCK = 12
"""From this many runs on, a block of `RUN_LANES` runs is faster, even with idle lanes."""

BLOCK_WEIGHTS = 800
"""Up to this many weights: a block of larger networks does not fit into the nearest cache."""

SURFACE_CODES = {surface.value: code for code, surface in enumerate(SURFACES.values())}

Part = NDArray[np.int64]


def surface_arguments(surface: Surface) -> tuple[int, Floats] | None:
    """Return the surface's code and parameters for the kernels; None for one that is not built in."""
    code = SURFACE_CODES.get(surface.value)
    return None if code is None else (code, np.array(surface.k, dtype=np.float64))


def contiguous(array: Floats) -> Floats:
    """Return the array as the kernels want it."""
    return np.ascontiguousarray(array, dtype=np.float64)


def train(task: Task, population: Population, span: Span, report: Report) -> None:
    """Train every running run of the population over the span, in place, filling in the report."""
    if isinstance(task, SurfaceTask):
        train_surface(task, population, span, report)
        return
    members = np.flatnonzero(population.outcome == RUNNING)
    if len(members) == 0 or span.updates == 0:
        return
    shape, data, test = shape_of(task.network), data_of(task.items), data_of(task.test_items)
    runs, frozen = runs_of(population, span, report), not task.trained.all()

    def work(part: tuple[Any, int, Part]) -> None:
        kernel, size, some = part
        natural = np.empty((ROWS, shape.weights))
        natural[TRAINED] = task.trained
        space = working_space(size)
        kernel(some, runs, shape, data, test, frozen, task.batch_size, task.mean, space, natural)

    share_out(parts_of(task, members, population, shape, span.updates), work)


def parts_of(
    task: NetworkTask, members: Part, population: Population, shape: Shape, updates: int
) -> list[tuple[Any, int, Part]]:
    """Return what to train with which kernel, in how much working space: a part for each thread."""
    work_each = updates * min(task.batch_size, len(task.items)) * shape.weights
    single = partial(compiled_single.train, (0,) * shape.lanes)
    if task.batch_size >= ITEM_BATCH:
        kernel, size = compiled_batches.train, compiled_batches.space_needed(shape, task.network.sizes[-1])
        return [(kernel, size, some) for some in split(members, 1, work_each)]
    if len(members) < FULL_BLOCK or shape.weights > BLOCK_WEIGHTS:
        size = compiled_single.space_needed(shape)
        return [(single, size, some) for some in split(members, 1, work_each)]
    members = members[np.argsort(population.order_of_run[members], kind="stable")]
    lanes = compiled_population.RUN_LANES
    rest = len(members) % lanes
    in_blocks, alone = (members[:-rest], members[-rest:]) if 0 < rest < FULL_BLOCK else (members, members[:0])
    kernel, size = compiled_population.train, compiled_population.space_needed(shape)
    parts = [(kernel, size, some) for some in split(in_blocks, lanes, work_each)]
    return parts + ([(single, compiled_single.space_needed(shape), alone)] if len(alone) else [])


def split(members: Part, multiple: int, work_each: int) -> list[Part]:
    """Return the members in as many parts as threads are worth their while, each a multiple in length but the last."""
    each = -(-len(members) // useful_threads(len(members) * work_each))
    each = -(-each // multiple) * multiple
    return [members[first : first + each] for first in range(0, len(members), each)]


def train_surface(task: SurfaceTask, population: Population, span: Span, report: Report) -> None:
    """Descend an analytic surface; one that is not built in is left to NumPy."""
    surface = surface_arguments(task.surface)
    if surface is None:
        numpy_engine.train(task, population, span, report)
        return
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


def ranges(rows: int, work_each: int) -> list[tuple[int, int]]:
    """Rows begin … end − 1 for each thread; one range where the work, in weights times items, is small."""
    each = max(1, -(-rows // useful_threads(rows * work_each)))
    return [(first, min(first + each, rows)) for first in range(0, max(rows, 1), each)]


def errors(network: Network, weights: Floats, items: Items) -> tuple[Floats, Floats]:
    """Mean loss and share of right answers over the items, (R,) each; NaN where there are no items or classes."""
    shape, data, weights = shape_of(network), data_of(items), contiguous(weights)
    error, share = np.empty(len(weights)), np.empty(len(weights))

    def work(part: tuple[int, int]) -> None:
        space = working_space(shape.activations * ITEM_LANES)
        compiled_items.all_errors(shape, data, weights, *part, error, share, space)

    share_out(ranges(len(weights), shape.weights * data.items), work)
    return error, share


def outputs(network: Network, weights: Floats, inputs: Floats) -> Floats:
    """Return the network's answers: (R, N, O) for inputs (N, I)."""
    shape, weights = shape_of(network), contiguous(weights)
    data = make_data(inputs, np.zeros((len(inputs), network.sizes[-1])), np.nan)
    answers = np.empty((len(weights), len(inputs), network.sizes[-1]))

    def work(part: tuple[int, int]) -> None:
        space = working_space(shape.activations * ITEM_LANES)
        compiled_items.all_outputs(shape, data, weights, *part, answers, space)

    share_out(ranges(len(weights), shape.weights * data.items), work)
    return answers


def gradients(network: Network, weights: Floats, inputs: Floats, targets: Floats, *, mean: bool = True) -> Floats:
    """Return the downhill gradient −∂E/∂w over the items, (R, W): their mean, or their sum."""
    if inputs.ndim == 3:
        return numpy_engine.gradients(network, weights, inputs, targets, mean=mean)
    return data_gradients(network, weights, make_data(inputs, targets, np.nan), mean=mean)


def data_gradients(network: Network, weights: Floats, data: Data, *, mean: bool) -> Floats:
    """Return the downhill gradient over prepared items, (R, W)."""
    shape, weights = shape_of(network), contiguous(weights)
    gradient = np.empty(weights.shape)
    scale = 1.0 / data.items if mean else 1.0

    def work(part: tuple[int, int]) -> None:
        space, padded = working_space(compiled_gradients.space_needed(shape)), working_space(2 * shape.padded_weights)
        compiled_gradients.all_gradients(shape, data, weights, *part, scale, gradient, space, padded)

    share_out(ranges(len(weights), 3 * shape.weights * data.items), work)
    return gradient


def task_errors(task: Task, weights: Floats) -> Floats:
    """Return the training error of each weight vector, (R,)."""
    if isinstance(task, NetworkTask):
        return errors(task.network, weights, task.items)[0]
    surface = surface_arguments(task.surface)
    if surface is None:
        return numpy_engine.task_errors(task, weights)
    error = np.empty(len(weights))
    compiled_surfaces.surface_errors(*surface, contiguous(weights), error)
    return error


def task_gradients(task: Task, weights: Floats) -> Floats:
    """Return the downhill gradient of the training error (the mean over all items) at each weight vector, (R, W)."""
    if isinstance(task, NetworkTask):
        gradient = data_gradients(task.network, weights, data_of(task.items), mean=True)
        gradient *= task.trained
        return gradient
    surface = surface_arguments(task.surface)
    if surface is None:
        return numpy_engine.task_gradients(task, weights)
    gradient = np.empty(weights.shape)
    compiled_surfaces.surface_gradients(*surface, contiguous(weights), gradient)
    return gradient
