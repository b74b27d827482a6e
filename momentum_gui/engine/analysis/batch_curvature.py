"""How much the curvature differs from batch to batch at given weights: its spread, and the batch sharpness."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from momentum_gui.engine.analysis.curvature import Curvatures, with_true_gradient
from momentum_gui.engine.analysis.grid import BLOCK_NUMBERS, never
from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.numpy_engine import gradients
from momentum_gui.engine.task import NetworkTask, Task

MOST_ITEMS = 512
"""Of more items than these a sample is measured, drawn with a fixed seed."""
BATCHES = 64
"""Batches whose gradients the batch sharpness is measured along; of single items all that are measured."""
POWER_STEPS = 8


@dataclass(frozen=True)
class BatchCurvature:
    """The curvature that updates meet, at one point of weight space and for one batch size.

    `mean` = E[h] is λmax of the mean error, `second` = E[h²]: the mean of |H·v|² over batches, H a batch's Hessian and
    v the leading direction (in one dimension the square of the curvature; in more it also counts what an update along
    v pushes into other directions). `spread` = K is the largest E|H·v|²/(λmax·E[vᵀHv]) found over directions v, at
    least 1, and 1 where the batch is the whole. `sharpness` is E[gᵀHg]/E[gᵀg] with g the batch's gradient: the batch
    sharpness of Andreyev and Beneventano, Edge of stochastic stability, 2024. NaN where it cannot be measured.
    """

    mean: float
    second: float
    spread: float
    sharpness: float


def batch_spread(item_spread: float, items: int, batch: int) -> float:
    """Return the spread for batches drawn without replacement from that many items, from the spread of single items.

    The variance of a mean of `batch` of `items` numbers is (items − batch)/(batch·(items − 1)) of theirs.
    """
    if items <= 1 or batch >= items:
        return 1.0
    return 1 + (item_spread - 1) * (items - batch) / (batch * (items - 1))


def batch_curvature(
    task: Task, weights: Floats, found: Curvatures, cancelled: Callable[[], bool] = never
) -> BatchCurvature | None:
    """Measure the curvature of the task's batches at weights (W,), where `found` are those of the mean error.

    None if cancelled. The same weights give the same numbers.
    """
    largest, direction = found.largest, found.direction
    if not (np.isfinite(largest) and np.isfinite(weights).all()):
        return BatchCurvature(np.nan, np.nan, np.nan, np.nan)
    if not isinstance(task, NetworkTask):
        return BatchCurvature(largest, largest**2, 1.0, np.nan)
    true = with_true_gradient(task)
    assert isinstance(true, NetworkTask)
    task = true
    count = len(task.items)
    batch = min(task.batch_size, count)
    random = np.random.default_rng(0)
    chosen = np.arange(count) if count <= MOST_ITEMS else np.sort(random.choice(count, MOST_ITEMS, replace=False))
    second, spread, v = largest**2, 1.0, direction
    if largest > 0 and batch < count:
        for step in range(POWER_STEPS):
            products = item_products(task, weights, np.tile(v, (len(chosen), 1)), chosen[:, None], cancelled)
            if products is None:
                return None
            along, squared = float((products @ v).mean()), float((products**2).sum(axis=1).mean())
            if step == 0:
                # The mean over a sample of the items is not λmax itself; the ratio is the sample's own.
                item_second = squared / along**2 if along > 0 else 1.0
                second = largest**2 * batch_spread(max(1.0, item_second), count, batch)
            if along > 0:
                spread = max(spread, squared / (along * largest))
            # E[H²]·v: towards the direction in which single items bend most.
            turned = item_products(task, weights, products, chosen[:, None], cancelled)
            if turned is None:
                return None
            towards = turned.mean(axis=0)
            if not np.isfinite(towards).all() or (length := np.linalg.norm(towards)) == 0:
                break
            v = towards / length
        spread = batch_spread(spread, count, batch)
    sharpness = batch_sharpness(task, weights, chosen, batch, cancelled)
    return None if sharpness is None else BatchCurvature(largest, second, spread, sharpness)


def batch_sharpness(
    task: NetworkTask, weights: Floats, chosen: np.ndarray, batch: int, cancelled: Callable[[], bool] = never
) -> float | None:
    """Return E[gᵀHg]/E[gᵀg] over batches, g and H of one batch's mean error; NaN where all gradients are 0."""
    count = len(task.items)
    if batch >= count:
        rows = np.arange(count)[None]
    elif batch == 1:
        rows = chosen[:, None]
    else:
        random = np.random.default_rng(1)
        rows = np.stack([random.choice(count, batch, replace=False) for _ in range(BATCHES)])
    there = item_gradients(task, np.tile(weights, (len(rows), 1)), rows, cancelled)
    if there is None:
        return None
    products = item_products(task, weights, there, rows, cancelled)
    if products is None:
        return None
    squares = float((there**2).sum())
    return float((there * products).sum()) / squares if squares > 0 else float("nan")


def item_gradients(task: NetworkTask, at: Floats, rows: np.ndarray, cancelled: Callable[[], bool]) -> Floats | None:
    """Return the downhill gradient of each row of items (rows, batch) at its own weights (rows, W): (rows, W)."""
    widest = max(*task.network.sizes, task.weight_count // rows.shape[1] + 1)
    size = max(1, BLOCK_NUMBERS // (rows.shape[1] * widest))
    result = np.empty_like(at)
    for start in range(0, len(rows), size):
        if cancelled():
            return None
        block = rows[start : start + size]
        inputs, targets = task.items.inputs[block], task.items.targets[block]
        with np.errstate(all="ignore"):
            result[start : start + size] = gradients(task.network, at[start : start + size], inputs, targets)
    return result * task.trained


def item_products(
    task: NetworkTask, weights: Floats, directions: Floats, rows: np.ndarray, cancelled: Callable[[], bool]
) -> Floats | None:
    """Return the Hessian of each row of items (rows, batch) times a direction of its own (rows, W): (rows, W).

    By central differences of the gradient along the direction's unit vector, as in `curvature.hessian_products`.
    """
    lengths = np.linalg.norm(directions, axis=1, keepdims=True)
    units = directions / np.where(lengths > 0, lengths, 1)
    h = np.cbrt(np.finfo(np.float64).eps) * max(1.0, float(np.abs(weights).max()))
    before = item_gradients(task, weights - h * units, rows, cancelled)
    after = item_gradients(task, weights + h * units, rows, cancelled)
    return None if before is None or after is None else (before - after) / (2 * h) * lengths
