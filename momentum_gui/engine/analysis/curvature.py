"""The curvatures of the error: the largest and smallest eigenvalues of its Hessian at given weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from momentum_gui.engine.analysis.grid import block_points, never
from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.interface import Engine
from momentum_gui.engine.network import Loss
from momentum_gui.engine.task import NetworkTask, Task

DENSE_WEIGHTS = 64
"""Up to this many trained weights the whole Hessian costs less than the products that Lanczos takes."""
MOST_PRODUCTS = 200
TOLERANCE = 1e-6


@dataclass(frozen=True, eq=False)
class Curvatures:
    """How strongly the error bends at one point, along the directions in which it bends most and least.

    `largest` and `smallest` are the extreme eigenvalues of the Hessian over the trained weights, the latter below 0
    where the error bends downwards; `direction` (W,) is the unit eigenvector of the largest. `eigenvalues` are all of
    them, ascending, or None where the Hessian was not built. NaN where the gradient is not finite.
    """

    largest: float
    smallest: float
    direction: Floats
    eigenvalues: Floats | None


def with_true_gradient(task: Task) -> Task:
    """Return the task with the gradient of its error, where training uses the elementwise shortcut in its place."""
    if isinstance(task, NetworkTask) and task.network.loss is Loss.SQUARED_ERROR_ELEMENTWISE:
        return replace(task, network=replace(task.network, loss=Loss.SQUARED_ERROR))
    return task


def trained_weights(task: Task) -> NDArray[np.int64]:
    """Return the numbers of the weights that train."""
    if isinstance(task, NetworkTask):
        return np.flatnonzero(task.trained)
    return np.arange(task.weight_count)


def hessian_products(engine: Engine, task: Task, weights: Floats, directions: Floats) -> Floats:
    """Return the Hessian of the training error times each direction: (directions, W), for directions of length 1.

    By central differences of the gradient, H·v ≈ (∇E(w + h·v) − ∇E(w − h·v)) / 2h, for all directions at once, with
    h near the cube root of the rounding error, where truncation and rounding are equally small.
    """
    h = np.cbrt(np.finfo(np.float64).eps) * max(1.0, float(np.abs(weights).max()))
    with np.errstate(over="ignore", invalid="ignore"):
        shifted = np.concatenate((weights + h * directions, weights - h * directions))
        downhill = engine.task_gradients(task, shifted)
        return (downhill[len(directions) :] - downhill[: len(directions)]) / (2 * h)


def hessian(engine: Engine, task: Task, weights: Floats, cancelled: Callable[[], bool] = never) -> Floats | None:
    """Return the Hessian of the training error over the trained weights, (T, T), symmetric; None if cancelled."""
    task, trained = with_true_gradient(task), trained_weights(task)
    dense = np.empty((len(trained), len(trained)))
    size = max(1, block_points(task) // 2)
    for start in range(0, len(trained), size):
        if cancelled():
            return None
        rows = np.arange(start, min(start + size, len(trained)))
        directions = np.zeros((len(rows), len(weights)))
        directions[np.arange(len(rows)), trained[rows]] = 1.0
        dense[rows] = hessian_products(engine, task, weights, directions)[:, trained]
    return (dense + dense.T) / 2


def curvatures(engine: Engine, task: Task, weights: Floats, cancelled: Callable[[], bool] = never) -> Curvatures | None:
    """Return the extreme curvatures of the training error (the mean over all training items) at weights (W,).

    Small networks by the whole Hessian, larger ones by `lanczos`. The same weights give the same numbers. None if
    cancelled, which is asked before each pass through the items.
    """
    trained = trained_weights(task)
    direction = np.zeros(len(weights))
    if not np.isfinite(weights).all() or len(trained) == 0:
        return Curvatures(np.nan, np.nan, direction, None)
    if len(trained) > DENSE_WEIGHTS:
        return lanczos(engine, task, weights, cancelled)
    dense = hessian(engine, task, weights, cancelled)
    if dense is None:
        return None
    if not np.isfinite(dense).all():
        return Curvatures(np.nan, np.nan, direction, None)
    values, vectors = np.linalg.eigh(dense)
    direction[trained] = vectors[:, -1]
    return Curvatures(float(values[-1]), float(values[0]), direction, values)


def lanczos(engine: Engine, task: Task, weights: Floats, cancelled: Callable[[], bool] = never) -> Curvatures | None:
    """Return the extreme curvatures from Hessian-vector products alone, by Lanczos's method.

    The Krylov basis is kept orthogonal in full, which for so few products costs next to nothing (Golub and Van Loan,
    Matrix Computations, 10.3). It ends when the residuals β·|s| of both extreme Ritz values are below TOLERANCE times
    the larger of them: their own errors are then far smaller still. The first direction is drawn with a fixed seed.
    """
    task, trained = with_true_gradient(task), trained_weights(task)
    most = min(len(trained), MOST_PRODUCTS)
    basis = np.zeros((most + 1, len(weights)))
    basis[0, trained] = np.random.default_rng(0).standard_normal(len(trained))
    basis[0] /= np.linalg.norm(basis[0])
    alpha, beta = np.zeros(most), np.zeros(most)
    for k in range(most):
        if cancelled():
            return None
        product = hessian_products(engine, task, weights, basis[k : k + 1])[0]
        if not np.isfinite(product).all():
            return Curvatures(np.nan, np.nan, np.zeros(len(weights)), None)
        alpha[k] = basis[k] @ product
        known = basis[: k + 1]
        for _ in range(2):  # twice is enough
            product -= known.T @ (known @ product)
        beta[k] = np.linalg.norm(product)
        values, vectors = np.linalg.eigh(np.diag(alpha[: k + 1]) + np.diag(beta[:k], 1) + np.diag(beta[:k], -1))
        scale = float(np.abs(values[[0, -1]]).max())
        residuals = beta[k] * np.abs(vectors[-1, [0, -1]])
        if (residuals <= TOLERANCE * scale).all() or k + 1 == most:
            break
        basis[k + 1] = product / beta[k]
    return Curvatures(float(values[-1]), float(values[0]), vectors[:, -1] @ known, None)


def sharpness(engine: Engine, task: Task, weights: Floats) -> float:
    """Return λmax, the greatest curvature of the training error at weights (W,); NaN where it is not finite."""
    found = curvatures(engine, task, weights)
    return np.nan if found is None else found.largest


def gradient_scale(task: Task) -> float:
    """Return an update's gradient as a multiple of the mean over its items: the batch size where they are summed."""
    return 1.0 if not isinstance(task, NetworkTask) or task.mean else float(task.batch_size)
