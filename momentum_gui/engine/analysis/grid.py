"""The error on a grid of points of a plane: at once, or coarse first and then finer, in blocks that stay small."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from momentum_gui.engine.analysis.plane import Plane
from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.interface import Engine
from momentum_gui.engine.task import NetworkTask, Task

BLOCK_NUMBERS = 1 << 20
"""At most about this many numbers in the activations of one block: 8 MB."""


def block_points(task: Task) -> int:
    """Return how many points of a grid are evaluated in one call of the engine."""
    if not isinstance(task, NetworkTask):
        return BLOCK_NUMBERS // 4
    widest = len(task.items) * max(task.network.sizes)
    return max(1, BLOCK_NUMBERS // max(widest, task.weight_count))


def never() -> bool:
    """Return the cancellation of work that nobody cancels."""
    return False


def point_errors(
    engine: Engine, task: Task, plane: Plane, x: Floats, y: Floats, cancelled: Callable[[], bool] = never
) -> Floats | None:
    """Return the training error at the points x, y (n,) of a plane: (n,); None if cancelled before the last block.

    A block takes some tens of milliseconds at most, so cancelling takes no longer.
    """
    task, plane = last_layers(engine, task, plane)
    errors = np.empty(len(x))
    size = block_points(task)
    for start in range(0, len(x), size):
        if cancelled():
            return None
        block = slice(start, start + size)
        errors[block] = engine.task_errors(task, plane.weights_at(x[block], y[block]))
    return errors


def last_layers(engine: Engine, task: Task, plane: Plane) -> tuple[Task, Plane]:
    """Return the layers from the first on whose weights differ within a plane, and the plane in their weights.

    What the layers before make of the items is the same at every point, and is worked out once. The errors are the
    same; no gradient may be asked for.
    """
    if not isinstance(task, NetworkTask):
        return task, plane
    network, differing = task.network, (plane.axis_x != 0) | (plane.axis_y != 0)
    depth = next((n for n, layer in enumerate(network.layers) if differing[: layer.bias.stop].any()), 0)
    if depth == 0:
        return task, plane
    offset = network.layers[depth].offset
    before = replace(network, sizes=network.sizes[: depth + 1], output_activation=network.hidden_activation)
    with np.errstate(all="ignore"):
        answers = engine.outputs(before, plane.origin[None, :offset], task.items.inputs)[0]
    rest = replace(
        task,
        network=replace(network, sizes=network.sizes[depth:]),
        items=replace(task.items, inputs=answers),
        trained=task.trained[offset:],
    )
    parts = {name: getattr(plane, name)[offset:] for name in ("origin", "axis_x", "axis_y")}
    return rest, replace(plane, **parts)


def grid_errors(engine: Engine, task: Task, plane: Plane, xs: ArrayLike, ys: ArrayLike) -> Floats:
    """Return the training error at every point of a grid: (len(ys), len(xs)); inf or NaN where it overflows."""
    x, y = np.meshgrid(np.asarray(xs, dtype=np.float64), np.asarray(ys, dtype=np.float64))
    errors = point_errors(engine, task, plane, x.ravel(), y.ravel())
    assert errors is not None
    return errors.reshape(x.shape)


def refined_errors(
    engine: Engine,
    task: Task,
    plane: Plane,
    xs: ArrayLike,
    ys: ArrayLike,
    cancelled: Callable[[], bool] = never,
    first_stride: int = 8,
) -> Iterator[Floats]:
    """Yield the same grid, coarse first: each array, (len(ys), len(xs)), twice as fine as the one before, the last
    exact.

    Points not yet evaluated show the nearest one that is. No point is evaluated twice. `cancelled` is asked before
    each block; once it says True there are no more arrays.
    """
    x, y = np.asarray(xs, dtype=np.float64), np.asarray(ys, dtype=np.float64)
    errors = np.empty((len(y), len(x)))
    done = np.zeros(errors.shape, dtype=np.bool_)
    stride = first_stride
    while stride >= 1:
        wanted = np.zeros(errors.shape, dtype=np.bool_)
        wanted[::stride, ::stride] = True
        rows, columns = np.nonzero(wanted & ~done)
        values = point_errors(engine, task, plane, x[columns], y[rows], cancelled)
        if values is None:
            return
        errors[rows, columns] = values
        done |= wanted
        row = nearest_multiple(len(y), stride)
        column = nearest_multiple(len(x), stride)
        yield errors[row[:, None], column]
        stride //= 2


def nearest_multiple(count: int, stride: int) -> np.ndarray:
    """For each index below `count` the nearest multiple of the stride that is below `count` too."""
    return np.minimum((np.arange(count) + stride // 2) // stride, (count - 1) // stride) * stride
